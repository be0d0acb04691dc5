# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every kind of object on one server, over one session. For internal use by this collection only."""

from __future__ import annotations

import re
import threading
import typing as t

from .._engine.backend import Predicted
from .._engine.errors import InvalidInput
from .kind import BY_ID
from .store import Key, Object, Store

if t.TYPE_CHECKING:
    from .client import Client
    from .kind import Kind

_IDENTIFIER = re.compile(r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")


def is_identifier(text: t.Any) -> bool:
    """Whether a text is a UUID, which names an object by itself."""
    return isinstance(text, str) and bool(_IDENTIFIER.match(text))


def fits_in_path(name: str) -> bool:
    """Whether a name can be one segment of a path; no object has another one."""
    return name not in ("", ".", "..") and "/" not in name


class Index:
    """What is known of one kind: all its objects by their key, and their whole names by what refers to them.

    strays  objects that nothing can find again
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self.objects: dict[Key, list[Object]] = {}
        self.strays: list[Object] = []
        self._names: dict[str, dict[t.Any, str]] = {}
        for found in store.load():
            self.add(found)

    def add(self, found: Object) -> None:
        """Know of one object more, or of one anew."""
        key = self.store.key(found)
        if key is not None:
            others = [one for one in self.objects.get(key, []) if one.get("id") != found.get("id")]
            self.objects[key] = [*others, found]
            self._names.clear()
        else:
            self.strays.append(found)

    def get(self, key: Key, name: str) -> Object | None:
        """The object with a key; Ambiguous if there are more."""
        fitting = self.objects.get(key, [])
        if len(fitting) > 1:
            raise self.store.ambiguous(name, len(fitting))
        return fitting[0] if fitting else None

    def all(self) -> list[Object]:
        """Every object."""
        return [found for fitting in self.objects.values() for found in fitting]

    def names(self, reference: str) -> dict[t.Any, str]:
        """Whole names of all objects whose name is theirs alone, by a property that refers to them."""
        if reference not in self._names:
            found = {}
            for fitting in self.objects.values():
                options = self.store.options(fitting[0]) if len(fitting) == 1 else None
                if options is not None:
                    found[fitting[0].get(reference)] = self.store.label(options)
            self._names[reference] = found
        return self._names[reference]

    def labels(self) -> dict[str, Object]:
        """All objects whose name is theirs alone, by their whole name."""
        found = {}
        for fitting in self.objects.values():
            options = self.store.options(fitting[0]) if len(fitting) == 1 else None
            if options is not None:
                found[self.store.label(options)] = fitting[0]
        return found


class Stores:
    """Finds objects by their names.

    whole  read each kind as a whole, once, and look everything up in there; otherwise ask for one object at a time
    """

    def __init__(self, client: Client, catalogue: dict[str, Kind], *, whole: bool) -> None:
        self.client, self.catalogue, self.whole = client, catalogue, whole
        self.server = client.connection.api_url
        self._stores: dict[str, Store] = {}
        self._indexes: dict[str, Index] = {}
        self._asked: dict[tuple[str, str], t.Any] = {}
        self._lock = threading.RLock()

    def store(self, kind: str) -> Store:
        """The one store of a kind."""
        with self._lock:
            if kind not in self._stores:
                found = self.catalogue[kind]
                self._stores[kind] = (found.store or Store)(self, found)
            return self._stores[kind]

    def index(self, kind: str) -> Index:
        """All objects of a kind, read when they are wanted for the first time."""
        with self._lock:
            if kind not in self._indexes:
                self._indexes[kind] = Index(self.store(kind))
            return self._indexes[kind]

    def forget(self, kinds: t.Iterable[str]) -> None:
        """Read these anew when they are wanted again."""
        with self._lock:
            for kind in kinds:
                self._indexes.pop(kind, None)

    def look_up(self, kind: str, name: str) -> Object | None:
        """The object with a whole name or an identifier, or None if it is proven absent."""
        store = self.store(kind)
        if is_identifier(name):
            known = self.index(kind).all() if self.whole else store.load()
            return next((found for found in known if found.get("id") == name.lower()), None)
        identity = store.split(name)
        self._expect_whole(store, name, identity)
        if any(not fits_in_path(identity[name]) for name in store.read_by if identity.get(name) is not None):
            return None
        if not self.whole:
            return store.read(identity)
        key = store.key_of(identity)
        return None if key is None else self.index(kind).get(key, name)

    def _expect_whole(self, store: Store, name: str, identity: Object) -> None:
        """Refuse a part of a name."""
        parts = [field.name for field in store.spec.fields if field.identity and field.required]
        if any(not identity.get(part) for part in parts):
            raise InvalidInput(
                f"find {store.spec.kind}",
                obj=name,
                server=self.server,
                why=f"a {store.spec.kind} has a name of {len(parts)} parts",
                todo=f"Give it as {'/'.join(part.upper() for part in parts)}",
            )

    def resolve(self, kind: str, name: t.Any) -> t.Any:
        """What the API takes as a reference to the named object, or None if there is no such object."""
        if isinstance(name, Predicted):
            return None
        kind, reference = self._reference(kind)
        if is_identifier(name) and reference == "id":
            return name.lower()
        if self.whole:
            found = self.look_up(kind, name)
            return None if found is None else found[reference]
        if (kind, name) not in self._asked:
            found = self.look_up(kind, name)
            if found is None:
                return None
            self._asked[kind, name] = found
        return self._asked[kind, name][reference]

    def name_of(self, kind: str, reference: t.Any) -> str | None:
        """The whole name of what a reference leads to; None if it leads nowhere."""
        kind, by = self._reference(kind)
        if reference is None or by != "id":
            return reference
        return self.index(kind).names(by).get(reference)

    def _reference(self, kind: str) -> tuple[str, str]:
        """A kind, and its property that refers to one of its objects."""
        if kind.endswith(BY_ID):
            return kind.removesuffix(BY_ID), "id"
        return kind, self.catalogue[kind].reference

    def related(self, kind: str, key: str, value: t.Any) -> list[Object]:
        """Objects of a kind with this value in one property."""
        known = self.index(kind).all() if self.whole else self.store(kind).load()
        return [found for found in known if found.get(key) == value]
