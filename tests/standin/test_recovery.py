# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Failure actions (simulated): a service whose process was killed comes back, one that stopped by itself does not."""

from __future__ import annotations

import time

import pytest
from standin_support import probe_service

KILL = (
    "import win32api, win32service as s;"
    "manager = s.OpenSCManager(None, None, s.SC_MANAGER_CONNECT);"
    "service = s.OpenService(manager, 'StandinMortal', s.SERVICE_QUERY_STATUS);"
    "process = win32api.OpenProcess(1, False, s.QueryServiceStatusEx(service)['ProcessId']);"
    "win32api.TerminateProcess(process, 1)"
)
DELAY_MS = 1500


def task(title: str, module: str, /, **arguments) -> dict:
    return {"name": title, f"ansible.windows.{module}": arguments}


def starts(host) -> int:
    return probe_service.starts(host.drive_c, "StandinMortal")


@pytest.fixture
def mortal(ansible):
    """A running service with failure actions."""
    ansible(
        [
            *probe_service.install("StandinMortal"),
            task(
                "Start",
                "win_service",
                name="StandinMortal",
                failure_actions=[{"type": "restart", "delay_ms": DELAY_MS}, {"type": "none", "delay_ms": 0}],
                failure_reset_period_sec=600,
                state="started",
            ),
        ]
    ).must_succeed()
    yield
    ansible([task("Gone", "win_service", name="StandinMortal", state="absent")]).must_succeed()


@pytest.mark.usefixtures("mortal")
def test_the_first_failure_restarts_and_the_second_does_not(host, ansible):
    assert starts(host) == 1
    began = time.monotonic()
    ansible([task("Kill", "win_command", argv=[probe_service.PYTHON, "-c", KILL])]).must_succeed()
    while starts(host) < 2 and time.monotonic() - began < 30:
        time.sleep(0.2)
    assert starts(host) == 2

    running = {
        **task("Info", "win_service_info", name="StandinMortal"),
        "register": "answer",
        "until": "answer.services[0].state == 'started'",
        "retries": 10,
        "delay": 1,
    }
    ansible([running, task("Kill", "win_command", argv=[probe_service.PYTHON, "-c", KILL])]).must_succeed()
    time.sleep(2 * DELAY_MS / 1000 + 2)
    info = ansible([task("Info", "win_service_info", name="StandinMortal")]).must_succeed()
    assert info.tasks["Info"]["services"][0]["state"] == "stopped"
    assert starts(host) == 2

    ansible([task("Start", "win_service", name="StandinMortal", state="started")]).must_succeed()
    ansible([task("Stop", "win_service", name="StandinMortal", state="stopped")]).must_succeed()
    time.sleep(2 * DELAY_MS / 1000 + 2)
    assert starts(host) == 3, "a stop that was asked for is no failure"
