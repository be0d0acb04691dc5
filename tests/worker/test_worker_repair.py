# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Prefect's own rules make of a repair, on a real server: states, slots, times. No worker is needed for that."""

from __future__ import annotations

import logging
import typing as t
import uuid

import pytest
from prefect_host.local_api import LocalApi
from prefect_host.runs.journal import STARTED, Entry, Journal
from prefect_host.runs.repair import GIVEN_BACK, MOST_GIVEN_BACK, Repaired, repair
from workerkit.bench import Bench

REASON = "the host was switched off"


class Events:
    """Ids of the events."""

    def __init__(self) -> None:
        self.ids: list[int] = []

    def write(self, event_id: int, _text: str, **_fields: t.Any) -> None:
        self.ids.append(int(event_id))


class Desk:
    """A journal with a real server."""

    def __init__(self, bench: Bench) -> None:
        self.bench, self.server, self.journal, self.events = bench, bench.server, Journal(bench.runs), Events()

    def claimed(self, *states: str, **deployment: t.Any) -> str:
        """A run that this host has claimed, after these states."""
        run_id = self.bench.submit("good.py:quick", deployment)
        self.claim(run_id, *states)
        return run_id

    def claim(self, run_id: str, *states: str) -> None:
        phase = {"phase": STARTED} if "RUNNING" in states else {}
        self.journal.claim(Entry(run_id, worker="w1", host="WIN1", account="CORP\\svc$", **phase))
        for state in states:
            assert self.enter(run_id, state) == "ACCEPT"

    def enter(self, run_id: str, state: str) -> str:
        body = {"state": {"type": state, "name": state.capitalize()}, "force": False}
        return str(self.server.ask("POST", f"/flow_runs/{run_id}/set_state", body)["status"])

    def repair(self) -> Repaired:
        return repair(self.journal, LocalApi(self.server.url, {}), REASON, logging.getLogger("test"), self.events)

    def slots(self, deployment_id: str) -> int:
        limit = self.server.ask("GET", f"/deployments/{deployment_id}")["global_concurrency_limit"]
        return int(self.server.ask("GET", f"/v2/concurrency_limits/{limit['id']}")["active_slots"])


@pytest.fixture
def desk(bench: Bench) -> Desk:
    return Desk(bench)


def test_a_running_run_is_crashed_and_a_second_repair_changes_nothing(desk: Desk) -> None:
    run_id = desk.claimed("PENDING", "RUNNING")
    assert desk.repair() == Repaired(crashed=[run_id])
    run = desk.bench.run(run_id)
    assert (run["state_type"], run["state_name"]) == ("CRASHED", "Crashed")
    assert run["state"]["message"] == f"Its process is gone: {REASON} (host WIN1, worker w1, account CORP\\svc$)"
    assert run["end_time"]
    assert desk.repair() == Repaired()
    assert desk.events.ids == [130]


def test_prefect_does_not_retry_a_crash(desk: Desk) -> None:
    run_id = desk.claimed("PENDING")
    policy = {"empirical_policy": {"retries": 3, "retry_delay": 0}}
    desk.server.ask("PATCH", f"/flow_runs/{run_id}", policy)
    assert desk.enter(run_id, "RUNNING") == "ACCEPT"
    assert desk.repair().crashed == [run_id]
    assert desk.bench.run(run_id)["state_type"] == "CRASHED"


def test_a_run_that_waited_for_its_retry_in_its_process_is_crashed(desk: Desk) -> None:
    """Prefect hands such a run to no worker: nobody would ever go on with it."""
    run_id = desk.claimed("PENDING")
    policy = {"empirical_policy": {"retries": 3, "retry_delay": 0}}
    desk.server.ask("PATCH", f"/flow_runs/{run_id}", policy)
    assert desk.enter(run_id, "RUNNING") == "ACCEPT"
    assert desk.enter(run_id, "FAILED") == "REJECT"
    assert desk.bench.run(run_id)["state_name"] == "AwaitingRetry"
    assert desk.server.ask("POST", f"/work_pools/{desk.bench.pool}/get_scheduled_flow_runs", {}) == []
    assert desk.repair() == Repaired(crashed=[run_id])
    assert desk.bench.run(run_id)["state_type"] == "CRASHED"


@pytest.mark.parametrize(("message", "state"), [("claimed by w1 1", "SCHEDULED"), ("claimed by w2 1", "PENDING")])
def test_who_claimed_a_pending_run_is_told_by_its_message(desk: Desk, message: str, state: str) -> None:
    run_id = desk.bench.submit("good.py:quick", {})
    desk.journal.claim(Entry(run_id, worker="w1", claim="claimed by w1 1"))
    body = {"state": {"type": "PENDING", "name": "Pending", "message": message}, "force": False}
    assert desk.server.ask("POST", f"/flow_runs/{run_id}/set_state", body)["status"] == "ACCEPT"
    desk.repair()
    assert (desk.bench.run(run_id)["state_type"], desk.journal.count()) == (state, 0)


