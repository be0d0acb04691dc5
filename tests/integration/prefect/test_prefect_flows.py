# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Flows and deployments on real servers: check mode, diff, idempotence, and what the server does on its own."""

from __future__ import annotations

import typing as t

import pytest
from prefectkit.module_process import Ran
from prefectkit.real_server import RealServer

Run = t.Callable[..., Ran]
# What only looks at values needs no second server.
only_open = pytest.mark.parametrize("server", ["open"], indirect=True)

SCHEMA = {"type": "object", "title": "Parameters", "properties": {"source": {"type": "string"}}}


def held(server: RealServer, flow: str, name: str = "nightly") -> dict[str, t.Any]:
    return server.ask("GET", f"/deployments/name/{flow}/{name}")


def test_a_flow_from_nothing_to_nothing(cycle: Run, run: Run, server: RealServer, name: str) -> None:
    done = cycle("flow", name=name, tags=["b", "a"], labels={"owner": "finance", "level": 2})
    labels = {"owner": "finance", "level": 2}
    assert done.result["diff"] == {"before": {}, "after": {"name": name, "tags": ["a", "b"], "labels": labels}}
    found = server.ask("GET", f"/flows/name/{name}")
    assert (sorted(found["tags"]), found["labels"]["owner"]) == (["a", "b"], "finance")
    assert run("flow", name=name, tags=["a", "b"], labels={"level": 2}).result["changed"] is False
    cycle("flow", name=name, tags=[])
    cycle("flow", name=name, state="absent")
    assert server.ask("GET", f"/flows/name/{name}") is None


@pytest.mark.parametrize("check_mode", [True, False])
@only_open
def test_labels_that_the_server_does_not_change_are_refused(run: Run, flow: str, check_mode: bool) -> None:
    result = run("flow", name=flow, labels={"owner": "finance"}, check_mode=check_mode).result
    assert result["error"]["kind"] == "Forbidden"
    assert "takes labels of a flow on creation only" in result["msg"]


@pytest.mark.parametrize("check_mode", [True, False])
@only_open
def test_a_flow_with_deployments_stays_unless_they_may_go_with_it(
    run: Run, server: RealServer, flow: str, deployment: str, check_mode: bool
) -> None:
    refused = run("flow", name=flow, state="absent", check_mode=check_mode).result
    assert refused["error"]["kind"] == "Forbidden"
    assert f"1 deployment would be removed with it: {deployment}. Remove them first" in refused["msg"]
    assert held(server, flow)
    done = run("flow", name=flow, state="absent", delete_deployments=True, check_mode=check_mode).result
    said = f"With the flow '{flow}' goes what is deployed of it, 1 deployment: {deployment}"
    assert done["consequences"] == [said]
    assert said in str(done["warnings"])
    assert (held(server, flow) is None) is not check_mode


def test_a_deployment_from_nothing_to_nothing(cycle: Run, server: RealServer, pool: str) -> None:
    server.ask("POST", f"/work_pools/{pool}/queues", {"name": "urgent"})
    server.ask("POST", "/flows/", {"name": pool})
    options = {
        "flow": pool,
        "name": "nightly",
        "description": "d",
        "version": "1",
        "tags": ["a", "b"],
        "labels": {"owner": "finance"},
        "paused": True,
        "entrypoint": "flows/etl.py:etl",
        "path": "C:\\flows",
        "pull_steps": [{"prefect.deployments.steps.set_working_directory": {"directory": "C:\\flows"}}],
        "parameters": {"source": "s"},
        "parameter_openapi_schema": SCHEMA,
        "enforce_parameter_schema": True,
        "work_pool": pool,
        "work_queue": "urgent",
        "job_variables": {"env": {"A": "1"}},
        "concurrency_limit": 2,
        "concurrency_options": {"collision_strategy": "CANCEL_NEW", "grace_period_seconds": 90},
    }
    done = cycle("deployment", **options)
    assert done.result["diff"] == {"before": {}, "after": options}
    found = held(server, pool)
    assert (found["work_pool_name"], found["work_queue_name"], found["paused"]) == (pool, "urgent", True)
    assert done.result["deployment"]["id"] == found["id"]
    assert done.result["deployment"]["concurrency_limit"] == 2
    cycle("deployment", flow=pool, name="nightly", parameters={"source": "other"}, tags=["b"], paused=False)
    empty = dict.fromkeys(("description", "version", "entrypoint", "path", "work_pool"), "")
    cycle("deployment", flow=pool, name="nightly", concurrency_limit=-1, **empty)
    found = held(server, pool)
    assert [found[key] for key in ("description", "version", "entrypoint", "path", "work_pool_name")] == [None] * 5
    assert found["global_concurrency_limit"] is None
    assert found["parameters"] == {"source": "other"}
    cycle("deployment", flow=pool, name="nightly", state="absent")
    assert held(server, pool) is None


