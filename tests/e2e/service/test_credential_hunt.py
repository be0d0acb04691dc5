# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A worker that works with an API key, and a search for that key in all that a host keeps, shows and says."""

from __future__ import annotations

import base64
import contextlib
import json
import pathlib
import secrets
import shutil
import subprocess

import pytest
import yaml
from e2e_support.host_processes import prefix, processes
from e2e_support.key_guard import API, key_guard
from e2e_support.lab import home, wait_until
from e2e_support.playbook import HERE
from e2e_support.steady_runs import steady_runs

SITE = "flowops.prefect.site"
INSIDE = HERE / "e2e_support" / "inside"
SEARCH = ("grep", "--recursive", "--files-with-matches", "--text", "--fixed-strings", "--devices=skip")
ON_WIN1 = ("--limit", "win1,localhost")

pytestmark = pytest.mark.usefixtures("converged")


def forms(secret: str) -> list[bytes]:
    """A secret as it may lie about: UTF-8, Windows' UTF-16, base64 of both, and the hexadecimal of a registry file."""
    plain = [secret.encode(), secret.encode("utf-16-le")]
    encoded = [base64.b64encode(form).rstrip(b"=")[:-1] for form in plain]
    return [*plain, *encoded, ",".join(f"{byte:02x}" for byte in plain[1]).encode()]


