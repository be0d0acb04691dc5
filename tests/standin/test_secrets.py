# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets seeded everywhere a task can carry one; none is written down anywhere (simulated host, real transports)."""

from __future__ import annotations

import uuid

import pytest

SEEDS = {
    place: f"seed-{place}-{uuid.uuid4().hex}"
    for place in ("become", "password", "environment", "uri", "argv", "stdin", "file", "no_log")
}


@pytest.mark.parametrize("transport", ["ntlm", "psrp"])
def test_no_secret_is_written_down(host, ansible, transport):
    tasks = [
        {
            "name": "Become",
            "ansible.windows.win_whoami": {},
            "become": True,
            "become_method": "ansible.builtin.runas",
            "become_user": "LAB\\alice",
            "vars": {"ansible_become_password": SEEDS["become"]},
            "ignore_errors": True,
        },
        {
            "name": "Service",
            "ansible.windows.win_service": {
                "name": "Seeded",
                "path": "C:\\windows\\system32\\svchost.exe",
                "username": "LAB\\alice",
                "password": SEEDS["password"],
                "start_mode": "manual",
            },
        },
        {"name": "Environment", "ansible.windows.win_ping": {}, "environment": {"TOKEN": SEEDS["environment"]}},
        {
            "name": "Web",
            "ansible.windows.win_uri": {
                "url": f"http://{host.address}:5985/health",
                "url_username": "u",
                "url_password": SEEDS["uri"],
                "headers": {"X-Token": SEEDS["uri"]},
            },
        },
        {
            "name": "Command",
            "ansible.windows.win_command": {"argv": ["cmd", "/c", "exit 0", SEEDS["argv"]], "stdin": SEEDS["stdin"]},
        },
        {"name": "File", "ansible.windows.win_copy": {"content": SEEDS["file"], "dest": "C:\\seeded.txt"}},
        {"name": "Hidden", "ansible.windows.win_ping": {"data": SEEDS["no_log"]}, "no_log": True},
    ]
    ansible(tasks, transport=transport).must_succeed()
    journal = host.journal()
    assert {"ansible.windows.win_service", "ansible.windows.win_uri"} <= {record["name"] for record in journal}
    lab_passwords = {account: host.password(account) for account in ("svc-ansible", "alice")}
    for file, text in host.logs().items():
        for what, secret in {**SEEDS, **lab_passwords}.items():
            assert secret not in text, f"{what} is in {file}"
    assert (host.drive_c / "seeded.txt").read_text() == SEEDS["file"]
