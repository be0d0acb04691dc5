# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that one edition of Prefect takes and the other refuses. For internal use by this collection only."""

from __future__ import annotations

import typing as t

from .._engine.errors import Forbidden
from .store import Object, Store

if t.TYPE_CHECKING:
    from .._engine.plan import Plan
    from .rest import RestBackend

# A self-hosted server takes these on creation only, Prefect Cloud at any time.
ON_CREATION = ("labels", "version_info")


class CreatedStore(Store):
    """What a self-hosted server takes on creation only is not sent again."""

    def adopt(self, found: Object, body: Object, identity: Object) -> None:
        if not self.client.connection.is_cloud:
            body = {key: value for key, value in body.items() if key not in ON_CREATION}
        super().adopt(found, body, identity)


def refuse_late(backend: RestBackend, plan: Plan, kind: str, name: str) -> None:
    """Forbidden if a self-hosted server would have to change what it takes on creation only."""
    late = [key for key in ON_CREATION if key in plan.changes]
    if plan.action == "update" and late and not backend.stores.client.connection.is_cloud:
        raise Forbidden(
            f"update {kind}",
            obj=name,
            server=backend.server,
            why=f"a self-hosted server takes {' and '.join(late)} of a {kind} on creation only",
            todo=f"Leave it out, or remove the {kind} and create it anew; Prefect Cloud changes it",
        )


def refuse_without_cloud(backend: RestBackend, plan: Plan, kind: str, name: str, keys: tuple[str, ...]) -> None:
    """Forbidden if a self-hosted server would have to hold what only Prefect Cloud has."""
    foreign = [key for key in keys if key in plan.changes]
    if foreign and not backend.stores.client.connection.is_cloud:
        raise Forbidden(
            f"{plan.action} {kind}",
            obj=name,
            server=backend.server,
            why=f"a self-hosted server has no {' and no '.join(foreign)} of a {kind}",
            todo="Leave it out; it is for Prefect Cloud",
        )
