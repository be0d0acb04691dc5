# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Work pools and work queues on real servers: check mode, diff, idempotence, and what the server does on its own."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.answers import Errand
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.client import Client
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.connection import Connection
from prefectkit.module_process import Ran
from prefectkit.real_server import RealServer

Run = t.Callable[..., Ran]
# What only looks at values needs no second server.
only_open = pytest.mark.parametrize("server", ["open"], indirect=True)

TEMPLATE = {
    "job_configuration": {"command": "{{ command }}", "env": "{{ env }}"},
    "variables": {"type": "object", "properties": {"command": {"type": "string"}, "env": {"type": "object"}}},
}


def test_a_work_pool_from_nothing_to_nothing(cycle: Run, server: RealServer, name: str) -> None:
    options = {"name": name, "type": "process", "description": "d", "paused": True, "concurrency_limit": 3}
    done = cycle("work_pool", **options, base_job_template=TEMPLATE)
    assert done.result["diff"] == {"before": {}, "after": {**options, "base_job_template": TEMPLATE}}
    held = server.ask("GET", f"/work_pools/{name}")
    assert (held["type"], held["is_paused"], held["concurrency_limit"]) == ("process", True, 3)
    assert done.result["work_pool"]["id"] == held["id"]
    gone = cycle("work_pool", name=name, state="absent")
    assert gone.result["diff"]["after"] == {}
    assert gone.result["diff"]["before"]["concurrency_limit"] == 3
    assert server.ask("GET", f"/work_pools/{name}") is None


def test_a_work_pool_changes_only_where_asked(cycle: Run, run: Run, server: RealServer, pool: str) -> None:
    cycle("work_pool", name=pool, base_job_template=TEMPLATE)
    cycle("work_pool", name=pool, base_job_template={"job_configuration": {"command": "other"}})
    cycle("work_pool", name=pool, description="d", concurrency_limit=0)
    held = server.ask("GET", f"/work_pools/{pool}")
    assert held["base_job_template"]["job_configuration"] == {"command": "other", "env": "{{ env }}"}
    assert held["base_job_template"]["variables"] == TEMPLATE["variables"]
    assert (held["description"], held["concurrency_limit"], held["is_paused"]) == ("d", 0, False)
    assert run("work_pool", name=pool).result["changed"] is False


@only_open
def test_description_and_limit_of_a_work_pool_can_be_emptied(cycle: Run, server: RealServer, pool: str) -> None:
    cycle("work_pool", name=pool, description="d", concurrency_limit=3)
    cycle("work_pool", name=pool, description="", concurrency_limit=-1)
    held = server.ask("GET", f"/work_pools/{pool}")
    assert (held["description"], held["concurrency_limit"]) == (None, None)


@only_open
def test_what_a_worker_wrote_into_the_template_stays(run: Run, server: RealServer, pool: str) -> None:
    server.ask("PATCH", f"/work_pools/{pool}", {"base_job_template": TEMPLATE})
    assert run("work_pool", name=pool, type="process").result["changed"] is False
    assert server.ask("GET", f"/work_pools/{pool}")["base_job_template"] == TEMPLATE


@pytest.mark.parametrize("check_mode", [True, False])
@only_open
def test_the_type_of_a_work_pool_cannot_change(run: Run, server: RealServer, pool: str, check_mode: bool) -> None:
    result = run("work_pool", name=pool, type="docker", check_mode=check_mode).result
    assert result["error"]["kind"] == "ImmutableChange"
    assert f"'type' of work pool '{pool}' on {server.url}: it is 'process'" in result["msg"]
    assert "\n" not in result["msg"]


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"name": "Prefect-pool", "type": "process"}, "reserved by Prefect"),
        ({"name": "a/b", "type": "process"}, "may not hold /"),
        ({"name": "..", "type": "process"}, "no name that a URL can hold"),
        ({"name": "new-pool"}, "needed to create it: type"),
        ({"name": "new-pool", "type": "process", "concurrency_limit": -2}, "below 0"),
    ],
)
@pytest.mark.parametrize("check_mode", [True, False])
@only_open
def test_a_work_pool_that_the_server_would_refuse(
    run: Run, options: dict[str, t.Any], why: str, check_mode: bool
) -> None:
    result = run("work_pool", **options, check_mode=check_mode).result
    assert result["error"]["kind"] == "InvalidInput"
    assert why in result["msg"]


