# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many objects at once, in a few operations. For internal use by this collection only."""

from __future__ import annotations

import typing as t

from . import dn, filters, values

if t.TYPE_CHECKING:
    from .directory import Directory, Entry


def by_dn(
    directory: Directory, names: t.Iterable[str], attributes: list[str], *, descriptors: bool = False
) -> dict[str, Entry]:
    """Objects by their distinguished name in its canonical form; those that nobody shows are left out.

    Of objects in other domains only what the global catalog holds is read, and no descriptor.
    """
    wanted = {dn.canonical(name): name for name in names}
    found: dict[str, Entry] = {}
    for elsewhere in (False, True):
        there = [name for name in wanted.values() if dn.same_domain(name, directory.base) is not elsewhere]
        for some in filters.portions(there):
            condition = filters.any_of(*(filters.equals("distinguishedName", name) for name in some))
            for entry in _search(directory, condition, attributes, elsewhere=elsewhere, descriptors=descriptors):
                found[dn.canonical(entry.dn)] = entry
    return {key: entry for key, entry in found.items() if key in wanted}


def by_sid(
    directory: Directory,
    sids: t.Iterable[str],
    attributes: list[str],
    *,
    elsewhere: bool = False,
    descriptors: bool = False,
) -> dict[str, Entry]:
    """Objects by their SID.

    elsewhere  look in all domains of the forest
    """
    found: dict[str, Entry] = {}
    for some in filters.portions(dict.fromkeys(sids)):
        condition = filters.any_of(*(filters.equals("objectSid", values.sid_to_bytes(sid)) for sid in some))
        asked = list(dict.fromkeys(["objectSid", *attributes]))
        for entry in _search(directory, condition, asked, elsewhere=elsewhere, descriptors=descriptors):
            found[values.sid_from_bytes(entry.first("objectSid") or b"")] = entry
    return found


def by_guid(directory: Directory, guids: t.Iterable[bytes], attributes: list[str]) -> list[Entry]:
    """Objects of the own domain with their security descriptors."""
    found: list[Entry] = []
    for some in filters.portions(guids):
        condition = filters.any_of(*(filters.equals("objectGUID", guid) for guid in some))
        found += directory.search(condition, attributes, descriptors=True)
    return found


def _search(
    directory: Directory, condition: filters.Filter, attributes: list[str], *, elsewhere: bool, descriptors: bool
) -> list[Entry]:
    if elsewhere:
        return directory.forest_search(condition, attributes)
    # an argument that changes nothing is not sent, so that whatever can search can be searched
    return directory.search(condition, attributes, **({"descriptors": True} if descriptors else {}))
