# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Principals and members of groups, wherever in the forest or beyond they live. For internal use by this collection
only.

A principal of another forest, and a well-known one such as Authenticated Users, is a member through an object that
stands for its SID. The directory makes that object by itself when a member is added as C(<SID=...>)
(MS-ADTS 3.1.1.5.2).
"""

from __future__ import annotations

import re
import typing as t

from .._engine.errors import Conflict
from . import dn, filters, values

if t.TYPE_CHECKING:
    from .directory import Entry
    from .lookup import Finder

# What is read of every object that an option names.
REFERENCED = ["objectClass", "objectSid", "primaryGroupID"]
_BY_SID = re.compile(r"<sid=(s-[0-9-]+)>", re.IGNORECASE)
_STAND_INS = "foreignsecurityprincipals"


def member(finder: Finder, name: str) -> str | None:
    """What a group calls the member of this name; None if nothing answers to it.

    A distinguished name may belong to another domain of the forest, a SID to any domain.
    """
    if dn.is_dn(name) and not dn.within(name, finder.directory.base):
        condition = filters.equals("distinguishedName", dn.canonical(name))
        found = finder.directory.forest_search(condition, ["objectClass"])
        return found[0].dn if found else None
    entry = finder.find(name, ["objectClass", "objectSid"])
    if entry is not None:
        return entry.dn
    return f"<SID={name.upper()}>" if values.is_sid(name) and not _is_of(finder, name) else None


def by_primary_group(
    finder: Finder, group: Entry | None, members: set[str], verbs: dict[str, list[str] | None]
) -> list[str]:
    """DNs of accounts that shall be in the group and are, by way of their primary group: no C(member) names them, and
    none can (MS-SAMR 3.1.1.8.9).

    members  DNs that the group names, in the form in which they are compared
    Raises Conflict for one that shall be taken out.
    """
    sid = group.first("objectSid") if group is not None else None
    if group is None or sid is None:
        return []
    domain, _dash, number = values.sid_from_bytes(sid).rpartition("-")
    found: dict[str, str] = {}
    for verb, names in verbs.items():
        for name in names or ():
            if dn.canonical(name) in members or (dn.is_dn(name) and not dn.within(name, finder.directory.base)):
                continue
            entry = finder.find(name, REFERENCED)
            own = entry.first("objectSid") if entry is not None else None
            if entry is None or own is None or entry.text("primaryGroupID") != number:
                continue
            if values.sid_from_bytes(own).rpartition("-")[0] != domain:
                continue
            if verb == "remove":
                raise Conflict(
                    "take a member out of group",
                    obj=group.dn,
                    server=finder.directory.server,
                    why=f"it is the primary group of '{entry.dn}'",
                    todo="Give that account another primary group first, or leave it out of 'remove'",
                )
            found[entry.dn] = entry.dn
    return list(found)


def well_known(name: str) -> str | None:
    """The SID itself where it needs no object in the domain to be granted something: C(S-1-5-9), C(S-1-5-32-544)."""
    return name.upper() if values.is_sid(name) and not name.upper().startswith("S-1-5-21-") else None


def canonical_member(value: object) -> object:
    """A member in the form in which it is compared: what stands for a SID by that SID."""
    if not isinstance(value, str):
        return value
    by_sid = _BY_SID.fullmatch(value)
    if by_sid:
        return f"<sid={by_sid[1].lower()}>"
    name = dn.canonical(value)
    if _STAND_INS in name:
        parts = dn.parse(name)
        if len(parts) > 1 and parts[1] == ("cn", _STAND_INS) and values.is_sid(parts[0][1]):
            return f"<sid={parts[0][1]}>"
    return name


def _is_of(finder: Finder, sid: str) -> bool:
    """Whether a SID that nobody has could only belong to the domain itself."""
    domain = finder.find(finder.directory.base, ["objectSid"])
    own = domain.first("objectSid") if domain else None
    return own is not None and sid.upper().startswith(f"{values.sid_from_bytes(own)}-")
