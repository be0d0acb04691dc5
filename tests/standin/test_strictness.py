# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Loud where nothing is modelled, strict where something is (simulated host)."""

from __future__ import annotations

import pytest

UNMODELLED = [
    {"ansible.windows.win_shell": "Get-Process"},
    {"ansible.windows.win_powershell": {"script": "1"}},
    {"ansible.windows.win_package": {"path": "C:\\x.msi", "product_id": "x"}},
    {"ansible.builtin.raw": "Get-Process"},
    {"ansible.windows.win_command": "netsh advfirewall show allprofiles"},
    {"ansible.windows.win_command": "icacls C:\\"},
]
REFUSED = [
    (
        {"ansible.windows.win_user_right": {"name": "SeServiceLogonRight", "users": ["LAB\\nobody"]}},
        "Failed to translate",
    ),
    ({"ansible.windows.win_user_right": {"name": "SeNoSuchRight", "users": ["SYSTEM"]}}, "not a valid right"),
    ({"ansible.windows.win_user_right": {"name": "SeTcbPrivilege", "users": ["OTHER\\alice"]}}, "Failed to translate"),
    (
        {"ansible.windows.win_acl": {"path": "C:\\Windows", "user": "LAB\\nobody", "rights": "Read", "type": "allow"}},
        "cannot get SID",
    ),
    (
        {"ansible.windows.win_acl": {"path": "C:\\Windows", "user": "SYSTEM", "rights": "Reed", "type": "allow"}},
        "unable to match the identifier name Reed",
    ),
    ({"ansible.windows.win_owner": {"path": "C:\\Windows", "user": "NT SERVICE\\NoSuch"}}, "Failed to translate"),
    ({"ansible.windows.win_service": {"name": "a", "startmode": "auto"}}, "Unsupported parameters"),
    (
        {"ansible.windows.win_service": {"name": "a", "password": "not-a-secret"}},
        "missing parameter(s) required by 'password'",
    ),
    ({"ansible.windows.win_service": {"name": "a", "state": "started"}}, "need to set 'path' to create a new service"),
    ({"ansible.windows.win_copy": {"content": "x", "dest": "C:\\no\\such\\folder\\x"}}, "does not exist"),
    ({"ansible.windows.win_command": "no-such-program.exe"}, "The system cannot find the file specified"),
    ({"ansible.windows.win_regedit": {"path": "HKXX:\\x"}}, "is not a valid"),
    ({"community.windows.win_unzip": {"src": "C:\\absent.zip", "dest": "C:\\x"}}, "does not exist"),
]  # fmt: skip


@pytest.mark.parametrize("task", UNMODELLED, ids=lambda task: next(iter(task)).rsplit(".", 1)[-1])
@pytest.mark.parametrize("transport", ["ntlm", "psrp"])
def test_not_modelled_is_99(ansible, task, transport):
    outcome = ansible([{"name": "Task", **task}], transport=transport)
    assert outcome.code != 0
    assert "not modelled" in outcome.text
    assert outcome.tasks["Task"].get("rc", 99) == 99


@pytest.mark.parametrize(
    ("task", "message"), REFUSED, ids=lambda item: next(iter(item)) if isinstance(item, dict) else None
)
def test_the_real_modules_complaint(ansible, task, message):
    outcome = ansible([{"name": "Task", **task}])
    assert outcome.code != 0
    assert message in outcome.tasks["Task"]["msg"]


def test_become_with_a_wrong_password_fails(ansible):
    task = {"name": "Task", "ansible.windows.win_whoami": {}, "become": True, "become_method": "ansible.builtin.runas"}
    wrong = {"vars": {"ansible_become_password": "wrong"}, "become_user": "LAB\\alice"}
    outcome = ansible([{**task, **wrong}])
    assert outcome.code != 0
    assert "user name or password is incorrect" in outcome.text


def test_become_with_the_right_password(host, ansible):
    task = {"name": "Task", "ansible.windows.win_whoami": {}, "become": True, "become_method": "ansible.builtin.runas"}
    right = {"vars": {"ansible_become_password": host.password("alice")}, "become_user": "LAB\\alice"}
    outcome = ansible([{**task, **right}]).must_succeed()
    assert outcome.tasks["Task"]["account"]["account_name"] == "alice"