def holders(folder: pathlib.Path, secret: str, patterns: pathlib.Path) -> list[str]:
    """Files below the folder that hold it in any form."""
    found = set()
    for form in forms(secret):
        patterns.write_bytes(form)
        done = subprocess.run(
            [*SEARCH, "--file", str(patterns), str(folder)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"},
            check=False,
        )
        found.update(done.stdout.splitlines())
    return sorted(found)


@contextlib.contextmanager
def restored(the_lab):
    """Afterwards win1 has the worker of the inventory again. Until then it counts as built, or it would be rebuilt."""
    try:
        yield
    finally:
        the_lab.converged = False
    the_lab.converge("--tags", "win_worker", *ON_WIN1)
    the_lab.converged = True


@pytest.fixture(scope="module")
def keyed(the_lab, ansible, estate, tmp_path_factory):
    """win1 with a worker that gets to Prefect by a key only; the key, and what the playbooks printed."""
    key, following = _key(), _key()
    folder = tmp_path_factory.mktemp("guard")
    wanted = _wanted(folder, estate, key)
    with key_guard([key, following], folder) as log, restored(the_lab):
        first = ansible.playbook(SITE, "--tags", "win_worker", "-vvv", "--diff", *ON_WIN1, "-e", f"@{wanted}")
        assert first.status == 0, first.output[-4000:]
        second = ansible.playbook(SITE, "--tags", "win_worker", "-vvv", "--diff", *ON_WIN1, "-e", f"@{wanted}")
        assert second.status == 0, second.output[-4000:]
        yield {"key": key, "following": following, "first": first, "second": second, "log": log}


def _key() -> str:
    return f"pnu_{secrets.token_hex(20)}"


def _wanted(folder: pathlib.Path, estate, key: str, **more) -> pathlib.Path:
    """Variables of a worker that has this key and needs one."""
    file = folder / "wanted.yml"
    wanted = {
        "win_worker_prefect_api_url": API,
        "win_worker_controller_api_url": estate.api,
        "win_worker_credential": "api_key",
        "win_worker_api_key": key,
        **more,
    }
    file.write_text(yaml.safe_dump(wanted))
    return file


def _worker(ansible, wanted: pathlib.Path, status: int = 0):
    run = ansible.playbook(SITE, "--tags", "win_worker", *ON_WIN1, "-e", f"@{wanted}")
    assert run.status == status, run.output[-4000:]
    return run


def _credential() -> dict:
    """What the service on win1 says of it."""
    status = prefix("win1") / "drive_c/ProgramData/flowops/workers/default/home/status.json"
    return json.loads(status.read_text())["credential"]


def test_the_search_finds_every_form(tmp_path):
    secret = "pnu_0123456789abcdef"
    below = tmp_path / "below"
    for number, form in enumerate(forms(secret)):
        shutil.rmtree(below, ignore_errors=True)
        below.mkdir()
        (below / "it").write_bytes(b"\0\1x " + form + b"\0y")
        assert holders(below, secret, tmp_path / "patterns") == [str(below / "it")], number


def test_the_second_run_hands_nothing_over(keyed):
    assert keyed["first"].changed["win1"] > 0
    assert keyed["second"].changed["win1"] == 0


def test_the_key_is_nowhere_while_everything_runs(keyed, estate, ansible, tmp_path):
    """Registry, files, command lines, environment blocks, logs, output of playbooks."""
    key, drive = keyed["key"], prefix("win1") / "drive_c"
    with steady_runs(estate.api, ["win1"], seconds=30) as runs:
        script = drive / "steady" / "process_parameters.py"
        shutil.copy(INSIDE / "process_parameters.py", script)
        play = {
            "name": "Look",
            "hosts": "win1",
            "gather_facts": False,
            "tasks": [
                {
                    "name": "Command lines and environment blocks",
                    "ansible.windows.win_command": {
                        "argv": [
                            "C:\\standin\\python\\python.exe",
                            "C:\\steady\\process_parameters.py",
                            "C:\\steady\\it.json",
                        ]
                    },
                }
            ],
        }
        file = tmp_path / "look.yml"
        file.write_text(yaml.safe_dump([play]))
        look = ansible.playbook(file)
        assert look.status == 0, look.output[-2000:]
        seen = json.loads((drive / "steady" / "it.json").read_text())
        assert holders(prefix("win1"), key, tmp_path / "patterns") == []
        left = runs.drain(120)
    assert left == []
    assert {run["state_type"] for run in runs.runs()} == {"COMPLETED"}
    commands = " ".join(process["command_line"] for process in seen["processes"].values())
    for program in ("launcher.py", "caddy.exe", "prefect_host.worker_main", "prefect.engine"):
        assert program in commands, f"{program} did not run: this search proves nothing"
    assert seen["unread"] == {}
    assert key not in json.dumps(seen)
    for run in (keyed["first"], keyed["second"], look):
        assert key not in run.output
    run = home() / "run"
    for folder in (run / "logs", run / "win1" / "state"):
        assert holders(folder, key, tmp_path / "patterns") == []
    assert holders(run / "win1", key, tmp_path / "patterns") == [], "the journal of the host"


def test_it_was_the_key_that_let_the_worker_in(keyed):
    """HTTP and WebSocket: both went through the door, with the key."""
    requests = [json.loads(line) for line in keyed["log"].read_text().splitlines()]
    good = [entry for entry in requests if entry["status"] in (200, 201, 204)]
    assert any(entry["request"]["uri"].endswith("/get_scheduled_flow_runs") for entry in good)
    assert any(entry["status"] == 101 for entry in requests), "no WebSocket came through"


def test_a_key_is_replaced_while_flows_run(keyed, estate, ansible, tmp_path):
    before, worker = _credential(), {it for it in processes("win1") if it.kind in ("service", "worker")}
    wanted = _wanted(tmp_path, estate, keyed["following"])
    with steady_runs(estate.api, ["win1"], seconds=15) as runs:
        assert _worker(ansible, wanted).changed["win1"] > 0
        wait_until(lambda: _credential()["fingerprint"] != before["fingerprint"], 30, "the other key in status.json")
        left = runs.drain(120)
    assert left == []
    assert {run["state_type"] for run in runs.runs()} == {"COMPLETED"}
    assert {it for it in processes("win1") if it.kind in ("service", "worker")} == worker, "a new key needs no restart"
    assert _credential()["state"] == "present"
    assert _worker(ansible, wanted).changed["win1"] == 0
    assert holders(prefix("win1"), keyed["following"], tmp_path / "patterns") == []


def test_a_key_that_is_refused_is_said_and_waited_for(keyed, estate, ansible, tmp_path):
    """The service goes on and says that Prefect refuses the key; with a good one it works again."""
    wrong = _wanted(tmp_path, estate, _key(), win_worker_online_timeout=20)
    run = _worker(ansible, wrong, status=2)
    assert "\n" not in run.errors[-1]
    assert [word for word in ("win1", "refused", "key") if word not in run.errors[-1]] == []
    wait_until(lambda: _credential()["state"] == "refused", 60, "the refusal in status.json")
    _worker(ansible, _wanted(tmp_path, estate, keyed["key"]))
    assert _credential()["state"] == "present"
    assert estate.workers()["win1"] == "ONLINE"
