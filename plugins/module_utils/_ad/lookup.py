# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From what a user calls an object to the object. For internal use by this collection only.

An identity is a distinguished name, a GUID, a SID, a user principal name or a sAMAccountName; its form tells which.
"""

from __future__ import annotations

import typing as t

from .._engine.errors import Ambiguous
from . import dn, filters, values

if t.TYPE_CHECKING:
    from .directory import Directory, Entry


def find(directory: Directory, identity: str, attributes: list[str]) -> Entry | None:
    """The one object that the identity means; None if the domain holds none."""
    if dn.is_dn(identity):
        return directory.get(identity, attributes)
    return only(directory, condition_for(identity), identity, attributes)


def condition_for(identity: str) -> filters.Filter:
    """The filter that an identity other than a DN stands for."""
    if values.is_guid(identity):
        return filters.equals("objectGUID", values.guid_to_bytes(identity))
    if values.is_sid(identity):
        return filters.equals("objectSid", values.sid_to_bytes(identity))
    if "@" in identity:
        return filters.equals("userPrincipalName", identity)
    return filters.equals("sAMAccountName", identity)


def is_fixed(identity: str) -> bool:
    """Whether the directory itself hands out such identities, so that no object can be created with it."""
    return values.is_guid(identity) or values.is_sid(identity)


def only(directory: Directory, condition: filters.Filter, called: str, attributes: list[str]) -> Entry | None:
    """The only object that meets the condition; Ambiguous if there are more."""
    found = directory.search(condition, attributes)
    if len(found) > 1:
        names = ", ".join(sorted(entry.dn for entry in found))
        raise Ambiguous(
            "find the object",
            obj=called,
            server=directory.server,
            why=f"{len(found)} objects answer to it: {names}",
            todo="Give the distinguished name or the GUID of the one that is meant",
        )
    return found[0] if found else None
