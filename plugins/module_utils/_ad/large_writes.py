# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes of very many values, in as many operations as they need. For internal use by this collection only."""

from __future__ import annotations

import typing as t

from .directory import Swap

if t.TYPE_CHECKING:
    from .directory import Modification

# More values of a linked attribute in one operation strain a domain controller's version store.
MOST_VALUES = 5000


def of_changes(changes: dict[str, Modification]) -> t.Iterator[dict[str, Modification]]:
    """One operation for all, unless a membership changes by more values than a server takes at once. Then what is added
    comes first, so that whoever stays away from the rest has rather too many members than too few."""
    rest = dict(changes)
    for name, change in changes.items():
        if not isinstance(change, Swap):
            continue
        removed, added = list(change.removed), list(change.added)
        while len(removed) + len(added) > MOST_VALUES:
            some = Swap([], added[:MOST_VALUES]) if added else Swap(removed[:MOST_VALUES], [])
            removed, added = removed[len(some.removed) :], added[len(some.added) :]
            yield {name: some}
        rest[name] = Swap(removed, added)
    if rest:
        yield rest


def of_a_new_object(
    attributes: dict[str, list[bytes]],
) -> tuple[dict[str, list[bytes]], list[dict[str, Modification]]]:
    """What the object is created with, and what is added to it afterwards."""
    first = {name: values[:MOST_VALUES] for name, values in attributes.items()}
    later = [
        {name: Swap([], values[start : start + MOST_VALUES])}
        for name, values in attributes.items()
        for start in range(MOST_VALUES, len(values), MOST_VALUES)
    ]
    return first, later
