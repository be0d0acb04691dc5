# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From options to a result, with the only write of the collection. For internal use by this collection only."""

from __future__ import annotations

import dataclasses
import time
import typing as t

from .backend import Backend, Predicted
from .errors import EngineError, NotConverged, NotFound
from .masking import MASK, secret_texts
from .plan import Plan, Wanted, plan
from .spec import BY_ID, Field, ResourceSpec
from .wanted import expect_needed, validate, wanted_of

# A server that is eventually consistent gets this long to show what it accepted.
_REREADS = 6
_REREAD_PAUSE_SECONDS = 0.5


@dataclasses.dataclass
class Outcome:
    """changed and diff are the plan's; resource is what the server holds now, or would hold, with references as the
    server keeps them; predicted lists references to objects that do not exist yet, which only their names stand for
    (check mode only)."""

    plan: Plan
    resource: dict[str, t.Any]
    predicted: list[str]

    @property
    def changed(self) -> bool:
        """Whether the object was changed, or would be."""
        return self.plan.changed

    @property
    def diff(self) -> dict[str, t.Any]:
        """Before and after, masked."""
        return {"before": self.plan.before, "after": self.plan.after}


def reconcile(
    spec: ResourceSpec,
    backend: Backend,
    params: dict[str, t.Any],
    *,
    check_mode: bool,
    hide: t.Callable[[set[str]], object] | None = None,
) -> Outcome:
    """Make the object be as the options say, and prove it by reading it back.

    hide  is told each secret text that a server returned, as soon as it is known, so that no later output shows it
    """
    state, name = params.get("state", "present"), spec.name_of(params)
    validate(spec, params, backend.server)
    params = spec.given(params)
    expect_needed(spec, params, backend.server)
    identity = spec.identity(params)

    def read() -> dict[str, t.Any] | None:
        found = backend.read(identity)
        if hide is not None:
            hide(secret_texts(spec.secrets_of(params, found)))
        return found

    predicted: list[str] = []
    current = read()
    wanted = {} if state == "absent" else _resolve(spec, backend, params, check_mode, predicted)

    def plan_for(found: dict[str, t.Any] | None, **how: t.Any) -> Plan:
        return plan(spec, found, wanted, state=state, name=name, server=backend.server, **how)

    todo = plan_for(current, update_secrets=spec.update_secrets(params, current, _now(backend)))
    todo = dataclasses.replace(todo, consequences=tuple(objections(spec, backend, todo, current, params)))
    if todo.changed and not check_mode:
        backend.write(todo, identity, current)
        forget = getattr(backend, "forget", lambda: None)
        current = _proven(spec, read, lambda found: plan_for(found, proof=True), todo, backend.server, name, forget)
    return Outcome(todo, _resource(spec, params, current, todo, check_mode), predicted)


def _now(backend: t.Any) -> t.Any:
    """The time of a server that tells it."""
    return getattr(backend, "now", None)


def objections(
    spec: ResourceSpec, backend: t.Any, todo: Plan, current: dict[str, t.Any] | None, params: dict[str, t.Any]
) -> list[str]:
    """What the guard and the invariant of a spec have to say about a plan; they raise what must not be."""
    said: list[str] = []
    foresee = getattr(backend, "foresee", None)
    if foresee is not None:
        foresee(todo)
    if spec.invariant is not None and params.get("state", "present") == "present":
        said += spec.invariant(backend, todo, current, params)
    if spec.guard is not None and todo.changed:
        said += spec.guard(backend, todo, current, params)
    return said


def _proven(
    spec: ResourceSpec,
    read: t.Callable[[], dict[str, t.Any] | None],
    replan: t.Callable[[dict[str, t.Any] | None], Plan],
    todo: Plan,
    server: str,
    name: str,
    forget: t.Callable[[], object],
) -> dict[str, t.Any] | None:
    """The object as it is after the write, once reading it back leaves nothing to do.

    forget  what a backend that remembers is told before it is asked again
    """
    for attempt in range(_REREADS):
        if attempt:
            time.sleep(_REREAD_PAUSE_SECONDS)
        forget()
        found = read()
        rest = replan(found)
        if not rest.changed:
            return found
    raise not_converged(spec, todo, rest, server, name)


def not_converged(spec: ResourceSpec, todo: Plan, rest: Plan, server: str, name: str) -> NotConverged:
    """The error for a write that was accepted and had another effect: rest is what would still have to be done."""
    fields = sorted(
        field.name for field in spec.properties if field.key in rest.changes and field.name in rest.after
    ) or [rest.action]
    return NotConverged(
        todo,
        fields,
        f"verify {spec.kind}",
        obj=name,
        server=server,
        why=f"not converged: [{', '.join(fields)}]; the write was accepted but reading it back shows another value",
        todo="Look for something else that writes this object, or for a value that the server rewrites",
    )


def _resolve(
    spec: ResourceSpec, backend: Backend, params: dict[str, t.Any], check_mode: bool, predicted: list[str]
) -> dict[str, Wanted]:
    """Options that were given, with references turned into identifiers; in check mode an earlier task of the same run
    may be going to create what does not exist yet."""

    def missing(field: Field, kind: str, name: str) -> Predicted:
        kind = kind.removesuffix(BY_ID)
        if not check_mode:
            raise no_such_reference(spec, field, kind, name, spec.name_of(params), backend.server)
        predicted.append(f"{kind} {name}")
        return Predicted(name)

    try:
        return wanted_of(spec, params, backend.resolve, missing)
    except EngineError as error:
        if error.obj != spec.name_of(params):
            error.sake = f"{spec.kind} '{spec.name_of(params)}'"
        raise


def no_such_reference(spec: ResourceSpec, field: Field, kind: str, name: str, obj: str, server: str) -> NotFound:
    """The error for an option that names what does not exist."""
    return NotFound(
        f"set '{field.name}' of {spec.kind}",
        obj=obj,
        server=server,
        why=f"there is no {kind} '{name}'",
        todo=f"Correct the name, or create the {kind} first",
    )


def _resource(
    spec: ResourceSpec, params: dict[str, t.Any], current: dict[str, t.Any] | None, todo: Plan, check_mode: bool
) -> dict[str, t.Any]:
    """What the module returns: everything that the server gave, or would give as far as the plan tells, with the
    options' names and secrets masked."""
    if todo.action == "delete" or (current is None and not check_mode):
        return {}
    found = {**(current or {}), **(_readable(spec, todo) if check_mode else {})}
    hidden = spec.hidden_keys(params)
    names = {field.key: field.name for field in reversed(spec.properties)}
    return {**todo.after, **{names.get(key, key): MASK if key in hidden else value for key, value in found.items()}}


def _readable(spec: ResourceSpec, todo: Plan) -> dict[str, t.Any]:
    """What the plan writes and a server would return."""
    kept_back = {field.key for field in spec.properties if field.write_only}
    return {key: change.value for key, change in todo.changes.items() if key not in kept_back}
