# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The double as a process: what it keeps, what it writes, where it listens, how it ends."""

from __future__ import annotations

import contextlib
import os
import pathlib
import sqlite3
import stat
import subprocess
import time

import pytest
from prefect_cloud.harness import LAB, CloudDouble, prefect_command


def children(pid: int) -> list[int]:
    return [int(child) for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def runs(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    return False


def listens(pid: int) -> set[str]:
    """The addresses, as hexadecimal numbers, on which a process listens."""
    inodes = set()
    for file in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            inodes.add(os.readlink(file))
    found = set()
    for table in ("tcp", "tcp6"):
        for line in pathlib.Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in inodes:
                found.add(fields[1].partition(":")[0])
    return found


def test_it_listens_on_loopback_only(cloud):
    cloud.get("POST", "W/variables/filter", {})
    pids = [cloud.process.pid, *children(cloud.process.pid)]
    assert len(pids) >= 2
    assert [listens(pid) for pid in pids] == [{"0100007F"}] * len(pids)


@pytest.mark.parametrize("host", ["192.0.2.1", "::"])
def test_another_address_is_refused(host, tmp_path):
    command = [prefect_command().with_name("python"), "-m", "prefect_cloud", "--host", host, "--port", "1"]
    done = subprocess.run(
        [*command, "--home", tmp_path / "home"], cwd=LAB, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, "loopback only" in done.stderr) == (2, True)
    assert not (tmp_path / "home").exists()


def test_keys_are_nowhere_but_in_the_owners_file(cloud):
    bot, user = cloud.bot("Worker"), cloud.user("Viewer")
    cloud.get("POST", f"A/bots/{bot['id']}/rotate_api_key", {"old_key_expires_in_seconds": 60})
    owner = cloud.home / "owner.key"
    assert stat.S_IMODE(owner.stat().st_mode) == 0o600
    written = {file.name: file.read_text() for file in cloud.home.iterdir() if file.is_file() and file != owner}
    assert {"state.json", "events.jsonl", "double.log", "estate.json"} <= set(written)
    for key in (cloud.owner_key, bot["api_key"]["key"], user["api_key"]):
        assert [name for name, text in written.items() if key in text] == []
    assert stat.S_IMODE((cloud.home / "state.json").stat().st_mode) == 0o600


def test_what_was_killed_leaves_no_server_and_goes_on_where_it_stopped(tmp_path, name):
    double = CloudDouble(tmp_path)
    try:
        double.start()
        double.wait()
        owner, bot = double.owner_key, double.bot("Viewer")
        double.get("POST", "W/variables/", {"name": name, "value": 1})
        before = double.get("POST", "A/bots/filter", {})
        servers = children(double.process.pid)
        assert len(servers) == 1
        double.process.kill()
        double.process.wait()
        deadline = time.monotonic() + 5
        while any(map(runs, servers)) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert [runs(pid) for pid in servers] == [False]
        double.start()
        double.wait()
        assert double.owner_key == owner
        assert double.get("POST", "A/bots/filter", {}) == before
        assert double.ask("GET", "A", key=bot["api_key"]["key"]).status_code == 200
        database = tmp_path / "workspaces" / double.workspace_id / "prefect.db"
        with contextlib.closing(sqlite3.connect(database)) as connection:
            assert connection.execute("select name from variable").fetchall() == [(name,)]
    finally:
        double.stop()


def test_ids_are_the_same_in_every_double_and_reset_gives_another_key(cloud, tmp_path, name):
    with CloudDouble(tmp_path) as other:
        assert (other.account_id, other.workspace_id) == (cloud.account_id, cloud.workspace_id)
        assert other.role_id("Worker") == cloud.role_id("Worker")
        key = other.owner_key
        other.get("POST", "A/teams/", {"name": name})
        other.control(rate_limit_per_minute=1, scim_state="ENABLED")
        other.reset()
        assert other.ask("GET", "A", key=key).status_code == 401
        assert other.get("POST", "A/teams/filter", {}) == []
        assert other.get("GET", "A")["scim_state"] == "DISABLED"
        assert [one["handle"] for one in other.get("POST", "A/workspaces/filter", {})] == ["main"]


def test_a_server_that_runs_already_can_stand_behind_main(cloud, tmp_path, name):
    cloud.get("POST", "W/variables/", {"name": name, "value": "shared"})
    server = children(cloud.process.pid)[0]
    arguments = pathlib.Path(f"/proc/{server}/cmdline").read_text().split("\0")
    port = arguments[arguments.index("--port") + 1]
    with CloudDouble(tmp_path, backend=f"http://127.0.0.1:{port}/api") as other:
        assert other.get("GET", f"W/variables/name/{name}")["value"] == "shared"
        assert children(other.process.pid) == []


SOCKET = """
import json, sys
from websockets.sync.client import connect
url, key, path = sys.argv[1:]
with connect(url.replace("http", "ws", 1) + path, subprotocols=["prefect"], proxy=None) as socket:
    socket.send(json.dumps({"type": "auth", "token": key}))
    print(json.loads(socket.recv())["type"])
"""


@pytest.mark.parametrize(
    ("role", "path", "answer"),
    [
        ("Viewer", "/events/out", "auth_success"),
        ("Viewer", "/logs/out", "auth_success"),
        (None, "/events/out", "auth_failure"),
        ("Owner", "/nothing", "auth_failure"),
    ],
)
def test_streams_are_passed_on_to_who_may_see_them(cloud, role, path, answer):
    command = [prefect_command().with_name("python"), "-c", SOCKET, cloud.url_of(), cloud.as_key(role), path]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.split() == [answer], done.stdout + done.stderr


def test_a_real_worker_works_with_the_worker_role(cloud, name, tmp_path):
    cloud.get("POST", "W/work_pools/", {"name": name, "type": "process"})
    settings = {
        "PREFECT_HOME": str(tmp_path),
        "PREFECT_API_URL": cloud.url_of(),
        "PREFECT_CLOUD_API_URL": f"{cloud.base_url}/api",
        "PREFECT_API_KEY": cloud.as_key("Worker"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
    }
    clean = {key: value for key, value in os.environ.items() if not key.startswith("PREFECT_")}
    command = [prefect_command(), "--no-prompt", "worker", "start", "--pool", name, "--name", "w1", "--run-once"]
    done = subprocess.run(
        [*command, "--type", "process", "--install-policy", "never"],
        env={**clean, **settings},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = cloud.get("POST", f"W/work_pools/{name}/workers/filter", {})
    assert [(one["name"], one["status"]) for one in found] == [("w1", "ONLINE")]
