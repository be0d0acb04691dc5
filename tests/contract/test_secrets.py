# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No credential and no sent value in any output of a module that talks to Prefect, whatever the server answers."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.flowops.prefect.plugins.module_utils._prefect import client
from ansible_collections.flowops.prefect.tests.unit.support.declarations import (
    ACTION_GROUPS,
    CLOUD_MODULES,
    MODULES,
    DeclaredModule,
)
from ansible_collections.flowops.prefect.tests.unit.support.module_runner import run_module
from ansible_collections.flowops.prefect.tests.unit.support.simulated_server import (
    Answer,
    SimulatedServer,
    simulated_server,
)

ECHO = {
    "exception_message": "Invalid request received.",
    "exception_detail": [
        {"loc": ["body", "value"], "msg": "wrong", "input": "sent-s3cr3t", "ctx": {"is": "sent-s3cr3t"}}
    ],
    "request_body": {"value": "sent-s3cr3t"},
}
TALKATIVE = {"detail": "user:auth-s3cr3t, auth-s3cr3t, key-s3cr3t, header-s3cr3t and sent-s3cr3t are wrong"}
PAGE = "<html>user:auth-s3cr3t auth-s3cr3t key-s3cr3t header-s3cr3t sent-s3cr3t</html>"
ANSWERS = [
    *(Answer(status, TALKATIVE) for status in (400, 401, 403, 404, 405, 409, 422, 429, 500, 503)),
    Answer(422, ECHO),
    Answer(200, PAGE),
    Answer(404, PAGE),
    Answer(502, PAGE),
    Answer(302, None, {"Location": "https://login.example.com/?token=key-s3cr3t"}),
]
OPTIONS: dict[str, dict[str, t.Any]] = {
    "access_control": {"work_pool": "p", "managers": ["team:t"]},
    "account": {"name": "n"},
    "account_invitation": {"email": "n@example.com", "account_role": "Member"},
    "account_member": {"email": "n@example.com"},
    "account_role": {"name": "n"},
    "account_settings": {"managed_execution": False},
    "ip_allowlist": {"enforce": True},
    "resource_sla": {"deployment": "f/d", "slas": [{"name": "n", "within": 1}]},
    "service_account": {"name": "n", "rotate_after": "30d"},
    "team": {"name": "n"},
    "team_members": {"team": "n", "users": {"set": []}},
    "user": {"first_name": "n"},
    "user_api_key": {"name": "n"},
    "webhook": {"name": "n", "template": "t", "retire_slug": "sent-s3cr3t"},
    "workspace": {"handle": "n", "name": "n"},
    "workspace_access": {"service_account": "n", "role": "Viewer"},
    "workspace_role": {"name": "n"},
    "automation": {"name": "n"},
    "block_document": {"block_type": "b", "name": "n", "secret_data": {"deep": ["sent-s3cr3t"]}},
    "block_schema": {"block_type": "b", "fields": {"title": "T"}},
    "block_type": {"slug": "n", "name": "N"},
    "concurrency_limit": {"name": "n", "limit": 1},
    "deployment": {"flow": "f", "name": "n"},
    "deployment_context_info": {},
    "deployment_schedule": {"deployment": "f/d", "slug": "n", "cron": "0 0 * * *"},
    "flow": {"name": "n"},
    "work_pool": {"name": "n", "type": "process"},
    "work_queue": {"name": "n", "work_pool": "p"},
    "variable": {"name": "n", "secret_value": {"deep": ["sent-s3cr3t"]}},
    "resources": {"resources": {"variables": [{"name": "n", "secret_value": {"deep": ["sent-s3cr3t"]}}]}},
    "resources_info": {"kinds": ["variables"]},
    "flow_run": {"deployment": "f/d", "secret_parameters": {"deep": ["sent-s3cr3t"]}},
    "flow_run_info": {},
    "artifact_info": {},
    "worker_type_info": {},
    "worker": {"name": "n", "work_pool": "p", "state": "absent"},
    "account_event_info": {},
    "worker_info": {},
}
PREFECT = [module for module in MODULES if module.name in ACTION_GROUPS["prefect"]]
every_module = pytest.mark.parametrize("module", PREFECT, ids=lambda module: module.name)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "_ATTEMPTS", 1)
    monkeypatch.setenv("NO_PROXY", "*")
    for name in ("PREFECT_API_KEY", "PREFECT_API_AUTH_STRING", "PREFECT_CLIENT_CUSTOM_HEADERS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server() -> t.Iterator[SimulatedServer]:
    with simulated_server() as found:
        yield found


def address(module: DeclaredModule, server: SimulatedServer) -> str:
    """An address that the module does not refuse by its shape."""
    return server.cloud_url if module.name in CLOUD_MODULES else server.url


def texts(module: DeclaredModule, **options: t.Any) -> str:
    runs = [
        run_module(module.main, check_mode=check_mode, **OPTIONS[module.name], **options)
        for check_mode in (True, False)
    ]
    return "\n".join(ran.output for ran in runs)


@every_module
@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: str(answer.status))
@pytest.mark.parametrize("login", [{"auth_string": "user:auth-s3cr3t"}, {"api_key": "key-s3cr3t"}], ids=["auth", "key"])
def test_options(module: DeclaredModule, server: SimulatedServer, answer: Answer, login: dict[str, str]) -> None:
    # the server only repeats what it was sent
    sent = [*login.values(), *(text.partition(":")[2] for text in login.values()), "header-s3cr3t", "sent-s3cr3t"]
    server.answers = [answer]
    output = texts(module, api_url=address(module, server), custom_headers={"X-Token": "header-s3cr3t"}, **login)
    if "sent-s3cr3t" not in json.dumps(OPTIONS[module.name]):
        sent.remove("sent-s3cr3t")
    assert [secret for secret in sent if secret and secret in output] == []


@every_module
def test_environment(module: DeclaredModule, server: SimulatedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", address(module, server))
    monkeypatch.setenv("PREFECT_API_AUTH_STRING", "user:auth-s3cr3t")
    monkeypatch.setenv("PREFECT_CLIENT_CUSTOM_HEADERS", json.dumps({"X-Token": "header-s3cr3t"}))
    server.answers = [Answer(403, TALKATIVE)]
    output = texts(module)
    assert server.asked[0].headers["X-Token"] == "header-s3cr3t"
    assert "auth-s3cr3t" not in output
    assert "header-s3cr3t" not in output


@every_module
def test_an_empty_variable_of_awx_is_no_second_credential(
    module: DeclaredModule, server: SimulatedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_API_KEY", "")
    monkeypatch.setenv("PREFECT_API_SSL_CERT_FILE", "")
    monkeypatch.setenv("PREFECT_CLIENT_CUSTOM_HEADERS", "")
    server.answers = [Answer(401, {"exception_message": "Unauthorized"})]
    ran = run_module(
        module.main, **OPTIONS[module.name], api_url=address(module, server), auth_string="user:auth-s3cr3t"
    )
    assert ran.result["error"]["kind"] == "AuthFailed"


@every_module
def test_bad_options(module: DeclaredModule, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://user:url-s3cr3t@prefect.example.com/api")
    ran = run_module(module.main, **OPTIONS[module.name], auth_string="auth-s3cr3t", no_such_option=1)
    assert ran.result["failed"] is True
    assert "auth-s3cr3t" not in ran.output
    ran = run_module(module.main, **OPTIONS[module.name])
    assert "holds a user name or password" in ran.result["msg"]
    assert "url-s3cr3t" not in ran.output
