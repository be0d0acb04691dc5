# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every module against real Prefect servers: check mode, diff, idempotence, and what the server does on its own."""

from __future__ import annotations

import typing as t

import pytest
from prefectkit.module_process import Ran
from prefectkit.real_server import RealServer

Run = t.Callable[..., Ran]

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


def test_description_and_limit_of_a_work_pool_can_be_emptied(cycle: Run, server: RealServer, pool: str) -> None:
    cycle("work_pool", name=pool, description="d", concurrency_limit=3)
    cycle("work_pool", name=pool, description="", concurrency_limit=-1)
    held = server.ask("GET", f"/work_pools/{pool}")
    assert (held["description"], held["concurrency_limit"]) == (None, None)


def test_what_a_worker_wrote_into_the_template_stays(run: Run, server: RealServer, pool: str) -> None:
    server.ask("PATCH", f"/work_pools/{pool}", {"base_job_template": TEMPLATE})
    assert run("work_pool", name=pool, type="process").result["changed"] is False
    assert server.ask("GET", f"/work_pools/{pool}")["base_job_template"] == TEMPLATE


@pytest.mark.parametrize("check_mode", [True, False])
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
def test_a_work_pool_that_the_server_would_refuse(
    run: Run, options: dict[str, t.Any], why: str, check_mode: bool
) -> None:
    result = run("work_pool", **options, check_mode=check_mode).result
    assert result["error"]["kind"] == "InvalidInput"
    assert why in result["msg"]


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


def test_a_work_queue_of_a_missing_work_pool_is_absent_already(run: Run, name: str) -> None:
    assert run("work_queue", name="q", work_pool=name, state="absent").result["changed"] is False


@pytest.mark.parametrize("check_mode", [True, False])
def test_the_default_queue_stays_with_its_work_pool(run: Run, server: RealServer, pool: str, check_mode: bool) -> None:
    result = run("work_queue", name="default", work_pool=pool, state="absent", check_mode=check_mode).result
    assert result["error"]["kind"] == "Forbidden"
    assert f"it is the default queue of work pool '{pool}'. Pause it instead" in result["msg"]
    assert server.ask("GET", f"/work_pools/{pool}/queues/default")


@pytest.mark.parametrize("value", ["text", "", 0, 1.5, False, True, [1, "b", None], {"b": {"a": 1}}, "null", "{}"])
def test_a_variable_of_every_kind(cycle: Run, server: RealServer, name: str, value: t.Any) -> None:
    cycle("variable", name=name, value=value)
    held = server.ask("GET", f"/variables/name/{name}")["value"]
    assert (held, type(held)) == (value, type(value))
    cycle("variable", name=name, value={"other": True})
    cycle("variable", name=name, state="absent")


def test_truth_and_one_are_two_values_of_a_variable(cycle: Run, server: RealServer, name: str) -> None:
    cycle("variable", name=name, value=1)
    cycle("variable", name=name, value=True)
    assert server.ask("GET", f"/variables/name/{name}")["value"] is True


def test_tags_of_a_variable_have_no_order(cycle: Run, run: Run, server: RealServer, name: str) -> None:
    cycle("variable", name=name, value="v", tags=["b", "a"])
    assert run("variable", name=name, tags=["a", "b"]).result["changed"] is False
    cycle("variable", name=name, tags=[])
    assert server.ask("GET", f"/variables/name/{name}")["value"] == "v"


def test_a_secret_value_is_stored_and_never_shown(cycle: Run, run: Run, server: RealServer, name: str) -> None:
    cycle("variable", name=name, secret_value={"password": "old-s3cr3t"})
    ran = [
        cycle("variable", name=name, secret_value={"password": "new-s3cr3t"}),
        run("variable", name=name, tags=["t"]),
        run("variable", name=name, state="absent", check_mode=True),
        run("variable", name=name, value="v", secret_value="both-s3cr3t"),
    ]
    assert server.ask("GET", f"/variables/name/{name}")["value"] == {"password": "new-s3cr3t"}
    assert [text.output for text in ran if "s3cr3t" in text.output] == []


@pytest.mark.parametrize("options", [{"name": "Big"}, {"name": "a b"}, {"name": ""}, {"name": "x" * 256}])
def test_a_variable_that_the_server_would_refuse(run: Run, options: dict[str, t.Any]) -> None:
    for check_mode in (True, False):
        result = run("variable", **options, value=1, check_mode=check_mode).result
        assert result["error"]["kind"] == "InvalidInput"
        assert "lowercase letters" in result["msg"]
