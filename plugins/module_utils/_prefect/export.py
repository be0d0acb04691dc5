# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A living server as a desired state, and lists of its objects. For internal use by this collection only."""

from __future__ import annotations

import typing as t

from .._engine.errors import Forbidden
from .._engine.spec import Compare
from .store import Object

if t.TYPE_CHECKING:
    from .._engine.spec import Field
    from .kind import Kind
    from .stores import Stores

_EMPTY: tuple[t.Any, ...] = (None, "", [], {})


class LeftOut(t.NamedTuple):
    """What a desired state does not hold, and why."""

    kind: str
    name: str
    what: str
    why: str


def export(
    stores: Stores, kinds: t.Iterable[Kind], *, asked: bool = True
) -> tuple[dict[str, list[Object]], list[LeftOut]]:
    """All objects of these kinds with the options that describe them, references by name; and what is missing there.

    An estate that is brought to exactly this state does not change.

    asked  whether somebody named the kinds; if not, those that the credentials may not read are left out and said
    """
    document: dict[str, list[Object]] = {}
    left_out: list[LeftOut] = []
    for kind in kinds:
        try:
            items = _items(stores, kind, left_out)
        except Forbidden as error:
            if asked:
                raise
            left_out.append(LeftOut(kind.name, "*", "all of them", error.why))
        else:
            document.update({kind.plural: items} if items else {})
    return document, left_out


def _items(stores: Stores, kind: Kind, left_out: list[LeftOut]) -> list[Object]:
    store, index = stores.store(kind.name), stores.index(kind.name)
    items = [_item(stores, kind, found, left_out) for found in (*index.all(), *index.strays)]
    named = [(store.label(kind.spec.identity(item)), item) for item in items if item is not None]
    return [item for _label, item in sorted(named, key=lambda pair: pair[0])]


def _item(stores: Stores, kind: Kind, found: Object, left_out: list[LeftOut]) -> Object | None:
    store = stores.store(kind.name)
    why = store.unmanaged(found)
    options = None if why else store.options(found)
    name = str(found.get("name") or found.get("slug") or found.get("id"))
    if options is None:
        if why.strip() or not why:
            left_out.append(LeftOut(kind.name, name, "all of it", why or "it belongs to something that has no name"))
        return None
    if len(stores.index(kind.name).objects.get(store.key(found) or (), [])) > 1:
        left_out.append(LeftOut(kind.name, name, "all of it", "another object has the same name"))
        return None
    shown = store.export(found)
    item = {name: value for name, value in options.items() if value is not None}
    for field in kind.spec.properties:
        if field.identity or field.secret:
            continue
        value = shown.get(field.key)
        if field.hidden:
            if value:
                names = ", ".join(sorted(value)) if isinstance(value, dict) else ""
                left_out.append(
                    LeftOut(kind.name, store.label(options), field.name, f"the server keeps its secrets: {names}")
                )
            continue
        if value in _EMPTY and not isinstance(value, bool):
            continue
        exported = _value(stores, field, value, item)
        if exported is None:
            left_out.append(
                LeftOut(kind.name, store.label(options), field.name, "it leads to something without a name")
            )
        else:
            item[field.name] = exported
    return item


def _value(stores: Stores, field: Field, value: t.Any, item: Object) -> t.Any:
    if field.names is not None:
        return field.names.decode(value, stores.name_of)
    if not field.reference:
        return sorted(value, key=str) if field.compare is Compare.SET else value
    if field.within:
        return value if item.get(field.within) else None
    if field.compare is Compare.MEMBERSHIP:
        names = [stores.name_of(field.reference, one) for one in value]
        return None if None in names else {"set": sorted(names)}
    if field.is_list:
        names = [stores.name_of(field.reference, one) for one in value]
        return None if None in names else sorted(names)
    return stores.name_of(field.reference, value)
