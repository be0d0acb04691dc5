# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A worker that is drained, stopped, changed for the worse, taken away: what it does, and what is left of it."""

from __future__ import annotations

import json
import time

import pytest
from e2e_support.host_processes import prefix, processes
from e2e_support.lab import lab, wait_until
from e2e_support.steady_runs import steady_runs
from e2e_support.windows_host import WindowsHost, difference

SITE = "flowops.prefect.site"
ON_WIN1 = ("--limit", "win1,localhost")
# Of a host that nobody has changed; all services together have the right from the start.
UNTOUCHED = {
    "services": {},
    "rights": {"SeServiceLogonRight": ["S-1-5-80-0"]},
    "firewall_rules": {},
    "access_lists": {},
}
WORKER = "drive_c/ProgramData/flowops/workers/default"


def _worker(ansible, *options: str, status: int = 0):
    run = ansible.playbook(SITE, "--tags", "win_worker", *ON_WIN1, *options)
    assert run.status == status, run.output[-4000:]
    return run


def _as_announced(ansible, *options: str):
    """Check run, real run, the same again; the real run."""
    check, real = _worker(ansible, "--check", *options), _worker(ansible, *options)
    assert real.changes
    assert check.changes == real.changes
    assert _worker(ansible, *options).changed["win1"] == 0
    return real


def _kinds(host: str = "win1") -> set[str]:
    return {process.kind for process in processes(host)}


def _file(name: str) -> dict | None:
    """A JSON file of the worker on win1."""
    file = prefix("win1") / WORKER / name
    return json.loads(file.read_text()) if file.exists() else None


@pytest.mark.usefixtures("converged")
def test_drained_lets_flows_finish_takes_no_new_ones_and_stays_so_after_a_restart(ansible, estate):
    with steady_runs(estate.api, ["win1"], seconds=20, at_once=1) as runs:
        under_way = {run["id"] for run in runs.of_state("RUNNING")}
        _worker(ansible, "-e", "win_worker_state=drained")
        drained = {run["id"]: run["state_type"] for run in runs.runs()}
        assert {drained[run] for run in under_way} == {"COMPLETED"}
        wait_until(lambda: _as_drained(estate), 15, "the service says that it is drained")
        lab("reboot", "win1")
        wait_until(lambda: _as_drained(estate), 120, "the worker is back, and drained")
        time.sleep(20)
        assert runs.of_state("PENDING", "RUNNING") == []
        assert runs.of_state("SCHEDULED"), "nothing waits: this proves nothing"
        assert _worker(ansible, "-e", "win_worker_state=drained").changed["win1"] == 0
        resumed = _worker(ansible)
        assert [change.task for change in resumed.changes] == ["flowops.prefect.win_worker : Settle | Take runs again"]
        assert runs.drain(180) == []
    assert {run["state_type"] for run in runs.runs()} == {"COMPLETED"}


def _as_drained(estate) -> bool:
    return (_file("home/status.json") or {}).get("state") == "drained" and estate.workers().get("win1") == "ONLINE"


@pytest.mark.usefixtures("converged")
def test_stopped_is_there_and_does_not_start_with_the_host(ansible, estate):
    registered = estate.registered()["win1"]
    _as_announced(ansible, "-e", "win_worker_state=stopped")
    assert _kinds() == set()
    lab("reboot", "win1")
    time.sleep(20)
    assert _kinds() == set()
    _as_announced(ansible)
    assert estate.workers()["win1"] == "ONLINE"
    assert estate.registered()["win1"] == registered, "another worker in Prefect"


SECOND_ACCOUNT = {
    "name": "svc-second",
    "path": "OU=Service Accounts,OU=Prefect,OU=FlowOps,DC=lab,DC=test",
    "dns_hostname": "svc-second.lab.test",
    "owner": "GG-Data-Engineers",
    "purpose": "Takes over from svc-prefect",
    "ticket": "CHG-1002",
    "principals_allowed_to_retrieve": {"set": ["GG-Prefect-Hosts"]},
}


def _rights(host: WindowsHost) -> tuple[set[str], str]:
    """Who may log on as a service, and all access lists."""
    return set(host.model("rights")["SeServiceLogonRight"]), json.dumps(host.model("access_lists"), sort_keys=True)


@pytest.mark.usefixtures("converged")
def test_another_account_takes_over_and_the_one_of_before_keeps_nothing(the_lab, ansible, estate):
    host, registered = WindowsHost("win1", ansible), estate.registered()["win1"]
    the_lab.converge("--tags", "ad_identity", "-e", json.dumps({"ad_identity_service_accounts": [SECOND_ACCOUNT]}))
    holders, lists = _rights(host)
    with steady_runs(estate.api, ["win1"], seconds=15, at_once=1) as runs:
        _as_announced(ansible, "-e", "win_worker_service_account=LAB\\svc-second$")
        left = runs.drain(180)
    assert left == []
    assert {run["state_type"] for run in runs.runs()} == {"COMPLETED"}
    assert host.model("services")["flowops-prefect-worker-default"]["runs_as"] == "LAB\\svc-second$"
    holders_now, lists_now = _rights(host)
    (first,), (second,) = holders - holders_now, holders_now - holders
    assert first in lists
    assert lists_now == lists.replace(first, second)
    assert estate.registered()["win1"] == registered, "another worker in Prefect"
    _as_announced(ansible)
    assert _rights(host) == (holders, lists)