@only_open
def test_a_deployment_of_a_missing_flow(run: Run, server: RealServer, name: str) -> None:
    result = run("deployment", flow=name, name="d").result
    assert result["msg"] == (
        f"Cannot set 'flow' of deployment 'd' on {server.url}: there is no flow '{name}'."
        " Correct the name, or create the flow first."
    )
    promised = run("deployment", flow=name, name="d", check_mode=True)
    assert promised.result["predicted"] == [f"flow {name}"]
    run("flow", name=name)
    assert run("deployment", flow=name, name="d").plan == promised.plan
    assert run("deployment", flow=name, name="other", state="absent").result["changed"] is False


@pytest.mark.usefixtures("deployment")
@only_open
def test_what_is_not_given_stays(run: Run, cycle: Run, server: RealServer, pool: str) -> None:
    cycle("deployment", flow=pool, name="nightly", work_pool=pool, parameters={"a": 1}, job_variables={"b": 2})
    before = held(server, pool)
    assert run("deployment", flow=pool, name="nightly").result["changed"] is False
    cycle("deployment", flow=pool, name="nightly", description="d")
    after = held(server, pool)
    kept = set(before) - {"description", "updated"}
    assert {key: before[key] for key in kept} == {key: after[key] for key in kept}


@pytest.mark.usefixtures("deployment")
@only_open
def test_a_suboption_that_is_not_given_stays(cycle: Run, server: RealServer, flow: str) -> None:
    options = {"flow": flow, "name": "nightly"}
    cycle("deployment", **options, concurrency_options={"collision_strategy": "ENQUEUE", "grace_period_seconds": 90})
    cycle("deployment", **options, concurrency_options={"collision_strategy": "CANCEL_NEW"})
    assert held(server, flow)["concurrency_options"] == {
        "collision_strategy": "CANCEL_NEW",
        "grace_period_seconds": 90,
    }


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.usefixtures("deployment")
@only_open
def test_a_missing_queue_is_refused_and_not_created_without_a_word(
    run: Run, server: RealServer, pool: str, check_mode: bool
) -> None:
    options = {"flow": pool, "name": "nightly", "work_pool": pool, "work_queue": "none"}
    ran = run("deployment", **options, check_mode=check_mode).result
    if check_mode:
        assert ran["predicted"] == [f"work queue {pool}/none"]
    else:
        assert f"there is no work queue '{pool}/none'" in ran["msg"]
    assert server.ask("GET", f"/work_pools/{pool}/queues/none") is None


@pytest.mark.usefixtures("deployment")
@only_open
def test_another_queue_leaves_the_deployment_in_its_work_pool(
    cycle: Run, run: Run, server: RealServer, pool: str
) -> None:
    """The server would look for the name of a queue that comes alone in all work pools."""
    run("work_pool", name=f"{pool}-other", type="process")
    for place in (f"{pool}-other", pool):
        run("work_queue", name="urgent", work_pool=place)
    cycle("deployment", flow=pool, name="nightly", work_pool=pool)
    cycle("deployment", flow=pool, name="nightly", work_pool=pool, work_queue="urgent")
    assert [held(server, pool)[key] for key in ("work_pool_name", "work_queue_name")] == [pool, "urgent"]
    cycle("deployment", flow=pool, name="nightly", work_pool=f"{pool}-other")
    assert [held(server, pool)[key] for key in ("work_pool_name", "work_queue_name")] == [f"{pool}-other", "urgent"]
    run("work_queue", name="only-here", work_pool=pool)
    cycle("deployment", flow=pool, name="nightly", work_pool=pool, work_queue="only-here")
    cycle("deployment", flow=pool, name="nightly", work_pool=f"{pool}-other")
    assert [held(server, pool)[key] for key in ("work_pool_name", "work_queue_name")] == [f"{pool}-other", "default"]


