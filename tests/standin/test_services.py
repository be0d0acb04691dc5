# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Services under a managed account: refused and accepted by the real controller's answer; back after a reboot.

The service is real in Wine's service control manager. That it runs as the account is simulated: Wine has one user.
"""

from __future__ import annotations

import time
import uuid

import pytest
from standin_support import probe_service

RIGHT = "ansible.windows.win_user_right"
SERVICE = "ansible.windows.win_service"


@pytest.fixture(scope="module")
def gmsa(host):
    name = f"sgm{uuid.uuid4().hex[:8]}"
    return name, host.add_gmsa(name)


def task(title: str, module: str, /, **arguments) -> dict:
    return {"name": title, module: arguments}


def ran(host) -> int:
    return probe_service.starts(host.drive_c, "StandinProbe")


def test_a_service_under_a_managed_account(host, ansible, gmsa):
    name, dn = gmsa
    account = f"LAB\\{name}$"
    start = task("Start", SERVICE, name="StandinProbe", username=account, start_mode="auto", state="started")
    ansible(probe_service.install("StandinProbe", "--startup", "auto")).must_succeed()

    refused = ansible([start])
    assert "error 1069" in refused.tasks["Start"]["msg"]
    assert account in refused.tasks["Start"]["msg"]
    assert "has not the right" in refused.tasks["Start"]["msg"]

    ansible([task("Grant", RIGHT, name="SeServiceLogonRight", users=[account], action="add")]).must_succeed()
    refused = ansible([start])
    assert "may not retrieve its managed password" in refused.tasks["Start"]["msg"]
    assert ran(host) == 0

    host.let_read_password(dn)
    deny = task("Deny", RIGHT, name="SeDenyServiceLogonRight", users=[account], action="add")
    refused = ansible([deny, start])
    assert "is denied the right" in refused.tasks["Start"]["msg"]

    allow = task("Allow", RIGHT, name="SeDenyServiceLogonRight", users=[account], action="remove")
    accepted = ansible([allow, start]).must_succeed()
    assert accepted.tasks["Start"]["state"] == "running"
    assert accepted.tasks["Start"]["username"] == account
    assert ran(host) == 1
    assert ansible([start]).must_succeed().changed == []


def boot_time(ansible) -> int:
    facts = task("Facts", "ansible.windows.setup", gather_subset=["uptime"])
    answer = ansible([facts]).must_succeed().tasks["Facts"]["ansible_facts"]
    return time.time() - answer["ansible_uptime_seconds"]


def test_after_a_reboot_automatic_services_run_again(host, ansible):
    before = boot_time(ansible)
    assert ansible("reboot.yml").must_succeed().tasks["Reboot"]["rebooted"]
    assert boot_time(ansible) > before + 1
    info = {
        **task("Info", "ansible.windows.win_service_info", name="StandinProbe"),
        "register": "answer",
        "until": "answer.services[0].state == 'started'",
        "retries": 20,
        "delay": 1,
    }
    service = ansible([info]).must_succeed().tasks["Info"]["services"][0]
    assert service["start_mode"] == "auto"
    assert ran(host) == 2


def test_a_service_that_lost_its_right_stays_stopped(host, ansible, gmsa):
    account = f"LAB\\{gmsa[0]}$"
    ansible([task("Take", RIGHT, name="SeServiceLogonRight", users=[account], action="remove")]).must_succeed()
    ansible("reboot.yml", transport="psrp").must_succeed()
    info = task("Info", "ansible.windows.win_service_info", name="StandinProbe")
    service = ansible([info]).must_succeed().tasks["Info"]["services"][0]
    assert service["state"] == "stopped"
    assert ran(host) == 2


def test_an_absent_service_is_gone(ansible):
    gone = task("Gone", SERVICE, name="StandinProbe", state="absent")
    assert ansible([gone]).must_succeed().changed == ["Gone"]
    assert ansible([gone]).must_succeed().changed == []
