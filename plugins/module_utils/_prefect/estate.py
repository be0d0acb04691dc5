# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All objects of a Prefect server, as the engine plans and writes them. For internal use by this collection only."""

from __future__ import annotations

import threading
import typing as t

from .._engine.estate import Entry, Place, Step
from .kind import BY_ID
from .store import Object

if t.TYPE_CHECKING:
    from .._engine.errors import EngineError
    from .._engine.plan import Plan
    from .stores import Stores


class PrefectEstate:
    """See C(Estate) of the engine; each kind is read as a whole when it is wanted for the first time."""

    def __init__(self, stores: Stores) -> None:
        self.stores = stores
        self.server, self.read_only = stores.server, stores.client.read_only
        self.entries: list[Entry] = []
        self._lock = threading.Lock()
        self._ranks = {name: number for number, name in enumerate(stores.catalogue, 1)}

    def prepare(self, kinds: list[str]) -> None:
        """Read these kinds."""
        for kind in kinds:
            self.stores.index(kind)

    def find(self, entry: Entry) -> Object | None:
        """The entry's object as it was last read."""
        identity = entry.spec.identity(entry.params)
        if identity.get("id"):
            known = self.stores.index(entry.kind).all()
            return next((found for found in known if found.get("id") == identity["id"]), None)
        key = self.stores.store(entry.kind).key_of(identity)
        return None if key is None else self.stores.index(entry.kind).get(key, entry.name)

    def resolve(self, kind: str, name: str) -> t.Any:
        """What the API takes as a reference to the named object."""
        return self.stores.resolve(kind, name)

    def place(self, kind: str, name: str) -> Place:
        """The place of an entry that a reference names."""
        return (kind.removesuffix(BY_ID), name)

    def rank(self, kind: str) -> int:
        """Removals begin with the kinds of the highest rank: those that lean on others."""
        return 0 if self.stores.catalogue[kind].outlives else self._ranks[kind]

    def brings(self, entry: Entry) -> list[Place]:
        """What the server makes by itself when it creates the entry's object."""
        return self.stores.store(entry.kind).brings(entry.params)

    def backend(self, entry: Entry, fate: t.Callable[[Place], Plan | None]) -> View:
        """What guards ask."""
        return View(self.stores, entry.kind, fate, self.entries)

    def lane(self, entry: Entry) -> str:
        """Entries of one lane are written one after the other."""
        return self.stores.store(entry.kind).lane(entry.params)

    def follows(self, entry: Entry) -> tuple[str, ...]:
        """Kinds whose entries are written before this one although it does not name them."""
        return self.stores.catalogue[entry.kind].follows

    def examine(self, _steps: list[Step]) -> list[tuple[Step, EngineError]]:
        """The guards see to all of it."""
        return []

    def write(self, step: Step) -> None:
        """Create, update or delete; what was created can be referred to from then on."""
        store = self.stores.store(step.entry.kind)
        created = store.write(step.plan, step.entry.spec.identity(step.entry.params), step.current)
        if step.plan.action == "create":
            with self._lock:
                if created is not None and created.get("id"):
                    self.stores.index(step.entry.kind).add(created)
                    for kind, found in store.brought(created):
                        self.stores.index(kind).add(found)
                else:
                    self.stores.forget([step.entry.kind])

    def reload(self, kinds: set[str]) -> None:
        """Read these kinds anew, and those that they are read from."""
        self.stores.forget({*kinds, *(base for kind in kinds for base in self.stores.catalogue[kind].read_from)})


class View:
    """What the guard of one entry sees: everything as it will be when the same desired state is reached."""

    def __init__(self, stores: Stores, kind: str, fate: t.Callable[[Place], Plan | None], entries: list[Entry]) -> None:
        self.stores, self.server, self.read_only = stores, stores.server, stores.client.read_only
        self.store = stores.store(kind)
        self._fate, self._entries = fate, entries

    def resolve(self, kind: str, name: str) -> t.Any:
        """What the API takes as a reference to the named object."""
        return self.stores.resolve(kind, name)

    def look_up(self, kind: str, name: str) -> Object | None:
        """Another object that is referred to by name, if it stays."""
        plan = self._fate((kind, name))
        return None if plan is not None and plan.action == "delete" else self.stores.look_up(kind, name)

    def related(self, kind: str, key: str, value: t.Any, *, moved_by: tuple[str, ...] = ()) -> list[Object]:
        """Objects of a kind that keep this value in one property; a change of those in moved_by takes it from them."""
        found = self.stores.related(kind, key, value)
        return [one for one in found if self._keeps(self.plan_of(kind, one), key, value, moved_by)]

    def plan_of(self, kind: str, found: Object) -> Plan | None:
        """What is planned for an object."""
        return self._fate((kind, self._label(kind, found)))

    def wanted(self, kind: str) -> list[Object]:
        """Options of all objects of a kind that the desired state has."""
        return [entry.params for entry in self._entries if entry.kind == kind and not entry.absent]

    @staticmethod
    def _keeps(plan: Plan | None, key: str, value: t.Any, moved_by: tuple[str, ...]) -> bool:
        if plan is None:
            return True
        stays = key not in plan.changes or plan.changes[key].value == value
        return plan.action != "delete" and stays and not set(moved_by) & set(plan.changes)

    def _label(self, kind: str, found: Object) -> str:
        store = self.stores.store(kind)
        options = store.options(found)
        return "" if options is None else store.label(options)
