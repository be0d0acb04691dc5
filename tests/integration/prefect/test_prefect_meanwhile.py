# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody else writes between our read and our write: what we asked for holds in the end, or the task says why not.

The gateway in between is simulated, the server is real.
"""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from prefectkit.module_process import Ran, run_module_here
from prefectkit.real_server import RealServer
from prefectkit.simulated_gateway import SimulatedGateway, simulated_gateway

Race = t.Callable[..., Ran]
FIELDS = {"title": "T", "type": "object", "properties": {"user": {"type": "string"}}, "secret_fields": ["password"]}


@dataclasses.dataclass(frozen=True)
class Rival:
    """What somebody else sends just before this request of ours, given as method and path."""

    before: str
    method: str
    path: str
    body: t.Any


@pytest.fixture
def server(servers: dict[str, RealServer]) -> RealServer:
    return servers["open"]


@pytest.fixture
def gateway(server: RealServer) -> t.Iterator[SimulatedGateway]:
    with simulated_gateway(server.url) as found:
        yield found


@pytest.fixture
def race(server: RealServer, gateway: SimulatedGateway) -> Race:
    """Runs a module while a rival is faster by one request."""

    def race(rival: Rival, module: str, **options: t.Any) -> Ran:
        waiting = [rival]

        def watch(asked: str) -> None:
            if waiting and asked == rival.before:
                waiting.pop()
                server.ask(rival.method, rival.path, rival.body)

        gateway.watch = watch
        ran = run_module_here(module, {"api_url": gateway.url, **options})
        assert waiting == [], gateway.asked
        return ran

    return race


def settled(ran: Ran, server: RealServer, module: str, **options: t.Any) -> dict[str, t.Any]:
    """The object, after a run that changed something and left nothing to do."""
    assert ran.plan[0] is True
    again = run_module_here(module, {"api_url": server.url, **options})
    assert again.plan[0] is False
    return again.result[module]


def test_a_deployment_that_the_server_would_have_written_over_in_part(
    race: Race, server: RealServer, flow: str, pool: str
) -> None:
    """The route for creation changes a deployment that is there, where we say something, and answers 200."""
    flow_id = server.ask("GET", f"/flows/name/{flow}")["id"]
    theirs = {"flow_id": flow_id, "name": "d", "tags": ["theirs"], "description": "theirs", "version": "theirs"}
    ours = {"flow": flow, "name": "d", "tags": ["ours"], "work_pool": pool, "parameters": {"a": 1}, "description": ""}
    rival = Rival("POST /api/deployments/", "POST", "/deployments/", theirs)
    held = settled(race(rival, "deployment", **ours), server, "deployment", **ours)
    assert (held["tags"], held["work_pool"], held["parameters"]) == (["ours"], pool, {"a": 1})
    assert (held["description"], held["version"]) == (None, "theirs")


def test_a_limit_that_the_rival_shares_with_others_is_left_alone(
    race: Race, server: RealServer, flow: str, name: str
) -> None:
    shared = server.ask("POST", "/v2/concurrency_limits/", {"name": name, "limit": 7})["id"]
    flow_id = server.ask("GET", f"/flows/name/{flow}")["id"]
    theirs = {"flow_id": flow_id, "name": "d", "global_concurrency_limit_id": shared}
    ours = {"flow": flow, "name": "d", "concurrency_limit": -1}
    rival = Rival("POST /api/deployments/", "POST", "/deployments/", theirs)
    settled(race(rival, "deployment", **ours), server, "deployment", **ours)
    assert server.ask("GET", f"/v2/concurrency_limits/{name}")["limit"] == 7


def test_a_flow_that_the_server_would_have_given_back_as_it_is(race: Race, server: RealServer, name: str) -> None:
    ours = {"name": name, "tags": ["ours"]}
    rival = Rival("POST /api/flows/", "POST", "/flows/", {"name": name, "tags": ["theirs"]})
    assert settled(race(rival, "flow", **ours), server, "flow", **ours)["tags"] == ["ours"]


def test_labels_of_a_flow_that_the_rival_has_fixed_are_reported(race: Race, name: str) -> None:
    rival = Rival("POST /api/flows/", "POST", "/flows/", {"name": name, "labels": {"owner": "theirs"}})
    result = race(rival, "flow", name=name, labels={"owner": "ours"}).result
    assert (result["error"]["kind"], result["not_converged"]) == ("NotConverged", ["labels"])


def test_a_variable(race: Race, server: RealServer, name: str) -> None:
    ours = {"name": name, "value": "ours", "tags": ["ours"]}
    rival = Rival("POST /api/variables/", "POST", "/variables/", {"name": name, "value": "theirs"})
    held = settled(race(rival, "variable", **ours), server, "variable", **ours)
    assert (held["value"], held["tags"]) == ("ours", ["ours"])


def test_a_work_pool(race: Race, server: RealServer, name: str) -> None:
    ours = {"name": name, "type": "process", "concurrency_limit": 3}
    theirs = {"name": name, "type": "process", "description": "theirs"}
    rival = Rival("POST /api/work_pools/", "POST", "/work_pools/", theirs)
    held = settled(race(rival, "work_pool", **ours), server, "work_pool", **ours)
    assert (held["concurrency_limit"], held["description"]) == (3, "theirs")


def test_a_work_pool_of_another_type_is_reported(race: Race, name: str) -> None:
    rival = Rival("POST /api/work_pools/", "POST", "/work_pools/", {"name": name, "type": "docker"})
    result = race(rival, "work_pool", name=name, type="process", paused=True).result
    assert (result["error"]["kind"], result["not_converged"]) == ("NotConverged", ["type"])


def test_a_work_queue(race: Race, server: RealServer, pool: str) -> None:
    ours = {"work_pool": pool, "name": "q", "priority": 3, "description": "ours"}
    path = f"/work_pools/{pool}/queues"
    rival = Rival(f"POST /api{path}", "POST", path, {"name": "q", "is_paused": True})
    held = settled(race(rival, "work_queue", **ours), server, "work_queue", **ours)
    assert (held["description"], held["paused"]) == ("ours", True)


@pytest.mark.parametrize(
    ("sort", "path", "body"),
    [
        ("name", "/v2/concurrency_limits/", lambda name: {"name": name, "limit": 1}),
        ("tag", "/concurrency_limits/", lambda name: {"tag": name, "concurrency_limit": 1}),
    ],
)
def test_a_concurrency_limit(
    race: Race, server: RealServer, name: str, sort: str, path: str, body: t.Callable[[str], t.Any]
) -> None:
    ours = {sort: name, "limit": 5}
    rival = Rival(f"POST /api{path}", "POST", path, body(name))
    assert settled(race(rival, "concurrency_limit", **ours), server, "concurrency_limit", **ours)["limit"] == 5


def test_a_block_type(race: Race, server: RealServer, name: str) -> None:
    ours = {"slug": name, "name": name, "description": "ours"}
    theirs = {"slug": name, "name": name, "description": "theirs", "code_example": "theirs"}
    rival = Rival("POST /api/block_types/", "POST", "/block_types/", theirs)
    held = settled(race(rival, "block_type", **ours), server, "block_type", **ours)
    assert (held["description"], held["code_example"]) == ("ours", "theirs")


def test_a_block_schema_and_a_block_document(race: Race, server: RealServer, name: str) -> None:
    block_type = server.ask("POST", "/block_types/", {"slug": name, "name": name})["id"]
    schema = {"block_type_id": block_type, "fields": {"block_type_slug": name, **FIELDS}}
    ours: dict[str, t.Any] = {"block_type": name, "fields": FIELDS}
    rival = Rival("POST /api/block_schemas/", "POST", "/block_schemas/", schema)
    held = settled(race(rival, "block_schema", **ours), server, "block_schema", **ours)
    theirs = {"name": "one", "block_type_id": block_type, "block_schema_id": held["id"]}
    rival = Rival(
        "POST /api/block_documents/", "POST", "/block_documents/", {**theirs, "data": {"user": "theirs", "x": 1}}
    )
    ours = {"block_type": name, "name": "one", "data": {"user": "ours"}, "secret_data": {"password": "ours-s3cr3t"}}
    held = settled(race(rival, "block_document", **ours), server, "block_document", **ours)
    assert held["data"] == {"user": "ours", "x": 1}
    path = f"/block_types/slug/{name}/block_documents/name/one?include_secrets=true"
    assert server.ask("GET", path)["data"]["password"] == "ours-s3cr3t"


def test_a_schedule(race: Race, server: RealServer, deployment: str) -> None:
    path = f"/deployments/{server.ask('GET', f'/deployments/name/{deployment}')['id']}/schedules"
    ours = {"deployment": deployment, "slug": "s", "cron": "0 6 * * *", "max_scheduled_runs": -1}
    theirs = {"slug": "s", "schedule": {"interval": 60}, "max_scheduled_runs": 3, "active": False}
    rival = Rival(f"POST /api{path}", "POST", path, [theirs])
    held = settled(race(rival, "deployment_schedule", **ours), server, "deployment_schedule", **ours)
    assert [held[key] for key in ("cron", "interval", "max_scheduled_runs", "active")] == [
        "0 6 * * *",
        None,
        None,
        False,
    ]


def test_an_automation_with_the_same_name_is_reported(race: Race, name: str) -> None:
    trigger = {"type": "event", "posture": "Reactive", "expect": ["x"], "within": 0}
    theirs = {"name": name, "trigger": trigger, "actions": []}
    rival = Rival("POST /api/automations/", "POST", "/automations/", theirs)
    result = race(rival, "automation", name=name, trigger=trigger, actions=[]).result
    assert result["error"]["kind"] == "Ambiguous"
    assert "2 objects have this name" in result["msg"]


def test_what_is_gone_already_counts_as_removed(race: Race, server: RealServer, name: str) -> None:
    server.ask("POST", "/variables/", {"name": name, "value": 1})
    rival = Rival(f"DELETE /api/variables/name/{name}", "DELETE", f"/variables/name/{name}", None)
    assert race(rival, "variable", name=name, state="absent").plan[0] is True


def test_what_is_gone_before_a_change_is_reported(race: Race, server: RealServer, name: str) -> None:
    server.ask("POST", "/variables/", {"name": name, "value": 1})
    rival = Rival(f"PATCH /api/variables/name/{name}", "DELETE", f"/variables/name/{name}", None)
    result = race(rival, "variable", name=name, value=2).result
    assert result["error"]["kind"] == "NotFound"
    assert result["msg"].startswith(f"Cannot update variable '{name}' on ")
