# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From an AnsibleModule to the engine and back. For internal use by this collection only."""

from __future__ import annotations

import os
import traceback
import typing as t

from ansible.module_utils.basic import AnsibleModule

from .backend import Backend
from .env import given
from .errors import EngineError, UnexpectedError
from .masking import scrub
from .reconcile import reconcile

if t.TYPE_CHECKING:
    from .reconcile import Outcome
    from .spec import ResourceSpec

# Options that name the server, of the modules for Prefect and for Active Directory.
_SERVER_OPTIONS = ("api_url", "server")
_OBJECT_OPTIONS = ("name", "identity")
_LONGEST_REASON = 300

OpenBackend = t.Callable[[AnsibleModule], t.ContextManager[Backend]]
Around: t.TypeAlias = "t.Callable[[AnsibleModule, t.Callable[[Backend], Outcome]], Outcome]"


class Module(AnsibleModule):
    """An AnsibleModule to which an empty option counts as not given if it can also come from the environment.

    AWX and templates leave empty texts behind. Ansible would refuse one for a number or a choice, and would not look
    into the environment any more.
    """

    def _load_params(self) -> None:
        super()._load_params()
        self.params = {
            name: value
            for name, value in self.params.items()
            if given(value) or "fallback" not in self.argument_spec.get(name, {})
        }


class BulkModule(Module):
    """Does not repeat the document in its result: it is long, and may hold a secret where nobody looks for one."""

    document = ""

    def _return_formatted(self, kwargs: dict[str, t.Any]) -> None:
        shown = {**self.params, self.document: "not repeated here"} if self.document in self.params else self.params
        super()._return_formatted({"invocation": {"module_args": shown}, **kwargs})


def run_resource(
    spec: ResourceSpec,
    connection: dict[str, t.Any],
    open_backend: OpenBackend | None = None,
    describe: t.Callable[[Outcome], dict[str, t.Any]] | None = None,
    choose: t.Callable[[dict[str, t.Any]], ResourceSpec] | None = None,
    around: Around | None = None,
) -> None:
    """Run a module that manages one object.

    connection    argument spec of the connection options
    open_backend  opens the session; its errors are reported like those of the work itself
    describe      further keys of the result, asked for after the work
    choose        the spec that holds for these options, where C(spec) is only the union of several
    around        instead of C(open_backend): runs what it is given with a backend, and again with another one if the
                  first server fails before anything is written
    """
    module = Module(
        argument_spec={**connection, **spec.argument_spec()},
        mutually_exclusive=spec.mutually_exclusive,
        required_one_of=spec.required_one_of,
        required_together=spec.required_together,
        required_if=spec.required_if,
        required_by=spec.required_by,
        supports_check_mode=True,
    )

    def work() -> dict[str, t.Any]:
        chosen = choose(module.params) if choose is not None else spec

        def reconciled(backend: Backend) -> Outcome:
            return reconcile(
                chosen, backend, module.params, check_mode=module.check_mode, hide=module.no_log_values.update
            )

        outcome = _with_backend(spec, around or _once(open_backend), module, reconciled)
        result = {"changed": outcome.changed, "diff": outcome.diff, spec.result: outcome.resource}
        if outcome.plan.consequences:
            result["consequences"] = list(outcome.plan.consequences)
            for sentence in outcome.plan.consequences:
                module.warn(sentence)
        if outcome.predicted:
            result["predicted"] = outcome.predicted
        return {**result, **(describe(outcome) if describe is not None else {})}

    finish(module, work)


def _once(open_backend: OpenBackend) -> Around:
    """Runs the work in one session."""

    def around(module: AnsibleModule, work: t.Callable[[Backend], Outcome]) -> Outcome:
        with open_backend(module) as backend:
            return work(backend)

    return around


def _with_backend(
    spec: ResourceSpec, around: Around, module: AnsibleModule, work: t.Callable[[Backend], Outcome]
) -> Outcome:
    """Result of the work; when there is no session for it, the error says for which object one was wanted."""
    of_the_work: list[EngineError] = []

    def watched(backend: Backend) -> Outcome:
        try:
            return work(backend)
        except EngineError as error:
            of_the_work.append(error)
            raise

    try:
        return around(module, watched)
    except EngineError as error:
        if error not in of_the_work:
            name = spec.name_of(module.params)
            error.sake = f"{spec.kind} '{name}'" if name else spec.kind
        raise


def finish(module: AnsibleModule, work: t.Callable[[], dict[str, t.Any]]) -> None:
    """Run the work; end the module with its result, or with a one-line error that holds no secret."""
    result: dict[str, t.Any] = {}
    failure: EngineError | None = None
    try:
        result = work()
    except EngineError as error:
        failure = error
    except Exception as error:
        failure = _unexpected(module, error)
    # not inside a handler: fail_json would add the texts of the exception and of its causes, which nobody scrubbed
    if failure is not None:
        _fail(module, failure)
    module.exit_json(**_shown(module, result))


def _shown(module: AnsibleModule, result: dict[str, t.Any]) -> dict[str, t.Any]:
    """Without the diff where nobody asked for it: of a large group it is most of what Ansible has to carry."""
    return result if module._diff else {key: value for key, value in result.items() if key != "diff"}


def _fail(module: AnsibleModule, error: EngineError) -> None:
    facts: dict[str, t.Any] = {
        "error": {key: scrub(text, module.no_log_values) for key, text in error.as_result().items()}
    }
    facts.update(_shown(module, error.facts()))
    module.fail_json(msg=scrub(error.one_line(), module.no_log_values), **facts)


def _unexpected(module: AnsibleModule, error: Exception) -> UnexpectedError:
    """A defect as an error like any other: where it happened instead of a traceback, whose lines may hold anything."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    said = " ".join(scrub(str(error), module.no_log_values).split())[:_LONGEST_REASON]
    return UnexpectedError(
        f"run {module._name}",
        obj=_first(module.params, _OBJECT_OPTIONS),
        # an address may hold a password that nobody has hidden yet
        server=_first(module.params, _SERVER_OPTIONS).partition("?")[0].rpartition("@")[2],
        why=f"{type(error).__name__} in {os.path.basename(frame.filename)}, line {frame.lineno}: {said}",
        todo="Report this as a defect of flowops.prefect",
    )


def _first(params: dict[str, t.Any], names: tuple[str, ...]) -> str:
    found = next((params[name] for name in names if params.get(name)), "")
    return ", ".join(map(str, found)) if isinstance(found, list) else str(found)
