# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a desired state must not lose, take from somebody else, or show, whatever goes wrong on the way."""

from __future__ import annotations

import typing as t

import pytest
from prefectkit.desired_state import Document, summary
from prefectkit.module_process import Ran, run_module_here
from prefectkit.real_server import RealServer
from prefectkit.simulated_gateway import Failure, simulated_gateway

Run = t.Callable[..., Ran]
on_the_open_server = pytest.mark.parametrize("server", ["open"], indirect=True)


def pools(name: str, *letters: str) -> Document:
    return {
        "work_pools": [{"name": f"{name}-{letter}", "type": "process"} for letter in letters],
        "work_queues": [{"work_pool": f"{name}-{letter}", "name": "high"} for letter in letters],
        "flows": [{"name": name}],
    }


@on_the_open_server
def test_a_work_pool_stays_when_its_deployment_could_not_be_moved(run: Run, server: RealServer, name: str) -> None:
    deployment = {"flow": name, "name": "d", "work_pool": f"{name}-a"}
    run("resources", resources={**pools(name, "a", "b"), "deployments": [deployment]})
    wanted = {
        "deployments": [{**deployment, "work_pool": f"{name}-b"}],
        "work_pools": [{"name": f"{name}-a", "state": "absent"}],
        "variables": [{"name": name, "value": 1}],
    }
    with simulated_gateway(server.url) as gateway:
        gateway.failures = [Failure(500, method="PATCH")]
        broken = run_module_here("resources", {"api_url": gateway.url, "resources": wanted}).result
    assert [(error["kind"], error["name"]) for error in broken["errors"]] == [
        ("work pool", f"{name}-a"),
        ("deployment", f"{name}/d"),
    ]
    assert [change["name"] for change in broken["changes"]] == [name]
    assert server.ask("GET", f"/deployments/name/{name}/d")["work_pool_name"] == f"{name}-a"
    assert summary(run("resources", resources=wanted)) == {"updated": 1, "deleted": 1, "unchanged": 1}


@on_the_open_server
def test_a_deployment_keeps_the_name_of_its_queue_in_another_work_pool(run: Run, server: RealServer, name: str) -> None:
    deployment = {"flow": name, "name": "d", "work_pool": f"{name}-a", "work_queue": "high"}
    run("resources", resources={**pools(name, "a", "b"), "deployments": [deployment]})
    moved = {**deployment, "work_pool": f"{name}-b"}
    assert run("deployment", **moved).result["changed"] is True
    held = server.ask("GET", f"/deployments/name/{name}/d")
    assert (held["work_pool_name"], held["work_queue_name"]) == (f"{name}-b", "high")
    assert summary(run("resources", resources={"deployments": [deployment]})) == {"updated": 1}


@on_the_open_server
def test_a_queue_goes_when_the_same_document_moves_its_deployments(run: Run, name: str) -> None:
    deployment = {"flow": name, "name": "d", "work_pool": f"{name}-a", "work_queue": "high"}
    run("resources", resources={**pools(name, "a"), "deployments": [deployment]})
    gone = {"work_pool": f"{name}-a", "name": "high", "state": "absent"}
    refused = run("resources", resources={"work_queues": [gone]}).result
    assert "would be left without a work pool" in refused["msg"]
    wanted = {
        "work_queues": [gone, {"work_pool": f"{name}-a", "name": "low"}],
        "deployments": [{**deployment, "work_queue": "low"}],
    }
    assert summary(run("resources", resources=wanted)) == {"created": 1, "updated": 1, "deleted": 1}


@on_the_open_server
def test_an_automation_with_an_id_is_that_one_and_no_other(run: Run, server: RealServer, name: str) -> None:
    trigger = {"type": "event", "posture": "Reactive", "expect": ["a.b"]}
    body = {"name": name, "trigger": trigger, "actions": [{"type": "do-nothing"}]}
    first, second = (server.ask("POST", "/automations/", body)["id"] for _twice in range(2))
    twins = run("resources", resources={"automations": [{"name": name, "enabled": False}]}).result
    assert "2 objects have this name" in twins["msg"]
    one = {"automations": [{"id": second, "name": name, "enabled": False}]}
    assert summary(run("resources", resources=one)) == {"updated": 1}
    assert server.ask("GET", f"/automations/{first}")["enabled"] is True
    assert server.ask("GET", f"/automations/{second}")["enabled"] is False
    assert summary(run("resources", resources={"automations": [{"id": second, "state": "absent"}]})) == {"deleted": 1}
    assert server.ask("GET", f"/automations/{first}") is not None
    assert server.ask("GET", f"/automations/{second}") is None