@only_open
def test_a_work_pool_with_a_name_that_a_url_must_quote(cycle: Run, name: str) -> None:
    cycle("work_pool", name=f"Pool #1? Ü {name}", type="process")
    cycle("work_queue", name=f"Q #1? Ü {name}", work_pool=f"Pool #1? Ü {name}")
    cycle("work_queue", name=f"Q #1? Ü {name}", work_pool=f"Pool #1? Ü {name}", state="absent")
    cycle("work_pool", name=f"Pool #1? Ü {name}", state="absent")


def test_a_work_queue_from_nothing_to_nothing(cycle: Run, server: RealServer, pool: str) -> None:
    options = {
        "name": "q",
        "work_pool": pool,
        "description": "d",
        "paused": True,
        "concurrency_limit": 2,
        "priority": 1,
    }
    done = cycle("work_queue", **options)
    assert done.result["diff"] == {"before": {}, "after": options}
    cycle("work_queue", name="q", work_pool=pool, description="", concurrency_limit=-1)
    held = server.ask("GET", f"/work_pools/{pool}/queues/q")
    assert (held["description"], held["concurrency_limit"], held["is_paused"], held["priority"]) == ("", None, True, 1)
    cycle("work_queue", name="q", work_pool=pool, state="absent")


@only_open
def test_a_work_queue_in_a_missing_work_pool(run: Run, server: RealServer, name: str) -> None:
    options = {"name": "q", "work_pool": name}
    result = run("work_queue", **options).result
    assert result["msg"] == (
        f"Cannot set 'work_pool' of work queue 'q' on {server.url}: there is no work pool '{name}'."
        " Correct the name, or create the work pool first."
    )
    promised = run("work_queue", **options, check_mode=True)
    assert promised.result["predicted"] == [f"work pool {name}"]
    run("work_pool", name=name, type="process")
    assert run("work_queue", **options).plan == promised.plan


@only_open
def test_a_work_queue_of_a_missing_work_pool_is_absent_already(run: Run, name: str) -> None:
    assert run("work_queue", name="q", work_pool=name, state="absent").result["changed"] is False


@pytest.mark.parametrize("check_mode", [True, False])
@only_open
def test_the_default_queue_stays_with_its_work_pool(run: Run, server: RealServer, pool: str, check_mode: bool) -> None:
    result = run("work_queue", name="default", work_pool=pool, state="absent", check_mode=check_mode).result
    assert result["error"]["kind"] == "Forbidden"
    assert f"it is the default queue of work pool '{pool}'. Pause it instead" in result["msg"]
    assert server.ask("GET", f"/work_pools/{pool}/queues/default")


def test_what_the_server_does_for_a_queue_it_does_under_another_address(server: RealServer, pool: str) -> None:
    """The route with a slash at its end answers 307; the client asks again at the other one, with the same body."""
    connection = Connection.from_params(
        {"api_url": server.url, "auth_string": server.auth_string, "timeout": 30}, lambda _secrets: None
    )
    with Client(connection, read_only=False) as client:
        errand = Errand("create work queue", "q")
        created = client.create(f"/work_pools/{pool}/queues/", {"name": "q", "priority": 7}, errand, lambda: None)
    assert (created.value["name"], created.existed) == ("q", False)
    assert server.ask("GET", f"/work_pools/{pool}/queues/q")["priority"] == 7


def test_a_filter_of_a_work_queue(cycle: Run, run: Run, server: RealServer, pool: str, deployment: str) -> None:
    done = cycle("work_queue", name="q", work_pool=pool, filter={"deployment_ids": [deployment]})
    held = server.ask("GET", f"/work_pools/{pool}/queues/q")["filter"]
    assert held["deployment_ids"] == [server.ask("GET", f"/deployments/name/{deployment}")["id"]]
    assert done.result["diff"]["after"]["filter"] == {"deployment_ids": [deployment]}
    cycle("work_queue", name="q", work_pool=pool, filter={"tags": ["b", "a"]})
    assert run("work_queue", name="q", work_pool=pool, filter={"tags": ["a", "b"]}).result["changed"] is False
    cycle("work_queue", name="q", work_pool=pool, filter={})
    assert server.ask("GET", f"/work_pools/{pool}/queues/q")["filter"] is None


