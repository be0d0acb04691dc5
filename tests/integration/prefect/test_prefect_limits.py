# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Concurrency limits on real servers, by name and by tag; slots that are taken stay taken."""

from __future__ import annotations

import typing as t
import uuid

import pytest
from prefectkit.module_process import Ran
from prefectkit.real_server import RealServer

Run = t.Callable[..., Ran]
# What only looks at values needs no second server.
only_open = pytest.mark.parametrize("server", ["open"], indirect=True)


def test_a_global_limit_from_nothing_to_nothing(cycle: Run, server: RealServer, name: str) -> None:
    options = {"name": name, "limit": 5, "active": False, "slot_decay_per_second": 0.5}
    done = cycle("concurrency_limit", **options)
    assert done.result["diff"] == {"before": {}, "after": options}
    cycle("concurrency_limit", name=name, limit=0)
    cycle("concurrency_limit", name=name, active=True, slot_decay_per_second=0)
    held = server.ask("GET", f"/v2/concurrency_limits/{name}")
    assert (held["limit"], held["active"], held["slot_decay_per_second"]) == (0, True, 0.0)
    assert done.result["concurrency_limit"]["id"] == held["id"]
    cycle("concurrency_limit", name=name, state="absent")
    assert server.ask("GET", f"/v2/concurrency_limits/{name}") is None


def test_a_limit_by_tag_from_nothing_to_nothing(cycle: Run, run: Run, server: RealServer, name: str) -> None:
    done = cycle("concurrency_limit", tag=name, limit=5)
    assert done.result["diff"] == {"before": {}, "after": {"tag": name, "limit": 5}}
    cycle("concurrency_limit", tag=name, limit=3)
    assert run("concurrency_limit", tag=name).result["concurrency_limit"]["limit"] == 3
    assert server.ask("GET", f"/concurrency_limits/tag/{name}")["concurrency_limit"] == 3
    assert run("concurrency_limit", name=name, state="absent").result["changed"] is False
    cycle("concurrency_limit", tag=name, state="absent")
    assert server.ask("GET", f"/concurrency_limits/tag/{name}") is None


def test_slots_of_a_global_limit_stay_taken(cycle: Run, server: RealServer, name: str) -> None:
    cycle("concurrency_limit", name=name, limit=5)
    server.ask("POST", "/v2/concurrency_limits/increment", {"names": [name], "slots": 3, "mode": "concurrency"})
    done = cycle("concurrency_limit", name=name, limit=4)
    assert done.result["concurrency_limit"]["active_slots"] == 3
    cycle("concurrency_limit", name=name, limit=2, active=False)
    assert server.ask("GET", f"/v2/concurrency_limits/{name}")["active_slots"] == 3


def test_slots_of_a_limit_by_tag_stay_taken(cycle: Run, server: RealServer, name: str) -> None:
    cycle("concurrency_limit", tag=name, limit=5)
    task_runs = {str(uuid.uuid4()) for _number in range(2)}
    for task_run in task_runs:
        server.ask("POST", "/concurrency_limits/increment", {"names": [name], "task_run_id": task_run})
    done = cycle("concurrency_limit", tag=name, limit=4)
    assert done.result["concurrency_limit"]["active_slots"] == 2
    assert set(server.ask("GET", f"/concurrency_limits/tag/{name}")["active_slots"]) == task_runs
    assert server.ask("GET", f"/v2/concurrency_limits/tag:{name}")["active_slots"] == 2


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"name": "new-limit"}, "needed to create it: limit"),
        ({"tag": "new-limit"}, "needed to create it: limit"),
        ({"name": "tag:x", "limit": 1}, "are the server's; use tag"),
        ({"name": "deployment:x", "limit": 1}, "or the limit of a deployment"),
        ({"name": "a&b", "limit": 1}, "may not hold &"),
        ({"tag": "a/b", "limit": 1}, "may not hold /"),
        ({"name": "new-limit", "limit": -1}, "-1 is below 0"),
        ({"name": "new-limit", "limit": 1, "slot_decay_per_second": -0.5}, "-0.5 is below 0"),
        ({"name": "n", "tag": "t", "limit": 1}, "mutually exclusive: name|tag"),
        ({"tag": "t", "limit": 1, "active": True}, "mutually exclusive: tag|active"),
        ({"limit": 1}, "one of the following is required: name, tag"),
        ({"name": "", "limit": 1}, "is no name that a URL can hold"),
    ],
)
@pytest.mark.parametrize("check_mode", [True, False])
@only_open
def test_a_limit_that_cannot_be(run: Run, options: dict[str, t.Any], why: str, check_mode: bool) -> None:
    result = run("concurrency_limit", **options, check_mode=check_mode).result
    assert result["failed"] is True
    assert why in result["msg"]


@pytest.mark.parametrize("check_mode", [True, False])
@only_open
def test_who_loses_a_limit_is_said(run: Run, server: RealServer, name: str, deployment: str, check_mode: bool) -> None:
    run("concurrency_limit", name=name, limit=1)
    run("deployment", flow=name, name="nightly", global_concurrency_limit=name)
    done = run("concurrency_limit", name=name, state="absent", check_mode=check_mode).result
    said = f"The concurrency limit goes, which 1 deployment took slots from: {deployment}"
    assert done["consequences"] == [said]
    assert server.ask("GET", f"/deployments/name/{deployment}")
