# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fresh Prefect server on loopback whose access log counts the requests of every side alike."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import time
import typing as t

from meter import BenchFailed

_SECONDS_TO_START = 90
_PAGE = 200
_ANSWERED = re.compile(rb'"([A-Z]+ /api/\S+) HTTP/[\d.]+" \d{3}')


class Server:
    """url of the API. prefect is the virtual environment that it runs in; home is a folder of its own."""

    def __init__(self, prefect: pathlib.Path, home: pathlib.Path) -> None:
        self._prefect, self._home = prefect, home
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}/api"
        self._log = home / "server.log"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Server:
        shutil.rmtree(self._home, ignore_errors=True)
        self._home.mkdir(parents=True)
        settings = {
            "PREFECT_HOME": str(self._home),
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "PREFECT_SERVER_UI_ENABLED": "false",
            "PREFECT_SERVER_LOGGING_LEVEL": "INFO",
            "DO_NOT_TRACK": "1",
        }
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
        words = [str(self._prefect / "bin" / "prefect"), "server", "start", "--host", "127.0.0.1"]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [*words, "--port", str(self._port), "--no-services"],
                env={**kept, **settings},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            self._wait()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_exc: object) -> None:
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGTERM)
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + _SECONDS_TO_START
        while time.monotonic() < deadline and self._process is not None and self._process.poll() is None:
            with contextlib.suppress(OSError):
                self.ask("GET", "/health")
                return
            time.sleep(0.2)
        raise BenchFailed(f"the Prefect server did not start: read {self._log}")

    def answered(self) -> list[str]:
        """All requests so far, in order, each as method and path."""
        return [found.decode() for found in _ANSWERED.findall(self._log.read_bytes())]

    def ask(self, method: str, path: str, body: t.Any = None) -> t.Any:
        """One request, outside of what is measured."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        with contextlib.closing(connection):
            text = None if body is None else json.dumps(body)
            connection.request(method, f"/api{path}", text, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            said = answer.read()
        if answer.status >= 300:
            raise BenchFailed(f"{method} {path} was answered with {answer.status}")
        return json.loads(said) if said else None

    def all(self, route: str) -> list[dict[str, t.Any]]:
        """Every object of a filter route."""
        found: list[dict[str, t.Any]] = []
        while True:
            page = self.ask("POST", route, {"limit": _PAGE, "offset": len(found)})
            found += page
            if len(page) < _PAGE:
                return found
