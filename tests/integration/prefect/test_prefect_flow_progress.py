# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A task that waits for a flow run says in ansible-playbook's own output how far the run is."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys
import threading
import time

import pytest
from prefectkit.module_process import COLLECTIONS, environment
from prefectkit.real_server import RealServer


def finish_later(server: RealServer, name: str) -> None:
    """Take the part of a worker: complete the flow run as soon as it is there."""
    query = {"flow_runs": {"name": {"any_": [f"{name}-run"]}}}
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for run in server.ask("POST", "/flow_runs/filter", query):
            for state in ("RUNNING", "COMPLETED"):
                server.ask("POST", f"/flow_runs/{run['id']}/set_state", {"state": {"type": state}, "force": True})
            return
        time.sleep(0.2)


@pytest.mark.parametrize("server", ["protected"], indirect=True)
def test_a_wait_is_followed_in_the_output(server: RealServer, pool: str, name: str, tmp_path: pathlib.Path) -> None:
    flow = server.ask("POST", "/flows/", {"name": name})["id"]
    server.ask("POST", "/deployments/", {"name": "d", "flow_id": flow, "work_pool_name": pool})
    options = {"deployment": f"{name}/d", "name": f"{name}-run", "wait": True, "wait_timeout": 60, "wait_interval": 1}
    play = {
        "name": "Run",
        "hosts": "localhost",
        "gather_facts": False,
        "module_defaults": {
            "group/flowops.prefect.prefect": {"api_url": server.url, "auth_string": server.auth_string}
        },
        "tasks": [{"name": "It", "flowops.prefect.flow_run": options, "register": "made"}],
    }
    file = tmp_path / "run.yml"
    file.write_text(json.dumps([play]))
    worker = threading.Thread(target=finish_later, args=(server, name))
    worker.start()
    ran = subprocess.run(
        [pathlib.Path(sys.executable).with_name("ansible-playbook"), "-i", "localhost,", "-c", "local", file],
        env=environment(ANSIBLE_COLLECTIONS_PATH=str(COLLECTIONS), ANSIBLE_PYTHON_INTERPRETER=sys.executable),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    worker.join()
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert f"flow run '{name}-run': Scheduled" in ran.stdout
    assert f"flow run '{name}-run': Completed" in ran.stdout
    assert "changed=1" in ran.stdout
    assert server.auth_string not in ran.stdout
