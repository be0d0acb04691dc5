# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A second worker on a host that has one: another pool, other ports, and an end of its own."""

from __future__ import annotations

import json

import pytest
from e2e_support.host_processes import prefix, processes
from e2e_support.lab import wait_until
from e2e_support.patient_session import patient_session

SITE = "flowops.prefect.site"
ON_WIN1 = ("--limit", "win1,localhost")
POOL = "second"
WORKERS = "drive_c/ProgramData/flowops/workers"
SECOND = ("win_worker_instance=second", "win_worker_name=win1-second", f"win_worker_work_pool={POOL}")

pytestmark = pytest.mark.usefixtures("converged")


@pytest.fixture
def pool(estate):
    body = {"name": POOL, "type": "process", "base_job_template": _template(estate)}
    patient_session().post(f"{estate.api}/work_pools/", json=body, timeout=30).raise_for_status()
    yield POOL
    patient_session().delete(f"{estate.api}/work_pools/{POOL}", timeout=30).raise_for_status()


def _template(estate):
    answer = patient_session().get(f"{estate.api}/work_pools/windows", timeout=30)
    answer.raise_for_status()
    return answer.json()["base_job_template"]


def _worker(ansible, *settings: str):
    options = [word for setting in settings for word in ("-e", setting)]
    run = ansible.playbook(SITE, "--tags", "win_worker", *ON_WIN1, *options)
    assert run.status == 0, run.output[-4000:]
    return run


def _status(instance: str) -> dict:
    return json.loads((prefix("win1") / WORKERS / instance / "home" / "status.json").read_text())


def _ports(instance: str) -> set[int]:
    status = _status(instance)
    return {status["injector"]["port"], status["health_port"]}


@pytest.mark.usefixtures("pool")
def test_a_second_worker_comes_and_goes_and_the_first_one_never_notices(ansible, estate):
    before = set(processes("win1"))
    assert {process.kind for process in before} >= {"service", "injector", "worker"}
    _worker(ansible, *SECOND)
    assert estate.workers(POOL) == {"win1-second": "ONLINE"}
    assert estate.workers()["win1"] == "ONLINE"
    ports = [_ports("default"), _ports("second")]
    assert len(ports[0] | ports[1]) == len(ports[0]) + len(ports[1]) == 4
    assert before < set(processes("win1"))
    assert _worker(ansible, *SECOND).changed["win1"] == _worker(ansible).changed["win1"] == 0

    _worker(ansible, *SECOND, "win_worker_state=drained")
    wait_until(lambda: _status("second")["state"] == "drained", 15, "the second one says that it is drained")
    assert _status("default")["state"] == "running"

    _worker(ansible, *SECOND, "win_worker_state=absent")
    assert estate.workers(POOL) == {}
    assert not (prefix("win1") / WORKERS / "second").exists()
    assert set(processes("win1")) == before
    assert _worker(ansible).changed["win1"] == 0, "right, event log or firewall rule went with the second one"