@only_open
def test_a_filter_that_names_no_deployment(run: Run, server: RealServer, pool: str) -> None:
    options = {"name": "q", "work_pool": pool, "filter": {"deployment_ids": ["etl/none"]}}
    assert run("work_queue", **options).result["msg"] == (
        f"Cannot set 'filter' of work queue 'q' on {server.url}: there is no deployment 'etl/none'."
        " Correct the name, or create the deployment first."
    )
    assert run("work_queue", **options, check_mode=True).result["predicted"] == ["deployment etl/none"]


@only_open
def test_where_results_of_a_work_pool_go(cycle: Run, run: Run, server: RealServer, pool: str, name: str) -> None:
    run("block_document", block_type="local-file-system", name=name, data={"basepath": "~/results"})
    place = f"local-file-system/{name}"
    done = cycle("work_pool", name=pool, storage_configuration={"default_result_storage_block_id": place})
    assert done.result["diff"]["after"]["storage_configuration"]["default_result_storage_block_id"] == place
    document = f"/block_types/slug/local-file-system/block_documents/name/{name}"
    identifier = server.ask("GET", document)["id"]

    def held() -> dict[str, t.Any]:
        return server.ask("GET", f"/work_pools/{pool}")["storage_configuration"]

    assert held()["default_result_storage_block_id"] == identifier
    cycle("work_pool", name=pool, storage_configuration={"bundle_upload_step": {"step": {"a": 1}}})
    assert held()["default_result_storage_block_id"] == identifier
    cycle("work_pool", name=pool, storage_configuration={"default_result_storage_block_id": None})
    assert held()["default_result_storage_block_id"] is None
    assert held()["bundle_upload_step"] == {"step": {"a": 1}}


@pytest.mark.parametrize("check_mode", [True, False])
@only_open
def test_a_work_pool_with_deployments_stays_unless_they_may_lose_it(
    run: Run, server: RealServer, pool: str, deployment: str, check_mode: bool
) -> None:
    run("deployment", flow=pool, name="nightly", work_pool=pool)
    refused = run("work_pool", name=pool, state="absent", check_mode=check_mode).result
    assert refused["error"]["kind"] == "Forbidden"
    assert f"1 deployment would be left without a work pool: {deployment}. Give them another one" in refused["msg"]
    assert server.ask("GET", f"/work_pools/{pool}")
    said = f"The work pool '{pool}' goes and leaves 1 deployment without a work pool: {deployment}"
    done = run("work_pool", name=pool, state="absent", orphan_deployments=True, check_mode=check_mode).result
    assert done["changed"] is True
    assert done["consequences"] == [said]
    assert said in str(done["warnings"])
    assert server.ask("GET", f"/deployments/name/{deployment}")["work_pool_name"] == (pool if check_mode else None)


@pytest.mark.parametrize("check_mode", [True, False])
@only_open
def test_a_work_queue_with_deployments_stays_unless_they_may_lose_it(
    run: Run, server: RealServer, pool: str, deployment: str, check_mode: bool
) -> None:
    run("work_queue", name="q", work_pool=pool)
    run("deployment", flow=pool, name="nightly", work_pool=pool, work_queue="q")
    refused = run("work_queue", name="q", work_pool=pool, state="absent", check_mode=check_mode).result
    assert refused["error"]["kind"] == "Forbidden"
    assert f"1 deployment would be left without a work pool: {deployment}" in refused["msg"]
    done = run("work_queue", name="q", work_pool=pool, state="absent", orphan_deployments=True, check_mode=check_mode)
    said = f"The work queue 'q' goes and leaves 1 deployment without a work pool: {deployment}"
    assert done.result["consequences"] == [said]
    assert server.ask("GET", f"/deployments/name/{deployment}")["work_pool_name"] == (pool if check_mode else None)


@only_open
def test_a_work_pool_that_nobody_uses_goes_without_a_word(run: Run, pool: str) -> None:
    gone = run("work_pool", name=pool, state="absent").result
    assert gone["changed"] is True
    assert "consequences" not in gone
    assert "warnings" not in gone
