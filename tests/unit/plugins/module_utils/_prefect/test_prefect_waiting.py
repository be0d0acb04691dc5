# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for the end of a flow run: patient with servers, not with flow runs that are gone."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flowops.prefect.plugins.module_utils._engine import errors
from ansible_collections.flowops.prefect.plugins.module_utils._prefect import waiting
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.client import Client
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.waiting import Wait
from ansible_collections.flowops.prefect.tests.unit.support.simulated_server import Answer, SimulatedServer

Connect = t.Callable[..., Client]
GONE = Answer(404, {"detail": "Flow run not found"})
OUTAGE = Answer(503, "<html>down</html>")


def run(state: str = "RUNNING", **more: t.Any) -> dict[str, t.Any]:
    return {"id": "r1", "name": "nightly-1", "state_type": state, "state_name": state.title(), **more}


def in_state(state: str) -> Answer:
    return Answer(200, run(state))


@pytest.fixture
def wait(pauses: t.Any) -> t.Callable[..., Wait]:
    return lambda seconds=60, interval=5: Wait(seconds, interval, pauses.clock, pauses.sleep)


def test_one_look_per_interval_until_the_end(
    server: SimulatedServer, connect: Connect, wait: t.Callable[..., Wait], pauses: t.Any
) -> None:
    server.answers = [in_state("PENDING"), in_state("RUNNING"), in_state("COMPLETED")]
    assert wait().for_end(connect(), run("SCHEDULED"))["state_type"] == "COMPLETED"
    assert server.requests == ["GET /api/flow_runs/r1"] * 3
    assert pauses.taken == [5, 5, 5]


def test_what_has_ended_needs_no_look(server: SimulatedServer, connect: Connect, wait: t.Callable[..., Wait]) -> None:
    assert wait().for_end(connect(), run("CRASHED"))["state_type"] == "CRASHED"
    assert server.requests == []


def test_the_last_look_is_at_the_end_of_the_time(
    server: SimulatedServer, connect: Connect, wait: t.Callable[..., Wait], pauses: t.Any
) -> None:
    server.answers = [in_state("RUNNING")]
    assert wait(12).for_end(connect(), run())["state_type"] == "RUNNING"
    assert pauses.taken == [5, 5, 2]


def test_a_server_that_restarts_ends_no_wait(
    server: SimulatedServer, connect: Connect, wait: t.Callable[..., Wait]
) -> None:
    server.answers = [in_state("RUNNING"), *[OUTAGE] * 7, Answer(500, {"detail": "no database"}), in_state("COMPLETED")]
    assert wait(600).for_end(connect(), run())["state_type"] == "COMPLETED"


def test_a_server_that_stays_away_does(
    server: SimulatedServer, connect: Connect, wait: t.Callable[..., Wait], pauses: t.Any
) -> None:
    server.answers = [OUTAGE]
    with pytest.raises(errors.ServerError):
        wait(36000).for_end(connect(), run())
    assert 300 < pauses.now < 400


def test_an_answer_that_says_no_ends_the_wait(
    server: SimulatedServer, connect: Connect, wait: t.Callable[..., Wait]
) -> None:
    server.answers = [in_state("RUNNING"), Answer(401, {"exception_message": "Unauthorized"})]
    with pytest.raises(errors.AuthFailed):
        wait().for_end(connect(), run())


def test_a_server_may_not_know_a_new_run_at_once(
    server: SimulatedServer, connect: Connect, wait: t.Callable[..., Wait]
) -> None:
    server.answers = [GONE, in_state("COMPLETED")]
    assert wait().for_end(connect(), run())["state_type"] == "COMPLETED"


@pytest.mark.parametrize("answers", [[in_state("RUNNING"), GONE], [GONE]])
def test_a_run_that_somebody_removed(
    server: SimulatedServer, connect: Connect, wait: t.Callable[..., Wait], answers: list[Answer], pauses: t.Any
) -> None:
    server.answers = answers
    with pytest.raises(errors.NotFound, match="it is not there any more"):
        wait().for_end(connect(), run())
    assert pauses.now < 20


def test_a_log_is_over_when_nothing_comes_for_a_while(
    server: SimulatedServer, connect: Connect, wait: t.Callable[..., Wait], pauses: t.Any
) -> None:
    def line(number: int) -> Answer:
        entry = {"id": str(number), "level": 20, "message": str(number), "timestamp": "2026-01-01T00:00:00Z"}
        return Answer(200, [entry])

    server.answers = [line(1), line(1), line(2), line(2)]
    wait().for_logs(connect(), run("COMPLETED"))
    assert pauses.taken == [1.0] * 5


def test_a_log_that_never_ends_does_not_keep_us(
    server: SimulatedServer, connect: Connect, wait: t.Callable[..., Wait], pauses: t.Any
) -> None:
    stamps = (f"2026-01-01T00:00:{second:02}Z" for second in range(60))
    server.answers = [Answer(200, [{"id": stamp, "level": 20, "message": "x", "timestamp": stamp}]) for stamp in stamps]
    wait().for_logs(connect(), run("COMPLETED"))
    assert pauses.now < 15


@pytest.mark.parametrize(
    ("found", "advice"),
    [
        (run("SCHEDULED", work_pool_name="windows"), "a worker of work pool 'windows' is online"),
        (run("SCHEDULED"), "Its deployment has no work pool"),
        (run("PAUSED"), "Resume it in Prefect"),
        (run("CANCELLING"), "PREFECT_WORKER_ENABLE_CANCELLATION"),
        (run("RUNNING"), "Raise wait_timeout"),
    ],
)
def test_what_to_do_about_a_run_that_takes_too_long(connect: Connect, found: dict[str, t.Any], advice: str) -> None:
    error = waiting.unfinished(connect(), found, 60, {"changed": True})
    assert advice in error.one_line()
    assert "after 60 seconds, and goes on" in error.one_line()
    assert error.facts() == {"changed": True}


def test_the_end_of_a_long_message_is_what_matters(server: SimulatedServer, connect: Connect) -> None:
    server.answers = [Answer(200, [])]
    ended = {**run("FAILED"), "state": {"message": f"first {'x' * 400}\nlast words"}}
    said = waiting.failed(connect(), ended, {}).one_line()
    assert "last words" in said
    assert "first" not in said
    assert "last line of its log" not in said
