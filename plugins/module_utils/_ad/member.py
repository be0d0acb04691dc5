# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One member of a group. For internal use by this collection only."""

from __future__ import annotations

import dataclasses
import typing as t

from . import values

if t.TYPE_CHECKING:
    from .directory import Entry

# What is read of every member, besides what the caller asks for.
ATTRIBUTES = ("objectClass", "objectGUID", "objectSid", "sAMAccountName", "userAccountControl", "groupType")


@dataclasses.dataclass(frozen=True)
class Member:
    """One member, once, however many ways lead to it; the shortest is told.

    enabled       None for what cannot log on, and where the reader may not see it
    through       groups on the way from the group that was asked for; empty for a direct member
    primary       a member by way of its primary group
    foreign       stands for a principal of another forest, or for a well-known one: its own members are not known here
    other_domain  lives in another domain of the forest, so only what the global catalog holds was read of it
    """

    entry: Entry
    through: tuple[str, ...] = ()
    primary: bool = False
    other_domain: bool = False

    @property
    def dn(self) -> str:
        return self.entry.dn

    @property
    def guid(self) -> str:
        return values.guid_from_bytes(self.entry.first("objectGUID") or b"")

    @property
    def sid(self) -> str | None:
        raw = self.entry.first("objectSid")
        return values.sid_from_bytes(raw) if raw else None

    @property
    def sam_account_name(self) -> str | None:
        return self.entry.text("sAMAccountName")

    @property
    def object_class(self) -> str:
        return self.entry.texts("objectClass")[-1]

    @property
    def enabled(self) -> bool | None:
        return enabled(self.entry)

    @property
    def foreign(self) -> bool:
        return self.object_class == "foreignSecurityPrincipal"

    @property
    def is_group(self) -> bool:
        return "group" in {name.lower() for name in self.entry.texts("objectClass")}


def enabled(entry: Entry) -> bool | None:
    """Whether an account can be used; None for what is no account."""
    bits = entry.first("userAccountControl")
    return None if bits is None else not int(bits) & values.ACCOUNT_DISABLED
