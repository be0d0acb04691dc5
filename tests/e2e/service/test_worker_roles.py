# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The roles of a host on their own: one role by its tag, folders that somebody else made, removal."""

from __future__ import annotations

import json

import pytest
import yaml
from e2e_support.host_processes import prefix, processes
from e2e_support.windows_host import WindowsHost

SITE = "flowops.prefect.site"
ROOT = "C:\\ProgramData\\flowops"
SERVICE = "flowops-prefect-worker-default"
RIGHTS_KEY = "HKLM:\\SOFTWARE\\flowops.prefect\\SeServiceLogonRight"
ON_WIN1 = ("--limit", "win1,localhost")

pytestmark = pytest.mark.usefixtures("converged")


def _tasks(ansible, folder, *tasks):
    """Run tasks on win1 as a play of their own."""
    play = {"name": "Tasks", "hosts": "win1", "gather_facts": False, "tasks": list(tasks)}
    file = folder / "tasks.yml"
    file.write_text(yaml.safe_dump([play]))
    run = ansible.playbook(file)
    assert run.status == 0, run.output[-4000:]
    return run


def test_the_worker_role_alone_finds_its_runtime(ansible):
    run = ansible.playbook(SITE, "--tags", "win_worker")
    assert run.status == 0, run.output[-4000:]
    assert run.changed["win1"] == run.changed["win2"] == 0


def test_a_folder_that_somebody_else_made_is_refused(ansible, tmp_path):
    owner = {"path": ROOT, "user": "LAB\\alice"}
    _tasks(ansible, tmp_path, {"name": "Somebody else", "ansible.windows.win_owner": owner})
    run = ansible.playbook(SITE, "--tags", "win_worker_folders", *ON_WIN1)
    assert run.status == 2
    message = run.errors[-1]
    print(message)
    assert "\n" not in message
    assert [word for word in (ROOT, "win1", "Administrators", "run this again") if word not in message] == []
    _tasks(ansible, tmp_path, {"name": "Back", "ansible.windows.win_owner": {**owner, "user": "S-1-5-32-544"}})
    assert ansible.playbook(SITE, "--tags", "win_worker_folders", *ON_WIN1).changed["win1"] == 0


def test_an_account_in_another_spelling_is_refused(ansible):
    account = "svc-prefect$@lab.test"
    run = ansible.playbook(
        SITE, "--tags", "win_worker_folders", *ON_WIN1, "-e", f"win_worker_service_account={account}"
    )
    assert run.status == 2
    assert "\n" not in run.errors[0]
    assert [word for word in (account, "win1", "EXAMPLE\\svc-prefect$") if word not in run.errors[0]] == []


def test_a_secret_in_the_environment_is_refused_before_it_is_written(ansible, tmp_path):
    wrong = tmp_path / "wrong.yml"
    wrong.write_text(
        yaml.safe_dump({"win_worker_environment": {"OMP_NUM_THREADS": 4, "DB_PASSWORD": "Very-Secret-4711"}})
    )
    run = ansible.playbook(SITE, "--tags", "win_worker_service", "-vvv", *ON_WIN1, "-e", f"@{wrong}")
    assert run.status == 2
    print(run.errors[-1])
    assert "\n" not in run.errors[-1]
    assert [word for word in ("win1", "DB_PASSWORD", "secret", "run this again") if word not in run.errors[-1]] == []
    assert run.changed["win1"] == 0


def test_a_changed_setting_restarts_the_worker_once(ansible, estate):
    started = estate.heartbeats()["win1"]
    # A variable of the command line is text; the service wants a number.
    run = ansible.playbook(SITE, "--tags", "win_worker", *ON_WIN1, "-e", "win_worker_limit=4")
    assert run.status == 0, run.output[-4000:]
    assert run.changed["win1"] == 2, sorted(run.changes)
    assert estate.heartbeats()["win1"] > started
    assert ansible.playbook(SITE, "--tags", "win_worker", *ON_WIN1).changed["win1"] == 2


def _as_announced(ansible, *options: str):
    """Check run, real run, the same again; the real run."""
    check, real, again = (
        ansible.playbook(SITE, "--tags", "win_worker", *ON_WIN1, *more, *options) for more in (("--check",), (), ())
    )
    assert (check.status, real.status, again.status) == (0, 0, 0), real.output[-4000:]
    assert real.changes
    assert check.changes == real.changes
    assert again.changed["win1"] == 0
    return real


def test_a_service_that_was_given_another_account_is_restarted_as_its_own(ansible, estate, tmp_path):
    started = estate.heartbeats()["win1"]
    service = {"name": SERVICE, "username": "NT AUTHORITY\\SYSTEM"}
    _tasks(ansible, tmp_path, {"name": "Somebody else", "ansible.windows.win_service": service})
    real = _as_announced(ansible)
    assert {change.task.rpartition("| ")[2] for change in real.changes} == {
        "As described",
        "Start, or restart for the new configuration",
    }
    assert estate.heartbeats()["win1"] > started


def test_an_account_of_before_loses_the_right_that_the_role_gave_it(ansible, tmp_path):
    host = WindowsHost("win1", ansible)
    before = host.model("rights")["SeServiceLogonRight"]
    right = {"name": "SeServiceLogonRight", "users": ["LAB\\alice"], "action": "add"}
    memory = {"path": RIGHTS_KEY, "name": "LAB\\alice", "data": 1, "type": "dword"}
    given = {"name": "Given", "ansible.windows.win_user_right": right}
    _tasks(ansible, tmp_path, given, {"name": "Remembered", "ansible.windows.win_regedit": memory})
    assert host.model("rights")["SeServiceLogonRight"] != before
    real = _as_announced(ansible)
    assert [change.item for change in real.changes] == ["LAB\\alice"]
    assert host.model("rights")["SeServiceLogonRight"] == before


