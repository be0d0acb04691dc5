# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects of any kind as the server gives them. For internal use by this collection only."""

from __future__ import annotations

import typing as t

from .._engine.errors import InvalidInput
from .._engine.masking import MASK
from .answers import Errand

if t.TYPE_CHECKING:
    from .kind import Kind
    from .store import Object
    from .stores import Stores


def list_objects(
    stores: Stores, kinds: list[Kind], names: list[str], filters: Object, limit: int | None
) -> dict[str, list[Object]]:
    """Objects by the plural of their kind, each with its whole name as C(full_name), sorted by it.

    names    whole names; only these, and each has to exist in one of the kinds
    filters  as the filter route of the one kind takes it; read to the last page
    limit    at the most so many of each kind
    """
    if filters and len(kinds) != 1:
        raise _invalid(stores, "filters need exactly one kind, whose filter route they are for", "Name it in kinds")
    found = {kind.plural: _of_kind(stores, kind, filters) for kind in kinds}
    if names:
        found = {plural: [one for one in objects if one["full_name"] in names] for plural, objects in found.items()}
        seen = {one["full_name"] for objects in found.values() for one in objects}
        missing = sorted(set(names) - seen)
        if missing:
            raise _invalid(stores, f"there is nothing called {', '.join(missing)}", "Correct names, or leave it out")
    if limit is not None and limit < 1:
        raise _invalid(stores, "limit is below 1", "Give a positive number, or leave it out")
    return {plural: objects[:limit] for plural, objects in found.items()}


def _of_kind(stores: Stores, kind: Kind, filters: Object) -> list[Object]:
    store = stores.store(kind.name)
    if filters:
        if not kind.routes.filter:
            raise _invalid(stores, f"{kind.plural} cannot be filtered by the server", "Leave filters out")
        errand = Errand(f"read {kind.name}s")
        objects = [
            store.decode(one) for one in store.client.read_all(kind.routes.filter, {**store.query(), **filters}, errand)
        ]
    else:
        index = stores.index(kind.name)
        objects = [*index.all(), *index.strays]
    shown = [{**_masked(kind, one), "full_name": _name(stores, kind, one)} for one in objects]
    return sorted(shown, key=lambda one: str(one["full_name"]))


def _masked(kind: Kind, found: Object) -> Object:
    """The object with the values of secret properties masked. What a plain option may hold as well is shown."""
    hidden = {field.key for field in kind.spec.properties if field.hidden}
    hidden -= {field.key for field in kind.spec.properties if not field.hidden}
    return {key: MASK if key in hidden and value else value for key, value in found.items()}


def _name(stores: Stores, kind: Kind, found: Object) -> str | None:
    store = stores.store(kind.name)
    options = store.options(found) if store.key(found) is not None else None
    return None if options is None else store.label(options)


def _invalid(stores: Stores, why: str, todo: str) -> InvalidInput:
    return InvalidInput("read objects", server=stores.server, why=why, todo=todo)
