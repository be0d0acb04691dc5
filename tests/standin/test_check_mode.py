# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check mode predicts what the real run does, changes nothing, and fails where a real run fails (simulated host)."""

from __future__ import annotations

import pytest

FOLDER = "C:\\check"
HOST_PROGRAM = "C:\\windows\\system32\\svchost.exe"


def _task(title: str, module: str, /, **arguments) -> dict:
    return {"name": title, module: arguments}


PLAN = [
    _task("Folder", "ansible.windows.win_file", path=FOLDER, state="directory"),
    _task("Registry", "ansible.windows.win_regedit", path="HKLM:\\SOFTWARE\\Check", name="n", data=1, type="dword"),
    _task("Right", "ansible.windows.win_user_right", name="SeLockMemoryPrivilege", users=["LAB\\alice"], action="add"),
    _task("Variable", "ansible.windows.win_environment", name="CHECK", value="1", level="machine", state="present"),
    _task("Rule", "community.windows.win_firewall_rule", name="check", localport="1", protocol="tcp"),
    _task("Feature", "ansible.windows.win_feature", name="RSAT-AD-PowerShell"),
    _task("Group", "ansible.windows.win_group_membership", name="Users", members=["LAB\\alice"]),
    _task("Service", "ansible.windows.win_service", name="Check", path=HOST_PROGRAM, start_mode="manual"),
]
NEED_A_FOLDER = [
    _task("Acl", "ansible.windows.win_acl", path="C:\\absent", user="LAB\\alice", rights="Read", type="allow"),
    _task("Inheritance", "ansible.windows.win_acl_inheritance", path="C:\\absent", state="absent"),
    _task("Owner", "ansible.windows.win_owner", path="C:\\absent", user="SYSTEM"),
]


def test_the_same_set_of_changes(host, ansible):
    predicted = ansible(PLAN, "--check", "--diff").must_succeed()
    assert predicted.changed == [task["name"] for task in PLAN]
    assert not (host.drive_c / "check").exists()
    assert ansible(PLAN, "--check").must_succeed().changed == predicted.changed
    real = ansible(PLAN, "--diff").must_succeed()
    assert real.changed == predicted.changed
    assert ansible(PLAN).must_succeed().changed == []
    assert real.tasks["Right"]["diff"] == predicted.tasks["Right"]["diff"]
    assert real.tasks["Registry"]["diff"]["before"] == predicted.tasks["Registry"]["diff"]["before"]


def test_a_module_without_check_mode_is_skipped(ansible):
    tasks = [{"name": "Run", "ansible.windows.win_command": "cmd /c exit 1"}]
    outcome = ansible(tasks, "--check").must_succeed()
    assert outcome.tasks["Run"]["skipped"]
    assert "does not support check mode" in outcome.tasks["Run"]["msg"]


@pytest.mark.parametrize("task", NEED_A_FOLDER, ids=lambda task: task["name"])
def test_what_fails_without_its_folder_fails_in_a_real_run(ansible, task):
    outcome = ansible([task])
    assert outcome.code != 0
    assert "does not exist" in outcome.tasks[task["name"]]["msg"]


@pytest.mark.parametrize("task", NEED_A_FOLDER[1:], ids=lambda task: task["name"])
def test_what_fails_without_its_folder_fails_in_check_mode(ansible, task):
    assert ansible([task], "--check").code != 0


def test_a_new_service_of_an_unknown_account_fails_in_check_mode(ansible):
    service = {"name": "Nobody", "path": "C:\\x.exe", "username": "LAB\\no-such-gmsa$"}
    outcome = ansible([{"name": "Service", "ansible.windows.win_service": service}], "--check")
    assert "could not be translated" in outcome.tasks["Service"]["msg"]
