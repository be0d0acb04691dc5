# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From options to a result, with the only write of the collection. For internal use by this collection only."""

from __future__ import annotations

import dataclasses
import functools
import time
import typing as t

from .backend import Backend, Predicted
from .errors import InvalidInput, NotConverged, NotFound
from .masking import MASK, secret_texts
from .plan import Plan, Wanted, plan
from .spec import MEMBERSHIP_VERBS, Compare, Field, ResourceSpec

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
    _validate(spec, backend, params, name)
    params = spec.given(params)
    _expect_needed(spec, backend, params)
    identity = spec.identity(params)

    def read() -> dict[str, t.Any] | None:
        found = backend.read(identity)
        if hide is not None:
            hide(secret_texts(spec.secrets_of(params, found)))
        return found

    predicted: list[str] = []
    current = read()
    wanted = {} if state == "absent" else _resolve(spec, backend, params, check_mode, predicted)

    def plan_for(found: dict[str, t.Any] | None, **how: bool) -> Plan:
        return plan(spec, found, wanted, state=state, name=name, server=backend.server, **how)

    todo = plan_for(current, update_secrets=params.get("update_secrets") == "always")
    if todo.changed and spec.guard is not None:
        spec.guard(backend, todo, current)
    if todo.changed and not check_mode:
        backend.write(todo, identity, current)
        current = _proven(spec, read, lambda found: plan_for(found, proof=True), todo, backend.server, name)
    return Outcome(todo, _resource(spec, params, current, todo, check_mode), predicted)


def _validate(spec: ResourceSpec, backend: Backend, params: dict[str, t.Any], name: str) -> None:
    for field in spec.fields:
        value = params.get(field.name)
        problem = "" if value is None else field.problem(value)
        if problem:
            raise InvalidInput(
                f"set '{field.name}' of {spec.kind}",
                obj=name,
                server=backend.server,
                why=problem,
                todo=f"Correct '{field.name}'",
            )


def _expect_needed(spec: ResourceSpec, backend: Backend, params: dict[str, t.Any]) -> None:
    """AnsibleModule has asked for these, but takes a blank option for one that is given."""
    for names in spec.required_one_of:
        if all(params.get(name) is None for name in names):
            raise InvalidInput(
                f"manage {spec.kind}",
                server=backend.server,
                why=f"one of these options is needed: {', '.join(names)}",
                todo="Give one of them a value",
            )


def _proven(
    spec: ResourceSpec,
    read: t.Callable[[], dict[str, t.Any] | None],
    replan: t.Callable[[dict[str, t.Any] | None], Plan],
    todo: Plan,
    server: str,
    name: str,
) -> dict[str, t.Any] | None:
    """The object as it is after the write, once reading it back leaves nothing to do."""
    for attempt in range(_REREADS):
        if attempt:
            time.sleep(_REREAD_PAUSE_SECONDS)
        found = read()
        rest = replan(found)
        if not rest.changed:
            return found
    fields = sorted(field.name for field in spec.fields if field.key in rest.changes and field.name in rest.after) or [
        rest.action
    ]
    raise NotConverged(
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
    """Options that were given, with references turned into identifiers."""

    def look_up(field: Field, name: str, verb: str = "") -> t.Any:
        found = backend.resolve(field.reference, name)
        if found is not None:
            return found
        if verb == "remove":
            # What does not exist is no member. A name that is an identifier still finds a member that leads nowhere.
            return name
        if not check_mode:
            raise NotFound(
                f"set '{field.name}' of {spec.kind}",
                obj=spec.name_of(params),
                server=backend.server,
                why=f"there is no {field.reference} '{name}'",
                todo=f"Correct the name, or create the {field.reference} first",
            )
        predicted.append(f"{field.reference} {name}")
        return Predicted(name)

    wanted: dict[str, Wanted] = {}
    for field in spec.fields:
        value = params.get(field.name)
        if value is None:
            continue
        shown: dict[t.Any, str] = {}
        if field.reference and value != field.clears:
            value = _resolved(field, value, functools.partial(look_up, field), shown)
        wanted[field.name] = Wanted(value, shown)
    return wanted


def _resolved(field: Field, value: t.Any, look_up: t.Callable[..., t.Any], shown: dict[t.Any, str]) -> t.Any:
    def one(name: str, verb: str = "") -> t.Any:
        found = look_up(name, verb)
        shown[found] = name
        return found

    if field.compare is Compare.MEMBERSHIP:
        return {
            verb: None if value.get(verb) is None else [one(name, verb) for name in value[verb]]
            for verb in MEMBERSHIP_VERBS
        }
    return [one(name) for name in value] if field.is_list else one(value)


def _resource(
    spec: ResourceSpec, params: dict[str, t.Any], current: dict[str, t.Any] | None, todo: Plan, check_mode: bool
) -> dict[str, t.Any]:
    """What the module returns: everything that the server gave, or would give as far as the plan tells, with the
    options' names and secrets masked."""
    if todo.action == "delete" or (current is None and not check_mode):
        return {}
    found = {**(current or {}), **(_readable(spec, todo) if check_mode else {})}
    hidden = spec.hidden_keys(params)
    names = {field.key: field.name for field in reversed(spec.fields)}
    return {**todo.after, **{names.get(key, key): MASK if key in hidden else value for key, value in found.items()}}


def _readable(spec: ResourceSpec, todo: Plan) -> dict[str, t.Any]:
    """What the plan writes and a server would return."""
    kept_back = {field.key for field in spec.fields if field.write_only}
    return {key: change.value for key, change in todo.changes.items() if key not in kept_back}
