# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The release that the host reports, its time service and the programs that tell of the domain (all simulated)."""

from __future__ import annotations

import json

import pytest

BUILDS = {"2016": "10.0.14393.0", "2019": "10.0.17763.0", "2022": "10.0.20348.0", "2025": "10.0.26100.0"}


@pytest.fixture
def machine(host):
    """Choose what the host reports; afterwards it is as before."""
    file = host.folder / "state" / "model" / "machine.json"

    def choose(**values):
        file.write_text(json.dumps(values))

    yield choose
    file.unlink(missing_ok=True)


def _command(*argv):
    return {"name": "Task", "ansible.windows.win_command": {"argv": list(argv)}}


@pytest.mark.parametrize("windows", BUILDS)
def test_the_host_reports_any_supported_release(ansible, machine, windows):
    machine(windows=windows)
    outcome = ansible([{"name": "Task", "ansible.builtin.setup": {"gather_subset": ["distribution", "platform"]}}])
    facts = outcome.must_succeed().tasks["Task"]["ansible_facts"]
    assert facts["ansible_distribution_version"] == facts["ansible_kernel"] == BUILDS[windows]
    assert windows in facts["ansible_distribution"]


@pytest.mark.parametrize("values", [{"windows": "2012"}, {"weather": "fine"}])
def test_a_release_or_setting_that_nobody_knows_is_99(ansible, machine, values):
    machine(**values)
    outcome = ansible([{"name": "Task", "ansible.builtin.setup": {"gather_subset": ["distribution"]}}])
    assert outcome.code != 0
    assert "not modelled" in outcome.text


def test_the_time_service_stops_and_starts_and_nothing_else_of_it_changes(ansible):
    name = {"name": "W32Time"}
    tasks = [
        {"name": "Stop", "ansible.windows.win_service": {**name, "state": "stopped"}},
        {"name": "Stopped", "ansible.windows.win_service_info": name},
        {"name": "Start", "ansible.windows.win_service": {**name, "state": "started"}},
        {"name": "Started", "ansible.windows.win_service_info": name},
    ]
    outcome = ansible(tasks).must_succeed()
    assert outcome.changed == ["Stop", "Start"]
    assert outcome.tasks["Stopped"]["services"][0]["state"] == "stopped"
    assert outcome.tasks["Started"]["services"][0]["state"] == "started"
    refused = ansible([{"name": "Task", "ansible.windows.win_service": {**name, "display_name": "Clock"}}])
    assert "not modelled" in refused.text


def test_the_secure_channel_is_what_the_machine_says(ansible, machine):
    query = _command("nltest.exe", "/sc_query:LAB")
    assert "\\\\dc1.lab.test" in ansible([query]).must_succeed().tasks["Task"]["stdout"]
    machine(secure_channel=1311)
    broken = ansible([query]).must_succeed().tasks["Task"]["stdout"]
    assert "Status = 1311 0x51f ERROR_NO_LOGON_SERVERS" in broken
    other = ansible([_command("nltest.exe", "/sc_query:OTHER")])
    assert other.tasks["Task"]["rc"] == 1355


def test_other_uses_of_these_programs_are_99(ansible):
    for task in (
        _command("nltest.exe", "/sc_verify:LAB"),
        _command("w32tm.exe", "/resync"),
        _command("gpresult", "/r"),
    ):
        outcome = ansible([task])
        assert outcome.code != 0
        assert "not modelled" in outcome.text


def test_the_proxy_of_winhttp_can_only_be_read(ansible):
    task = {"name": "Task", "ansible.windows.win_http_proxy": {"proxy": ""}}
    read = ansible([{**task, "check_mode": True, "diff": True}]).must_succeed()
    assert read.tasks["Task"]["diff"]["before"] == {"proxy": None, "bypass": None}
    assert "not modelled" in ansible([task]).text
