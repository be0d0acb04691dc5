# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A directory behind the engine's estate: many objects, few operations. For internal use by this collection only."""

from __future__ import annotations

import contextlib
import typing as t

from .._engine.errors import EngineError
from .._engine.estate import OF_ONE, Entry, Place, Step
from . import account_rules, dn, planned_groups, principals, together, values
from .backend import DirectoryBackend
from .catalogue import FAMILIES, FAMILY_OF
from .lookup import Finder, key_of, keys_of

if t.TYPE_CHECKING:
    import datetime

    from .._engine.plan import Plan
    from .directory import Directory

_RANKS = {family.name: number for number, family in enumerate(FAMILIES)}
_POLICIES = "policies and silos"
_NAMES = {"name", "path", "sam_account_name", "upn"}
_REFERENCED = principals.REFERENCED


class DirectoryEstate:
    """See C(Estate) of the engine. One connection, so that writes come one after the other."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self.server, self.read_only = directory.server, directory.read_only
        self.finder = Finder(directory)
        self._entries: list[Entry] = []
        self._backends: dict[Place, DirectoryBackend] = {}
        self._places: dict[tuple[str, str], Place] = {}
        self._members: set[str] = set()
        self._absent: set[Place] = set()
        self._steps: list[Step] = []
        # DNs in their canonical form: of what was written, and those that renamed objects had
        self._touched: set[str] = set()
        self._left: list[str] = []

    @property
    def now(self) -> datetime.datetime:
        """The domain controller's time, by which ages are measured."""
        return self.directory.now

    def hold(self, entries: list[Entry]) -> None:
        """The entries of the run. An object that is going to exist can be named in every way that it can be found."""
        self._entries = entries
        for entry in entries:
            backend = DirectoryBackend(self.finder, FAMILY_OF[entry.kind].choose(entry.params), entry.params)
            self._backends[entry.place] = backend
            if not backend.kind.part:
                for key in _keys(backend, entry.params):
                    self._places.setdefault(key, entry.place)

    def prepare(self, kinds: list[str]) -> None:
        """Read the entries of these kinds, and then what they name. What is wrong with one of them is said when it is
        planned."""
        chosen = [entry for entry in self._entries if entry.kind in kinds]
        whole = [entry for entry in chosen if not self._backends[entry.place].kind.part]
        self._read(chosen)
        for entry in whole:
            if self._look(entry):
                self._learn(entry)
        names = []
        for entry in chosen:
            backend = self._backends[entry.place]
            if backend.kind.part:
                self._bind(entry)
                self._look(entry)
            if not entry.absent:
                names += [name for name in backend.references() if self._places.get(key_of(name)) not in self._absent]
        self.finder.prefetch(names, _REFERENCED)
        self._find_groups(chosen)

    def find(self, entry: Entry) -> dict[str, t.Any] | None:
        """The entry's object as it was last read."""
        return self._backends[entry.place].read(entry.spec.identity(entry.params))

    def resolve(self, kind: str, name: str) -> t.Any:
        """DN, SID or member that a reference names."""
        if kind == "member" and dn.canonical(name) in self._members:
            return name
        place = self.place(kind, name)
        if place in self._absent:
            return None
        backend = self._any_backend(kind)
        if kind in backend.kind.references:
            return self._remembered(kind, name, lambda: backend.resolve(kind, name))
        known = self._backends.get(place)
        guid = known.entry.first("objectGUID") if known is not None and known.entry is not None else None
        found = backend.resolve(kind, name)
        if found is not None or guid is None:
            return found
        # it may be named by what it will be called after a rename that is still to come
        now = self.finder.find(values.guid_from_bytes(guid), _REFERENCED)
        return None if now is None else backend.resolve(kind, now.dn)

    def _remembered(self, kind: str, name: str, ask: t.Callable[[], t.Any]) -> t.Any:
        """A policy or a silo; many accounts name the same."""
        known: dict[tuple[str, str], t.Any] = self.finder.once(_POLICIES, dict)
        key = (kind, name.lower())
        if key not in known:
            known[key] = ask()
        return known[key]

    def place(self, kind: str, name: str) -> Place:
        """The place of the entry that a reference names, in whatever form."""
        by_name = self._places.get((kind, name.lower()))
        return by_name or self._places.get(key_of(name)) or (kind, name)

    def rank(self, kind: str) -> int:
        """Accounts and groups go before the units that hold them."""
        return _RANKS[kind]

    def brings(self, _entry: Entry) -> list[Place]:
        """A directory makes nothing by itself that an entry could name."""
        return []

    def backend(self, entry: Entry, _fate: t.Callable[[Place], Plan | None]) -> DirectoryBackend:
        """What guards ask."""
        return self._backends[entry.place]

    def lane(self, entry: Entry) -> str:
        """Removals keep the order in which they are given: units from the inside out."""
        return "removal" if entry.absent else ""

    def follows(self, _entry: Entry) -> tuple[str, ...]:
        """Entries that need others name them."""
        return ()

    def examine(self, steps: list[Step]) -> list[tuple[Step, EngineError]]:
        """What the entries do to each other; see together.py."""
        self._steps = steps
        planned = [self._planned(step) for step in steps]
        found = [*together.twice(planned), *together.renamed(planned, self.place)]
        found += together.unique(planned, self.finder)
        planned_groups.foresee(self.finder, planned, self.place)
        return found

    def write(self, step: Step) -> None:
        """Create, change or remove. The error of a write that the directory may have carried out says so."""
        backend = self._backends[step.entry.place]
        self._renew(step, backend)
        before = len(self.directory.writes)
        try:
            backend.write(step.plan, step.entry.spec.identity(step.entry.params), step.current)
        except EngineError as error:
            if self.directory.unanswered is not None:
                error.partly = True
                error.why = f"{error.why}; whether '{self.directory.unanswered}' was changed is not known"
            error.partly = error.partly or len(self.directory.writes) > before
            raise
        self._absent.discard(step.entry.place)
        if backend.kind.partition != "domain":
            self.finder.once(_POLICIES, dict).clear()
        if backend.entry is not None:
            self._touched.add(dn.canonical(backend.entry.dn))
        if step.plan.action == "update" and step.plan.changes.keys() & _NAMES:
            self._follow(step, backend)

    def _renew(self, step: Step, backend: DirectoryBackend) -> None:
        """Read an object again that is no more as it was when it was planned."""
        entry = backend.entry
        if entry is None or not (
            dn.canonical(entry.dn) in self._touched or any(dn.within(entry.dn, old) for old in self._left)
        ):
            return
        backend.bind(entry)
        self.finder.forget(entry)
        backend.look(step.entry.spec.identity(step.entry.params))

    def _follow(self, step: Step, backend: DirectoryBackend) -> None:
        """After a rename or a move nothing has to be where it was."""
        self.finder.forget_all()
        if backend.entry is not None:
            self._left.append(backend.entry.dn)
        for other in self._steps:
            if step.entry.place in other.needs and not other.written:
                held = self._backends[other.entry.place]
                if held.entry is not None:
                    held.bind(held.entry)
                with contextlib.suppress(*OF_ONE):
                    # what is wrong with it is said when its turn comes
                    other.current = self.find(other.entry)

    def reload(self, kinds: set[str]) -> None:
        """Read the entries of these kinds anew."""
        chosen = [entry for entry in self._entries if entry.kind in kinds]
        for entry in chosen:
            found = self._backends[entry.place].entry
            if found is not None:
                self.finder.forget(found)
        self._read(chosen)

    def _read(self, entries: list[Entry]) -> None:
        """In a few operations for each kind: first by the likeliest name, then the rest by the account name."""
        by_kind: dict[int, list[tuple[DirectoryBackend, Entry]]] = {}
        for entry in entries:
            backend = self._backends[entry.place]
            by_kind.setdefault(id(backend.kind), []).append((backend, entry))
        for some in by_kind.values():
            backends = [backend for backend, _entry in some]
            attributes = backends[0].kind.attributes
            self.finder.prefetch([name for backend in backends for name in backend.names()], attributes)
            missing = [
                backend.account()
                for backend in backends
                if backend.account() and not any(self.finder.knows(name, attributes) for name in backend.names())
            ]
            self.finder.prefetch_by("sAMAccountName", missing, attributes)
            new = [backend for backend, entry in some if not entry.absent and not backend.kind.part]
            places = [name for backend in new for name in backend.names()[-1:] if dn.is_dn(name)]
            self.finder.presume_absent(places, attributes)

    def _look(self, entry: Entry) -> bool:
        """Whether an entry could be read; its members then need no look-up."""
        backend = self._backends[entry.place]
        try:
            backend.look(entry.spec.identity(entry.params))
        except OF_ONE:
            return False
        self._members |= backend.members
        return True

    def _learn(self, entry: Entry) -> None:
        """What was found can be named in every way, also in that of the desired state."""
        backend = self._backends[entry.place]
        if backend.entry is None:
            self._absent.add(entry.place)
            return
        for key in [*keys_of(backend.entry), key_of(_target(backend, entry.params))]:
            self._places.setdefault(key, entry.place)

    def _bind(self, entry: Entry) -> None:
        """A part of an object that the same desired state renames may be named by what it will be called."""
        backend = self._backends[entry.place]
        called = entry.params["identity"]
        whole = self._backends.get(self.place("", called))
        if whole is not None and whole.entry is not None and not self.finder.knows(called, backend.kind.attributes):
            backend.bind(whole.entry)

    def _planned(self, step: Step) -> together.Planned:
        entry, backend = step.entry, self._backends[step.entry.place]
        named = tuple(together.names_in(entry.params, entry.spec.properties))
        return together.Planned(step, backend, self._token(entry), _target(backend, entry.params), named)

    def _token(self, entry: Entry) -> t.Any:
        """The same for all entries that are about one object."""
        backend = self._backends[entry.place]
        if backend.entry is not None:
            return backend.entry.first("objectGUID") or dn.canonical(backend.entry.dn)
        if backend.kind.part:
            whole = self.place("", entry.params["identity"])
            known = self._backends.get(whole)
            return whole if known is None or known.kind.part else self._token_of_new(known, whole)
        return self._token_of_new(backend, entry.place)

    @staticmethod
    def _token_of_new(backend: DirectoryBackend, place: Place) -> t.Any:
        if backend.entry is not None:
            return backend.entry.first("objectGUID") or dn.canonical(backend.entry.dn)
        return ("account", backend.account().lower()) if backend.account() else place

    def _find_groups(self, entries: list[Entry]) -> None:
        """Groups of all service accounts at once, for the rule about privileged ones."""
        backends = [self._backends[entry.place] for entry in entries if entry.kind == "service account"]
        accounts = [backend.entry for backend in backends if backend.entry is not None]
        known = self.finder.once("groups", dict)
        groups = account_rules.groups_for(self.finder, accounts)
        for account in accounts:
            known[values.guid_from_bytes(account.first("objectGUID") or bytes(16))] = groups[account.dn]

    def _any_backend(self, kind: str) -> DirectoryBackend:
        """A backend that knows this kind of reference; which one does not matter."""
        backends = self._backends.values()
        return next((one for one in backends if kind in one.kind.references), next(iter(backends)))


def _target(backend: DirectoryBackend, params: dict[str, t.Any]) -> str:
    """DN that the object has in the end, as far as the options and what was found tell; empty if they do not."""
    if backend.entry is None:
        name = backend.names()[-1] if backend.names() else ""
        return name if dn.is_dn(name) else ""
    old = backend.entry.dn
    path = params.get("path") or dn.parent(old)
    if backend.kind.part or not dn.is_dn(path):
        return old
    return dn.child(backend.kind.rdn, params.get("name") or dn.leaf(old), path)


def _keys(backend: DirectoryBackend, params: dict[str, t.Any]) -> t.Iterator[tuple[str, str]]:
    """All that an object which is going to exist answers to."""
    for name in [*backend.names(), backend.account(), params.get("upn") or ""]:
        if name:
            yield key_of(name)
    if params.get("name"):
        yield (backend.kind.spec.kind, params["name"].lower())
