# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An object store in memory that stands in for a server behind the engine."""

from __future__ import annotations

import copy
import typing as t

from ansible_collections.flowops.prefect.plugins.module_utils._engine.errors import CheckModeWriteRefused

if t.TYPE_CHECKING:
    from ansible_collections.flowops.prefect.plugins.module_utils._engine.plan import Plan
    from ansible_collections.flowops.prefect.plugins.module_utils._engine.spec import ResourceSpec


class MemoryBackend:
    """One object at most, kept by its properties' names on the server.

    stored   the object, or None
    known    references that resolve, as (kind, name)
    writes   actions in their order
    rewrite  what the server makes of an object that it is given
    """

    server = "http://standin.example.com"

    def __init__(
        self,
        spec: ResourceSpec,
        stored: dict[str, t.Any] | None = None,
        *,
        known: set[tuple[str, str]] | None = None,
        read_only: bool = False,
        rewrite: t.Callable[[dict[str, t.Any]], dict[str, t.Any]] = copy.deepcopy,
    ) -> None:
        self.spec, self.stored, self.known, self.read_only, self.rewrite = spec, stored, known, read_only, rewrite
        self.writes: list[str] = []

    def read(self, _identity: dict[str, t.Any]) -> dict[str, t.Any] | None:
        return copy.deepcopy(self.stored)

    def resolve(self, kind: str, name: str) -> t.Any:
        return f"id of {name}" if self.known is None or (kind, name) in self.known else None

    def write(self, plan: Plan, identity: dict[str, t.Any], current: dict[str, t.Any] | None) -> None:
        if self.read_only:
            raise CheckModeWriteRefused(plan.action, server=self.server)
        self.writes.append(plan.action)
        if plan.action == "delete":
            self.stored = None
            return
        names = [field for field in self.spec.fields if field.identity and identity.get(field.name) is not None]
        found = {field.key: identity[field.name] for field in names}
        written = {key: change.value for key, change in plan.changes.items()}
        self.stored = self.rewrite({**(current or found), **written})
