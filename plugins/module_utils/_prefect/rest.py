# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The engine's backend for one object of Prefect's REST API. For internal use by this collection only."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from .._engine.plan import Plan
    from .kind import Kind
    from .stores import Stores


class RestBackend:
    """Reads and writes one object; see C(Backend) of the engine."""

    def __init__(self, stores: Stores, kind: Kind, *, with_secrets: bool = False) -> None:
        self.server, self.read_only = stores.server, stores.client.read_only
        self.stores, self.store = stores, stores.store(kind.name)
        self.store.with_secrets = with_secrets

    def read(self, identity: dict[str, t.Any]) -> dict[str, t.Any] | None:
        """The object's properties, or None if the server says that there is no such object."""
        return self.store.read(identity)

    def resolve(self, kind: str, name: str) -> t.Any:
        """What the API takes as a reference to the named object, or None if there is no such object."""
        return self.stores.resolve(kind, name)

    def look_up(self, kind: str, name: str) -> dict[str, t.Any] | None:
        """Another object that is referred to by name, or None if there is no such object."""
        return self.stores.look_up(kind, name)

    def related(self, kind: str, key: str, value: t.Any, *, moved_by: tuple[str, ...] = ()) -> list[dict[str, t.Any]]:
        """Objects of a kind with this value in one property; nothing else is planned here that could move them."""
        del moved_by
        return self.stores.related(kind, key, value)

    def plan_of(self, _kind: str, _found: dict[str, t.Any]) -> Plan | None:
        """What is planned for another object, which is nothing."""
        return None

    def wanted(self, _kind: str) -> list[dict[str, t.Any]]:
        """Options of other objects that are wanted as well: there are none."""
        return []

    def write(self, plan: Plan, identity: dict[str, t.Any], current: dict[str, t.Any] | None) -> None:
        """Create, change or remove, as the plan says."""
        self.store.write(plan, identity, current)
