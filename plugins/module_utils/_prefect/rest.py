# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The engine's backend for an object of Prefect's REST API. For internal use by this collection only."""

from __future__ import annotations

import dataclasses
import typing as t

from .answers import Errand
from .client import Client, segment

if t.TYPE_CHECKING:
    from .._engine.plan import Plan
    from .._engine.spec import ResourceSpec


@dataclasses.dataclass(frozen=True)
class Routes:
    """Where one kind of object lives; C({name}) stands for an identity field.

    one   path of one object: read, change, remove
    all   path that creates
    """

    one: str
    all: str


class _Reference(t.NamedTuple):
    """Where an object that others refer to is found, and which of its properties refers to it."""

    path: str
    key: str


_REFERENCES = {"work pool": _Reference("/work_pools/{}", "name")}


class RestBackend:
    """Reads and writes one object; see C(Backend) of the engine."""

    def __init__(self, client: Client, spec: ResourceSpec, routes: Routes) -> None:
        self.server, self.read_only = client.connection.api_url, client.read_only
        self.client, self.spec, self._routes = client, spec, routes
        # what the path says already; creation still wants the object's own name
        self._in_path = {field.key for field in spec.fields if field.identity and f"{{{field.name}}}" in routes.all}

    def read(self, identity: dict[str, t.Any]) -> dict[str, t.Any] | None:
        """The object's properties, or None if the server says that there is no such object."""
        return self.client.find(self._path(self._routes.one, identity), self._errand("read", identity))

    def resolve(self, kind: str, name: str) -> t.Any:
        """What the API takes as a reference to the named object, or None if there is no such object."""
        found = self.look_up(kind, name)
        return None if found is None else found[_REFERENCES[kind].key]

    def look_up(self, kind: str, name: str) -> dict[str, t.Any] | None:
        """Another object that is referred to by name, or None if there is no such object."""
        return self.client.find(_REFERENCES[kind].path.format(segment(name)), Errand(f"read {kind}", name))

    def write(self, plan: Plan, identity: dict[str, t.Any], _current: dict[str, t.Any] | None) -> None:
        """Create, change or remove, as the plan says."""
        errand = self._errand(plan.action, identity)
        body = {key: change.value for key, change in plan.changes.items() if key not in self._in_path}
        if plan.action == "create":
            body = {key: value for key, value in body.items() if value is not None}
            self.client.create(self._path(self._routes.all, identity), body, errand, find=lambda: self.read(identity))
        elif plan.action == "update":
            self.client.change(self._path(self._routes.one, identity), body, errand)
        else:
            self.client.remove(self._path(self._routes.one, identity), errand)

    def _path(self, route: str, identity: dict[str, t.Any]) -> str:
        return route.format(**{name: segment(str(value)) for name, value in identity.items()})

    def _errand(self, verb: str, identity: dict[str, t.Any]) -> Errand:
        return Errand(f"{verb} {self.spec.kind}", self.spec.name_of(identity))
