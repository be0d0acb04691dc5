# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all modules have in common on the way to the server: reads only in check mode, tokens, pages, old servers."""

from __future__ import annotations

import contextlib
import sqlite3
import typing as t
import uuid

import pytest
from ansible_collections.flowops.prefect.plugins.module_utils._engine.errors import InvalidInput
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.answers import Errand
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.client import Client
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.connection import Connection
from prefectkit.module_process import Ran, run_module_here
from prefectkit.real_server import RealServer
from prefectkit.simulated_gateway import Failure, SimulatedGateway, simulated_gateway

Run = t.Callable[..., Ran]
# What only looks at values needs no second server.
only_open = pytest.mark.parametrize("server", ["open"], indirect=True)
TRIGGER = {"type": "event", "posture": "Reactive", "expect": ["x"], "within": 0}
FIELDS = {"title": "T", "type": "object", "properties": {}}
# Options of each module; NAME stands for a name that nothing else has.
MODULES: dict[str, dict[str, t.Any]] = {
    "automation": {"name": "NAME", "trigger": TRIGGER, "actions": []},
    "block_document": {"block_type": "secret", "name": "NAME", "secret_data": {"value": "unheard-of"}},
    "block_schema": {"block_type": "secret", "fields": FIELDS, "version": "NAME"},
    "block_type": {"slug": "NAME", "name": "NAME"},
    "concurrency_limit": {"name": "NAME", "limit": 1},
    "deployment": {"flow": "NAME", "name": "NAME"},
    "deployment_schedule": {"deployment": "NAME/NAME", "slug": "NAME", "interval": 60},
    "flow": {"name": "NAME"},
    "variable": {"name": "NAME", "secret_value": "unheard-of"},
    "work_pool": {"name": "NAME", "type": "process"},
    "work_queue": {"work_pool": "NAME", "name": "NAME"},
}
every_module = pytest.mark.parametrize("module", sorted(MODULES))


def options(module: str, name: str) -> dict[str, t.Any]:
    return {
        option: value.replace("NAME", name) if isinstance(value, str) else value
        for option, value in MODULES[module].items()
    }


@pytest.fixture
def gateway(protected: RealServer) -> t.Iterator[SimulatedGateway]:
    with simulated_gateway(protected.url) as found:
        yield found


@contextlib.contextmanager
def database(server: RealServer) -> t.Iterator[sqlite3.Connection]:
    """The server's own database."""
    found = sqlite3.connect(server.home / "prefect.db", timeout=60)
    with contextlib.closing(found), found:
        yield found


def client_of(server: RealServer) -> Client:
    params = {"api_url": server.url, "auth_string": server.auth_string, "timeout": 30}
    return Client(Connection.from_params(params, lambda _secrets: None), read_only=False)


@every_module
def test_a_module_in_a_process_of_its_own(run_apart: Run, name: str, module: str) -> None:
    ran = run_apart(module, **options(module, name), check_mode=True)
    assert ran.result["changed"] is True
    assert "unheard-of" not in ran.output


@every_module
def test_in_check_mode_the_server_is_only_read(
    gateway: SimulatedGateway, protected: RealServer, name: str, module: str
) -> None:
    connection = {"api_url": gateway.url, "auth_string": protected.auth_string}
    ran = run_module_here(module, {**connection, **options(module, name)}, check_mode=True)
    assert ran.plan[0] is True
    assert gateway.asked
    for asked in gateway.asked:
        method, path = asked.split(" ")
        assert method == "GET" or (method == "POST" and path.endswith("/filter")), asked


