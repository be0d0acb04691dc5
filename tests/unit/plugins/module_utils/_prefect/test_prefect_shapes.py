# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shapes of schedules and deployments: as the server keeps them, as the engine compares them, and back."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.catalogue import CATALOGUE
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.client import Client
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.store import Store
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.stores import Stores
from ansible_collections.flowops.prefect.tests.unit.support.simulated_server import Answer, SimulatedServer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

Made = t.Callable[[str], Store]

zone = st.one_of(st.none(), st.just("Europe/Berlin"))
timings = st.one_of(
    st.fixed_dictionaries({"cron": st.just("0 6 * * *"), "day_or": st.booleans(), "timezone": zone}),
    st.fixed_dictionaries(
        {"interval": st.floats(1, 9), "anchor_date": st.just("2026-01-01T00:00:00Z"), "timezone": zone}
    ),
    st.fixed_dictionaries({"rrule": st.just("FREQ=DAILY"), "timezone": zone}),
)


@pytest.fixture
def store(connect: t.Callable[..., Client]) -> Made:
    stores = Stores(connect(), CATALOGUE, whole=False)
    return stores.store


@given(timings)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_schedule_that_is_read_is_written_as_it_was(store: Made, timing: dict[str, t.Any]) -> None:
    schedules = store("deployment schedule")
    kept = {key: value for key, value in timing.items() if value is not None}
    found = schedules.decode({"id": "1", "slug": "s", "active": True, "schedule": kept})
    assert schedules.encode(found, None)["schedule"] == kept


@given(timings, timings)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_sort_that_is_given_takes_the_place_of_the_old_one(
    store: Made, old: dict[str, t.Any], new: dict[str, t.Any]
) -> None:
    schedules = store("deployment schedule")
    current = schedules.decode({"id": "1", "slug": "s", "schedule": old})
    (sort,) = {"cron", "interval", "rrule"} & new.keys()
    written = schedules.encode({sort: new[sort]}, current)["schedule"]
    assert written[sort] == new[sort]
    assert len({"cron", "interval", "rrule"} & written.keys()) == 1
    assert written.get("timezone") == old["timezone"]


def test_a_whole_name_of_a_schedule(store: Made) -> None:
    schedules = store("deployment schedule")
    for slug in ("s", "with / slash", "a/b/c"):
        assert schedules.split(f"etl/nightly/{slug}") == {"deployment": "etl/nightly", "slug": slug}


OWN = {"id": "7", "name": "deployment:1", "limit": 3}
SHARED = {"id": "8", "name": "erp", "limit": 5}


def deployment(limit: dict[str, t.Any] | None) -> dict[str, t.Any]:
    return {"id": "1", "name": "d", "flow_id": "2", "work_pool_name": "p", "global_concurrency_limit": limit}


@pytest.mark.parametrize(
    ("limit", "own", "shared"),
    [(None, None, None), (OWN, 3, None), (SHARED, None, "8"), ({**OWN, "limit": 0}, 0, None)],
)
def test_a_limit_is_the_deployments_own_or_shared(
    store: Made, limit: dict[str, t.Any] | None, own: int | None, shared: str | None
) -> None:
    found = store("deployment").decode(deployment(limit))
    assert (found["concurrency_limit"], found["global_concurrency_limit_id"]) == (own, shared)


@pytest.mark.parametrize(
    ("limit", "body", "written"),
    [
        (SHARED, {"concurrency_limit": 2}, [{"global_concurrency_limit_id": None}, {"concurrency_limit": 2}]),
        (
            OWN,
            {"global_concurrency_limit_id": "8"},
            [{"concurrency_limit": None}, {"global_concurrency_limit_id": "8"}],
        ),
        (OWN, {"concurrency_limit": 4}, [{"concurrency_limit": 4}]),
        (OWN, {"concurrency_limit": None}, [{"concurrency_limit": None}]),
        (SHARED, {"concurrency_limit": None, "paused": True}, [{"paused": True}]),
        (SHARED, {"concurrency_limit": None}, []),
        (None, {"concurrency_limit": 2}, [{"concurrency_limit": 2}]),
        (None, {"work_queue_name": "q"}, [{"work_pool_name": "p", "work_queue_name": "q"}]),
        (None, {"work_queue_name": "q", "work_pool_name": "r"}, [{"work_queue_name": "q", "work_pool_name": "r"}]),
    ],
)
def test_what_is_written_so_that_nothing_else_is_touched(
    store: Made, server: SimulatedServer, limit: dict[str, t.Any] | None, body: dict[str, t.Any], written: list[t.Any]
) -> None:
    server.answers = [Answer(204)]
    deployments = store("deployment")
    deployments.change(deployments.decode(deployment(limit)), body, {"flow": "f", "name": "d"})
    assert [asked.body for asked in server.asked] == written


@pytest.mark.parametrize(("limit", "requests"), [(SHARED, ["PATCH", "DELETE"]), (OWN, ["DELETE"]), (None, ["DELETE"])])
def test_a_shared_limit_is_let_go_before_the_deployment_is_removed(
    store: Made, server: SimulatedServer, limit: dict[str, t.Any] | None, requests: list[str]
) -> None:
    server.answers = [Answer(204)]
    deployments = store("deployment")
    deployments.remove(deployments.decode(deployment(limit)), {"flow": "f", "name": "d"})
    assert [asked.method for asked in server.asked] == requests
