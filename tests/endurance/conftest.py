# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hours instead of minutes: a lab of its own with many hosts, and the estate in it."""

from __future__ import annotations

import os
import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "e2e")]

from e2e_support.lab import lab
from e2e_support.running_lab import ansible_on_the_lab, estate_of_the_lab

HOURS = 3600
AT_ONCE = 4


@pytest.fixture(scope="session")
def hosts():
    """Names of the hosts: FLOWOPS_LAB_HOSTS says how many, two without it."""
    return [f"win{number}" for number in range(1, int(os.environ.get("FLOWOPS_LAB_HOSTS") or 2) + 1)]


@pytest.fixture(scope="session")
def ansible():
    """Ansible with the installed collection, over WinRM with NTLM; the lab is empty at the start."""
    lab("up", timeout=HOURS)
    lab("reset", timeout=HOURS)
    yield from ansible_on_the_lab("endurance")


@pytest.fixture(scope="session")
def estate(ansible, hosts):
    """The whole estate, built by the site playbook, some hosts at a time: a worker that starts takes a core, and
    Windows gives each service 30 seconds to start."""
    for first in range(0, len(hosts), AT_ONCE):
        batch = ",".join(hosts[first : first + AT_ONCE])
        run = ansible.playbook("flowops.prefect.site", "--limit", f"{batch},localhost", timeout=2 * HOURS)
        assert run.status == 0, run.output[-4000:]
    return estate_of_the_lab()
