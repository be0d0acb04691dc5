# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asynchronous tasks: the module runs on, its result goes to the real file in ``%USERPROFILE%\\.ansible_async``."""

from __future__ import annotations

import base64
import json
import logging
import secrets
import threading
import time
from typing import TYPE_CHECKING, Any

from .agent_client import AgentError
from .errors import HostDown, NotModelled
from .logon import Logon
from .modules import expand, run_module
from .payload import Invocation

if TYPE_CHECKING:
    from .host import Host

log = logging.getLogger(__name__)


def _write(host: Host, path: str, content: dict) -> None:
    host.agent.call("files.write", path=path, content=base64.b64encode(json.dumps(content).encode()).decode())


def start(host: Host, invocation: Invocation, logon: Logon, environment: dict[str, str]) -> dict[str, Any]:
    """The immediate answer. A job that outlives its ``Timeout`` is reported as failed."""
    given = invocation.asynchronous or {}
    folder = expand(str(given["AsyncDir"]), environment)
    job = f"{given['AsyncJid']}.{secrets.randbelow(90000) + 10000}"
    path = f"{folder}\\{job}"
    host.agent.call("files.make_folder", path=folder)
    _write(host, path, {"started": 1, "finished": 0, "results_file": path, "ansible_job_id": job})
    limit = float(given.get("Timeout") or 0)
    begin = time.monotonic()

    def work() -> None:
        try:
            result = run_module(host, invocation, logon, environment)
        except NotModelled as error:
            result = {"failed": True, "msg": f"stand-in: not modelled: {error}", "rc": 99}
        except HostDown:
            return
        if limit and time.monotonic() - begin > limit:
            result = {"failed": True, "msg": "timed out waiting for module completion"}
        try:
            _write(host, path, {**result, "started": 1, "finished": 1, "ansible_job_id": job})
        except (AgentError, HostDown) as error:
            log.warning("result of job %s is lost: %s", job, error)

    threading.Thread(target=work, daemon=True, name=job).start()
    return {
        "started": 1,
        "finished": 0,
        "changed": False,
        "results_file": path,
        "ansible_job_id": job,
        "_ansible_suppress_tmpdir_delete": True,
        "ansible_async_watchdog_pid": 4242,
    }
