# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real Prefect server of its own on loopback, in a folder that goes with the test run."""

from __future__ import annotations

import contextlib
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time
import typing as t

import requests

ROOT = pathlib.Path(__file__).resolve().parents[4]
_SECONDS_TO_START = 90


def prefect_command() -> pathlib.Path:
    """The C(prefect) command of the pinned environment, which the lab makes when it is missing."""
    folder = os.environ.get("FLOWOPS_VENV_PREFECT")
    if not folder:
        lab = [sys.executable, str(ROOT / "tests" / "lab" / "lab"), "venv", "prefect"]
        folder = subprocess.run(lab, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()[-1]
    return pathlib.Path(folder) / "bin" / "prefect"


def free_port() -> int:
    """A port of 127.0.0.1 that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class RealServer:
    """url of the API, and how to ask it directly; auth_string is empty if the server wants none."""

    options: tuple[str, ...] = ("--no-services",)

    def __init__(self, home: pathlib.Path, *, auth_string: str = "", csrf: bool = False) -> None:
        self.home, self.auth_string, self.csrf = home, auth_string, csrf
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/api"
        self._process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        """How Prefect's command line is started."""
        return [str(prefect_command())]

    def start(self) -> None:
        """Start the server; C(wait) says when it answers. A stopped one comes back with its data."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
        settings = {
            "PREFECT_HOME": str(self.home),
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "PREFECT_SERVER_UI_ENABLED": "false",
            "DO_NOT_TRACK": "1",
        }
        if self.auth_string:
            settings["PREFECT_SERVER_API_AUTH_STRING"] = self.auth_string
        if self.csrf:
            settings["PREFECT_SERVER_CSRF_PROTECTION_ENABLED"] = "true"
        self.home.mkdir(parents=True, exist_ok=True)
        command = [*self.command(), "server", "start", "--host", "127.0.0.1", "--port", str(self.port), *self.options]
        with open(self.home / "server.log", "ab") as log:
            self._process = subprocess.Popen(
                command,
                env={**clean, **settings},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait(self) -> None:
        """Return when the server answers."""
        deadline = time.monotonic() + _SECONDS_TO_START
        while time.monotonic() < deadline:
            assert self._process is not None
            if self._process.poll() is not None:
                break
            with contextlib.suppress(requests.RequestException):
                if requests.get(f"{self.url}/health", timeout=5).ok:
                    return
            time.sleep(0.2)
        raise AssertionError(f"Prefect did not start:\n{(self.home / 'server.log').read_text()[-3000:]}")

    def stop(self) -> None:
        """End the server and what it started."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGTERM)
            try:
                self._process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
            self._process = None

    def ask(self, method: str, path: str, body: t.Any = None) -> t.Any:
        """Ask the API without any of the collection's code."""
        headers = {}
        auth = tuple(self.auth_string.split(":", 1)) if self.auth_string else None
        if self.csrf:
            token = requests.get(f"{self.url}/csrf-token", params={"client": "tests"}, auth=auth, timeout=30).json()[
                "token"
            ]
            headers = {"Prefect-Csrf-Client": "tests", "Prefect-Csrf-Token": token}
        answer = requests.request(method, f"{self.url}{path}", json=body, auth=auth, headers=headers, timeout=30)
        if answer.status_code == 404:
            return None
        answer.raise_for_status()
        return answer.json() if answer.content else None
