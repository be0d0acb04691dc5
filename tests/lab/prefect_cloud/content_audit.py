# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Audit events for what is written through the content API, and the authors of runs."""

from __future__ import annotations

import re
from typing import Any

from prefect_cloud.access import Asked

_KINDS = {
    "automations": "automation",
    "block_documents": "block-document",
    "block_schemas": "block-schema",
    "block_types": "block-type",
    "concurrency_limits": "concurrency-limit",
    "deployments": "deployment",
    "flows": "flow",
    "v2/concurrency_limits": "concurrency-limit",
    "variables": "variable",
    "work_pools": "work-pool",
    "work_queues": "work-queue",
}
_ACTIONS = {"PUT": "updated", "PATCH": "updated", "DELETE": "deleted"}
_QUEUE = re.compile(r"^work_pools/[^/]+/queues(/|$)")
_WORKER = re.compile(r"^work_pools/[^/]+/workers/")
_PART = re.compile(r"^deployments/[^/]+/(schedules|create_flow_run|pause|resume|set_schedule)")
_RUN = re.compile(r"^(flow_runs/|deployments/[^/]+/create_flow_run)$")


def note(asked: Asked, method: str, path: str, status: int, body: Any) -> None:
    """Record a write that the real server did. body: its decoded answer, if there is one."""
    family = "/".join(path.split("/")[: 2 if path.startswith("v2/") else 1])
    action = "created" if method == "POST" and status == 201 else _ACTIONS.get(method)
    if family not in _KINDS or action is None or _WORKER.match(path) or "create_flow_run" in path:
        return
    kind = "work-queue" if _QUEUE.match(path) else _KINDS[family]
    made = body if isinstance(body, dict) else {}
    key = str(made.get("id") or path.rstrip("/").rsplit("/", 1)[-1])
    if _PART.match(path):
        key, action, made = path.split("/")[1], "updated", {}
    asked.record(f"{kind}.{action}", {"id": key, "name": made.get("name")})


def sign(asked: Asked, method: str, path: str, body: Any) -> None:
    """Remember who asked for a run: a self-hosted server knows no actors, Cloud shows them as created_by."""
    if method != "POST" or not _RUN.match(path) or not isinstance(body, dict) or body.get("created_by"):
        return
    who = asked.cloud.actor(asked.caller.actor_id) or {"name": "", "type": "user"}
    kind = "SERVICE_ACCOUNT" if who["type"] == "service_account" else "USER"
    author = {"id": asked.caller.actor_id, "type": kind, "display_value": who["name"]}
    asked.store.authors.put({"id": body["id"], "created_by": author})
    body["created_by"] = author
