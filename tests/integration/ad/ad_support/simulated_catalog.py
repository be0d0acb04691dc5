# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An object as the global catalog shows it: some attributes only, and members of universal groups only."""

from __future__ import annotations

from ad_support.simulated_forest import UNIVERSAL, Item

# Those of the schema's attributes with isMemberOfPartialAttributeSet that the forest has.
_HELD = frozenset(
    {
        *("objectclass", "objectguid", "objectsid", "distinguishedname", "cn", "name", "description", "mail"),
        *("samaccountname", "userprincipalname", "serviceprincipalname", "useraccountcontrol", "primarygroupid"),
        *("grouptype", "member", "memberof", "ncname", "dnsroot", "systemflags", "usnchanged"),
    }
)


class CatalogItem:
    """Has what is read of an C(Item)."""

    def __init__(self, item: Item) -> None:
        self._item = item
        self.dn, self.hidden, self.unreadable = item.dn, item.hidden, item.unreadable

    def values(self, attribute: str) -> list[bytes]:
        wanted = attribute.lower()
        if wanted not in _HELD or (wanted == "member" and not _is_universal(self._item)):
            return []
        if wanted == "memberof":
            return [group.dn.encode() for group in self._item.groups if _is_universal(group)]
        return self._item.values(attribute)

    def names(self) -> list[str]:
        return [name for name in self._item.names() if self.values(name)]

    def chain(self) -> set[Item]:
        return {group for group in self._item.chain() if _is_universal(group)}


def _is_universal(item: Item) -> bool:
    return any(int(number) % 2**32 == UNIVERSAL for number in item.values("groupType"))
