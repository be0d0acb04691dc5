# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One kind of directory object behind the engine. For internal use by this collection only."""

from __future__ import annotations

import functools
import typing as t

from .._engine.errors import Conflict, EngineError, InvalidInput, NotFound
from . import dn, host_names, large_writes, lookup, principals, uniqueness, values, visible
from .directory import Entry

if t.TYPE_CHECKING:
    import datetime

    from .._engine.plan import Plan
    from .._engine.reconcile import Outcome
    from .lookup import Finder
    from .object_kind import ObjectKind

_REFERENCED = principals.REFERENCED


class DirectoryBackend:
    """Implements the engine's Backend for one object."""

    def __init__(self, finder: Finder, kind: ObjectKind, params: dict[str, t.Any]) -> None:
        self.directory = finder.directory
        self.finder = finder
        self.kind = kind
        self.server = finder.directory.server
        self.read_only = finder.directory.read_only
        self.entry: Entry | None = None
        self._params = params
        self._written: str | None = None
        self._bound: str | None = None
        self.members: set[str] = set()

    def read(self, identity: dict[str, t.Any]) -> dict[str, t.Any] | None:
        """Properties of the object. A part of an object that is not there yet has none."""
        self.look(identity)
        if self.entry is None and not self.kind.part:
            return None
        self.finder.prefetch(self.references(), _REFERENCED)
        found = self.kind.decode(self.entry or Entry("", {}))
        if self._params.get("members") and "members" in found:
            verbs = self._params["members"]
            found["members"] += principals.by_primary_group(self.finder, self.entry, self.members, verbs)
        return {**found, "identity": identity["identity"]} if identity.get("identity") else found

    def look(self, identity: dict[str, t.Any]) -> None:
        """Find the object."""
        fixed = self._written or self._bound
        self.entry = self._find(identity) if fixed is None else self._of_this_kind(self._again(fixed))
        written = self._written is not None
        visible.expect_manageable(self.finder, self.kind, self._params, self.entry, partly=written)
        self.members = {dn.canonical(name) for name in self.entry.texts("member")} if self.entry else set()

    def names(self) -> list[str]:
        """Identities that the object may be found by, the likeliest first."""
        fixed = self._written or self._bound
        if fixed is not None:
            return [fixed]
        identity = self.kind.spec.identity(self._params)
        place = None if self.kind.part else self._target_dn(identity)
        return [name for name in (self._called(identity), place) if name]

    def bind(self, entry: Entry) -> None:
        """From now on it is this object, whatever it is called."""
        self._bound = self._constant(entry)

    def forget(self) -> None:
        """Ask the directory anew when the object is read the next time."""
        if self.entry is not None:
            self.finder.forget(self.entry)

    @property
    def now(self) -> datetime.datetime:
        """The domain controller's time, by which ages are measured."""
        return self.directory.now

    @property
    def name(self) -> str:
        """What to call the object in an error."""
        return self.kind.spec.name_of(self._params)

    def _called(self, identity: dict[str, t.Any]) -> str:
        """The identity; of an account whose name ends in a dollar sign it may be given without it."""
        called = identity.get("identity") or ""
        by_account = bool(called) and lookup.key_of(called)[0] == "sAMAccountName"
        return f"{called}$" if by_account and self.kind.dollar and not called.endswith("$") else called

    def account(self) -> str:
        """Account name that the object may be found by as well."""
        return (self.kind.account_name(self._params) if self.kind.account_name else None) or ""

    def references(self) -> list[str]:
        """Identities of other objects that the options name and that have to be looked up."""
        found: list[str] = []
        for field in self.kind.spec.properties:
            if field.reference and field.reference not in self.kind.references:
                known = self.members if field.reference == "member" else ()
                names = _names(self._params.get(field.name))
                found += [name for name in names if name != field.clears and dn.canonical(name) not in known]
        return found

    def resolve(self, kind: str, name: str) -> str | None:
        """DN of a container or object, SID of a principal, what a group calls a member."""
        if kind in self.kind.references:
            return self.kind.references[kind](self.directory, name)
        if kind == "container":
            self._checked_path(name)
        elif kind == "member":
            if dn.canonical(name) in self.members:
                return name
            return principals.member(self.finder, name)
        entry = self.finder.find(name, _REFERENCED)
        if entry is None or kind != "principal":
            return principals.well_known(name) if entry is None and kind == "principal" else entry and entry.dn
        sid = entry.first("objectSid")
        if sid is None:
            raise InvalidInput(
                f"manage {self.kind.spec.kind}",
                obj=self.kind.spec.name_of(self._params),
                server=self.server,
                why=f"'{name}' is '{entry.dn}', which has no SID and so cannot be granted anything",
                todo="Name a group, a computer, a user or a service account",
            )
        return values.sid_from_bytes(sid)

    def write(self, plan: Plan, identity: dict[str, t.Any], _current: dict[str, t.Any] | None) -> None:
        """One add, or at most one modify and one rename, or one delete; a modify of very many values is several."""
        try:
            self._write(plan, identity)
        except InvalidInput as error:
            self.refuse_if_taken(plan, error)
            raise

    def refuse_if_taken(self, plan: Plan, error: InvalidInput | None = None) -> None:
        """Raise Conflict for a new value that another object of the forest holds."""
        uniqueness.refuse_if_taken(self, plan, error)

    def foresee(self, plan: Plan) -> None:
        """Raise Conflict for a rename or a move to where another object is."""
        entry = self.entry
        if entry is None or plan.action != "update" or not _name_and_path(plan):
            return
        place = self._moved(plan, entry)
        other = self.finder.find(place, _REFERENCED)
        if other is not None and other.all("objectGUID") != entry.all("objectGUID"):
            raise Conflict(
                f"rename or move {self.kind.spec.kind}",
                obj=entry.dn,
                server=self.server,
                why=f"there is an object '{other.dn}' already",
                todo="Choose another name or container, or remove that object first",
            )

    def new_by_itself(self) -> dict[str, list[bytes]]:
        """Attributes that a new object gets besides its properties."""
        return self.kind.new(self._params, dn.domain_of(self.directory.base))

    def _write(self, plan: Plan, identity: dict[str, t.Any]) -> None:
        if plan.action == "create":
            place = self._place(identity, plan)
            first, later = large_writes.of_a_new_object(self._new_attributes(plan))
            self.directory.add(place, first)
            self._after_the_first(lambda: [self.directory.modify(place, changes) for changes in later])
            self._remember(place)
            return
        entry = self.entry or self._find(identity)
        if entry is None:
            raise NotFound(
                f"{plan.action} {self.kind.spec.kind}",
                obj=self.kind.spec.name_of(self._params),
                server=self.server,
                why="it is not there any more",
                todo="Look for what removed it, then run again",
            )
        self.entry = entry
        self.finder.forget(entry)
        if plan.action == "delete":
            self.directory.delete(entry.dn)
            return
        changes = self._encoded(plan, entry)
        rewritten = host_names.are_rewritten(plan, self._params)
        if rewritten:
            changes.pop(host_names.ATTRIBUTE, None)
        place = self._moved(plan, entry)
        moved = self._move(plan, entry, place)
        for number, some in enumerate(large_writes.of_changes(changes)):
            if moved or number:
                self._after_the_first(functools.partial(self.directory.modify, place, some))
            else:
                self.directory.modify(place, some)
        if rewritten:
            self._after_the_first(lambda: self._write_names(place))
        self._remember(place)

    def _write_names(self, place: str) -> None:
        changes = host_names.rest(self.directory, self.kind.spec, self._params, place)
        if changes:
            self.directory.modify(place, changes)

    @staticmethod
    def _after_the_first(operation: t.Callable[[], object]) -> None:
        """An operation after which the object is no more as it was, even if it fails."""
        try:
            operation()
        except EngineError as error:
            error.partly = True
            raise

    def _remember(self, place: str) -> None:
        """What was written may be found in another way from now on: by its GUID, which stays."""
        entry = self.finder.read_anew(place, lookup.IDENTIFIERS)
        if entry is not None:
            self._written = self._constant(entry)
            self.finder.forget(entry)

    def _constant(self, entry: Entry) -> str:
        """What the object is found by in any case. A search for a GUID covers the domain only, and what is in another
        partition is never renamed."""
        return entry.dn if self.kind.partition != "domain" else _identifiers(entry)["object_guid"] or entry.dn

    def describe(self, outcome: Outcome) -> dict[str, t.Any]:
        """Distinguished name, GUID and SID for the result, and the object with them; in check mode as they would be,
        with a predicted GUID and SID for a new object."""
        identifiers, resource = self._identified(outcome.plan), outcome.resource
        if outcome.plan.action == "create" and self.read_only:
            # What the plan leaves open is empty in a new object, except that the directory wants an account name.
            bare = Entry(identifiers["distinguished_name"], self._account_name())
            resource = {**self.kind.decode(bare), **resource}
        return {**identifiers, self.kind.spec.result: {**resource, **identifiers} if resource else {}}

    def _identified(self, plan: Plan) -> dict[str, t.Any]:
        if plan.action == "delete":
            return _identifiers(None)
        if self.read_only and plan.action == "create":
            place = self._place(self.kind.spec.identity(self._params), plan)
            sid = values.NO_SID if self.kind.account_name else None
            return {"distinguished_name": place, "object_guid": values.NO_GUID, "sid": sid}
        found = _identifiers(self.entry)
        if self.read_only and self.entry is not None:
            found["distinguished_name"] = self._moved(plan, self.entry)
        return found

    def _find(self, identity: dict[str, t.Any]) -> Entry | None:
        called = self._called(identity)
        entry = self.finder.find(called, self.kind.attributes) if called else None
        if self.kind.part:
            return self._of_this_kind(entry)
        if entry is None and called and lookup.is_fixed(called):
            if self._params["state"] == "present":
                raise NotFound(
                    f"find {self.kind.spec.kind}",
                    obj=called,
                    server=self.server,
                    why="no object has this identity, and none can be created with it",
                    todo="Correct 'identity', or leave it out to create an object by 'name' and 'path'",
                )
            return None
        if entry is None:
            place = self._target_dn(identity)
            entry = self.finder.find(place, self.kind.attributes) if place else None
            if entry is not None and called and not self._is_renamed(entry, called):
                return self._another(entry, called)
        if entry is None:
            entry = self._by_account_name(identity)
        return self._of_this_kind(entry)

    def _is_renamed(self, entry: Entry, called: str) -> bool:
        """Whether an object that is where a rename or a move leads to can be the one that was called like this before:
        it has the new account name, or the old name was a DN, of which nothing is left."""
        account = (entry.text("sAMAccountName") or "").lower()
        return dn.is_dn(called) or (bool(account) and account == self.account().lower())

    def _another(self, entry: Entry, called: str) -> None:
        """An object that only has the wanted name is not the one that was asked for."""
        if self._params.get("state") == "absent":
            return
        raise Conflict(
            f"find {self.kind.spec.kind}",
            obj=called,
            server=self.server,
            why=f"no object has this identity, and the name is taken by '{entry.dn}', which is another one",
            todo="Correct 'identity', or leave it out to manage the object of that name",
        )

    def _again(self, guid: str) -> Entry | None:
        """What was written may have a new name, account name and place; its GUID stays."""
        return self.finder.find(guid, self.kind.attributes)

    def _by_account_name(self, identity: dict[str, t.Any]) -> Entry | None:
        """An account name is unique in the domain, so an object may be found wherever it was moved to, and under its
        new account name when an identity is its old one. A DN or a path says where it has to be."""
        account = self.account()
        if not account:
            return None
        entry = self.finder.find_by("sAMAccountName", account, self.kind.attributes)
        if entry is None or not (identity.get("path") or dn.is_dn(identity.get("identity") or "")):
            return entry
        absent = self._params.get("state") == "absent"
        raise Conflict(
            f"find {self.kind.spec.kind}",
            obj=self._target_dn(identity) or account,
            server=self.server,
            why=f"its account name '{account}' belongs to '{entry.dn}'",
            todo="Leave 'path' out to remove that object, or correct the name"
            if absent
            else "Give 'identity' of that object to move it, or choose another name",
        )

    def _of_this_kind(self, entry: Entry | None) -> Entry | None:
        if entry is None:
            return None
        classes = entry.texts("objectClass")
        if not self.kind.accepts(classes):
            raise Conflict(
                f"manage {self.kind.spec.kind}",
                obj=entry.dn,
                server=self.server,
                why=f"the object exists, but it is of the class {classes[-1] if classes else 'unknown'}",
                todo=self.kind.instead.get(
                    (classes or [""])[-1].lower(), "Choose another name, or use the module for that kind of object"
                ),
            )
        return entry

    def _target_dn(self, identity: dict[str, t.Any]) -> str | None:
        """Where the object is by its name and path. What is not given comes from an identity that is a DN; so a rename
        or a move is found again when the old DN is gone."""
        called = identity.get("identity") or ""
        known = called if dn.is_dn(called) else ""
        name = identity.get("name") or dn.leaf(known)
        path = identity.get("path") or dn.parent(known) or self._default_path()
        return dn.child(self.kind.rdn, name, self._checked_path(path)) if name else None

    def _place(self, identity: dict[str, t.Any], plan: Plan) -> str:
        return t.cast("str", self._target_dn({**identity, **_name_and_path(plan)}))

    def _default_path(self) -> str:
        partition = self.directory.configuration if self.kind.partition == "configuration" else self.directory.base
        return ",".join(part for part in (self.kind.default_path, partition) if part)

    def _checked_path(self, path: str) -> str:
        if not dn.is_dn(path):
            raise InvalidInput(
                f"manage {self.kind.spec.kind}",
                obj=self.kind.spec.name_of(self._params),
                server=self.server,
                why=f"'{path}' is not a distinguished name",
                todo="Write 'path' like OU=FlowOps,DC=example,DC=com",
            )
        return path

    def _new_attributes(self, plan: Plan) -> dict[str, list[bytes]]:
        attributes = {"objectClass": [name.encode() for name in self.kind.object_classes]}
        attributes.update(self._account_name())
        attributes.update(self.new_by_itself())
        return {**attributes, **{name: value for name, value in self._encoded(plan, None).items() if value}}

    def _account_name(self) -> dict[str, list[bytes]]:
        """Of a new object: what it is called by, so that the next run finds it by the same."""
        called = self._called(self.kind.spec.identity(self._params))
        by_account = bool(called) and lookup.key_of(called)[0] == "sAMAccountName"
        account = called if by_account and not self._params.get("sam_account_name") else self.account()
        return {"sAMAccountName": [account.encode()]} if account and self.account() else {}

    def _encoded(self, plan: Plan, entry: Entry | None) -> dict[str, t.Any]:
        target = {} if entry is None else self.kind.decode(entry)
        target.update({key: change.value for key, change in plan.changes.items()})
        attributes: dict[str, t.Any] = {}
        for item in self.kind.properties:
            if any(key in plan.changes for key in item.keys):
                attributes.update(item.encode(plan.changes, target, entry))
        return attributes

    def _move(self, plan: Plan, entry: Entry, place: str) -> bool:
        wanted = _name_and_path(plan)
        if wanted:
            leaf = dn.text(dn.parse(place)[:1])
            self.directory.move(entry.dn, leaf, wanted.get("path"))
        return bool(wanted)

    def _moved(self, plan: Plan, entry: Entry) -> str:
        """The object's DN as the plan wants it."""
        wanted = _name_and_path(plan)
        if not wanted:
            return entry.dn
        name, path = wanted.get("name", dn.leaf(entry.dn)), wanted.get("path", dn.parent(entry.dn))
        return dn.child(self.kind.rdn, name, path)


def _name_and_path(plan: Plan) -> dict[str, str]:
    """Those of the two that the plan sets."""
    return {key: plan.changes[key].value for key in ("name", "path") if key in plan.changes}


def _identifiers(entry: Entry | None) -> dict[str, t.Any]:
    guid, sid = (entry.first("objectGUID"), entry.first("objectSid")) if entry else (None, None)
    return {
        "distinguished_name": entry.dn if entry else None,
        "object_guid": values.guid_from_bytes(guid) if guid else None,
        "sid": values.sid_from_bytes(sid) if sid else None,
    }


def _names(value: t.Any) -> list[str]:
    """Names in the value of a reference: one, a list, or a membership. What is removed counts as well."""
    if isinstance(value, dict):
        return [name for verb in value.values() for name in _names(verb)]
    return [name for name in (value if isinstance(value, list) else [value]) if name]