def test_a_run_that_is_being_cancelled_is_cancelled(desk: Desk) -> None:
    run_id = desk.claimed("PENDING", "RUNNING", "CANCELLING")
    assert desk.enter(run_id, "CRASHED") == "REJECT"
    assert desk.repair() == Repaired(cancelled=[run_id])
    assert desk.bench.run(run_id)["state_type"] == "CANCELLED"


def test_a_pending_run_is_given_back_for_its_own_time(desk: Desk) -> None:
    run_id = desk.claimed("PENDING")
    planned = desk.bench.run(run_id)["state"]["state_details"]["scheduled_time"]
    assert planned
    assert desk.repair() == Repaired(given_back=[run_id])
    run = desk.bench.run(run_id)
    assert (run["state_type"], run["next_scheduled_start_time"]) == ("SCHEDULED", planned)
    assert run["state"]["message"].startswith(f"{GIVEN_BACK}: {REASON}")
    waiting = desk.server.ask("POST", f"/work_pools/{desk.bench.pool}/get_scheduled_flow_runs", {})
    assert [found["flow_run"]["id"] for found in waiting] == [run_id]


def test_a_run_is_not_given_back_for_ever(desk: Desk) -> None:
    run_id = desk.claimed("PENDING")
    for _number in range(MOST_GIVEN_BACK):
        assert desk.repair().given_back == [run_id]
        desk.claim(run_id, "PENDING")
    assert desk.repair().crashed == [run_id]


@pytest.mark.parametrize("states", [("PENDING",), ("PENDING", "RUNNING"), ("PENDING", "RUNNING", "CANCELLING")])
def test_the_slot_of_the_deployment_is_free_again(desk: Desk, states: tuple[str, ...]) -> None:
    run_id = desk.claimed(*states, concurrency_limit=1)
    deployment_id = desk.bench.run(run_id)["deployment_id"]
    assert desk.slots(deployment_id) == 1
    desk.repair()
    assert desk.slots(deployment_id) == 0
    other = desk.bench.submit_to(deployment_id)
    assert desk.enter(other, "PENDING") == "ACCEPT"


def test_the_slot_of_the_work_pool_is_free_again(desk: Desk) -> None:
    desk.server.ask("PATCH", f"/work_pools/{desk.bench.pool}", {"concurrency_limit": 1})
    desk.claimed("PENDING", "RUNNING")
    waiting = desk.bench.submit("good.py:quick")
    ask = f"/work_pools/{desk.bench.pool}/get_scheduled_flow_runs"
    assert desk.server.ask("POST", ask, {}) == []
    desk.repair()
    assert [found["flow_run"]["id"] for found in desk.server.ask("POST", ask, {})] == [waiting]


@pytest.mark.parametrize("end", ["COMPLETED", "FAILED", "CRASHED", "CANCELLED"])
def test_an_end_that_prefect_has_is_kept(desk: Desk, end: str) -> None:
    run_id = desk.claimed("PENDING", "RUNNING", end)
    assert desk.repair() == Repaired(finished=[run_id])
    assert desk.bench.run(run_id)["state_type"] == end


def test_subflows_and_their_tasks_end_first(desk: Desk) -> None:
    run_id = desk.claimed("PENDING", "RUNNING")
    task = {"flow_run_id": run_id, "task_key": "t", "dynamic_key": "0", "state": {"type": "RUNNING"}}
    task_id = desk.server.ask("POST", "/task_runs/", task)["id"]
    child = {"flow_id": desk.bench.run(run_id)["flow_id"], "parent_task_run_id": task_id, "state": {"type": "RUNNING"}}
    child_id = desk.server.ask("POST", "/flow_runs/", child)["id"]
    inner = {"flow_run_id": child_id, "task_key": "t", "dynamic_key": "0", "state": {"type": "RUNNING"}}
    inner_id = desk.server.ask("POST", "/task_runs/", inner)["id"]
    assert desk.repair().crashed == [run_id]
    assert desk.bench.run(child_id)["state_type"] == "CRASHED"
    for found in (task_id, inner_id):
        assert desk.server.ask("GET", f"/task_runs/{found}")["state_type"] == "CRASHED"


def test_a_run_that_was_deleted_is_forgotten(desk: Desk) -> None:
    run_id = desk.claimed("PENDING")
    desk.server.ask("DELETE", f"/flow_runs/{run_id}")
    assert desk.repair() == Repaired(finished=[run_id])


def test_a_prefect_that_is_away_leaves_the_entry(desk: Desk) -> None:
    run_id = str(uuid.uuid4())
    desk.claim(run_id)
    away = LocalApi("http://127.0.0.1:9/api", {}, timeout=2)
    done = repair(desk.journal, away, REASON, logging.getLogger("test"), desk.events)
    assert done == Repaired(left=[run_id])
    assert desk.journal.count() == 1
