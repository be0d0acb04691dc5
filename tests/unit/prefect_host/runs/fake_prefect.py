# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Prefect for tests of repairs: it keeps states and follows the rules that count here."""

from __future__ import annotations

import itertools
import typing as t

TERMINAL = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}


class FakePrefect:
    """C(runs) are flow runs by id; C(asked) the paths in their order. C(away) makes it unreachable."""

    def __init__(self) -> None:
        self.runs: dict[str, dict[str, t.Any]] = {}
        self.tasks: dict[str, dict[str, t.Any]] = {}
        self.asked: list[str] = []
        self.away = False
        self.status = 0
        self.before_set: t.Callable[[], None] = lambda: None
        self._ids = itertools.count(1)

    def add(self, run_id: str, kind: str, **fields: t.Any) -> dict[str, t.Any]:
        run = {"id": run_id, "labels": {}, "deployment_id": "d", "start_time": None, "history": [], "parent": None}
        run |= fields
        self.runs[run_id] = run
        self.enter(run, {"type": kind})
        return run

    def add_task(self, task_id: str, flow_run_id: str, kind: str) -> None:
        self.tasks[task_id] = {"id": task_id, "flow_run_id": flow_run_id, "history": []}
        self.enter(self.tasks[task_id], {"type": kind})

    def enter(self, run: dict[str, t.Any], state: dict[str, t.Any]) -> None:
        number = next(self._ids)
        about = {"id": f"state-{number}", "timestamp": f"2026-11-26T10:00:{number:06}Z"}
        run["state"] = {**about, "name": state["type"].capitalize(), "message": None, "state_details": {}, **state}
        run["history"].append(run["state"])
        if state["type"] == "RUNNING":
            run["start_time"] = "2026-11-26T10:00:00Z"

    def state(self, run_id: str) -> str:
        return str(self.runs[run_id]["state"]["type"])

    def message(self, run_id: str) -> str:
        return str(self.runs[run_id]["state"]["message"])

    def get(self, path: str) -> tuple[int, t.Any]:
        self._hear(path)
        if self.status:
            return self.status, None
        if path == "/health":
            return 200, True
        if path.startswith("/flow_run_states/"):
            return 200, self.runs[path.partition("=")[2]]["history"]
        run = self.runs.get(path.removeprefix("/flow_runs/"))
        return (404, {"detail": "Not Found"}) if run is None else (200, run)

    def post(self, path: str, body: t.Any) -> tuple[int, t.Any]:
        self._hear(path)
        _root, kind, rest = path.split("/", 2)
        things = self.runs if kind == "flow_runs" else self.tasks
        if rest == "filter":
            return 200, self._page(kind, body)
        run = things.get(rest.partition("/")[0])
        if run is None:
            return 404, None
        self.before_set()
        now, wanted = run["state"]["type"], body["state"]["type"]
        assert body["force"] is False
        if now in TERMINAL or (now == "CANCELLING" and wanted != "CANCELLED"):
            return 200, {"status": "ABORT" if now in TERMINAL else "REJECT", "state": run["state"]}
        self.enter(run, body["state"])
        return 201, {"status": "ACCEPT", "state": run["state"]}

    def _page(self, kind: str, body: t.Any) -> list[dict[str, t.Any]]:
        chosen = body[kind]
        if kind == "flow_runs":
            found = [run for run in self.runs.values() if run["parent"] in chosen["parent_flow_run_id"]["any_"]]
        else:
            found = [task for task in self.tasks.values() if task["flow_run_id"] in chosen["flow_run_id"]["any_"]]
        found = [run for run in found if run["state"]["type"] in chosen["state"]["type"]["any_"]]
        return found[body["offset"] : body["offset"] + body["limit"]]

    def _hear(self, path: str) -> None:
        self.asked.append(path)
        if self.away:
            raise ConnectionRefusedError(111, "Connection refused")


class FakeEvents:
    """Events that were written."""

    def __init__(self) -> None:
        self.written: list[tuple[int, str, dict[str, t.Any]]] = []

    def write(self, event_id: int, text: str, **fields: t.Any) -> None:
        self.written.append((int(event_id), text, fields))
