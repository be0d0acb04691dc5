# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads and writes all objects of one kind. For internal use by this collection only.

The class here serves the kinds that keep to the usual way; the others say in a class of their own where they differ. An
C(object) is what the engine compares: properties by the names that the spec gives them, with its C(id).
"""

from __future__ import annotations

import typing as t

from .._engine.errors import Ambiguous, Forbidden
from .answers import Errand
from .client import Client, segment

if t.TYPE_CHECKING:
    from .._engine.plan import Plan
    from .kind import Kind
    from .stores import Stores

Object = dict[str, t.Any]
Key = tuple[t.Any, ...]


class Store:
    """All objects of one kind on one server.

    with_secrets  whether reads ask for secrets in clear text, where the kind has some that the server gives away
    """

    with_secrets = False

    def __init__(self, stores: Stores, kind: Kind) -> None:
        self.stores, self.kind, self.spec, self.routes = stores, kind, kind.spec, kind.routes
        self._in_path = {
            field.key for field in kind.spec.fields if field.identity and f"{{{field.name}}}" in kind.routes.all
        }

    @property
    def client(self) -> Client:
        """The session, at the place where this kind lives."""
        return self.stores.client.at(self.kind.place, self.kind.words)

    @property
    def read_by(self) -> list[str]:
        """Options that stand in the path that reads one object."""
        return [field.name for field in self.spec.fields if f"{{{field.name}}}" in self.routes.one]

    # Reading

    def read(self, identity: Object) -> Object | None:
        """The object that these options find, or None if it is proven absent."""
        if self.routes.one:
            found = self.client.find(self.path(self.routes.one, identity), self.errand("read", identity))
            return None if found is None else self.decode(found)
        key = self.key_of(identity)
        return None if key is None else self.only(self.candidates(identity), key, self.spec.name_of(identity))

    def load(self) -> list[Object]:
        """All objects, each once."""
        errand = Errand(f"read all {self.kind.words}")
        return [self.decode(found) for found in self.client.read_all(self.routes.filter, self.query(), errand)]

    def candidates(self, identity: Object) -> list[Object]:
        """Objects among which is the one that these options find, if there is one. All of them, unless a kind knows how
        to ask for less."""
        del identity
        return self.load()

    def query(self) -> Object:
        """What the filter route is asked for."""
        return {}

    def only(self, objects: t.Iterable[Object], key: Key, name: str) -> Object | None:
        """The one object with this key; Ambiguous if there are more."""
        fitting = [found for found in objects if self.key(found) == key]
        if len(fitting) > 1:
            raise self.ambiguous(name, len(fitting))
        return fitting[0] if fitting else None

    def ambiguous(self, name: str, count: int) -> Ambiguous:
        """The error for a name that several objects have."""
        return Ambiguous(
            f"find {self.spec.kind}",
            obj=name,
            server=self.stores.server,
            why=f"{count} objects have this name",
            todo="Rename or remove all but one, or name one by its id where the module takes an id",
        )

    # Writing

    def create(self, body: Object, identity: Object) -> Object | None:
        """Create the object; returns it as far as the server says, or None."""
        sent = {key: value for key, value in self.encode(body, None).items() if value is not None}
        seen: list[Object] = []

        def find() -> Object | None:
            seen.extend(found for found in [self.read(identity)] if found is not None)
            return seen[-1] if seen else None

        created = self.client.create(
            self.path(self.routes.all, identity),
            {key: value for key, value in sent.items() if key not in self._in_path},
            self.errand("create", identity),
            find,
        )
        found = created.value if seen else self.decode(created.value)
        if created.existed:
            self.adopt(found, body, identity)
        return found

    def adopt(self, found: Object, body: Object, identity: Object) -> None:
        """Somebody else created the object at the same moment, or an answer got lost: make it what is wanted."""
        fixed = {
            field.key for field in self.spec.properties if field.immutable or (field.identity and not field.movable)
        }
        wanted = {key: value for key, value in body.items() if key not in fixed}
        if wanted:
            self.change(found, wanted, identity)

    def change(self, current: Object, body: Object, identity: Object) -> None:
        """Write properties of an object that exists."""
        self.client.change(
            self.path(self.routes.written, {**identity, **current}),
            self.encode(body, current),
            self.errand("update", identity),
            self.routes.method,
        )

    def remove(self, current: Object, identity: Object) -> None:
        """Remove the object; Forbidden for what is always there."""
        if not self.routes.written:
            raise Forbidden(
                f"delete {self.spec.kind}",
                obj=self.spec.name_of(identity),
                server=self.stores.server,
                why="it is always there and cannot be removed",
                todo="Leave it out of the desired state instead",
            )
        self.client.remove(self.path(self.routes.written, {**identity, **current}), self.errand("delete", identity))

    def write(self, plan: Plan, identity: Object, current: Object | None) -> Object | None:
        """Create, change or remove, as the plan says; what a creation gave."""
        body = {key: change.value for key, change in plan.changes.items()}
        if plan.action == "create":
            return self.create(body, identity)
        if plan.action == "update":
            self.change(current or {}, body, identity)
        elif plan.action == "delete":
            self.remove(current or {}, identity)
        return None

    # Shapes and names

    def decode(self, found: Object) -> Object:
        """An object as the server gives it, in the form that the engine compares."""
        return found

    def encode(self, body: Object, current: Object | None) -> Object:
        """Properties to write, in the form that the server takes."""
        del current
        return body

    def key(self, found: Object) -> Key | None:
        """What finds this object among all of its kind; None if it is none of those that can be managed."""
        return tuple(field.normalize(found.get(field.key)) for field in self.spec.fields if field.identity)

    def key_of(self, identity: Object) -> Key | None:
        """The same from options; None if something that they name does not exist."""
        parts = []
        for field in self.spec.fields:
            if not field.identity:
                continue
            value = identity.get(field.name)
            if field.reference and value is not None:
                value = self.stores.resolve(field.reference, value)
                if value is None:
                    return None
            parts.append(field.normalize(value))
        return tuple(parts)

    def options(self, found: Object) -> Object | None:
        """The identity options that find this object; None if something that it refers to has no name."""
        options = {}
        for field in self.spec.fields:
            if field.identity:
                value = found.get(field.key)
                options[field.name] = self.stores.name_of(field.reference, value) if field.reference else value
                if field.reference and options[field.name] is None:
                    return None
        return options

    def export(self, found: Object) -> Object:
        """The object without what the server adds by itself and what means nothing on another server; None as the value
        of a property leaves it out."""
        return found

    def unmanaged(self, found: Object) -> str:
        """Why a desired state cannot hold this object; empty if it can, a blank if nobody would expect it there."""
        del found
        return ""

    def ownable(self, found: Object) -> bool:
        """Whether a ledger may call this object ours, so that it can be pruned one day."""
        return getattr(self.spec, "removable", True) and not self.unmanaged(found)

    def split(self, name: str) -> Object:
        """A whole name as identity options."""
        fields = [field.name for field in self.spec.fields if field.identity]
        return dict(zip(fields, name.split("/", len(fields) - 1), strict=False))

    def label(self, identity: Object) -> str:
        """Identity options as a whole name: C(work pool/queue)."""
        return "/".join(
            str(identity[field.name])
            for field in self.spec.fields
            if field.identity and identity.get(field.name) is not None
        )

    def brings(self, params: Object) -> list[tuple[str, str]]:
        """Kinds and whole names of what the server makes by itself when it creates an object with these options."""
        del params
        return []

    def brought(self, created: Object) -> list[tuple[str, Object]]:
        """The same as objects, once it has."""
        del created
        return []

    def lane(self, params: Object) -> str:
        """Objects of one lane are written one after the other; an empty text stands for a lane of its own."""
        del params
        return ""

    def path(self, route: str, values: Object) -> str:
        """A route with its places filled in."""
        return route.format_map({name: segment(str(value)) for name, value in values.items()})

    def errand(self, verb: str, identity: Object) -> Errand:
        """What a request is for."""
        return Errand(f"{verb} {self.spec.kind}", self.spec.name_of(identity))
