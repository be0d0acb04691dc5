# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a repair asks Prefect for: the state of runs, and other states for them. No state is ever forced.

Prefect's own rules are the guard: a run that ended meanwhile keeps its end, one that is being cancelled ends as
Cancelled, and leaving Pending or Running frees its slots of work pool, queue and deployment.
"""

from __future__ import annotations

import dataclasses
import typing as t

UNFINISHED = ("SCHEDULED", "PENDING", "RUNNING", "CANCELLING", "PAUSED")
TERMINAL = frozenset({"COMPLETED", "FAILED", "CRASHED", "CANCELLED"})
PAGE = 200


class Api(t.Protocol):
    """Prefect's API. A path begins with C(/). Raises OSError when Prefect can't be reached."""

    def get(self, path: str) -> tuple[int, t.Any]:
        """Status and parsed body, None without one."""

    def post(self, path: str, body: t.Any) -> tuple[int, t.Any]:
        """Status and parsed body, None without one."""


class Refused(Exception):
    """Prefect answered, but not with what was asked for. One line."""


@dataclasses.dataclass(frozen=True)
class State:
    """A proposed state."""

    type: str
    message: str
    scheduled_time: str | None = None

    def body(self) -> dict[str, t.Any]:
        state: dict[str, t.Any] = {"type": self.type, "name": self.type.capitalize(), "message": self.message}
        if self.scheduled_time is not None:
            state["state_details"] = {"scheduled_time": self.scheduled_time}
        return {"state": state, "force": False}


def read_run(api: Api, flow_run_id: str) -> dict[str, t.Any] | None:
    """The run as Prefect has it; None when it was deleted. Raises Refused and OSError."""
    status, run = api.get(f"/flow_runs/{flow_run_id}")
    if _is_gone(api, status):
        return None
    if status != 200 or not isinstance(run, dict) or not isinstance(run.get("state") or {}, dict):
        raise Refused(f"reading flow run {flow_run_id}: HTTP {status}")
    return run


def set_state(api: Api, kind: str, run_id: str, state: State) -> bool:
    """Propose a state for a run; C(kind) is C(flow_runs) or C(task_runs). False when Prefect kept its own, or when the
    run is gone. Raises Refused and OSError."""
    status, answer = api.post(f"/{kind}/{run_id}/set_state", state.body())
    if _is_gone(api, status):
        return False
    if status not in (200, 201) or not isinstance(answer, dict):
        raise Refused(f"setting {kind} {run_id} to {state.type}: HTTP {status}")
    return answer.get("status") == "ACCEPT"


def _is_gone(api: Api, status: int) -> bool:
    """A gateway in front of a Prefect that is away has a 404 of its own, for everything."""
    return status == 404 and api.get("/health")[0] == 200


def states(api: Api, flow_run_id: str) -> list[dict[str, t.Any]]:
    """All states that the run had, the oldest first. Raises Refused and OSError."""
    status, found = api.get(f"/flow_run_states/?flow_run_id={flow_run_id}")
    if status != 200 or not isinstance(found, list):
        raise Refused(f"reading the states of flow run {flow_run_id}: HTTP {status}")
    return sorted(found, key=lambda state: str(state.get("timestamp") or ""))


def end_within(api: Api, flow_run_id: str, state: State) -> list[str]:
    """Give C(state) to all that ran inside this run's process and has not ended: its subflows, theirs, and all their
    tasks. A subflow with a deployment or a work pool has a process of its own and is left alone. Returns the ids of the
    subflows. Raises Refused and OSError."""
    ended: list[str] = []
    for child in _unfinished(api, "flow_runs", {"parent_flow_run_id": {"any_": [flow_run_id]}}):
        if child.get("deployment_id") or child.get("work_pool_name") or child.get("work_queue_id"):
            continue
        ended += end_within(api, child["id"], state)
        if set_state(api, "flow_runs", child["id"], state):
            ended.append(child["id"])
    for task in _unfinished(api, "task_runs", {"flow_run_id": {"any_": [flow_run_id]}}):
        details = (task.get("state") or {}).get("state_details") or {}
        # The task that stands for a subflow follows that subflow; one that was handed over waits for a task worker.
        if not details.get("child_flow_run_id") and not details.get("deferred"):
            set_state(api, "task_runs", task["id"], state)
    return ended


def _unfinished(api: Api, kind: str, of: dict[str, t.Any]) -> list[dict[str, t.Any]]:
    chosen = {**of, "state": {"type": {"any_": list(UNFINISHED)}}}
    found: list[dict[str, t.Any]] = []
    while True:
        status, page = api.post(
            f"/{kind}/filter", {kind: chosen, "limit": PAGE, "offset": len(found), "sort": "ID_DESC"}
        )
        if status != 200 or not isinstance(page, list):
            raise Refused(f"looking for unfinished {kind}: HTTP {status}")
        found += page
        if len(page) < PAGE:
            return found
