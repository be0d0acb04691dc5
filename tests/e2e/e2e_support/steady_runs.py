# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Flow runs without a pause, while something is done to the hosts that run them."""

from __future__ import annotations

import contextlib
import threading
import time
import typing as t

import requests

from e2e_support.host_processes import prefix
from e2e_support.patient_session import patient_session

FOLDER = "steady"
FLOW = '''"""A flow that takes its time."""
import time

from prefect import flow, task


@task
def wait(seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(0.2)


@flow
def steady(seconds: float = 5) -> None:
    wait(seconds)
'''
OVER = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")


class SteadyRuns:
    """Starts a flow run whenever fewer than C(at_once) are under way. Prefect is asked without the collection."""

    def __init__(self, api: str, hosts: list[str], *, pool: str = "windows", seconds: float = 5, at_once: int = 2):
        self._api, self._hosts, self._pool, self._seconds, self._at_once = api, hosts, pool, seconds, at_once
        self._session = patient_session()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._keep_going, daemon=True)
        self.ids: list[str] = []
        self.trouble: list[str] = []

    def __enter__(self) -> SteadyRuns:
        for host in self._hosts:
            folder = prefix(host) / "drive_c" / FOLDER
            folder.mkdir(exist_ok=True)
            (folder / "steady.py").write_text(FLOW)
        flow = self.post("flows/", {"name": "steady"})
        self._deployments = {
            host: self.post(
                "deployments/",
                {
                    "name": f"steady-{host}",
                    "flow_id": flow["id"],
                    "entrypoint": "steady.py:steady",
                    "work_pool_name": self._pool,
                    "work_queue_name": host,
                    "pull_steps": [{"prefect.deployments.steps.set_working_directory": {"directory": f"C:\\{FOLDER}"}}],
                },
            )["id"]
            for host in self._hosts
        }
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._thread.join(30)

    def post(self, path: str, body: dict[str, t.Any]) -> t.Any:
        """The answer of one request."""
        answer = self._session.post(f"{self._api}/{path}", json=body, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def _keep_going(self) -> None:
        turn = 0
        while not self._over.wait(1):
            try:
                if len(self.of_state("SCHEDULED", "PENDING", "RUNNING", "CANCELLING")) < self._at_once:
                    self._start(self._hosts[turn % len(self._hosts)])
                    turn += 1
            except requests.RequestException as error:
                self.trouble.append(str(error))

    def _start(self, host: str) -> None:
        body = {"parameters": {"seconds": self._seconds}, "tags": ["steady"], "state": {"type": "SCHEDULED"}}
        self.ids.append(self.post(f"deployments/{self._deployments[host]}/create_flow_run", body)["id"])

    def runs(self) -> list[dict[str, t.Any]]:
        """All that were started, as Prefect has them now."""
        found = []
        for start in range(0, len(self.ids), 100):
            wanted = {"id": {"any_": self.ids[start : start + 100]}}
            found += self.post("flow_runs/filter", {"flow_runs": wanted, "limit": 200})
        return found

    def of_state(self, *types: str) -> list[dict[str, t.Any]]:
        """Those in one of these states."""
        return [run for run in self.runs() if run["state_type"] in types]

    def drain(self, seconds: float) -> list[dict[str, t.Any]]:
        """Start no more, wait until all are over; those that are not after C(seconds)."""
        self._over.set()
        end = time.monotonic() + seconds
        while left := [run for run in self.runs() if run["state_type"] not in OVER]:
            if time.monotonic() > end:
                break
            time.sleep(2)
        return left


@contextlib.contextmanager
def steady_runs(api: str, hosts: list[str], **options: t.Any) -> t.Iterator[SteadyRuns]:
    """Runs while the block lasts; at least one must be under way before it begins."""
    with SteadyRuns(api, hosts, **options) as runs:
        end = time.monotonic() + 120
        while not runs.of_state("RUNNING"):
            assert time.monotonic() < end, f"no flow run got under way in 120 s: {runs.runs()} {runs.trouble}"
            time.sleep(1)
        yield runs
