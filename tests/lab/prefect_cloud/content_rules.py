# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which workspace scope a request to the content API needs, by family and kind of request."""

from __future__ import annotations

import re

# what the reading routes end in, whatever their method
_READS = re.compile(
    r"(^|/)(filter(-minimal)?|count(-.*)?|paginate|history(-v2)?|lateness|my-access|get_scheduled_flow_runs|get_runs"
    r"|concurrency_status|next-runs|next|count-by/[^/]+|validate(_schema)?|preview|counts)$"
)
# family: scope to read, to write, to delete; empty is none
_FAMILIES = {
    "artifacts": ("see_artifacts", "write_artifacts", "manage_artifacts"),
    "automations": ("see_automations", "manage_automations", "manage_automations"),
    "block_capabilities": ("see_blocks", "manage_blocks", "manage_blocks"),
    "block_documents": ("see_blocks", "manage_blocks", "manage_blocks"),
    "block_schemas": ("see_blocks", "manage_blocks", "manage_blocks"),
    "block_types": ("see_blocks", "manage_blocks", "manage_blocks"),
    "collections": ("see_work_pools", "", ""),
    "concurrency_limits": ("see_concurrency_limits", "manage_concurrency_limits", "manage_concurrency_limits"),
    "deployments": ("see_deployments", "write_deployments", "manage_deployments"),
    "events": ("see_events", "manage_events", "manage_events"),
    "flow_run_states": ("see_flows", "run_flows", "manage_flows"),
    "flow_runs": ("see_flows", "run_flows", "manage_flows"),
    "flows": ("see_flows", "run_flows", "manage_flows"),
    "logs": ("see_flows", "run_flows", "manage_flows"),
    "saved_searches": ("see_flows", "manage_saved_search", "manage_saved_search"),
    "task_run_states": ("see_flows", "run_flows", "manage_flows"),
    "task_runs": ("see_flows", "run_flows", "manage_flows"),
    "task_workers": ("see_workers", "write_workers", "manage_workers"),
    "ui": ("see_flows", "see_flows", "see_flows"),
    "v2/concurrency_limits": ("see_concurrency_limits", "manage_concurrency_limits", "manage_concurrency_limits"),
    "variables": ("see_variables", "write_variables", "manage_variables"),
    "work_pools": ("see_work_pools", "write_work_pools", "manage_work_pools"),
    "work_queues": ("see_work_queues", "write_work_queues", "manage_work_queues"),
}
# single routes that differ from their family: method, path, scope; the first that fits counts
_SINGLE = [
    (re.compile(method), re.compile(path), scope)
    for method, path, scope in (
        ("POST", r"deployments/[^/]+/create_flow_run(/bulk)?$", "run_deployments"),
        ("DELETE", r"deployments/[^/]+/schedules/", "write_deployments"),
        ("POST", r"deployments/bulk_delete$", "manage_deployments"),
        ("POST", r"(flows|flow_runs)/bulk_delete$", "manage_flows"),
        ("POST", r"concurrency_limits/(increment|decrement)$", "run_flows"),
        ("POST", r"work_pools/[^/]+/workers/heartbeat$", "write_workers"),
        ("GET|POST", r"work_pools/[^/]+/workers/", "see_workers"),
        ("DELETE", r"work_pools/[^/]+/workers/", "manage_workers"),
        ("POST", r"work_pools/[^/]+/get_scheduled_flow_runs$", "see_work_queues"),
        ("GET", r"work_pools/[^/]+/queues/", "see_work_queues"),
        ("POST", r"work_pools/[^/]+/queues/(filter|paginate)$", "see_work_queues"),
        ("POST|PATCH", r"work_pools/[^/]+/queues", "write_work_queues"),
        ("DELETE", r"work_pools/[^/]+/queues/", "manage_work_queues"),
        ("POST", r"work_queues/$", "see_work_queues"),
        ("GET", r"(hello|health|version|ready)$", ""),
    )
]
# of a self-hosted server alone
NOT_IN_CLOUD = re.compile(r"^(admin|csrf-token|collections/views|ready|version|me|root)(/|$)")


def needed(method: str, path: str) -> str | None:
    """The scope for a request; empty when access to the workspace is enough, None when there is no such family."""
    for of_method, of_path, scope in _SINGLE:
        if of_method.fullmatch(method) and of_path.match(path):
            return scope
    family = "/".join(path.split("/")[: 2 if path.startswith("v2/") else 1])
    if family not in _FAMILIES:
        return None
    read, write, delete = _FAMILIES[family]
    if method in ("GET", "HEAD") or (method == "POST" and _READS.search(path)):
        return read
    return delete if method == "DELETE" else write


def object_level(method: str, path: str) -> str:
    """What an access list must allow for a request to the object's own routes: view, run or manage."""
    if method in ("GET", "HEAD"):
        return "view"
    if re.search(r"/(create_flow_run(/bulk)?|get_scheduled_flow_runs|heartbeat|resume_deployment)$", path):
        return "run"
    return "view" if method == "POST" and _READS.search(path) else "manage"