@on_the_open_server
def test_what_could_not_be_created_is_not_ours_when_somebody_else_creates_it(
    run: Run, server: RealServer, name: str
) -> None:
    wanted: Document = {"variables": [{"name": f"{name}-ours", "value": 1}, {"name": f"{name}-theirs", "value": 1}]}
    with simulated_gateway(server.url) as gateway:
        gateway.failures = [Failure(403, method="POST", text=f'"name": "{name}-theirs"')]
        options = {"api_url": gateway.url, "resources": wanted, "ledger": name}
        assert [error["name"] for error in run_module_here("resources", options).result["errors"]] == [f"{name}-theirs"]
    server.ask("POST", "/variables/", {"name": f"{name}-theirs", "value": "theirs"})
    done = run("resources", resources={}, ledger=name, prune=True, prune_maximum=5)
    assert summary(done) == {"deleted": 1, "pruned": 1}
    assert server.ask("GET", f"/variables/name/{name}-theirs")["value"] == "theirs"


@on_the_open_server
def test_limits_of_tags_are_pruned_by_their_identifier(run: Run, server: RealServer, name: str) -> None:
    run("resources", resources={"concurrency_limits": [{"tag": name, "limit": 1}]}, ledger=name)
    server.ask("DELETE", f"/concurrency_limits/tag/{name}")
    server.ask("POST", "/concurrency_limits/", {"tag": name, "concurrency_limit": 9})
    assert summary(run("resources", resources={}, ledger=name, prune=True, prune_maximum=5)) == {}
    assert server.ask("GET", f"/concurrency_limits/tag/{name}")["concurrency_limit"] == 9


def test_a_limit_of_a_tag_is_written_again_when_the_server_was_busy(servers: dict[str, RealServer], name: str) -> None:
    server = servers["open"]
    options = {"tag": name, "limit": 1}
    with simulated_gateway(server.url) as gateway:
        run_module_here("concurrency_limit", {"api_url": gateway.url, **options})
        gateway.failures = [Failure(503, method="POST")]
        changed = run_module_here("concurrency_limit", {"api_url": gateway.url, **options, "limit": 2}).result
    assert changed["changed"] is True, changed
    assert server.ask("GET", f"/concurrency_limits/tag/{name}")["concurrency_limit"] == 2


@on_the_open_server
def test_a_schedule_gets_another_timing_and_loses_its_limit_at_once(run: Run, server: RealServer, name: str) -> None:
    schedule = {"deployment": f"{name}/d", "slug": "s"}
    timed = {"deployment_schedules": [{**schedule, "cron": "0 1 * * *", "max_scheduled_runs": 5}]}
    run("resources", resources={"flows": [{"name": name}], "deployments": [{"flow": name, "name": "d"}], **timed})
    assert run("deployment_schedule", **schedule, interval=3600, max_scheduled_runs=-1).result["changed"] is True
    (held,) = server.ask("GET", f"/deployments/name/{name}/d")["schedules"]
    assert (held["schedule"]["interval"], held["max_scheduled_runs"]) == (3600.0, None)


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_secret_in_data_is_refused_when_its_type_is_new_as_well(run: Run, name: str, check_mode: bool) -> None:
    fields = {"title": name, "type": "object", "properties": {"code": {"type": "string"}}, "secret_fields": ["code"]}
    wanted = {
        "block_types": [{"slug": name, "name": name}],
        "block_schemas": [{"block_type": name, "fields": fields}],
        "block_documents": [{"block_type": name, "name": "b", "data": {"code": "open-s3cr3t"}}],
    }
    refused = run("resources", resources=wanted, check_mode=check_mode)
    assert "the block type says that these are secrets: code" in refused.result["msg"]
    assert "s3cr3t" not in refused.output
