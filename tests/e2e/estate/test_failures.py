# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Failure halfway: one clear line, and the next run completes with nothing lost and nothing doubled."""

from __future__ import annotations

import os
import random
import signal

import pytest
from e2e_support.faulty_server import answering
from e2e_support.lab import lab

SITE = "flowops.prefect.site"
SEED = 20261124
KILLS = 3


@pytest.fixture(scope="module")
def reference(the_lab, estate):
    """The estate as an undisturbed run leaves it."""
    the_lab.converge()
    return estate.everything()


def _one_line(run, *expected):
    message = run.errors[0]
    print(message)
    assert "\n" not in message
    assert [word for word in expected if word.lower() not in message.lower()] == []
    assert "Traceback" not in run.output


@pytest.mark.usefixtures("converged")
def test_domain_controller_stopped(ansible, estate, reference):
    lab("stop", "directory")
    try:
        run = ansible.playbook(SITE)
    finally:
        lab("start", "directory")
    assert run.status == 2
    _one_line(run, "connect to the directory", "127.0.0.77")
    assert {event["host"] for event in run.results("ok", "failed")} == {"localhost"}, "a host was touched"
    assert ansible.playbook(SITE, "--tags", "ad_identity").changes == set()
    assert estate.everything() == reference


@pytest.mark.usefixtures("converged")
def test_prefect_answers_503(ansible):
    with answering(503) as url:
        run = ansible.playbook(SITE, "--tags", "prefect_content", "-e", f"flowops_prefect_api_url={url}")
    assert run.status == 2
    _one_line(run, "read all variables", "127.0.0.92", "503")


@pytest.mark.usefixtures("converged")
def test_prefect_stopped(ansible):
    lab("stop", "prefect")
    try:
        run = ansible.playbook(SITE, "--tags", "prefect_content")
    finally:
        lab("start", "prefect")
    assert run.status == 2
    _one_line(run, "read all variables", "127.0.0.90")


@pytest.mark.usefixtures("converged")
def test_one_host_unreachable(ansible, estate, reference):
    lab("stop", "win2")
    try:
        run = ansible.playbook(SITE)
    finally:
        lab("start", "win2")
    assert run.stats["win2"]["unreachable"] == 1
    assert run.stats["win1"]["failures"] == 0
    assert run.changed["win1"] == 0
    _one_line(run, "127.0.0.82")
    again = ansible.playbook(SITE)
    assert again.status == 0, again.output[-4000:]
    assert again.stats["win2"]["failures"] == again.stats["win2"]["unreachable"] == 0
    assert estate.everything() == reference


def _points(tasks: int) -> list[int]:
    if os.environ.get("FLOWOPS_SWEEP"):
        return list(range(1, tasks + 1))
    return sorted(random.Random(SEED).sample(range(2, tasks + 1), KILLS))


def test_killed_at_any_task_then_run_again(the_lab, ansible, estate, reference):
    """FLOWOPS_SWEEP=1 kills at every task, one after the other."""
    tasks = ansible.playbook(SITE).tasks
    the_lab.reset()
    for point in _points(tasks):
        killed = ansible.playbook(SITE, kill_at=point)
        assert killed.status == -signal.SIGKILL, f"task {point}: ended with {killed.status}\n{killed.output[-2000:]}"
        assert killed.stats == {}
        assert killed.errors == [], f"before task {point}"
    final = ansible.playbook(SITE)
    assert final.status == 0, final.output[-4000:]
    the_lab.converged = True
    assert estate.everything() == reference
    again = ansible.playbook(SITE)
    assert again.changed == {"localhost": 0, "win1": 0, "win2": 0}
    verify = ansible.playbook("flowops.prefect.verify")
    assert verify.status == 0, verify.output[-4000:]
    assert set(estate.workers()) == {"win1", "win2"}