@pytest.mark.parametrize("loss", ["DELETE FROM csrf_token", "UPDATE csrf_token SET expiration = '2020-01-01 00:00:00'"])
def test_a_token_that_expires_on_the_way_is_renewed(
    gateway: SimulatedGateway, protected: RealServer, name: str, loss: str
) -> None:
    lost = []

    def watch(asked: str) -> None:
        if asked == "POST /api/automations/" and not lost:
            lost.append(asked)
            with database(protected) as found:
                found.execute(loss)

    gateway.watch = watch
    given = {"api_url": gateway.url, "auth_string": protected.auth_string, **options("automation", name)}
    assert run_module_here("automation", given).plan[0] is True
    assert [asked.split("?")[0] for asked in gateway.asked if "filter" not in asked] == [
        "GET /api/csrf-token",
        "POST /api/automations/",
        "GET /api/csrf-token",
        "POST /api/automations/",
    ]


def test_credentials_that_expire_on_the_way(gateway: SimulatedGateway, name: str) -> None:
    """As a key for Prefect Cloud does at a moment of its own; the gateway answers instead of the server."""
    gateway.failures = [
        Failure(404, '{"detail": "Variable not found."}', {"Content-Type": "application/json"}),
        Failure(401, '{"detail": "key-s3cr3t has expired"}', {"Content-Type": "application/json"}),
    ]
    ran = run_module_here("variable", {"api_url": gateway.url, "api_key": "key-s3cr3t", "name": name, "value": 1})
    assert ran.result["error"]["kind"] == "AuthFailed"
    assert ran.result["msg"].startswith(f"Cannot create variable '{name}' on {gateway.url}: the server refuses")
    assert "Check api_key (PREFECT_API_KEY)" in ran.result["msg"]
    assert "s3cr3t" not in ran.output


def test_a_request_that_the_server_repeats_in_its_answer(server: RealServer, run: Run, name: str) -> None:
    """It does so with every 422, secrets included."""
    secret = "echo-s3cr3t " * 500
    answer = None
    with client_of(server) as client, pytest.raises(InvalidInput) as refused:
        errand = Errand("create variable", name)
        answer = client.create("/variables/", {"name": name, "value": secret}, errand, lambda: None)
    assert answer is None
    assert "s3cr3t" not in str(refused.value)
    ran = run("variable", name=name, secret_value=secret)
    assert ran.result["msg"] == (
        f"Cannot create variable '{name}' on {server.url}: value: Value error, Variable value must be less than 5000"
        " characters (HTTP 422). Correct the options named in the message."
    )
    assert "s3cr3t" not in ran.output


@only_open
def test_a_server_that_is_older_than_an_option(server: RealServer, pool: str) -> None:
    with client_of(server) as client, pytest.raises(InvalidInput) as refused:
        client.change(f"/work_pools/{pool}", {"of_the_future": 1}, Errand("update work pool", pool))
    assert "of_the_future: Extra inputs are not permitted (HTTP 422)" in refused.value.why
    assert refused.value.todo == "The server is older than this option; upgrade the server, or leave the option out"


@only_open
def test_more_objects_than_two_pages_hold(run: Run, server: RealServer, flow: str, deployment: str) -> None:
    """A filter gives 200 at a time and does not say that there are more."""
    original = server.ask("GET", f"/deployments/name/{deployment}")["id"].replace("-", "")
    with database(server) as found:
        found.execute("CREATE TEMP TABLE copy AS SELECT * FROM deployment WHERE replace(id, '-', '') = ?", (original,))
        for number in range(404):
            found.execute("UPDATE copy SET id = ?, name = ?", (str(uuid.uuid4()), f"copy-{number:03}"))
            found.execute("INSERT INTO deployment SELECT * FROM copy")
    result = run("flow", name=flow, state="absent").result
    first = ", ".join(f"{flow}/copy-{number:03}" for number in range(10))
    assert f"405 deployments would be removed with it: {first} and 395 more. Remove them first" in result["msg"]
    gone = run("flow", name=flow, state="absent", delete_deployments=True).result
    assert gone["consequences"][0].startswith(f"With the flow '{flow}' goes what is deployed of it, 405 deployments: ")
    assert server.ask("POST", "/deployments/count", {"flows": {"name": {"any_": [flow]}}}) == 0
