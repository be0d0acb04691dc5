# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One kind of directory object behind the engine. For internal use by this collection only."""

from __future__ import annotations

import dataclasses
import typing as t

from .._engine.errors import Conflict, InvalidInput, NotFound
from . import dn, filters, lookup, values
from .directory import Entry

if t.TYPE_CHECKING:
    from .._engine.plan import Plan
    from .._engine.reconcile import Outcome
    from .._engine.spec import ResourceSpec
    from .directory import Directory
    from .properties import Property

_IDENTIFIERS = ("objectClass", "objectGUID", "objectSid")


@dataclasses.dataclass(frozen=True)
class ObjectKind:
    """What sets one kind of object apart.

    object_classes  for creation, the most special one last
    rdn             type of the first part of its DN: C(CN) or C(OU)
    default_path    container of new objects, relative to the domain
    properties      everything but name and place
    account_name    options -> sAMAccountName; None for a kind that has none
    unique          property -> attribute whose values can belong to one object only
    check           raises InvalidInput for options that no server could accept
    """

    spec: ResourceSpec
    object_classes: tuple[str, ...]
    rdn: str
    default_path: str
    properties: tuple[Property, ...]
    account_name: t.Callable[[dict[str, t.Any]], str | None] | None = None
    unique: dict[str, str] = dataclasses.field(default_factory=dict)
    check: t.Callable[[dict[str, t.Any]], None] = lambda _params: None

    @property
    def attributes(self) -> list[str]:
        """Everything that a read needs."""
        names = [name for item in self.properties for name in item.attributes]
        return [*_IDENTIFIERS, *dict.fromkeys(names)]

    def decode(self, entry: Entry) -> dict[str, t.Any]:
        """All properties of an object."""
        found: dict[str, t.Any] = {"name": dn.leaf(entry.dn), "path": dn.parent(entry.dn)}
        for item in self.properties:
            found.update(item.decode(entry))
        return found


