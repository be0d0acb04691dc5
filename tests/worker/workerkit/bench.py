# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One work pool with one of our workers, and the runs that it gets."""

from __future__ import annotations

import contextlib
import os
import pathlib
import signal
import subprocess
import sys
import time
import typing as t
import uuid

from workerkit.server import Server, clean_environment

FLOWS = pathlib.Path(__file__).resolve().parents[1] / "flows"
START = pathlib.Path(__file__).with_name("start_worker.py")
FINAL = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")
ACCOUNT = "CORP\\svc-prefect$"
HOST = "WIN-A"


class Bench:
    """C(folder) is the instance's; C(package) is a folder with the installed package."""

    def __init__(self, server: Server, folder: pathlib.Path, package: pathlib.Path) -> None:
        self.server, self.folder, self.package = server, folder, package
        self.pool = self.name = f"pool-{uuid.uuid4().hex[:8]}"
        self.runs = folder / "home" / "runs"
        self.poll_file = folder / "home" / "polled"
        self.work = folder / "work"
        self._process: subprocess.Popen[bytes] | None = None
        self._flows: dict[str, str] = {}
        self.work.mkdir(parents=True)
        (folder / "home").mkdir()
        server.ask("POST", "/work_pools/", {"name": self.pool, "type": "process"})

    @property
    def log(self) -> str:
        path = self.folder / "worker.log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def environment(self, **more: str) -> dict[str, str]:
        """The environment that the service gives its worker."""
        return clean_environment() | {
            "TMPDIR": str(self.work),
            "PYTHONPATH": str(self.package),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PREFECT_API_URL": self.server.url,
            "PREFECT_HOME": str(self.folder / "home"),
            "PREFECT_WORKER_QUERY_SECONDS": "1",
            "PREFECT_CLI_COLORS": "false",
            "PREFECT_CLI_WRAP_LINES": "false",
            "PREFECT_PLUGINS_ENABLED": "true",
            "PREFECT_PLUGINS_ALLOW": "prefect_host",
            "DO_NOT_TRACK": "1",
            "FLOWOPS_INSTANCE": "default",
            "FLOWOPS_RUNS_FOLDER": str(self.runs),
            "FLOWOPS_POLL_FILE": str(self.poll_file),
            "FLOWOPS_ACCOUNT": ACCOUNT,
            "FLOWOPS_HOST": HOST,
            "FLOWOPS_PROJECT": "",
            **more,
        }

    def start(self, *arguments: str, wait: bool = True, **environment: str) -> None:
        """Start the worker and wait until Prefect has seen it."""
        command = [sys.executable, str(START), "--no-prompt", "worker", "start", "--type", "process"]
        command += ["--pool", self.pool, "--name", self.name, "--install-policy", "never"]
        command += ["--no-create-pool-if-not-found", *arguments]
        with open(self.folder / "worker.log", "ab") as log:
            self._process = subprocess.Popen(
                command,
                cwd=self.folder,
                env=self.environment(**environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        if wait:
            self.until(lambda: self.poll_file.exists() and "started!" in self.log, "the worker polls")

    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """What a job object does: the worker and all it started are gone at once."""
        if self._process is not None:
            for group in {self._process.pid, *self._groups()}:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(group, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def _groups(self) -> list[int]:
        """Process groups of the flow runs: Prefect gives each one of its own."""
        found = []
        for folder in pathlib.Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if f"PREFECT_HOME={self.folder / 'home'}\0".encode() in (folder / "environ").read_bytes():
                    found.append(os.getpgid(int(folder.name)))
        return found

    def deployment(self, entrypoint: str, **fields: t.Any) -> str:
        """Id of a new deployment of C(file.py:function) below C(flows)."""
        flow = entrypoint.partition(":")[2].replace("_", "-")
        flow_id = self.server.ask("POST", "/flows/", {"name": flow})["id"]
        body = {
            "name": f"d-{uuid.uuid4().hex[:8]}",
            "flow_id": flow_id,
            "work_pool_name": self.pool,
            "entrypoint": entrypoint,
            "path": str(FLOWS),
            "enforce_parameter_schema": False,
        }
        return str(self.server.ask("POST", "/deployments/", body | fields)["id"])

    def submit(self, entrypoint: str, deployment: t.Mapping[str, t.Any] | None = None, **fields: t.Any) -> str:
        """Id of a new run of a new deployment."""
        return self.submit_to(self.deployment(entrypoint, **(deployment or {})), **fields)

    def submit_to(self, deployment_id: str, **fields: t.Any) -> str:
        body = {"state": {"type": "SCHEDULED"}, **fields}
        return str(self.server.ask("POST", f"/deployments/{deployment_id}/create_flow_run", body)["id"])

    def run(self, run_id: str) -> dict[str, t.Any]:
        found = self.server.ask("GET", f"/flow_runs/{run_id}")
        assert found is not None, run_id
        return dict(found)

    def until_state(self, run_id: str, *kinds: str, seconds: float = 60) -> dict[str, t.Any]:
        self.until(lambda: self.run(run_id)["state_type"] in kinds, f"run {run_id} is {kinds}", seconds)
        return self.run(run_id)

    def finished(self, run_id: str, seconds: float = 60) -> dict[str, t.Any]:
        """The run, once it has ended and the worker has seen that."""
        self.until_state(run_id, *FINAL, seconds=seconds)
        self.until(lambda: run_id not in self.journal(), f"the entry of {run_id} is gone", 90)
        return self.run(run_id)

    def journal(self) -> list[str]:
        return sorted(path.stem for path in self.runs.glob("*.json"))

    def until(self, condition: t.Callable[[], bool], what: str, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                raise AssertionError(f"not within {seconds} s: {what}; the worker's log ends with\n{self.log[-4000:]}")
            time.sleep(0.1)
