# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""People in groups that hosts should be in. For internal use by this collection only."""

from __future__ import annotations

import typing as t

from . import dn, filters, sids, values, well_known

if t.TYPE_CHECKING:
    from .directory import Directory, Entry

_GROUP = filters.equals("objectClass", "group")
_PERSON = filters.all_of(filters.equals("objectCategory", "person"), filters.equals("objectClass", "user"))
_ATTRIBUTES = ["objectClass", "objectSid", "sAMAccountName", "memberOf", "primaryGroupID"]


def people_in(directory: Directory, groups: t.Mapping[str, str]) -> dict[str, list[str]]:
    """Account names of the people in each group, nested ones counted, by the group's SID.

    groups  DN of each group by its SID

    Level by level for all groups together. Hosts are not read, so that a group of ten thousand of them costs no more
    than an empty one. People whom the reader cannot see are not found.
    """
    inside: dict[str, list[str]] = {}
    found: dict[str, list[str]] = {}
    level = {dn.canonical(name): (name, sid) for sid, name in groups.items()}
    seen = dict(level)
    while level:
        deeper: dict[str, tuple[str, str]] = {}
        for some in filters.portions(level.values()):
            for entry in directory.search(_members_of(some), _ATTRIBUTES):
                key = dn.canonical(entry.dn)
                is_group = sids.kind_of(entry) == sids.GROUP
                for group in _held_by(entry, some):
                    (inside if is_group else found).setdefault(group, []).append(key if is_group else _name(entry))
                if is_group and key not in seen:
                    raw = entry.first("objectSid")
                    deeper[key] = seen[key] = (entry.dn, values.sid_from_bytes(raw) if raw else "")
        level = deeper
    return {sid: _collected(dn.canonical(name), inside, found) for sid, name in groups.items()}


def _members_of(groups: list[tuple[str, str]]) -> filters.Filter:
    """People and groups that are in one of these, by membership or as their primary group."""
    ways = [filters.equals("memberOf", name) for name, _sid in groups]
    numbers = [sid.rpartition("-")[2] for _name, sid in groups if well_known.domain_of(sid)]
    ways += [filters.equals("primaryGroupID", number) for number in numbers]
    return filters.all_of(filters.any_of(_GROUP, _PERSON), filters.any_of(*ways))


def _held_by(entry: Entry, groups: list[tuple[str, str]]) -> t.Iterator[str]:
    """Canonical DNs of those of the groups that the object is in."""
    member_of = {dn.canonical(name) for name in entry.texts("memberOf")}
    raw, number = entry.first("objectSid"), entry.first("primaryGroupID")
    primary = f"{well_known.domain_of(values.sid_from_bytes(raw))}-{int(number)}" if raw and number else None
    for name, sid in groups:
        if dn.canonical(name) in member_of or sid == primary:
            yield dn.canonical(name)


def _collected(start: str, inside: dict[str, list[str]], found: dict[str, list[str]]) -> list[str]:
    ahead, seen, names = [start], {start}, set()
    while ahead:
        group = ahead.pop()
        names |= set(found.get(group, ()))
        new = [key for key in inside.get(group, ()) if key not in seen]
        seen.update(new)
        ahead += new
    return sorted(names)


def _name(entry: Entry) -> str:
    return entry.text("sAMAccountName") or dn.leaf(entry.dn)
