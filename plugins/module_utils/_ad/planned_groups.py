# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The groups of accounts as they will be once a desired state is reached. For internal use by this collection only.

The rule about privileged groups has to see what the same run adds and takes away. So the directory is read with these
changes laid over what it says.
"""

from __future__ import annotations

import dataclasses
import typing as t

from . import dn, values, visible
from . import security_descriptor as sd
from .account_rules import ATTRIBUTES
from .directory import Entry
from .group_closure import closure

if t.TYPE_CHECKING:
    from .._engine.estate import Place
    from .directory import Directory
    from .group_closure import GroupPath
    from .lookup import Finder
    from .together import Planned

_ACCOUNT = "service account"
_MEMBER, _MEMBER_OF = "member", "memberOf"
# Of a group that does not exist yet: none of the SIDs that mean something.
_NEW_SID = "S-1-5-21-0-0-0-4294967295"


@dataclasses.dataclass
class _Changes:
    """Canonical DN of a member -> DNs of groups that it joins and leaves; and groups that do not exist yet."""

    joins: dict[str, list[str]] = dataclasses.field(default_factory=dict)
    leaves: dict[str, list[str]] = dataclasses.field(default_factory=dict)
    new: dict[str, Entry] = dataclasses.field(default_factory=dict)

    def member_of(self, name: str, now: t.Iterable[str]) -> list[str]:
        """What an object is in then."""
        key = dn.canonical(name)
        left = {dn.canonical(group) for group in self.leaves.get(key, ())}
        kept = [group for group in now if dn.canonical(group) not in left]
        held = {dn.canonical(group) for group in kept}
        return [*kept, *(group for group in self.joins.get(key, ()) if dn.canonical(group) not in held)]


class _Foreseen:
    """A directory that shows the groups of each object as they will be."""

    def __init__(self, directory: Directory, changes: _Changes) -> None:
        self._directory, self._changes = directory, changes

    def __getattr__(self, name: str) -> t.Any:
        return getattr(self._directory, name)

    def search(self, *args: t.Any, **how: t.Any) -> list[Entry]:
        return [_shown(entry, self._changes) for entry in self._directory.search(*args, **how)]

    def forest_search(self, *args: t.Any, **how: t.Any) -> list[Entry]:
        return [_shown(entry, self._changes) for entry in self._directory.forest_search(*args, **how)]

    def get(self, name: str, attributes: list[str], **how: t.Any) -> Entry | None:
        new = self._changes.new.get(dn.canonical(name))
        found = new or self._directory.get(name, attributes, **how)
        return None if found is None else _shown(found, self._changes)


def foresee(finder: Finder, planned: list[Planned], place_of: t.Callable[[str, str], Place]) -> None:
    """Let the rules about service accounts know which groups these are in then. An account that leaves a group is
    written after that."""
    accounts = [one for one in planned if one.step.entry.kind == _ACCOUNT and not one.step.entry.absent]
    changes = _changes(planned, place_of) if accounts else _Changes()
    if not changes.joins and not changes.leaves:
        return
    entries = {id(one): _account(one, changes) for one in accounts}
    directory = t.cast("Directory", _Foreseen(finder.directory, changes))
    found = closure(directory, list(entries.values()), reader=visible.reader(finder, ATTRIBUTES))
    known: dict[t.Any, list[GroupPath]] = finder.once("groups", dict)
    for one in accounts:
        guid = one.backend.entry.first("objectGUID") if one.backend.entry is not None else None
        known[values.guid_from_bytes(guid) if guid else one.backend] = found[entries[id(one)].dn]
        for group in planned:
            if one.old and dn.canonical(one.old) in {dn.canonical(name) for name in _members(group)[1]}:
                one.step.needs.add(group.step.entry.place)


def _changes(planned: list[Planned], place_of: t.Callable[[str, str], Place]) -> _Changes:
    by_place = {one.step.entry.place: one for one in planned}
    whole = {one.token: one for one in planned if not one.backend.kind.part}
    changes = _Changes()
    for one in planned:
        group = one.old or one.target or (whole[one.token].target if one.token in whole else "")
        added, removed = _members(one) if group else ((), ())
        for name in added:
            other = by_place.get(place_of("member", name)) if not dn.is_dn(name) else None
            changes.joins.setdefault(dn.canonical(other.target if other else name), []).append(group)
        for name in removed:
            changes.leaves.setdefault(dn.canonical(name), []).append(group)
        if one.step.plan.action == "create" and one.target and one.step.entry.kind == "group":
            changes.new[dn.canonical(one.target)] = _group(one)
    return changes


def _members(one: Planned) -> tuple[t.Sequence[str], t.Sequence[str]]:
    """What a step adds to a group and takes out of it."""
    keys = [item.keys[0] for item in one.backend.kind.properties if item.attributes == (_MEMBER,)]
    change = one.step.plan.changes.get(keys[0]) if keys else None
    if change is None:
        return (), ()
    new = one.step.plan.action == "create"
    return tuple(change.value or ()) if new else change.added, change.removed


def _account(one: Planned, changes: _Changes) -> Entry:
    entry = one.backend.entry
    return _shown(Entry(one.target or one.step.entry.name, {}) if entry is None else entry, changes)


def _group(one: Planned) -> Entry:
    readable = sd.SecurityDescriptor(owner=sd.BUILTIN_ADMINISTRATORS, dacl=None).to_bytes()
    return Entry(
        one.target,
        {
            "objectClass": [b"top", b"group"],
            "objectSid": [values.sid_to_bytes(_NEW_SID)],
            "sAMAccountName": [one.backend.account().encode()],
            "nTSecurityDescriptor": [readable],
        },
    )


def _shown(entry: Entry, changes: _Changes) -> Entry:
    now = entry.texts(_MEMBER_OF)
    then = changes.member_of(entry.dn, now)
    if now == then:
        return entry
    names = ("objectClass", "objectGUID", "objectSid", "sAMAccountName", "primaryGroupID", "nTSecurityDescriptor")
    held = {name: entry.all(name) for name in names if entry.all(name)}
    return Entry(entry.dn, {**held, _MEMBER_OF: [name.encode() for name in then]})