class DirectoryBackend:
    """Implements the engine's Backend for one task."""

    def __init__(self, directory: Directory, kind: ObjectKind, params: dict[str, t.Any]) -> None:
        self.server = directory.server
        self.read_only = directory.read_only
        self._directory = directory
        self._kind = kind
        self._params = params
        self._entry: Entry | None = None
        self._written: str | None = None
        self._resolved: dict[tuple[str, str], str | None] = {}

    def read(self, identity: dict[str, t.Any]) -> dict[str, t.Any] | None:
        """Properties of the object."""
        self._entry = self._find(identity) if self._written is None else self._again(self._written)
        if self._entry is None:
            return None
        found = self._kind.decode(self._entry)
        return {**found, "identity": identity["identity"]} if identity.get("identity") else found

    def resolve(self, kind: str, name: str) -> str | None:
        """DN of a container or object, SID of a principal."""
        if (kind, name) not in self._resolved:
            self._resolved[kind, name] = self._resolve(kind, name)
        return self._resolved[kind, name]

    def write(self, plan: Plan, identity: dict[str, t.Any], _current: dict[str, t.Any] | None) -> None:
        """One add, or at most one modify and one rename, or one delete."""
        try:
            self._write(plan, identity)
        except InvalidInput as error:
            self._raise_if_taken(plan, error)
            raise
        self._written = _identifiers(self._entry)["object_guid"]

    def _write(self, plan: Plan, identity: dict[str, t.Any]) -> None:
        if plan.action == "create":
            self._directory.add(self._place(identity, plan), self._new_attributes(plan))
            return
        entry = t.cast("Entry", self._entry)
        if plan.action == "delete":
            self._directory.delete(entry.dn)
            return
        changes = self._encoded(plan, entry)
        if changes:
            self._directory.modify(entry.dn, changes)
        self._move(plan, entry)

    def _raise_if_taken(self, plan: Plan, error: InvalidInput) -> None:
        """The server only says that some value is taken; say which one, and by what."""
        for key, attribute in self._kind.unique.items():
            change = plan.changes.get(key)
            for value in (change.added or change.value) if change else ():
                holders = self._directory.search(filters.equals(attribute, value), ["objectClass"])
                if holders and holders[0].dn != (self._entry.dn if self._entry else None):
                    raise Conflict(
                        error.what,
                        obj=error.obj,
                        server=self.server,
                        why=f"'{value}' in '{key}' belongs to '{holders[0].dn}'",
                        todo="Take it away from that object first, or leave it out",
                    ) from error

    def describe(self, outcome: Outcome) -> dict[str, t.Any]:
        """Distinguished name, GUID and SID for the result, and the object with them; in check mode as they would be,
        with a predicted GUID and SID for a new object."""
        identifiers, resource = self._identified(outcome.plan), outcome.resource
        if outcome.plan.action == "create" and self.read_only:
            # What the plan leaves open is empty in a new object, except that the directory wants an account name.
            bare = Entry(identifiers["distinguished_name"], self._account_name())
            resource = {**self._kind.decode(bare), **resource}
        return {**identifiers, self._kind.spec.result: {**resource, **identifiers} if resource else {}}

    def _identified(self, plan: Plan) -> dict[str, t.Any]:
        if plan.action == "delete":
            return _identifiers(None)
        if self.read_only and plan.action == "create":
            place = self._place(self._kind.spec.identity(self._params), plan)
            sid = values.NO_SID if self._kind.account_name else None
            return {"distinguished_name": place, "object_guid": values.NO_GUID, "sid": sid}
        found = _identifiers(self._entry)
        if self.read_only and self._entry is not None:
            found["distinguished_name"] = self._moved(plan, self._entry)
        return found

    def _find(self, identity: dict[str, t.Any]) -> Entry | None:
        called = identity.get("identity")
        entry = lookup.find(self._directory, called, self._kind.attributes) if called else None
        if entry is None and called and lookup.is_fixed(called):
            if self._params["state"] == "present":
                raise NotFound(
                    f"find {self._kind.spec.kind}",
                    obj=called,
                    server=self.server,
                    why="no object has this identity, and none can be created with it",
                    todo="Correct 'identity', or leave it out to create an object by 'name' and 'path'",
                )
            return None
        if entry is None:
            place = self._target_dn(identity)
            entry = self._directory.get(place, self._kind.attributes) if place else None
        if entry is None:
            entry = self._by_account_name(identity)
        return self._of_this_kind(entry)

    def _again(self, guid: str) -> Entry | None:
        """What was written may have a new name, account name and place; its GUID stays."""
        return lookup.find(self._directory, guid, self._kind.attributes)

    def _by_account_name(self, identity: dict[str, t.Any]) -> Entry | None:
        """An account name is unique in the domain, so an object may be found wherever it was moved to, and under its
        new account name when an identity is its old one. A DN or a path says where it has to be."""
        account = self._kind.account_name(self._params) if self._kind.account_name else None
        if not account:
            return None
        entry = lookup.only(self._directory, filters.equals("sAMAccountName", account), account, self._kind.attributes)
        if entry is None or not (identity.get("path") or dn.is_dn(identity.get("identity") or "")):
            return entry
        if self._params["state"] == "absent":
            return None
        raise Conflict(
            f"find {self._kind.spec.kind}",
            obj=self._target_dn(identity) or account,
            server=self.server,
            why=f"its account name '{account}' belongs to '{entry.dn}'",
            todo="Give 'identity' of that object to move it, or choose another name",
        )

    def _of_this_kind(self, entry: Entry | None) -> Entry | None:
        if entry is None:
            return None
        wanted, classes = self._kind.object_classes[-1], entry.texts("objectClass")
        if wanted.lower() not in {name.lower() for name in classes}:
            raise Conflict(
                f"manage {self._kind.spec.kind}",
                obj=entry.dn,
                server=self.server,
                why=f"the object exists, but it is of the class {classes[-1] if classes else 'unknown'}",
                todo="Choose another name, or use the module for that kind of object",
            )
        return entry

    def _target_dn(self, identity: dict[str, t.Any]) -> str | None:
        """Where the object is by its name and path. What is not given comes from an identity that is a DN; so a rename
        or a move is found again when the old DN is gone."""
        called = identity.get("identity") or ""
        known = called if dn.is_dn(called) else ""
        name = identity.get("name") or dn.leaf(known)
        path = identity.get("path") or dn.parent(known) or self._default_path()
        return dn.child(self._kind.rdn, name, self._checked_path(path)) if name else None

    def _place(self, identity: dict[str, t.Any], plan: Plan) -> str:
        return t.cast("str", self._target_dn({**identity, **_name_and_path(plan)}))

    def _default_path(self) -> str:
        return ",".join(part for part in (self._kind.default_path, self._directory.base) if part)

    def _checked_path(self, path: str) -> str:
        if not dn.is_dn(path):
            raise InvalidInput(
                f"manage {self._kind.spec.kind}",
                obj=self._kind.spec.name_of(self._params),
                server=self.server,
                why=f"'{path}' is not a distinguished name",
                todo="Write 'path' like OU=FlowOps,DC=example,DC=com",
            )
        return path

    def _resolve(self, kind: str, name: str) -> str | None:
        if kind == "container":
            entry = self._directory.get(self._checked_path(name), ["objectClass"])
            return entry.dn if entry else None
        entry = lookup.find(self._directory, name, ["objectSid"])
        if entry is None or kind != "principal":
            return entry.dn if entry else None
        sid = entry.first("objectSid")
        if sid is None:
            raise InvalidInput(
                f"manage {self._kind.spec.kind}",
                obj=self._kind.spec.name_of(self._params),
                server=self.server,
                why=f"'{name}' is '{entry.dn}', which has no SID and so cannot be granted anything",
                todo="Name a group, a computer, a user or a service account",
            )
        return values.sid_from_bytes(sid)

    def _new_attributes(self, plan: Plan) -> dict[str, list[bytes]]:
        attributes = {"objectClass": [name.encode() for name in self._kind.object_classes]}
        attributes.update(self._account_name())
        return {**attributes, **{name: value for name, value in self._encoded(plan, None).items() if value}}

    def _account_name(self) -> dict[str, list[bytes]]:
        account = self._kind.account_name(self._params) if self._kind.account_name else None
        return {"sAMAccountName": [account.encode()]} if account else {}

    def _encoded(self, plan: Plan, entry: Entry | None) -> dict[str, t.Any]:
        target = {} if entry is None else self._kind.decode(entry)
        target.update({key: change.value for key, change in plan.changes.items()})
        attributes: dict[str, t.Any] = {}
        for item in self._kind.properties:
            if any(key in plan.changes for key in item.keys):
                attributes.update(item.encode(plan.changes, target, entry))
        return attributes

    def _move(self, plan: Plan, entry: Entry) -> None:
        wanted = _name_and_path(plan)
        if wanted:
            leaf = dn.text(dn.parse(self._moved(plan, entry))[:1])
            self._directory.move(entry.dn, leaf, wanted.get("path"))

    def _moved(self, plan: Plan, entry: Entry) -> str:
        """The object's DN as the plan wants it."""
        wanted = _name_and_path(plan)
        if not wanted:
            return entry.dn
        name, path = wanted.get("name", dn.leaf(entry.dn)), wanted.get("path", dn.parent(entry.dn))
        return dn.child(self._kind.rdn, name, path)


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
