# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Attributes as rights speak of them: by number, alone or as a set. For internal use by this collection only."""

from __future__ import annotations

import dataclasses
import typing as t

from .._engine.errors import ServerError
from . import filters, values

if t.TYPE_CHECKING:
    from .directory import Directory

_CONFIDENTIAL = 0x80  # fCONFIDENTIAL of searchFlags (MS-ADTS 2.2.9)


@dataclasses.dataclass(frozen=True)
class Attribute:
    """One attribute (MS-ADTS 3.1.1.2.3).

    guid          schemaIDGUID
    property_set  GUID of the set that it belongs to
    confidential  takes an extended right to be read as well
    """

    name: str
    guid: str
    property_set: str | None = None
    confidential: bool = False

    def is_meant_by(self, object_type: str | None) -> bool:
        """Whether rights limited to this GUID are about the attribute; None limits them to nothing."""
        return object_type is None or object_type in (self.guid, self.property_set)


def attributes(directory: Directory, names: t.Iterable[str]) -> dict[str, Attribute]:
    """Attributes by their LDAP name, in one operation. Those that the forest does not know are left out."""
    condition = filters.any_of(*(filters.equals("lDAPDisplayName", name) for name in dict.fromkeys(names)))
    base = f"CN=Schema,{directory.configuration}"
    asked = ["lDAPDisplayName", "schemaIDGUID", "attributeSecurityGUID", "searchFlags"]
    found: dict[str, Attribute] = {}
    for entry in directory.search(condition, asked, base=base, scope="LEVEL"):
        name, guid, property_set = entry.text("lDAPDisplayName"), entry.first("schemaIDGUID"), entry.first(asked[2])
        if name and guid:
            found[name] = Attribute(
                name,
                values.guid_from_bytes(guid),
                values.guid_from_bytes(property_set) if property_set else None,
                bool(entry.number("searchFlags") & _CONFIDENTIAL),
            )
    if not found:
        raise ServerError(
            "read the schema of the directory",
            server=directory.server,
            why="none of its attributes can be seen, so rights cannot be told apart",
            todo=f"Grant the account the right to read the objects in {base}",
        )
    return found
