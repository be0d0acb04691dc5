# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values that can belong to one object of the forest only. For internal use by this collection only.

A domain controller compares within its own domain at most, and only says that some value is taken. So it is looked up
before the write, in the whole forest, which value that is and who has it (MS-ADTS 3.1.1.5.1.3).
"""

from __future__ import annotations

import typing as t

from .._engine.errors import Conflict
from . import dn, filters

_HOLDERS = "holders of unique values"

if t.TYPE_CHECKING:
    from .._engine.errors import InvalidInput
    from .._engine.plan import Change, Plan
    from .backend import DirectoryBackend
    from .directory import Entry
    from .lookup import Finder


def refuse_if_taken(backend: DirectoryBackend, plan: Plan, error: InvalidInput | None = None) -> None:
    """Raise Conflict for a new value that another object of the forest holds.

    error  what the server said about the write, if it was tried
    """
    for key, attribute in backend.kind.unique.items():
        new = new_values(backend, plan, key, attribute)
        if not new:
            continue
        if error is not None:
            forget(backend.finder)
        given_up = backend.finder.once("given up", set)
        own = dn.canonical(backend.entry.dn) if backend.entry else ""
        for value, holder in holders(backend.finder, attribute, new):
            place = dn.canonical(holder.dn)
            if place == own or (attribute, value.lower(), place) in given_up:
                continue
            raise Conflict(
                f"set '{key}' of {backend.kind.spec.kind}",
                obj=backend.name,
                server=backend.server,
                why=f"'{value}' in '{key}' belongs to '{holder.dn}'",
                todo="Take it away from that object first, or leave it out",
            ) from error


def holders(finder: Finder, attribute: str, wanted: t.Iterable[str]) -> list[tuple[str, Entry]]:
    """Values, and the objects of the forest that hold them; each is looked for once, many at a time."""
    known: dict[tuple[str, str], list[Entry]] = finder.once(_HOLDERS, dict)
    asked = list(dict.fromkeys(wanted))
    for some in filters.portions(value for value in asked if (attribute, value.lower()) not in known):
        condition = filters.any_of(*(filters.equals(attribute, value) for value in some))
        for value in some:
            known[(attribute, value.lower())] = []
        for entry in finder.directory.forest_search(condition, [attribute]):
            held = {text.lower() for text in entry.texts(attribute)}
            # what the directory takes for the same, and we do not, is the fault of the first
            for value in [value for value in some if value.lower() in held] or some[:1]:
                known[(attribute, value.lower())].append(entry)
    return [(value, entry) for value in asked for entry in known[(attribute, value.lower())]]


def forget(finder: Finder) -> None:
    """Look for all values anew from now on."""
    finder.once(_HOLDERS, dict).clear()


def new_values(backend: DirectoryBackend, plan: Plan, key: str, attribute: str) -> list[str]:
    """Values of a unique property that the object does not have yet."""
    change: Change | None = plan.changes.get(key)
    if change is None:
        by_itself = backend.new_by_itself().get(attribute, []) if plan.action == "create" else []
        return [value.decode() for value in by_itself]
    if isinstance(change.value, list):
        return list(change.value if plan.action == "create" else change.added)
    return [change.value] if change.value else []
