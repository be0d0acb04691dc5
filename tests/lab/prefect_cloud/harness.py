# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The double as tests use it: a process of its own on loopback, in a folder that goes with the test run.

Needs nothing but requests, so that every test environment can import it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time
import uuid
from typing import Any

import requests
from flowops_lab.paths import Paths

LAB = pathlib.Path(__file__).resolve().parents[1]
_SECONDS_TO_START = 60


def prefect_command() -> pathlib.Path:
    """The C(prefect) command of the pinned environment, which the lab makes when it is missing."""
    folder = os.environ.get("FLOWOPS_VENV_PREFECT")
    if not folder:
        lab = [sys.executable, str(LAB / "lab"), "venv", "prefect"]
        folder = subprocess.run(lab, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()[-1]
    return pathlib.Path(folder) / "bin" / "prefect"


def template() -> pathlib.Path | None:
    """The lab's empty migrated database, if it was made for the pinned version; it saves a server seconds to start."""
    paths = Paths.from_environment()
    folder = paths.templates / "prefect"
    digest = hashlib.sha256((paths.requirements / "prefect.txt").read_bytes()).hexdigest()
    stamp = folder / ".complete"
    return folder / "prefect.db" if stamp.is_file() and stamp.read_text() == digest else None


def free_port() -> int:
    """A port of 127.0.0.1 that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class CloudDouble:
    """One double.

    home     its folder; a second double in the same folder goes on where the first one stopped
    backend  URL of the API of a real server for the workspace main; without it the double starts one when it is asked
    openapi  another file to judge the answers by; "" for none
    """

    def __init__(self, home: pathlib.Path, *, backend: str = "", openapi: str | None = None, port: int = 0) -> None:
        self.home, self.backend, self.openapi = home, backend, openapi
        self.port = port or free_port()
        self.base_url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None
        self._session = requests.Session()
        self._session.trust_env = False

    def start(self) -> None:
        """Start the process; wait() says when it answers."""
        command = prefect_command()
        arguments = ["--port", str(self.port), "--home", str(self.home), "--prefect", str(command)]
        arguments += ["--backend", self.backend] if self.backend else []
        known = template()
        arguments += ["--template", str(known)] if known else []
        more = {"PYTHONPATH": str(LAB), "PYTHONDONTWRITEBYTECODE": "1"}
        if self.openapi is not None:
            more["FLOWOPS_CLOUD_OPENAPI"] = self.openapi
        clean = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
        self.home.mkdir(parents=True, exist_ok=True)
        with (self.home / "double.log").open("ab") as log:
            self.process = subprocess.Popen(
                [command.with_name("python"), "-m", "prefect_cloud", *arguments],
                env={**clean, **more},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=LAB,
                start_new_session=True,
            )

    def wait(self) -> None:
        """Return when the double answers."""
        deadline = time.monotonic() + _SECONDS_TO_START
        while time.monotonic() < deadline and self.process is not None and self.process.poll() is None:
            with contextlib.suppress(requests.RequestException):
                if self._session.get(f"{self.base_url}/api/health", timeout=5).ok:
                    return
            time.sleep(0.05)
        raise AssertionError(f"The double did not start:\n{self.log()[-3000:]}")

    def stop(self) -> None:
        """End it and the servers behind it."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def __enter__(self) -> CloudDouble:
        self.start()
        self.wait()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def log(self) -> str:
        """What the process said."""
        return (self.home / "double.log").read_text(errors="replace")

    @property
    def owner_key(self) -> str:
        """The key of the account's owner; another one after reset()."""
        return (self.home / "owner.key").read_text().strip()

    def _known(self, name: str) -> str:
        return json.loads((self.home / "estate.json").read_text())[name]

    @property
    def account_id(self) -> str:
        return self._known("account_id")

    @property
    def workspace_id(self) -> str:
        """Of the workspace main."""
        return self._known("workspace_id")

    def url_of(self, workspace: str = "main") -> str:
        """api_url of a workspace, by handle or id."""
        return f"{self.base_url}/api/accounts/{self.account_id}/workspaces/{self._workspace(workspace)}"

    def _workspace(self, workspace: str) -> str:
        if workspace == "main":
            return self.workspace_id
        with contextlib.suppress(ValueError):
            return str(uuid.UUID(workspace))
        found = self.get("POST", "A/workspaces/filter", {"workspaces": {"handle": {"any_": [workspace]}}})
        return found[0]["id"]

    def ask(
        self, method: str, path: str, body: Any = None, *, key: str | None = None, workspace: str = "main", **rest: Any
    ) -> requests.Response:
        """One request. path: A/... in the account, W/... in a workspace, else below /api. key: the owner's, if None."""
        if path == "W" or path.startswith("W/"):
            url = f"{self.url_of(workspace)}{path[1:]}"
        elif path == "A" or path.startswith("A/"):
            url = f"{self.base_url}/api/accounts/{self.account_id}{path[1:]}"
        else:
            url = f"{self.base_url}/api/{path.lstrip('/')}"
        headers = {"Authorization": f"Bearer {self.owner_key if key is None else key}"}
        return self._session.request(method, url, json=body, headers=headers, timeout=180, **rest)

    def get(self, method: str, path: str, body: Any = None, **rest: Any) -> Any:
        """The body of a good answer, None for an empty one; an AssertionError tells what came instead."""
        answer = self.ask(method, path, body, **rest)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text[:600]}"
        return answer.json() if answer.content else None

    def lab(self, method: str, path: str, body: Any = None) -> Any:
        """One of the double's switches, below /lab."""
        answer = self._session.request(method, f"{self.base_url}/lab/{path}", json=body, timeout=60)
        assert answer.ok, f"{method} /lab/{path}: {answer.status_code} {answer.text[:600]}"
        return answer.json() if answer.content else None

    def control(self, **settings: Any) -> dict[str, Any]:
        """Switch something on or off: rate_limit_per_minute, rate_limit_burst, eventual_seconds, scim_state, fail."""
        return self.lab("POST", "settings", settings)

    def calm(self) -> None:
        """Every switch off."""
        self.control(rate_limit_per_minute=0, eventual_seconds=0, scim_state="DISABLED", fail=[])

    def violations(self) -> list[dict[str, Any]]:
        """Answers that broke the published API."""
        return self.lab("GET", "violations")

    def requests(self, *, reset: bool = False) -> dict[str, int]:
        """Requests so far by method and route."""
        return self.lab("GET", f"requests?reset={int(reset)}")

    def reset(self) -> None:
        """The account as it was at first; keys from before are void."""
        self.lab("POST", "reset")

    def as_key(
        self, role: str | None = "Worker", *, workspace: str = "main", account_role: str = "Member", name: str = ""
    ) -> str:
        """The key of a new service account with a workspace role (None: no access) and an account role."""
        return self.bot(role, workspace=workspace, account_role=account_role, name=name)["api_key"]["key"]

    def bot(
        self, role: str | None = "Worker", *, workspace: str = "main", account_role: str = "Member", name: str = ""
    ) -> dict[str, Any]:
        """A new service account as the API answers its creation, key included."""
        roles = self.get("POST", "A/account_roles/filter", {"account_roles": {"name": {"any_": [account_role]}}})
        wanted = {"name": name or f"bot-{uuid.uuid4().hex[:8]}", "account_role_id": roles[0]["id"]}
        made = self.get("POST", "A/bots/", wanted)
        if role:
            grant = {"bot_id": made["id"], "workspace_role_id": self.role_id(role)}
            self.get("POST", "W/bot_access/", grant, workspace=workspace)
        return made

    def user(self, role: str | None = None, *, workspace: str = "main", **person: str) -> dict[str, str]:
        """A new member: its ids and its api_key. person: email, first_name, last_name, handle, account_role."""
        email = person.pop("email", f"user-{uuid.uuid4().hex[:8]}@example.com")
        made = self.lab("POST", "members", {"email": email, **person})
        if role:
            grant = {"user_id": made["user_id"], "workspace_role_id": self.role_id(role)}
            self.get("POST", "W/user_access/", grant, workspace=workspace)
        return made

    def role_id(self, name: str) -> str:
        """Id of a workspace role."""
        return self.get("POST", "A/workspace_roles/filter", {"workspace_roles": {"name": {"any_": [name]}}})[0]["id"]
