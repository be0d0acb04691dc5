# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Flow runs as the server gives them, made readable. For internal use by this collection only."""

from __future__ import annotations

import logging
import typing as t
import urllib.parse

from .answers import Errand
from .client import PAGE, Client
from .clock import age
from .pages import read_some

if t.TYPE_CHECKING:
    from .connection import Connection

Object = dict[str, t.Any]
FINAL = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")
STATE_TYPES = ("scheduled", "pending", "running", "paused", "cancelling", *(name.lower() for name in FINAL))


def is_final(run: Object) -> bool:
    """Whether a flow run has ended."""
    return run.get("state_type") in FINAL


def run_url(connection: Connection, run_id: str) -> str:
    """Where the web interface shows a flow run."""
    if connection.is_cloud:
        scheme, host, _path, _query, _fragment = urllib.parse.urlsplit(connection.api_url)
        place = f"account/{connection.account_id}/workspace/{connection.workspace_id}"
        host = f"app.{host.removeprefix('api.')}" if host.startswith("api.") else host
        return f"{scheme}://{host}/{place}/runs/flow-run/{run_id}"
    return f"{connection.api_url.removesuffix('/api')}/runs/flow-run/{run_id}"


class Names:
    """Names of flows and deployments by their identifiers, asked for in bulk."""

    def __init__(self, client: Client, runs: t.Iterable[Object]) -> None:
        runs = list(runs)
        self.flows = _by_id(client, "flows", {run.get("flow_id") for run in runs})
        self.deployments = _by_id(client, "deployments", {run.get("deployment_id") for run in runs})

    def flow(self, run: Object) -> str | None:
        """Name of the flow of a flow run."""
        return (self.flows.get(run["flow_id"]) or {}).get("name")

    def deployment(self, run: Object) -> str | None:
        """Whole name of the deployment of a flow run; None if it has none, or none any more."""
        found = self.deployments.get(run.get("deployment_id") or "")
        return f"{self.flow(run)}/{found['name']}" if found else None


def _by_id(client: Client, kind: str, keys: set[t.Any]) -> dict[str, Object]:
    wanted = sorted(key for key in keys if key)
    found: dict[str, Object] = {}
    for start in range(0, len(wanted), PAGE):
        query = {kind: {"id": {"any_": wanted[start : start + PAGE]}}, "limit": PAGE}
        page = client.read_page(f"/{kind}/filter", query, Errand(f"read names of {kind}"))
        found.update({item["id"]: item for item in page})
    return found


def shown(client: Client, run: Object, flow: str | None, deployment: str | None) -> Object:
    """A flow run as a module returns it. Parameters and job variables may hold secrets and are left out.

    flow, deployment  their names, the whole one of the deployment
    """
    state = run.get("state") or {}
    return {
        "id": run["id"],
        "name": run["name"],
        "url": run_url(client.connection, run["id"]),
        "flow": flow,
        "deployment": deployment,
        "work_pool": run.get("work_pool_name"),
        "work_queue": run.get("work_queue_name"),
        "state": run.get("state_name"),
        "state_type": (run.get("state_type") or "").lower() or None,
        "state_message": state.get("message"),
        "state_timestamp": state.get("timestamp"),
        "seconds_in_state": age(client, state.get("timestamp")),
        "tags": sorted(run.get("tags") or []),
        "labels": run.get("labels") or {},
        "idempotency_key": run.get("idempotency_key"),
        "created": run.get("created"),
        "created_by": run.get("created_by"),
        "expected_start_time": run.get("expected_start_time"),
        "start_time": run.get("start_time"),
        "end_time": run.get("end_time"),
        "total_run_time": run.get("total_run_time"),
        "run_count": run.get("run_count"),
    }


def states_of(client: Client, run: Object) -> list[Object]:
    """Every state that a flow run has had, the first one first."""
    found = client.read_list(
        f"/flow_run_states/?flow_run_id={run['id']}", Errand("read states of flow run", run["name"])
    )
    ordered = sorted(found, key=lambda state: state.get("timestamp") or "")
    return [
        {
            "name": state.get("name"),
            "type": str(state.get("type")).lower(),
            "timestamp": state.get("timestamp"),
            "message": state.get("message"),
        }
        for state in ordered
    ]


def logs_of(client: Client, run: Object, limit: int, least: int = 0) -> tuple[list[Object], bool]:
    """The last lines of a flow run's log, the first one first, and whether there are earlier ones.

    limit  at the most so many; C(0) stands for all
    least  only lines of this level and above
    """
    wanted: Object = {"flow_run_id": {"any_": [run["id"]]}}
    if least:
        wanted["level"] = {"ge_": least}
    query = {"logs": wanted, "sort": "TIMESTAMP_DESC"}
    found, more = read_some(client, "/logs/filter", query, Errand("read logs of flow run", run["name"]), limit)
    return [_line(entry) for entry in reversed(found)], more


def _line(entry: Object) -> Object:
    return {
        "timestamp": entry["timestamp"],
        "level": logging.getLevelName(entry["level"]),
        "logger": entry.get("name"),
        "message": entry["message"],
        "task_run_id": entry.get("task_run_id"),
    }


def task_run_counts(client: Client, run: Object) -> dict[str, int]:
    """How many task runs of a flow run are in which state."""
    query = {"flow_runs": {"id": {"any_": [run["id"]]}}}
    found = client.read_value("/ui/task_runs/count", Errand("count task runs of flow run", run["name"]), query)
    return {name.lower(): int(count) for name, count in found.items()}
