# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All groups of many accounts at once. For internal use by this collection only.

Level by level: all groups that the accounts are in, then all groups that those are in. So a thousand accounts cost as
many operations as the deepest of them, for each hundred groups. A group is read once, so a circle ends.

A domain controller's C(memberOf) knows the groups of its own domain. Universal groups of other domains are found by
their C(member) in the global catalog; global and domain local ones of other domains are no part of a token here.
"""

from __future__ import annotations

import collections
import dataclasses
import typing as t

from .._engine.errors import Forbidden
from . import batches, dn, filters, values, well_known

if t.TYPE_CHECKING:
    from .directory import Directory, Entry
    from .readable import Reader

_MEMBER_OF = "memberOf"
_ATTRIBUTES = ["objectClass", "objectGUID", "objectSid", "sAMAccountName", _MEMBER_OF]
_DESCRIPTOR = "nTSecurityDescriptor"

# A group, names of the groups before it, and whether the way begins with the primary group.
_Start: t.TypeAlias = "tuple[str, tuple[str, ...], bool]"


@dataclasses.dataclass(frozen=True)
class GroupPath:
    """One group that an account is in, by the shortest way.

    dn        empty for a primary group that nobody shows
    sid       empty for a group that cannot be read
    through   names of the groups on the way, the one that the account itself is in first; empty for a direct member
    primary   the way begins with the primary group
    complete  False if what the group itself is in cannot be read, so that there may be more groups
    """

    dn: str
    sid: str
    name: str
    through: tuple[str, ...] = ()
    primary: bool = False
    complete: bool = True


def closure(
    directory: Directory, entries: t.Sequence[Entry], *, reader: Reader | None = None, implicit: bool = False
) -> dict[str, list[GroupPath]]:
    """All groups of each account by its DN, nearer ones first.

    entries   accounts of the own domain, read with memberOf, primaryGroupID and objectSid
    reader    tells groups that are in no other from groups that hide in which they are; without it only groups that
              cannot be read at all are incomplete
    implicit  also what everybody is in because Everyone or Authenticated Users is
    """
    return _Walk(directory, reader).all_of(entries, implicit=implicit)


@dataclasses.dataclass
class _Group:
    """A group, or a stand-in for one that cannot be read."""

    dn: str
    sid: str = ""
    name: str = ""
    parents: list[str] = dataclasses.field(default_factory=list)
    complete: bool = True


class _Walk:
    def __init__(self, directory: Directory, reader: Reader | None) -> None:
        self._directory, self._reader = directory, reader
        self._groups: dict[str, _Group] = {}
        # found in another domain by its member, and not by the member's memberOf
        self._elsewhere: dict[str, list[str]] = {}

    def all_of(self, entries: t.Sequence[Entry], *, implicit: bool) -> dict[str, list[GroupPath]]:
        primary = {entry.dn: sid for entry in entries if (sid := _primary_group(entry))}
        everybody = well_known.IMPLICIT if implicit else ()
        by_sid = self._read_by_sid([*primary.values(), *everybody])
        self._climb([*(entry.dn for entry in entries), *(group.dn for group in by_sid.values() if group.dn)], entries)
        answer = {}
        for entry in entries:
            starts = [(name, (), False) for name in self._parents(entry.dn, entry.texts(_MEMBER_OF))]
            answer[entry.dn] = self._paths(starts, by_sid.get(primary.get(entry.dn, "")), by_sid, everybody)
        return answer

    def _read_by_sid(self, sids: list[str]) -> dict[str, _Group]:
        """Primary groups, and what stands for everybody. What nobody shows is remembered as incomplete."""
        found = batches.by_sid(self._directory, sids, self._attributes(), descriptors=self._reader is not None)
        groups = {sid: self._take(entry) for sid, entry in found.items()}
        # without an object that stands for it, a well-known principal is in no group
        missing = [sid for sid in dict.fromkeys(sids) if sid not in groups and sid not in well_known.IMPLICIT]
        return {**groups, **{sid: _Group("", sid, sid, complete=False) for sid in missing}}

    def _climb(self, level: list[str], entries: t.Sequence[Entry]) -> None:
        """Read group after group until there is none left.

        level  DNs of what was read last: first the accounts
        """
        pending = [name for entry in entries for name in entry.texts(_MEMBER_OF)]
        pending += [name for group in self._groups.values() for name in group.parents]
        while level:
            new = self._read(pending)
            if len(self._directory.domains) > 1:
                new += self._read_elsewhere(level)
            level = [group.dn for group in new]
            pending = [name for group in new for name in group.parents]

    def _read(self, names: list[str]) -> list[_Group]:
        """Groups that are not known yet."""
        wanted = {dn.canonical(name): name for name in names if dn.canonical(name) not in self._groups}
        found = batches.by_dn(
            self._directory, wanted.values(), self._attributes(), descriptors=self._reader is not None
        )
        for key, name in wanted.items():
            entry = found.get(key) or self._alone(name)
            if entry is None:
                self._groups[key] = _Group(name, name=dn.leaf(name), complete=False)
            else:
                self._groups[key] = self._take(entry)
        return [self._groups[key] for key in wanted]

    def _alone(self, name: str) -> Entry | None:
        """What cannot be searched for, but perhaps read."""
        if not dn.same_domain(name, self._directory.base):
            return None
        try:
            return self._directory.get(name, self._attributes())
        except Forbidden:
            return None

    def _read_elsewhere(self, names: list[str]) -> list[_Group]:
        """Universal groups of other domains, and groups of this one that hold a group of another."""
        new: list[_Group] = []
        for some in filters.portions(name for name in names if name):
            condition = filters.any_of(*(filters.equals("member", name) for name in some))
            found = self._directory.forest_search(condition, self._attributes())
            new += [self._take(entry) for entry in found if dn.canonical(entry.dn) not in self._groups]
        for some in filters.portions(group.dn for group in new):
            condition = filters.any_of(*(filters.equals("distinguishedName", name) for name in some))
            for entry in self._directory.forest_search(condition, ["member"]):
                for member in entry.texts("member"):
                    self._elsewhere.setdefault(dn.canonical(member), []).append(entry.dn)
        return new

    def _take(self, entry: Entry) -> _Group:
        hidden = (
            self._reader is not None and self._is_of_this_domain(entry) and self._reader.hidden(entry, [_MEMBER_OF])
        )
        sid, name = entry.first("objectSid"), entry.text("sAMAccountName") or dn.leaf(entry.dn)
        group = _Group(
            entry.dn,
            values.sid_from_bytes(sid) if sid else "",
            name,
            entry.texts(_MEMBER_OF),
            complete=bool(sid) and not hidden,
        )
        self._groups[dn.canonical(entry.dn)] = group
        return group

    def _is_of_this_domain(self, entry: Entry) -> bool:
        return dn.same_domain(entry.dn, self._directory.base)

    def _attributes(self) -> list[str]:
        return [*_ATTRIBUTES, _DESCRIPTOR] if self._reader is not None else list(_ATTRIBUTES)

    def _parents(self, name: str, known: t.Iterable[str]) -> list[str]:
        return [*known, *self._elsewhere.get(dn.canonical(name), ())]

    def _paths(
        self,
        starts: list[_Start],
        primary: _Group | None,
        by_sid: dict[str, _Group],
        everybody: t.Iterable[str],
    ) -> list[GroupPath]:
        """Nearest first; of several ways the shortest, and a group that was joined before one that everybody is in."""
        paths: dict[str, GroupPath] = {}
        queue = list(starts)
        if primary is not None:
            if primary.dn:
                queue.append((primary.dn, (), True))
            else:
                paths[primary.sid] = _path(primary, (), primary=True)
        self._follow(queue, paths)
        for sid in everybody:
            if sid in by_sid:
                name = well_known.name_of(sid) or sid
                self._follow([(parent, (name,), False) for parent in by_sid[sid].parents], paths)
        return list(paths.values())

    def _follow(self, queue: list[_Start], paths: dict[str, GroupPath]) -> None:
        ahead = collections.deque(queue)
        while ahead:
            name, through, primary = ahead.popleft()
            key = dn.canonical(name)
            if key not in paths:
                group = self._groups[key]
                paths[key] = _path(group, through, primary=primary)
                further = (*through, group.name)
                ahead.extend((parent, further, primary) for parent in self._parents(group.dn, group.parents))


def _path(group: _Group, through: tuple[str, ...], *, primary: bool) -> GroupPath:
    return GroupPath(group.dn, group.sid, group.name, through, primary, group.complete)


def _primary_group(entry: Entry) -> str:
    """SID of the primary group; empty if the account has none or does not show it."""
    sid, number = entry.first("objectSid"), entry.first("primaryGroupID")
    if not sid or not number:
        return ""
    return f"{values.sid_from_bytes(sid).rpartition('-')[0]}-{int(number)}"
