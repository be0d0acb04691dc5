# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Work pools and work queues. For internal use by this collection only."""

from __future__ import annotations

import typing as t

from .._engine.spec import Compare, Field, ResourceSpec
from .kind import Kind, Routes
from .names import NO_LIMIT, limit_problem, name_problem, pool_name_problem
from .nested import identifiers
from .store import Object, Store
from .uses import counted, named, refuse

if t.TYPE_CHECKING:
    from .._engine.plan import Plan
    from .rest import RestBackend


_DEFAULT = "default"


def _priority_problem(priority: int) -> str:
    return "" if priority >= 1 else f"{priority} is below 1, the highest priority"


def _refuse_orphans(backend: RestBackend, kind: str, name: str, left: list[Object], params: Object) -> list[str]:
    """The server removes a work pool or queue whatever leans on it; its deployments stay and have no pool any more."""
    if not left:
        return []
    names = named(backend, "deployment", left)
    if not params.get("orphan_deployments"):
        why = f"{counted(left, 'deployment')} would be left without a work pool: {names}"
        todo = "Give them another one, or remove them first, or set orphan_deployments: true"
        refuse(backend, kind, name, why, todo)
    return [f"The {kind} '{name}' goes and leaves {counted(left, 'deployment')} without a work pool: {names}"]


def _refuse_orphans_of_pool(backend: RestBackend, plan: Plan, current: Object | None, params: Object) -> list[str]:
    if plan.action != "delete" or not current:
        return []
    left = backend.related("deployment", "work_pool_name", current["name"])
    return _refuse_orphans(backend, "work pool", current["name"], left, params)


class WorkPoolStore(Store):
    """A work pool comes with a queue."""

    def brings(self, params: Object) -> list[tuple[str, str]]:
        return [("work queue", f"{params['name']}/{_DEFAULT}")]

    def brought(self, created: Object) -> list[tuple[str, Object]]:
        queue = {"id": created.get("default_queue_id"), "name": _DEFAULT, "work_pool_name": created["name"]}
        return [("work queue", queue)] if queue["id"] else []


WORK_POOL = Kind(
    plural="work_pools",
    routes=Routes(one="/work_pools/{name}", all="/work_pools/", filter="/work_pools/filter"),
    reference="name",
    store=WorkPoolStore,
    spec=ResourceSpec(
        kind="work pool",
        result="work_pool",
        fields=(
            Field("name", required=True, identity=True, problem=pool_name_problem),
            Field("type", required_on_create=True, immutable=True),
            Field("description", clears=""),
            Field("paused", "bool", wire="is_paused"),
            Field("concurrency_limit", "int", clears=NO_LIMIT, problem=limit_problem),
            Field("base_job_template", "dict", compare=Compare.SUBSET),
            Field(
                "storage_configuration",
                "dict",
                compare=Compare.SUBSET,
                names=identifiers({"default_result_storage_block_id": "block document"}),
            ),
            Field("orphan_deployments", "bool", default=False, control=True),
        ),
        guard=_refuse_orphans_of_pool,
    ),
)


class WorkQueueStore(Store):
    """Queues are read as a whole over all work pools at once, and written one after the other in each: the server moves
    the priorities of the others."""

    def lane(self, params: Object) -> str:
        return f"work queues of {params['work_pool']}"

    def key(self, found: Object) -> tuple[t.Any, ...] | None:
        # queues of the agents of Prefect 2 belong to no pool
        return super().key(found) if found.get("work_pool_name") else None

    def remove(self, current: Object, identity: Object) -> None:
        # a default queue goes with its work pool, and the server takes it in no other way
        holder = self.stores.look_up("work pool", current["work_pool_name"])
        if holder is None or holder.get("default_queue_id") != current["id"]:
            super().remove(current, identity)

    def unmanaged(self, found: Object) -> str:
        return "" if found.get("work_pool_name") else "it belongs to no work pool"

    def ownable(self, found: Object) -> bool:
        # a default queue comes and goes with its work pool
        holder = self.stores.look_up("work pool", found["work_pool_name"])
        return super().ownable(found) and (holder is None or holder.get("default_queue_id") != found["id"])


def _refuse_lost_queue(backend: RestBackend, plan: Plan, current: Object | None, params: Object) -> list[str]:
    """The server answers the removal of a default queue with an internal error."""
    if plan.action != "delete" or not current:
        return []
    pool = current["work_pool_name"]
    holder = backend.look_up("work pool", pool)
    if holder and holder.get("default_queue_id") == current["id"]:
        why = f"it is the default queue of work pool '{pool}'"
        todo = "Pause it instead (paused: true), or remove the whole work pool"
        refuse(backend, "work queue", current["name"], why, todo)
    left = backend.related("deployment", "work_queue_id", current["id"], moved_by=("work_queue_name", "work_pool_name"))
    return _refuse_orphans(backend, "work queue", current["name"], left, params)


def _plain_filter(value: t.Any) -> t.Any:
    """A filter without what it does not ask for, its lists in one order."""
    if not isinstance(value, dict):
        return value
    kept = {key: sorted(item) if isinstance(item, list) else item for key, item in value.items() if item is not None}
    return kept or None


WORK_QUEUE = Kind(
    plural="work_queues",
    routes=Routes(
        one="/work_pools/{work_pool}/queues/{name}",
        all="/work_pools/{work_pool}/queues",
        filter="/work_queues/filter",
    ),
    reference="name",
    store=WorkQueueStore,
    spec=ResourceSpec(
        kind="work queue",
        result="work_queue",
        fields=(
            Field(
                "work_pool",
                wire="work_pool_name",
                required=True,
                identity=True,
                reference="work pool",
                problem=name_problem,
            ),
            Field("name", required=True, identity=True, problem=name_problem),
            Field("description"),
            Field("paused", "bool", wire="is_paused"),
            Field("concurrency_limit", "int", clears=NO_LIMIT, problem=limit_problem),
            Field("priority", "int", problem=_priority_problem),
            Field(
                "filter",
                "dict",
                clears={},
                names=identifiers({"deployment_ids": "deployment"}),
                normalize=_plain_filter,
            ),
            Field("orphan_deployments", "bool", default=False, control=True),
        ),
        guard=_refuse_lost_queue,
    ),
)
