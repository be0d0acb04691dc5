# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""decommission.yml asks the hosts: services and scheduled tasks that run as the account. Silence is no answer."""

from __future__ import annotations

import uuid

import pytest
import yaml

PLAYBOOK = "flowops.prefect.decommission"
BRANCH = "OU=FlowOps,DC=lab,DC=test"
TASK, SERVICE = "Nightly report", "flowops-report"


@pytest.fixture
def account(ansible, tmp_path):
    """Name of a managed account that a scheduled task on win1 and a service on win2 run as."""
    name = f"old{uuid.uuid4().hex[:8]}"

    def described(state):
        user = f"LAB\\{name}$"
        fallen = {"name": name, "path": BRANCH, "state": state}
        known = {"dns_hostname": f"{name}.lab.test", "owner": "alice", "purpose": "Ran reports", "ticket": "CHG-9"}
        task = {"name": TASK, "path": "\\FlowOps", "state": state, "username": user}
        actions = {"actions": [{"path": "C:\\report.exe"}], "logon_type": "password"}
        program = {"path": "C:\\report.exe", "username": user, "start_mode": "manual"}
        service = {"name": SERVICE, "state": "stopped" if state == "present" else state}
        there = state == "present"
        return (
            {"ad_identity_service_accounts": [{**fallen, **(known if there else {})}]},
            {"community.windows.win_scheduled_task": {**task, **(actions if there else {})}},
            {"ansible.windows.win_service": {**service, **(program if there else {})}},
        )

    def run(*options, directory=(), win1=(), win2=()):
        plays = [
            {
                "name": "Host",
                "hosts": host,
                "gather_facts": False,
                "tasks": [{"name": "Task", **task} for task in tasks],
            }
            for host, tasks in (("win1", win1), ("win2", win2))
            if tasks
        ]
        for variables in directory:
            roles = [{"role": "flowops.prefect.ad_identity", "vars": variables}]
            plays.insert(0, {"name": "Directory", "hosts": "localhost", "gather_facts": False, "roles": roles})
        file = tmp_path / "story.yml"
        file.write_text(yaml.safe_dump(plays, sort_keys=False))
        done = ansible.playbook(file, "-e", '{"ad_identity_ous": [], "ad_identity_groups": []}', *options)
        assert done.status == 0, done.output[-4000:]

    made, task, service = described("present")
    run(directory=[made], win1=[task], win2=[service])
    gone, no_task, no_service = described("absent")
    yield name, lambda: run(win1=[no_task], win2=[no_service])
    run(directory=[gone], win1=[no_task], win2=[no_service])


def _on(ansible, day, name, *options):
    chosen = yaml.safe_dump({"decommission_accounts": [f"{name}$"], "decommission_today": day}, default_flow_style=True)
    return ansible.playbook(PLAYBOOK, "-e", chosen.replace("\n", " "), *options)


def test_what_hosts_run_keeps_the_account(ansible, account, tmp_path):
    name, stop_using_it = account
    first = _on(ansible, "2026-01-01", name)
    assert first.status == 0, first.output[-4000:]
    assert first.changed == {"localhost": 1, "win1": 0, "win2": 0}
    blocked = _on(ansible, "2026-02-01", name)
    assert blocked.status == 2
    (message,) = blocked.errors
    on_win1, on_win2 = f"win1 runs the scheduled task \\flowops\\{TASK.lower()}", f"win2 runs the service {SERVICE}"
    assert message.startswith(f"Not deleted: {name}$ ({on_win1}, {on_win2}). End that")
    stop_using_it()
    silent = tmp_path / "silent.yml"
    hosts = {"win-silent": {"ansible_host": "127.0.0.1", "ansible_port": 9}}
    silent.write_text(yaml.safe_dump({"prefect_workers": {"hosts": hosts}}))
    unknown = _on(ansible, "2026-02-01", name, "-i", str(silent))
    assert "win-silent did not answer" in unknown.errors[-1]
    check = _on(ansible, "2026-02-01", name, "--check")
    gone = _on(ansible, "2026-02-01", name)
    assert check.changed == gone.changed == {"localhost": 1, "win1": 0, "win2": 0}, gone.output[-4000:]
    assert "it is deleted already" in _on(ansible, "2026-02-02", name).output
