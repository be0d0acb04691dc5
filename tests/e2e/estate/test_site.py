# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""site.yml on the empty lab: check, real run, the same again, verify.yml; over every way to the hosts."""

from __future__ import annotations

import dataclasses
import datetime
import typing as t

import pytest
from e2e_support.lab import TRANSPORTS, inventory, wait_until
from e2e_support.playbook import Run

SITE = "flowops.prefect.site"
HOSTS = {"win1", "win2"}
ONLINE_SECONDS = 60


@dataclasses.dataclass(frozen=True)
class Story:
    """The three runs over one transport and what stood where in between."""

    check: Run
    after_check: dict[str, t.Any]
    real: Run
    second: Run
    verify: Run


@pytest.fixture(scope="module", params=TRANSPORTS)
def story(request, the_lab, ansible, estate):
    """The runs, over one transport; the lab is empty at the start."""
    the_lab.reset()
    over = ansible.with_inventory(inventory(request.param))
    check = over.playbook(SITE, "--check", "--diff")
    assert check.status == 0, check.output[-4000:]
    after_check = estate.everything()
    real = over.playbook(SITE, "--diff")
    assert real.status == 0, real.output[-4000:]
    second = over.playbook(SITE, "--diff")
    assert second.status == 0, second.output[-4000:]
    verify = over.playbook("flowops.prefect.verify")
    the_lab.converged = True
    times = ", ".join(
        f"{name} {run.seconds:.0f} s"
        for name, run in (("check", check), ("real", real), ("second", second), ("verify", verify))
    )
    print(f"{request.param}: {times}\n" + "\n".join(real.slowest()))
    return Story(check, after_check, real, second, verify)


def test_check_run_announces_exactly_what_the_real_run_does(story):
    assert story.real.changes, "the real run on the empty lab changed nothing"
    assert story.check.changes == story.real.changes


def test_check_run_writes_nothing(story):
    assert story.after_check["directory"] == {}
    assert story.after_check["work pools"] == []
    assert story.after_check["variables"] == []


def test_second_run_changes_nothing_on_any_host(story):
    assert story.second.changed == {"localhost": 0, "win1": 0, "win2": 0}
    assert story.second.changes == set()


def test_worker_is_online_soon_after_the_start_of_its_service(story, estate):
    registered = estate.registered()
    for host in HOSTS:
        started = max(
            event["time"]
            for event in story.real.results("ok")
            if event["host"] == host and event["changed"] and event["action"] == "ansible.windows.win_service"
        )
        moment = datetime.datetime.fromisoformat(registered[host]).timestamp()
        assert moment - started < ONLINE_SECONDS, f"{host}: {moment - started:.0f} s"
    wait_until(lambda: estate.workers() == dict.fromkeys(HOSTS, "ONLINE"), ONLINE_SECONDS, "both workers ONLINE")


def test_flow_run_finishes_on_every_worker(story, estate):
    assert story.verify.status == 0, story.verify.output[-4000:]
    reports = [str(event["message"]) for event in story.verify.results("ok") if event["task"].endswith("Report")]
    assert sorted(report.split(":")[0] for report in reports) == sorted(HOSTS)
    assert all("COMPLETED in" in report for report in reports)
    for host in HOSTS:
        assert estate.flow_runs_of(host), f"no finished flow run carries the tag host:{host}"


@pytest.mark.usefixtures("story")
def test_directory_and_prefect_hold_what_the_inventory_says(estate):
    found = estate.everything()
    account = found["directory"]["CN=svc-prefect,OU=Service Accounts,OU=Prefect,OU=FlowOps,DC=lab,DC=test"]
    assert "msDS-GroupManagedServiceAccount" in account["objectClass"]
    assert account["msDS-SupportedEncryptionTypes"] == ["24"]
    hosts = found["directory"]["CN=GG-Prefect-Hosts,OU=Groups,OU=Prefect,OU=FlowOps,DC=lab,DC=test"]
    assert [dn.split(",")[0] for dn in hosts["member"]] == ["CN=WIN1", "CN=WIN2"]
    assert [pool[:2] for pool in found["work pools"]] == [("windows", "process")]
    assert [queue[1] for queue in found["work queues"]] == ["default", "win1", "win2"]