@pytest.mark.usefixtures("converged")
def test_a_change_that_does_not_work_is_taken_back_by_itself(ansible, estate):
    before = _file("config/worker.json")
    nowhere = ("win_worker_prefect_api_url=http://127.0.0.1:9/api", f"win_worker_controller_api_url={estate.api}")
    options = [word for pair in (*nowhere, "win_worker_online_timeout=30") for word in ("-e", pair)]
    message = _worker(ansible, *options, status=2).errors[-1]
    print(message)
    assert "\n" not in message
    wanted = ("win1", "not online", "does not answer", "the version before runs again")
    assert [words for words in wanted if words not in message] == []
    assert _file("config/worker.json") == before
    assert _file("config/worker.previous.json") is None
    assert estate.workers()["win1"] == "ONLINE"
    assert _worker(ansible).changed["win1"] == 0


@pytest.mark.usefixtures("converged")
def test_a_work_pool_that_is_not_there_is_said_before_the_worker_is_touched(ansible):
    before = {process for process in processes("win1") if process.kind == "service"}
    run = _worker(ansible, "-e", "win_worker_work_pool=no-such-pool", status=2)
    assert "no-such-pool" in run.errors[-1]
    assert run.changed["win1"] == 0
    assert {process for process in processes("win1") if process.kind == "service"} == before != set()


@pytest.mark.usefixtures("converged")
def test_a_run_that_is_killed_while_it_changes_the_worker_is_finished_by_the_next_one(ansible, estate):
    options = ("-e", "win_worker_limit=7")
    whole = ansible.playbook(SITE, "--tags", "win_worker", *ON_WIN1, "--check", *options)
    first = next(number for number, name in enumerate(_tasks(whole), 1) if name.endswith("Switch | Package"))
    for point in (first, first + 8, first + 16):
        killed = ansible.playbook(SITE, "--tags", "win_worker", *ON_WIN1, *options, kill_at=point)
        assert killed.errors == []
    _worker(ansible, *options)
    assert _file("config/worker.previous.json") is None
    wait_until(lambda: _file("home/status.json")["state"] == "running", 15, "it takes runs again")
    assert _worker(ansible, *options).changed["win1"] == 0
    assert estate.workers()["win1"] == "ONLINE"
    _worker(ansible)


def _tasks(run) -> list[str]:
    return [event["task"] for event in run.events if event["event"] == "task"]


@pytest.mark.usefixtures("converged")
def test_a_worker_is_not_removed_while_prefect_does_not_know_how_a_run_ended(ansible, estate):
    journal = prefix("win1") / WORKER / "home/runs"
    with steady_runs(estate.api, ["win1"], seconds=15, at_once=1) as runs:
        wait_until(lambda: list(journal.glob("*.json")), 60, "a run is in the journal")
        (entry,) = journal.glob("*.json")
        content = entry.read_bytes()
        assert runs.drain(180) == []
    _worker(ansible, "-e", "win_worker_state=stopped")
    entry.write_bytes(content)
    refused = _worker(ansible, "-e", "win_worker_state=absent", status=2)
    print(refused.errors[-1])
    assert "\n" not in refused.errors[-1]
    assert [word for word in ("win1", entry.stem, "win_worker_forget_runs") if word not in refused.errors[-1]] == []
    assert refused.changed["win1"] == 0
    _worker(ansible)
    wait_until(lambda: not entry.exists(), 60, "the service has asked Prefect how it ended")


def test_nothing_is_left_on_the_host_or_in_prefect(the_lab, ansible, estate):
    the_lab.reset()
    host = WindowsHost("win1", ansible)
    the_lab.converge("--tags", "ad_identity,prefect_content,win_baseline")
    prepared, files = host.facts(), _files()
    simulated = {name: host.model(name, default) for name, default in UNTOUCHED.items()}
    gone = ("-e", "win_worker_state=absent", "-e", "win_runtime_state=absent", *ON_WIN1)
    run = ansible.playbook(SITE, *ON_WIN1)
    assert run.status == 0, run.output[-4000:]
    with steady_runs(estate.api, ["win1"], seconds=15, at_once=1) as runs:
        removed = ansible.playbook(SITE, *gone)
        assert removed.status == 0, removed.output[-4000:]
        ended = {run["state_type"] for run in runs.runs()}
    assert ended <= {"COMPLETED", "SCHEDULED"}, runs.runs()
    assert "COMPLETED" in ended
    assert ansible.playbook(SITE, *gone).changed["win1"] == 0
    assert "win1" not in estate.workers()
    assert _kinds() == set()
    assert _files() - files == set()
    # The event log goes with the last worker, whoever has made it. Windows counts the starts of services.
    expected = (r"\eventlog\flowops-prefect", r"\control\servicecurrent")
    rest = {place for place in difference(prepared, host.facts()) if not any(part in place[0] for part in expected)}
    assert {place for place in rest if place[0] != "model"} == set()
    left = {name: host.model(name, default) for name, default in UNTOUCHED.items()}
    assert left == {**simulated, "access_lists": {}}


def _files() -> set[str]:
    """Files and folders of win1 in the two roots."""
    drive = prefix("win1") / "drive_c"
    roots = (drive / "ProgramData" / "flowops", drive / "Program Files" / "flowops")
    return {str(path) for root in roots for path in (root, *root.rglob("*")) if path.exists()}
