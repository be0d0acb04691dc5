# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The real Prefect servers behind the workspaces: started at the first content request, gone with the double."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pathlib
import shutil
import socket
import subprocess
import time

import httpx

from prefect_cloud.errors import Problem

_SECONDS_TO_START = 120
_DATABASE = "prefect.db"


class Backends:
    """One server a workspace.

    prefect   the C(prefect) command; None if there is none to start
    template  an empty migrated database to begin with, which saves seconds; None to migrate each one
    given     URL of the API of a server that runs already, by workspace
    """

    def __init__(
        self, folder: pathlib.Path, prefect: str | None, template: pathlib.Path | None, given: dict[str, str]
    ) -> None:
        self.folder, self.prefect, self.template, self.given = folder, prefect, template, given
        self._started: dict[str, tuple[subprocess.Popen[bytes], str]] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self.client = httpx.AsyncClient(
            timeout=120, follow_redirects=False, trust_env=False, limits=httpx.Limits(max_connections=50)
        )

    async def url(self, workspace_id: str) -> str:
        """URL of the API of the workspace's server, which answers. Problem 503 when it can't be started."""
        if workspace_id in self.given:
            return self.given[workspace_id]
        async with self._locks.setdefault(workspace_id, asyncio.Lock()):
            running = self._started.get(workspace_id)
            if running is None or running[0].poll() is not None:
                running = self._start(workspace_id)
                await self._wait(workspace_id, *running)
                self._started[workspace_id] = running
            return running[1]

    def _start(self, workspace_id: str) -> tuple[subprocess.Popen[bytes], str]:
        if not self.prefect:
            raise Problem(503, "The double knows no prefect command: start it with --prefect or --backend")
        home = self.folder / workspace_id
        home.mkdir(parents=True, exist_ok=True)
        if self.template and not (home / _DATABASE).exists():
            shutil.copyfile(self.template, home / _DATABASE)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        # the kernel ends it when the double ends, however that happens
        tether = ["setpriv", "--pdeathsig", "KILL", "--"]
        server = [self.prefect, "server", "start", "--no-services", "--host", "127.0.0.1", "--port", str(port)]
        with (home / "server.log").open("ab") as log:
            process = subprocess.Popen(
                [*tether, *server],
                env=_environment(home),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=home,
            )
        return process, f"http://127.0.0.1:{port}/api"

    async def _wait(self, workspace_id: str, process: subprocess.Popen[bytes], url: str) -> None:
        end = time.monotonic() + _SECONDS_TO_START
        while process.poll() is None and time.monotonic() < end:
            with contextlib.suppress(httpx.HTTPError):
                if (await self.client.get(f"{url}/health", timeout=5)).is_success:
                    return
            await asyncio.sleep(0.1)
        _end(process)
        raise Problem(503, f"The server of this workspace does not start: workspaces/{workspace_id}/server.log")

    async def drop(self, workspace_id: str) -> None:
        """End a workspace's server and forget its data; a server that was given stays as it is."""
        running = self._started.pop(workspace_id, None)
        if running:
            await asyncio.to_thread(_end, running[0])
        self.given.pop(workspace_id, None)
        shutil.rmtree(self.folder / workspace_id, ignore_errors=True)

    async def close(self) -> None:
        """End every server that was started here."""
        running = [process for process, _url in self._started.values()]
        self._started.clear()
        for process in running:
            process.terminate()
        await asyncio.gather(*(asyncio.to_thread(_end, process) for process in running))
        await self.client.aclose()

    async def forget(self) -> None:
        """End the servers that were started here, with their data."""
        for workspace_id in list(self._started):
            await self.drop(workspace_id)


def _environment(home: pathlib.Path) -> dict[str, str]:
    """Nothing of the caller's Prefect settings gets in, nothing is sent out."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    return {
        **clean,
        "PREFECT_HOME": str(home),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_UI_ENABLED": "false",
        "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
        "DO_NOT_TRACK": "1",
    }


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
