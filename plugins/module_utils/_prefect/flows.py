# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Flows and their deployments. For internal use by this collection only."""

from __future__ import annotations

import typing as t

from .._engine.spec import Compare, Field, ResourceSpec
from .editions import CreatedStore, refuse_late, refuse_without_cloud
from .kind import Kind, Routes
from .limits import limit_name_problem
from .names import NO_LIMIT, block_reference_problem, name_problem, own_limit_problem, reference_problem
from .store import Object
from .uses import counted, named, refuse

if t.TYPE_CHECKING:
    from .._engine.plan import Plan
    from .rest import RestBackend

_OWN, _SHARED = "concurrency_limit", "global_concurrency_limit_id"


def _refuse_lost_deployments(backend: RestBackend, plan: Plan, current: Object | None, params: Object) -> list[str]:
    """The server removes all deployments of a flow with it, and says nothing."""
    refuse_late(backend, plan, "flow", params["name"])
    if plan.action != "delete" or not current:
        return []
    lost = backend.related("deployment", "flow_id", current["id"])
    if not lost:
        return []
    names = named(backend, "deployment", lost)
    if not params.get("delete_deployments"):
        why = f"{counted(lost, 'deployment')} would be removed with it: {names}"
        refuse(backend, "flow", current["name"], why, "Remove them first, or set delete_deployments: true")
    return [f"With the flow '{current['name']}' goes what is deployed of it, {counted(lost, 'deployment')}: {names}"]


FLOW = Kind(
    plural="flows",
    routes=Routes(one="/flows/name/{name}", all="/flows/", filter="/flows/filter", change="/flows/{id}"),
    store=CreatedStore,
    spec=ResourceSpec(
        kind="flow",
        result="flow",
        fields=(
            Field("name", required=True, identity=True, problem=name_problem),
            Field("tags", "list", elements="str", compare=Compare.SET),
            Field("labels", "dict", compare=Compare.SUBSET),
            Field("delete_deployments", "bool", default=False, control=True),
        ),
        guard=_refuse_lost_deployments,
    ),
)


class DeploymentStore(CreatedStore):
    """A deployment's own limit is kept as a global limit beside it.

    The server knows one limit of a deployment and treats it as the deployment's own: a new limit would be written into
    one that is shared with others, and a shared one would be removed with the deployment or when the limit is taken
    away. So the shared one is let go first.
    """

    def decode(self, found: Object) -> Object:
        limit = found.get("global_concurrency_limit") or {}
        own = limit.get("limit") if str(limit.get("name", "")).startswith("deployment:") else None
        shared = limit.get("id") if limit and own is None else None
        return {**found, "concurrency_limit": own, "global_concurrency_limit_id": shared}

    def export(self, found: Object) -> Object:
        # the server adds labels of its own, which name objects of this server
        labels = found.get("labels") or {}
        return {**found, "labels": {key: value for key, value in labels.items() if not key.startswith("prefect.")}}

    def change(self, current: Object, body: Object, identity: Object) -> None:
        if body.get(_OWN) is not None and current.get(_SHARED):
            super().change(current, {_SHARED: None}, identity)
        elif body.get(_SHARED) is not None and current.get(_OWN) is not None:
            super().change(current, {_OWN: None}, identity)
        elif _OWN in body and body[_OWN] is None and current.get(_OWN) is None:
            body = {key: value for key, value in body.items() if key != _OWN}
        if body:
            super().change(current, body, identity)

    def remove(self, current: Object, identity: Object) -> None:
        if current.get(_SHARED):
            super().change(current, {_SHARED: None}, identity)
        super().remove(current, identity)

    def encode(self, body: Object, current: Object | None) -> Object:
        # a queue alone would move the deployment to any work pool that has a queue of this name
        if current is not None and body.get("work_queue_name") and "work_pool_name" not in body:
            return {"work_pool_name": current.get("work_pool_name"), **body}
        # and a work pool alone would move it to the default queue there, although the queue's name is to stay
        pool, queue = body.get("work_pool_name"), (current or {}).get("work_queue_name")
        moves = bool(pool and queue) and "work_queue_name" not in body
        if moves and self.stores.resolve("work queue", f"{pool}/{queue}") is not None:
            return {**body, "work_queue_name": queue}
        return body


def _refuse_what_is_not_kept(backend: RestBackend, plan: Plan, current: Object | None, params: Object) -> list[str]:
    refuse_without_cloud(backend, plan, "deployment", params["name"], ("version_info",))
    refuse_late(backend, plan, "deployment", params["name"])
    if current and current.get(_SHARED) and _OWN in plan.changes:
        return [f"The deployment '{params['name']}' takes no slots from the global concurrency limit any more"]
    return []


def _options_problem(options: Object) -> str:
    seconds = options.get("grace_period_seconds")
    return "" if seconds is None or 60 <= seconds <= 86400 else f"{seconds} seconds is not between 60 and 86400"


DEPLOYMENT = Kind(
    plural="deployments",
    routes=Routes(
        one="/deployments/name/{flow}/{name}",
        all="/deployments/",
        filter="/deployments/filter",
        change="/deployments/{id}",
    ),
    store=DeploymentStore,
    spec=ResourceSpec(
        kind="deployment",
        result="deployment",
        fields=(
            Field("flow", wire="flow_id", required=True, identity=True, reference="flow", problem=name_problem),
            Field("name", required=True, identity=True, problem=name_problem),
            Field("description", clears=""),
            Field("version", clears=""),
            Field("version_info", "dict", compare=Compare.SUBSET),
            Field("tags", "list", elements="str", compare=Compare.SET),
            Field("labels", "dict", compare=Compare.SUBSET),
            Field("paused", "bool"),
            Field("entrypoint", clears=""),
            Field("path", clears=""),
            Field("pull_steps", "list", elements="dict"),
            Field("parameters", "dict"),
            Field("parameter_openapi_schema", "dict"),
            Field("enforce_parameter_schema", "bool"),
            Field("work_pool", wire="work_pool_name", reference="work pool", clears="", problem=reference_problem),
            Field(
                "work_queue",
                wire="work_queue_name",
                reference="work queue",
                within="work_pool",
                problem=reference_problem,
            ),
            Field("job_variables", "dict"),
            Field("concurrency_limit", "int", clears=NO_LIMIT, problem=own_limit_problem),
            Field(
                "global_concurrency_limit",
                wire="global_concurrency_limit_id",
                reference="concurrency limit",
                clears="",
                problem=lambda name: limit_name_problem(name) if name else "",
            ),
            Field(
                "concurrency_options",
                "dict",
                compare=Compare.SUBSET,
                problem=_options_problem,
                options={
                    "collision_strategy": {"type": "str", "choices": ["ENQUEUE", "CANCEL_NEW"], "required": True},
                    "grace_period_seconds": {"type": "int"},
                },
            ),
            Field(
                "storage_block",
                wire="storage_document_id",
                reference="block document",
                clears="",
                problem=block_reference_problem,
            ),
        ),
        mutually_exclusive=(("concurrency_limit", "global_concurrency_limit"),),
        required_by={"work_queue": ("work_pool",)},
        guard=_refuse_what_is_not_kept,
    ),
)
