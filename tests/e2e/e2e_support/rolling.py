# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A change of every worker, some hosts at a time, while flows run on all of them: not one run fails."""

from __future__ import annotations

from e2e_support.estate import Estate
from e2e_support.playbook import Ansible
from e2e_support.steady_runs import steady_runs

WORKERS = "flowops.prefect.workers"


def change_all(ansible: Ansible, estate: Estate, hosts: list[str], *options: str, timeout: float = 1800) -> None:
    """Run the rolling playbook with a changed setting (C(options)), and judge what it did to the flow runs."""
    before = estate.heartbeats()
    with steady_runs(estate.api, hosts, seconds=15, at_once=2) as runs:
        changed = ansible.playbook(WORKERS, *options, timeout=timeout)
        assert changed.status == 0, changed.output[-4000:]
        left = runs.drain(600)
    assert left == []
    ended = runs.runs()
    print(f"{len(hosts)} hosts in {changed.seconds:.0f} s, {len(ended)} flow runs meanwhile")
    assert [(run["name"], run["state"]) for run in ended if run["state_type"] != "COMPLETED"] == []
    assert len(ended) >= len(hosts), "too few flow runs to prove anything"
    assert all(changed.changed[host] > 0 for host in hosts), changed.changed
    after = estate.heartbeats()
    assert set(after) == set(before), "a worker under another name"
    assert all(after[host] > before[host] for host in hosts)
    assert set(estate.workers().values()) == {"ONLINE"}