@pytest.mark.usefixtures("deployment")
@only_open
def test_a_queue_without_a_work_pool(run: Run, flow: str) -> None:
    missing = run("deployment", flow=flow, name="nightly", work_queue="q").result
    assert "missing parameter(s) required by 'work_queue': work_pool" in missing["msg"]
    blank = run("deployment", flow=flow, name="nightly", work_pool="", work_queue="q").result
    assert "for deployment 'nightly': a work queue has a name of 2 parts. Give it as WORK_POOL/NAME" in blank["msg"]


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"concurrency_limit": 0}, "a limit of 0 would let nothing run; -1 stands for no limit"),
        ({"concurrency_limit": -2}, "-2 is below 0"),
        ({"concurrency_options": {"collision_strategy": "ENQUEUE", "grace_period_seconds": 5}}, "between 60 and 86400"),
        ({"global_concurrency_limit": "tag:x"}, "are the server's"),
        ({"storage_block": "no-slash"}, "give it as type/name"),
        ({"work_pool": "a/b"}, "may not hold /"),
        ({"version_info": {"type": "git"}}, "a self-hosted server has no version_info of a deployment"),
        ({"labels": {"late": "x"}}, "takes labels of a deployment on creation only"),
        ({"storage_block": "secret/none"}, "there is no block document 'secret/none'"),
        ({"global_concurrency_limit": "none"}, "there is no concurrency limit 'none'"),
        ({"work_pool": "none"}, "there is no work pool 'none'"),
    ],
)
@pytest.mark.usefixtures("deployment")
@only_open
def test_a_deployment_that_cannot_be(
    run: Run, server: RealServer, flow: str, options: dict[str, t.Any], why: str
) -> None:
    before = held(server, flow)
    result = run("deployment", flow=flow, name="nightly", **options).result
    assert result["failed"] is True
    assert why in result["msg"]
    assert f"deployment 'nightly' on {server.url}" in result["msg"]
    assert "\n" not in result["msg"]
    assert held(server, flow) == before


@pytest.mark.usefixtures("deployment")
@only_open
def test_job_variables_that_do_not_fit_the_work_pool(run: Run, pool: str) -> None:
    properties = {"timeout": {"type": "integer"}}
    template = {"job_configuration": {"timeout": "{{ timeout }}"}, "variables": {"properties": properties}}
    run("work_pool", name=pool, base_job_template=template)
    for existing in ("nightly", "new"):
        options = {"flow": pool, "name": existing, "work_pool": pool, "job_variables": {"timeout": "long"}}
        result = run("deployment", **options).result
        assert result["error"]["kind"] == "InvalidInput"
        assert "'long' is not valid under any of the given schemas" in result["msg"]
        assert "\n" not in result["msg"]


@only_open
@pytest.mark.usefixtures("deployment")
class TestLimits:
    """The server knows one limit of a deployment and would treat one that is shared as the deployment's own."""

    @pytest.fixture
    def shared(self, server: RealServer, name: str) -> str:
        server.ask("POST", "/v2/concurrency_limits/", {"name": name, "limit": 7})
        return name

    def limit(self, server: RealServer, shared: str) -> int | None:
        return (server.ask("GET", f"/v2/concurrency_limits/{shared}") or {}).get("limit")

    def test_from_one_to_the_other_and_back(self, cycle: Run, server: RealServer, flow: str, shared: str) -> None:
        options = {"flow": flow, "name": "nightly"}
        cycle("deployment", **options, concurrency_limit=2)
        cycle("deployment", **options, global_concurrency_limit=shared)
        assert held(server, flow)["global_concurrency_limit"]["name"] == shared
        own = server.ask("POST", "/v2/concurrency_limits/filter", {"limit": 200})
        assert f"deployment:{held(server, flow)['id']}" not in {limit["name"] for limit in own}
        cycle("deployment", **options, concurrency_limit=3)
        assert held(server, flow)["global_concurrency_limit"]["limit"] == 3
        assert self.limit(server, shared) == 7
        cycle("deployment", **options, concurrency_limit=-1)
        assert held(server, flow)["global_concurrency_limit"] is None
        assert self.limit(server, shared) == 7

    @pytest.mark.parametrize("check_mode", [True, False])
    def test_that_the_shared_one_is_left_is_said(self, run: Run, flow: str, shared: str, check_mode: bool) -> None:
        run("deployment", flow=flow, name="nightly", global_concurrency_limit=shared)
        done = run("deployment", flow=flow, name="nightly", concurrency_limit=3, check_mode=check_mode).result
        said = "The deployment 'nightly' takes no slots from the global concurrency limit any more"
        assert done["consequences"] == [said]

    def test_no_limit_of_its_own_is_no_reason_to_take_the_shared_one_away(
        self, run: Run, server: RealServer, flow: str, shared: str
    ) -> None:
        run("deployment", flow=flow, name="nightly", global_concurrency_limit=shared)
        assert run("deployment", flow=flow, name="nightly", concurrency_limit=-1).result["changed"] is False
        assert self.limit(server, shared) == 7

    def test_a_removed_deployment_leaves_the_shared_one_behind(
        self, cycle: Run, run: Run, server: RealServer, flow: str, shared: str
    ) -> None:
        run("deployment", flow=flow, name="nightly", global_concurrency_limit=shared)
        cycle("deployment", flow=flow, name="nightly", state="absent")
        assert self.limit(server, shared) == 7
