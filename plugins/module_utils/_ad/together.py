# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What entries of one desired state do to each other. For internal use by this collection only.

Each entry is planned by itself. Here they are seen together: two that are about one object, one that renames what
another names, and a value that one gives up and another takes. What is right in a certain order gets that order, and
what cannot be right in any is refused before anything is written.
"""

from __future__ import annotations

import dataclasses
import typing as t

from .._engine.errors import Conflict
from .._engine.spec import Compare, Field
from . import dn, lookup, uniqueness

if t.TYPE_CHECKING:
    from .._engine.errors import EngineError
    from .._engine.estate import Place, Step
    from .backend import DirectoryBackend
    from .lookup import Finder

Blame: t.TypeAlias = "tuple[Step, EngineError]"
_OWN_TASK = "Do the rename or the move in a task of its own first"


@dataclasses.dataclass(frozen=True)
class Planned:
    """A step with what it is about.

    token   the same for all steps about one object
    target  DN that the object has in the end; empty for a new object without a place
    named   what the entry names, as (option, kind of reference, name)
    """

    step: Step
    backend: DirectoryBackend
    token: t.Any
    target: str
    named: tuple[tuple[str, str, str], ...]

    @property
    def name(self) -> str:
        return f"{self.step.entry.kind} '{self.step.entry.name}'"

    @property
    def old(self) -> str:
        """DN of the object now; empty if it is new."""
        return self.backend.entry.dn if self.backend.entry is not None else ""

    def conflict(self, what: str, why: str, todo: str) -> Blame:
        """An error of this step."""
        entry = self.step.entry
        return self.step, Conflict(
            f"{what} {entry.kind}", obj=entry.name, server=self.backend.server, why=why, todo=todo
        )


def names_in(params: dict[str, t.Any], fields: t.Iterable[Field]) -> t.Iterator[tuple[str, str, str]]:
    """Option, kind of reference and name of everything that the options name and that shall be there."""
    for field in fields:
        value = params.get(field.name)
        if not field.reference or value in (None, field.clears):
            continue
        verbs = value if isinstance(value, dict) else {"": value if isinstance(value, list) else [value]}
        for verb, names in verbs.items():
            yield from ((field.name, field.reference, name) for name in names or () if verb != "remove")


def twice(planned: list[Planned]) -> t.Iterator[Blame]:
    """Entries that are about an object of which another entry says something about the same property."""
    by_object: dict[t.Any, list[Planned]] = {}
    for one in planned:
        before = by_object.setdefault(one.token, [])
        reason = next(filter(None, (_clash(one, other) for other in before)), "")
        if reason:
            yield one.conflict("plan", reason, "Put both into one")
        before.append(one)


def _clash(one: Planned, other: Planned) -> str:
    """Why two entries cannot be about one object, or nothing."""
    both = f"it is the same object as the {other.name}"
    if one.step.entry.kind == other.step.entry.kind:
        return both
    if one.step.entry.absent or other.step.entry.absent:
        return f"{both}, and only one of them removes it"
    mine, others = _properties(one), _properties(other)
    shared = [mine[key].name for key in mine if key in others and not _agree(one, other, mine[key], others[key])]
    return f"{both}, and both set {' and '.join(shared)}" if shared else ""


def _properties(one: Planned) -> dict[t.Any, Field]:
    """What an entry sets: by attribute, and by option as well where several share an attribute."""
    fields = {field.key: field for field in one.backend.kind.spec.properties}
    return {
        item.attributes[0].lower() if len(item.keys) == 1 else (item.attributes[0].lower(), key): fields[key]
        for item in one.backend.kind.properties
        for key in item.keys
        if key in fields and one.step.entry.params.get(fields[key].name) is not None
    }


def _agree(one: Planned, other: Planned, mine: Field, others: Field) -> bool:
    """Whether two entries may both say something about a membership: neither says all, and none takes what the other
    gives."""
    if mine.compare is not Compare.MEMBERSHIP or others.compare is not Compare.MEMBERSHIP:
        return False
    first, second = one.step.entry.params[mine.name], other.step.entry.params[others.name]
    if first.get("set") is not None or second.get("set") is not None:
        return False
    given = [{str(name).lower() for name in verbs.get("add") or ()} for verbs in (first, second)]
    taken = [{str(name).lower() for name in verbs.get("remove") or ()} for verbs in (first, second)]
    changes = [one.step.plan.changes.get(mine.key), other.step.plan.changes.get(others.key)]
    added = [{mine.normalize(value) for value in change.added} if change else set() for change in changes]
    removed = [{mine.normalize(value) for value in change.removed} if change else set() for change in changes]
    return not (given[0] & taken[1] or given[1] & taken[0] or added[0] & removed[1] or added[1] & removed[0])


def renamed(planned: list[Planned], place_of: t.Callable[[str, str], Place]) -> t.Iterator[Blame]:
    """Entries that name an object by what it will not be called any more. All others that are about it wait for it."""
    for mover in planned:
        changes = mover.step.plan.changes
        if not mover.old or mover.step.plan.action != "update" or not changes.keys() & {"name", "path", *_ALSO}:
            continue
        entry = mover.backend.entry
        lost = {lookup.key_of(text) for key, name in _ALSO.items() if key in changes and (text := entry.text(name))}
        moves = dn.canonical(mover.old) != dn.canonical(mover.target)
        for one in planned:
            if one is mover:
                continue
            gone = [(option, name) for option, name in _called(one) if _is_lost(name, mover, lost, moves=moves)]
            if gone:
                option, name = gone[0]
                why = f"'{option}' names '{name}', and the same desired state makes the {mover.name} '{mover.target}'"
                yield one.conflict("plan", why, f"{_OWN_TASK}, or name it by what it will be called")
            elif not one.step.entry.absent and (
                one.token == mover.token or _depends(one, mover, place_of, moves=moves)
            ):
                one.step.needs.add(mover.step.entry.place)


_ALSO = {"sam_account_name": "sAMAccountName", "upn": "userPrincipalName"}


def _called(one: Planned) -> t.Iterator[tuple[str, str]]:
    """Options that name something, with what they name; the object itself among it."""
    yield from ((option, name) for option, _kind, name in one.named)
    params = one.step.entry.params
    if params.get("identity"):
        yield "identity", params["identity"]


def _is_lost(name: str, mover: Planned, lost: set[lookup.Key], *, moves: bool) -> bool:
    """Whether nothing answers to a name after the rename."""
    if not dn.is_dn(name):
        return lookup.key_of(name) in lost
    return moves and dn.within(name, mover.old) and not dn.within(name, mover.target)


def _depends(one: Planned, mover: Planned, place_of: t.Callable[[str, str], Place], *, moves: bool) -> bool:
    """Whether what an entry writes looks different after the rename."""
    if any(place_of(kind, name) == mover.step.entry.place for _option, kind, name in one.named):
        return True
    if not moves or not one.step.changed:
        return False
    held = one.step.current or {}
    texts = [
        text
        for key, change in one.step.plan.changes.items()
        for value in (change.value, change.removed, held.get(key))
        for text in (value if isinstance(value, (list, tuple)) else [value])
        if isinstance(text, str) and dn.is_dn(text)
    ]
    return any(dn.within(text, mover.old) for text in texts)


def unique(planned: list[Planned], finder: Finder) -> t.Iterator[Blame]:
    """Entries that take a value which another entry takes as well. Who takes what another gives up waits for it."""
    given_up: dict[tuple[str, str], Planned] = {}
    taken: dict[tuple[str, str], Planned] = {}
    wanted: dict[str, list[str]] = {}
    for one in planned:
        for key, attribute in one.backend.kind.unique.items() if one.step.changed else ():
            for value in _freed(one, key, attribute):
                given_up[(attribute, value.lower())] = one
            for value in uniqueness.new_values(one.backend, one.step.plan, key, attribute):
                other = taken.setdefault((attribute, value.lower()), one)
                wanted.setdefault(attribute, []).append(value)
                if other is not one:
                    why = f"'{value}' in '{key}' is given to the {other.name} as well"
                    yield one.conflict(f"set '{key}' of", why, "Give it to one of them")
    ending = finder.once("given up", set)
    for attribute, values in wanted.items():
        for value, holder in uniqueness.holders(finder, attribute, values):
            key = (attribute, value.lower())
            giver = given_up.get(key)
            if giver is not None and dn.canonical(giver.old) == dn.canonical(holder.dn) and giver is not taken[key]:
                ending.add((*key, dn.canonical(holder.dn)))
                taken[key].step.needs.add(giver.step.entry.place)


def _freed(one: Planned, key: str, attribute: str) -> t.Iterable[str]:
    change = one.step.plan.changes.get(key)
    if change is None or one.step.plan.action != "update" or one.backend.entry is None:
        return ()
    return change.removed if isinstance(change.value, list) else one.backend.entry.texts(attribute)