def test_a_dependency_that_the_host_does_not_have_is_refused(ansible):
    options = ("-e", '{"win_worker_dependencies": ["Netlogon", "MSSQLSERVER"]}')
    run = ansible.playbook(SITE, "--tags", "win_worker", *ON_WIN1, *options)
    assert run.status == 2
    assert "\n" not in run.errors[-1]
    assert [word for word in ("win1", "mssqlserver", "Nothing was written") if word not in run.errors[-1]] == []
    assert run.changed["win1"] == 0


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ({"win_worker_service_name": "another"}, [SERVICE, "another"]),
        ({"win_worker_root": "C:\\ProgramData\\another"}, [SERVICE, ROOT]),
        ({"win_worker_service_name": "another", "win_worker_state": "absent"}, [SERVICE, "another"]),
    ],
)
def test_another_name_or_root_beside_the_worker_that_is_there_is_refused(ansible, setting, words):
    before = set(processes("win1"))
    run = ansible.playbook(SITE, "--tags", "win_worker", *ON_WIN1, "-e", json.dumps(setting))
    assert run.status == 2
    message = run.errors[-1]
    print(message)
    assert "\n" not in message
    assert [word for word in (*words, "win1", "Nothing was written") if word not in message] == []
    assert run.changed["win1"] == 0
    assert set(processes("win1")) == before != set()


def test_what_others_have_put_into_a_folder_before_it_was_closed_is_refused(ansible, tmp_path):
    folder = "C:\\Protected"
    theirs = {"path": f"{folder}\\workers\\default", "user": "LAB\\alice"}
    _tasks(
        ansible,
        tmp_path,
        {"name": "Ours, still open", "ansible.windows.win_file": {"path": folder, "state": "directory"}},
        {"name": "In it", "ansible.windows.win_file": {"path": theirs["path"], "state": "directory"}},
        {"name": "Theirs", "ansible.windows.win_owner": theirs},
    )
    play = tmp_path / "protect.yml"
    role = {"name": "flowops.prefect.win_runtime", "tasks_from": "protected_folder"}
    tasks = [
        {
            "name": "Protect",
            "ansible.builtin.include_role": role,
            "vars": {"win_runtime_protected_folder": folder},
        }
    ]
    play.write_text(yaml.safe_dump([{"name": "Protect", "hosts": "win1", "gather_facts": False, "tasks": tasks}]))
    refused = ansible.playbook(play)
    assert refused.status == 2
    print(refused.errors[-1])
    assert [word for word in ("win1", theirs["path"], "run this again") if word not in refused.errors[-1]] == []
    again = ansible.playbook(play)
    assert (again.status, again.errors[-1]) == (2, refused.errors[-1]), "the second run forgets what the first one saw"
    _tasks(ansible, tmp_path, {"name": "Away", "ansible.windows.win_file": {"path": folder, "state": "absent"}})
    made = ansible.playbook(play)
    assert (made.status, made.changed["win1"] > 0) == (0, True), made.output[-4000:]
    assert ansible.playbook(play).changed["win1"] == 0
    _tasks(ansible, tmp_path, {"name": "Away", "ansible.windows.win_file": {"path": folder, "state": "absent"}})


def test_a_rolling_change_opens_the_firewall_for_the_environment_first(ansible, tmp_path):
    options = ("-e", "win_baseline_firewall_rule=true", "-e", "win_baseline_firewall_port=8080", *ON_WIN1)
    run = ansible.playbook("flowops.prefect.workers", "--tags", "win_baseline", *options)
    assert run.status == 0, run.output[-4000:]
    (rule,) = WindowsHost("win1", ansible).model("firewall_rules").values()
    assert "8080" in json.dumps(rule)
    assert "caddy.exe" in json.dumps(rule)
    away = {"group": "flowops.prefect", "state": "absent"}
    _tasks(ansible, tmp_path, {"name": "Away", "community.windows.win_firewall_rule": away})


def test_removal_of_worker_and_runtime(the_lab, ansible, estate):
    # By now the inventory calls it something else.
    gone = ("-e", "win_worker_state=absent", "-e", "win_runtime_state=absent", "-e", "win_worker_name=other", *ON_WIN1)
    somebodys = prefix("win1") / "drive_c" / "ProgramData" / "flowops" / "ca.pem"
    somebodys.write_text("of another product")
    the_lab.converged = False
    checked = ansible.playbook(SITE, "--check", *gone)
    assert checked.status == 0, checked.output[-4000:]
    removed = ansible.playbook(SITE, *gone)
    assert removed.status == 0, removed.output[-4000:]
    assert removed.changes == checked.changes
    assert removed.changed["win1"] > 0
    assert ansible.playbook(SITE, *gone).changed["win1"] == 0
    assert "win1" not in estate.workers()
    assert somebodys.read_text() == "of another product"
    assert [path.name for path in somebodys.parent.iterdir()] == ["ca.pem"]
    somebodys.unlink()
    assert estate.content()["work pools"], "removal on a host is no removal in Prefect"
