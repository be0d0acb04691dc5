# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pure part: what has to change. For internal use by this collection only.

C(plan()) reads no server and writes to none. Check mode, real mode, C(changed) and C(diff) all come from the one plan,
so they cannot differ.
"""

from __future__ import annotations

import dataclasses
import typing as t

from .errors import ImmutableChange, InvalidInput, NotFound
from .masking import MASK, MASK_CHANGED
from .spec import MEMBERSHIP_VERBS, Compare, Field, ResourceSpec


@dataclasses.dataclass(frozen=True)
class Wanted:
    """A resolved option.

    value  what the server shall hold; for a membership a dict of the verbs C(add), C(remove) and C(set)
    shown  resolved value -> the name that the user wrote, so that a diff speaks the user's language
    """

    value: t.Any
    shown: dict[t.Any, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Change:
    """One property to write.

    value           the whole new value
    added, removed  elements, for a membership
    """

    value: t.Any
    added: tuple[t.Any, ...] = ()
    removed: tuple[t.Any, ...] = ()


@dataclasses.dataclass(frozen=True)
class Plan:
    """action is C(none), C(create), C(update) or C(delete); before and after are masked and ready to show; changes maps
    a property's name on the server to its C(Change); consequences says what else would happen, a sentence each."""

    action: str
    before: dict[str, t.Any]
    after: dict[str, t.Any]
    changes: dict[str, Change] = dataclasses.field(default_factory=dict)
    consequences: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether anything has to be written."""
        return self.action != "none"


def plan(
    spec: ResourceSpec,
    current: dict[str, t.Any] | None,
    wanted: dict[str, Wanted],
    *,
    state: str = "present",
    update_secrets: str = "on_create",
    proof: bool = False,
    name: str = "",
    server: str = "",
) -> Plan:
    """What turns the current object into the wanted one.

    current  properties by their name on the server, or None if the object does not exist
    wanted   options by name; an option that is not in it is left untouched
    proof    after a write: only tell what differs, and refuse nothing
    """
    if state == "absent":
        return Plan("none", {}, {}) if current is None else Plan("delete", _whole(spec, current), {})
    if current is None:
        return _creation(spec, wanted, proof, name, server)

    asked = [field for field in spec.properties if field.name in wanted]
    before = _shown(asked, wanted, current)
    changes: dict[str, Change] = {}
    after = dict(before)
    for field in asked:
        have = current.get(field.key) if field.held is None else field.held(current)
        change = _change(field, have, wanted[field.name].value, update_secrets)
        if change is None:
            continue
        if field.immutable and not proof:
            known = "set" if field.hidden else f"'{current.get(field.key)}'"
            raise ImmutableChange(
                f"change '{field.name}' of {spec.kind}",
                obj=name,
                server=server,
                why=f"it is {known} and is fixed at creation",
                todo=f"Keep '{field.name}' as it is, or remove the {spec.kind} (state: absent) and create it anew",
            )
        changes[field.key] = change
        after[field.name] = MASK_CHANGED if field.hidden else _show(field, change.value, wanted[field.name])
    return Plan("update" if changes else "none", before, after, changes)


def _creation(spec: ResourceSpec, wanted: dict[str, Wanted], proof: bool, name: str, server: str) -> Plan:
    sought = next((field.name for field in spec.properties if field.finds_only and field.name in wanted), "")
    if sought and not proof:
        raise NotFound(
            f"update {spec.kind}",
            obj=name,
            server=server,
            why=f"there is no {spec.kind} with {sought} '{wanted[sought].value}'",
            todo=f"Correct {sought}, or leave it out to create a new {spec.kind}",
        )
    given = {field.key for field in spec.properties if field.name in wanted}
    missing = [field.name for field in spec.properties if field.required_on_create and field.key not in given]
    if missing and not proof:
        raise InvalidInput(
            f"create {spec.kind}",
            obj=name,
            server=server,
            why=f"it does not exist yet and these options are needed to create it: {', '.join(missing)}",
            todo="Add them to the task",
        )
    changes, after = {}, {}
    for field in spec.properties:
        if field.name in wanted:
            value = _target(field, wanted[field.name].value)
            if field.compare is Compare.MEMBERSHIP:
                value = _members(field, [], value).value
            after[field.name] = MASK if field.hidden else _show(field, value, wanted[field.name])
        elif field.create_value is not None:
            value = field.create_value
        else:
            continue
        changes[field.key] = Change(value)
    return Plan("create", {}, after, changes)


def _change(field: Field, have: t.Any, want: t.Any, update_secrets: str) -> Change | None:
    if field.identity and not field.movable:
        return None
    if field.write_only and not (field.comparable and update_secrets == "when_changed"):
        return Change(want) if update_secrets == "always" else None
    if field.compare is Compare.MEMBERSHIP:
        change = _members(field, have or [], want)
        return change if change.added or change.removed else None
    want = _target(field, want)
    if field.compare is Compare.SUBSET and want is not None:
        want = merged(have or {}, want)
    if field.compare is Compare.TYPED and want is not None:
        want = typed_merge(have, want)
    return None if canonical(field, have) == canonical(field, want) else Change(want)


def _target(field: Field, want: t.Any) -> t.Any:
    """The wanted value as it is sent."""
    if field.clears is not None and want == field.clears:
        return None
    if field.options and isinstance(want, dict):
        # AnsibleModule gives null to each suboption that is not given
        want = {name: value for name, value in want.items() if value is not None}
    return list(_distinct(field, want).values()) if field.compare is Compare.SET and want is not None else want


def _members(field: Field, have: list[t.Any], verbs: dict[str, t.Any]) -> Change:
    """C(set) replaces all; C(remove) wins over C(add), as in microsoft.ad."""
    held = {field.normalize(item): item for item in have}
    groups = {verb: {field.normalize(item): item for item in verbs.get(verb) or []} for verb in MEMBERSHIP_VERBS}
    start = groups["set"] if verbs.get("set") is not None else held
    target = {**start, **{key: item for key, item in groups["add"].items() if key not in start}}
    target = {key: held.get(key, item) for key, item in target.items() if key not in groups["remove"]}
    return Change(
        list(target.values()),
        added=tuple(item for key, item in target.items() if key not in held),
        removed=tuple(item for key, item in held.items() if key not in target),
    )


def merged(have: t.Any, want: t.Any) -> t.Any:
    """want laid over have, at every depth."""
    if isinstance(have, dict) and isinstance(want, dict):
        return {**have, **{key: merged(have.get(key), value) for key, value in want.items()}}
    return want


def typed_merge(have: t.Any, want: t.Any) -> t.Any:
    """want laid over have, at every depth and element by element; something of another C(type) is taken as it is."""
    if isinstance(have, dict) and isinstance(want, dict) and have.get("type") == want.get("type", have.get("type")):
        return {**have, **{key: typed_merge(have.get(key), value) for key, value in want.items()}}
    if isinstance(have, list) and isinstance(want, list) and len(have) == len(want):
        return [typed_merge(one, other) for one, other in zip(have, want, strict=True)]
    return want


def canonical(field: Field, value: t.Any) -> t.Any:
    """The one form in which two values are compared."""
    if value is None:
        return [] if field.is_list else None
    if field.is_list and field.compare in (Compare.EXACT, Compare.TYPED):
        return [_typed(field.normalize(item)) for item in value]
    if field.is_list:
        return sorted(_distinct(field, value))
    return _typed(field.normalize(value))


def _distinct(field: Field, items: t.Iterable[t.Any]) -> dict[str, t.Any]:
    """The first of all elements that are the same in their normal form, by that form as text."""
    found: dict[str, t.Any] = {}
    for item in items:
        found.setdefault(repr(_typed(field.normalize(item))), item)
    return found


def _typed(value: t.Any) -> t.Any:
    """The same value with truth told apart from numbers: Python takes C(True) for C(1), JSON does not. Dictionaries get
    one order, so that equal ones look equal as text."""
    if isinstance(value, dict):
        return {key: _typed(value[key]) for key in sorted(value, key=repr)}
    if isinstance(value, (list, tuple)):
        return [_typed(item) for item in value]
    return ("bool", value) if isinstance(value, bool) else value


def _shown(fields: list[Field], wanted: dict[str, Wanted], current: dict[str, t.Any]) -> dict[str, t.Any]:
    return {
        field.name: MASK if field.hidden else _show(field, current.get(field.key), wanted[field.name])
        for field in fields
    }


def _whole(spec: ResourceSpec, current: dict[str, t.Any]) -> dict[str, t.Any]:
    """All that the spec knows of an object that is about to go; a property with a secret field is masked."""
    hidden = spec.hidden_keys({})
    names = {field.key: field.name for field in reversed(spec.properties)}
    return {name: MASK if key in hidden else current[key] for key, name in names.items() if key in current}


def _show(field: Field, value: t.Any, wanted: Wanted) -> t.Any:
    """A value for human eyes: what the user named is shown by the user's name, lists without order are sorted."""
    show = field.names.show if field.names is not None else None
    shown = _by_name(value, wanted.shown) if show is None else show(value, wanted.shown)
    unordered = field.compare in (Compare.SET, Compare.MEMBERSHIP) and isinstance(shown, list)
    return sorted(shown, key=str) if unordered else shown


def _by_name(value: t.Any, shown: dict[t.Any, str]) -> t.Any:
    """The value with each identifier that stands for a name replaced by it, at every depth."""
    if isinstance(value, dict):
        return {key: _by_name(item, shown) for key, item in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [_by_name(item, shown) for item in value]
    return shown.get(value, value)
