# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Listing workers: as many as there are, by the server's status and the server's clock. Removing what is gone."""

from __future__ import annotations

import typing as t

import pytest
from prefectkit.module_process import Ran
from prefectkit.real_server import RealServer

Run = t.Callable[..., Ran]


def beat(server: RealServer, pool: str, name: str) -> None:
    body = {"name": name, "heartbeat_interval_seconds": 30}
    server.ask("POST", f"/work_pools/{pool}/workers/heartbeat", body)


def test_workers_of_one_pool_and_of_all(run: Run, server: RealServer, pool: str) -> None:
    beat(server, pool, "w2")
    beat(server, pool, "w1")
    found = run("worker_info", work_pool=pool).result
    assert found["changed"] is False
    assert [(worker["name"], worker["work_pool"], worker["status"]) for worker in found["workers"]] == [
        ("w1", pool, "online"),
        ("w2", pool, "online"),
    ]
    assert 0 <= found["workers"][0]["seconds_since_heartbeat"] < 60
    assert found["workers"][0]["heartbeat_interval_seconds"] == 30
    everywhere = run("worker_info").result["workers"]
    assert {worker["name"] for worker in everywhere if worker["work_pool"] == pool} == {"w1", "w2"}


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({"name": "w1"}, ["w1"]),
        ({"name": "none"}, []),
        ({"status": "online"}, ["w1", "w2"]),
        ({"status": "offline"}, []),
    ],
)
def test_workers_by_name_and_status(
    run: Run, server: RealServer, pool: str, options: dict[str, str], names: list[str]
) -> None:
    beat(server, pool, "w1")
    beat(server, pool, "w2")
    found = run("worker_info", work_pool=pool, **options, check_mode=True).result["workers"]
    assert [worker["name"] for worker in found] == names


def test_an_unknown_pool_is_an_error_and_not_an_empty_list(run: Run, server: RealServer, name: str) -> None:
    result = run("worker_info", work_pool=name).result
    assert result["error"]["kind"] == "NotFound"
    assert f"Cannot read workers of work pool '{name}' on {server.url}" in result["msg"]


def test_more_workers_than_a_page_holds(run: Run, server: RealServer, pool: str) -> None:
    names = [f"w{number:03}" for number in range(203)]
    for worker in names:
        beat(server, pool, worker)
    found = run("worker_info", work_pool=pool).result["workers"]
    assert [worker["name"] for worker in found] == names


def registered(server: RealServer, pool: str) -> list[str]:
    return sorted(worker["name"] for worker in server.ask("POST", f"/work_pools/{pool}/workers/filter", {}))


def test_a_worker_is_removed_once_and_only_in_the_real_run(run: Run, server: RealServer, pool: str) -> None:
    name = "Host 1 of 10% & more"
    beat(server, pool, name)
    beat(server, pool, "stays")
    options = {"work_pool": pool, "name": name, "state": "absent", "force": True}
    promised = run("worker", **options, check_mode=True).result
    assert registered(server, pool) == [name, "stays"]
    done = run("worker", **options).result
    assert registered(server, pool) == ["stays"]
    assert (promised["changed"], done["changed"], done["worker"]) == (True, True, {})
    assert run("worker", **options).result["changed"] is False


@pytest.mark.parametrize("check_mode", [False, True])
def test_a_worker_that_lives_is_not_removed_unless_it_is_said_twice(
    run: Run, server: RealServer, pool: str, check_mode: bool
) -> None:
    beat(server, pool, "w1")
    result = run("worker", work_pool=pool, name="w1", state="absent", check_mode=check_mode).result
    assert result["error"]["kind"] == "Forbidden"
    assert "Prefect calls it online" in result["msg"]
    assert registered(server, pool) == ["w1"]


def test_no_work_pool_has_no_worker_and_no_answer_is_no_absence(run: Run, server: RealServer, name: str) -> None:
    assert run("worker", work_pool=name, name="w1", state="absent").result["changed"] is False
    elsewhere = f"{server.url}/no/such/place"
    assert run("worker", work_pool=name, name="w1", state="absent", api_url=elsewhere).result["failed"] is True


def test_a_worker_cannot_be_asked_to_be_there(run: Run, pool: str) -> None:
    refused = run("worker", work_pool=pool, name="w1", state="present").result
    assert "value of state must be one of: absent" in refused["msg"]
