# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A creation that may have happened although its answer does not say so: never twice, and not given up too early."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flowops.prefect.plugins.module_utils._engine import errors
from ansible_collections.flowops.prefect.plugins.module_utils._engine.plan import Change, Plan
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.answers import Errand
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.catalogue import CATALOGUE
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.client import Client, Created
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.rest import RestBackend
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.stores import Stores
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.work import WORK_POOL
from ansible_collections.flowops.prefect.tests.unit.support.simulated_server import Answer, SimulatedServer

READ, CREATE = Errand("read work pool", "windows"), Errand("create work pool", "windows")
POOL = "/work_pools/windows"
POST, GET = "POST /api/work_pools/", f"GET /api{POOL}"
FOUND = Answer(200, {"name": "windows"})
GONE = Answer(404, {"detail": 'Work pool "windows" not found.'})
LOST = Answer(0)
Connect = t.Callable[..., Client]


NEW, THERE = Created({"name": "windows"}, False), Created({"name": "windows"}, True)


def create(client: Client) -> Created:
    """Create a work pool the way the backend does."""
    return client.create("/work_pools/", {"name": "windows"}, CREATE, lambda: client.find(POOL, READ))


def test_a_creation_that_the_server_did_not_look_at_is_repeated(server: SimulatedServer, connect: Connect) -> None:
    server.answers = [Answer(429), Answer(201, {"name": "windows"})]
    assert create(connect()) == NEW
    assert server.requests == [POST, POST]


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_creation_that_a_busy_server_broke_off_is_repeated_once_absence_is_proven(
    server: SimulatedServer, connect: Connect, pauses: t.Any, status: int
) -> None:
    server.answers = [Answer(status), GONE, Answer(status), GONE, Answer(201, {"name": "windows"})]
    assert create(connect()) == NEW
    assert server.requests == [POST, GET, POST, GET, POST]
    assert pauses.taken == [0.5, 1.0]


def test_a_creation_that_happened_although_the_answer_says_later_is_not_repeated(
    server: SimulatedServer, connect: Connect
) -> None:
    server.answers = [Answer(503), FOUND]
    assert create(connect()) == THERE
    assert server.requests == [POST, GET]


def test_a_creation_whose_answer_got_lost_is_looked_for(server: SimulatedServer, connect: Connect) -> None:
    server.answers = [LOST, GONE, LOST, FOUND]
    assert create(connect()) == THERE
    assert server.requests == [POST, GET, POST, GET]


def test_a_creation_that_a_repetition_runs_into_is_the_result(server: SimulatedServer, connect: Connect) -> None:
    server.answers = [Answer(503), GONE, Answer(409, {"detail": "already exists"}), FOUND]
    assert create(connect()) == THERE


def test_an_object_that_another_run_created_since_we_looked_is_the_result(
    server: SimulatedServer, connect: Connect
) -> None:
    server.answers = [Answer(409, {"detail": "already exists"}), FOUND]
    assert create(connect()) == THERE
    assert server.requests == [POST, GET]


def test_an_object_that_a_route_gives_instead_of_making_one_was_there(
    server: SimulatedServer, connect: Connect
) -> None:
    server.answers = [Answer(200, {"name": "windows"})]
    assert create(connect()) == THERE


def test_another_object_in_the_way_of_the_first_attempt_is_a_conflict(
    server: SimulatedServer, connect: Connect
) -> None:
    server.answers = [Answer(409, {"detail": "already exists"}), GONE]
    with pytest.raises(errors.Conflict, match="already exists"):
        create(connect())
    assert server.requests == [POST, GET]


def test_an_object_in_the_way_that_cannot_be_found_is_a_conflict(server: SimulatedServer, connect: Connect) -> None:
    server.answers = [Answer(503), GONE, Answer(409, {"detail": "already exists"}), GONE]
    with pytest.raises(errors.Conflict, match="already exists"):
        create(connect())
    assert server.requests == [POST, GET, POST, GET]


@pytest.mark.parametrize("answer", [Answer(404, "<html>"), Answer(403, {"detail": "no"}), Answer(200, "<html>")])
def test_a_creation_is_not_repeated_while_nobody_can_say_whether_it_happened(
    server: SimulatedServer, connect: Connect, answer: Answer
) -> None:
    server.answers = [Answer(503, {"exception_message": "Service Unavailable"}), answer]
    with pytest.raises(errors.ServerError, match=r"Cannot create work pool 'windows' .* Service Unavailable"):
        create(connect())
    assert server.requests == [POST, GET]


def test_a_creation_is_given_up_after_as_many_attempts_as_a_read(server: SimulatedServer, connect: Connect) -> None:
    server.answers = [Answer(503), GONE] * 4 + [Answer(503)]
    with pytest.raises(errors.ServerError, match="Cannot create work pool 'windows'"):
        create(connect())
    assert server.requests.count(POST) == 5


def test_a_creation_is_given_up_when_the_time_is_over(server: SimulatedServer, connect: Connect, pauses: t.Any) -> None:
    server.answers = [Answer(503), GONE, Answer(503, None, {"Retry-After": "9"})]
    with pytest.raises(errors.ServerError):
        create(connect(timeout=5))
    assert server.requests == [POST, GET, POST]
    assert pauses.taken == [0.5]


def test_a_creation_that_is_refused_is_not_repeated(server: SimulatedServer, connect: Connect) -> None:
    server.answers = [Answer(500, {"exception_message": "Internal Server Error"})]
    with pytest.raises(errors.ServerError):
        create(connect())
    assert server.requests == [POST]


def test_the_backend_reads_the_object_before_it_repeats_a_creation(server: SimulatedServer, connect: Connect) -> None:
    server.answers = [Answer(503), GONE, Answer(201, {"name": "windows"})]
    plan = Plan("create", {}, {}, {"name": Change("windows"), "type": Change("process")})
    RestBackend(Stores(connect(), CATALOGUE, whole=False), WORK_POOL).write(plan, {"name": "windows"}, None)
    assert server.requests == [POST, GET, POST]
    assert server.asked[2].body == {"name": "windows", "type": "process"}
