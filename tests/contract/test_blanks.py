# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An empty text in a connection option counts as not set: the environment is asked, and then the default holds."""

from __future__ import annotations

import json
import socket
import typing as t

import pytest
from ansible_collections.flowops.prefect.plugins.module_utils._ad import connection as ad
from ansible_collections.flowops.prefect.plugins.module_utils._prefect import client
from ansible_collections.flowops.prefect.plugins.module_utils._prefect import connection as prefect
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
    "webhook": {"name": "n", "template": "t"},
    "workspace": {"handle": "n", "name": "n"},
    "workspace_access": {"service_account": "n", "role": "Viewer"},
    "workspace_role": {"name": "n"},
    "automation": {"name": "n"},
    "block_document": {"block_type": "b", "name": "n"},
    "block_schema": {"block_type": "b", "fields": {"title": "T"}},
    "block_type": {"slug": "n", "name": "N"},
    "concurrency_limit": {"name": "n", "limit": 1},
    "deployment": {"flow": "f", "name": "n"},
    "deployment_context_info": {},
    "deployment_schedule": {"deployment": "f/d", "slug": "n", "cron": "0 0 * * *"},
    "flow": {"name": "n"},
    "work_pool": {"name": "n", "type": "process"},
    "work_queue": {"name": "n", "work_pool": "p"},
    "variable": {"name": "n", "value": 1},
    "resources": {"resources": {"variables": [{"name": "n", "value": 1}]}},
    "resources_info": {"kinds": ["variables"]},
    "flow_run": {"deployment": "f/d"},
    "flow_run_info": {},
    "artifact_info": {},
    "worker_type_info": {},
    "worker": {"name": "n", "work_pool": "p", "state": "absent"},
    "account_event_info": {},
    "worker_info": {},
    "ad_authentication_policy": {"name": "n"},
    "ad_authentication_policy_silo": {"name": "n"},
    "ad_computer": {"name": "n", "path": "DC=lab,DC=test"},
    "ad_delegation": {"identity": "n"},
    "ad_group": {"name": "n", "path": "DC=lab,DC=test"},
    "ad_group_members": {"identity": "n", "members": {"set": []}},
    "ad_object_info": {},
    "ad_objects": {"objects": {"groups": [{"name": "n"}]}},
    "ad_ou": {"name": "n", "path": "DC=lab,DC=test"},
    "ad_privilege_info": {"identities": ["n"]},
    "ad_service_account": {"name": "n", "path": "DC=lab,DC=test"},
    "ad_user": {"name": "n", "path": "DC=lab,DC=test"},
}
BLANK = {
    group: {name: "" for name, option in spec.items() if "fallback" in option}
    for group, spec in (("ad", ad.argument_spec()), ("prefect", prefect.argument_spec()))
}


def address(module: DeclaredModule, server: SimulatedServer) -> str:
    """An address that the module does not refuse by its shape."""
    return server.cloud_url if module.name in CLOUD_MODULES else server.url


def of_group(name: str) -> pytest.MarkDecorator:
    found = [module for module in MODULES if module.name in ACTION_GROUPS[name]]
    return pytest.mark.parametrize("module", found, ids=lambda module: module.name)


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "_ATTEMPTS", 1)
    monkeypatch.setenv("NO_PROXY", "*")
    for option in (*ad.argument_spec().values(), *prefect.argument_spec().values()):
        for name in option.get("fallback", (None, []))[1]:
            monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server() -> t.Iterator[SimulatedServer]:
    with simulated_server() as found:
        found.answers = [Answer(403, {"detail": "key-s3cr3t and header-s3cr3t may not"})]
        yield found


@pytest.fixture
def closed_port() -> t.Iterator[int]:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


@of_group("prefect")
def test_the_environment_speaks_for_blank_options_of_prefect(
    module: DeclaredModule, server: SimulatedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_API_URL", address(module, server))
    monkeypatch.setenv("PREFECT_API_KEY", "key-s3cr3t")
    monkeypatch.setenv("PREFECT_CLIENT_CUSTOM_HEADERS", json.dumps({"X-Token": "header-s3cr3t"}))
    ran = run_module(module.main, **OPTIONS[module.name], **BLANK["prefect"])
    assert ran.result["error"]["kind"] == "Forbidden"
    assert server.asked[0].headers["Authorization"] == "Bearer key-s3cr3t"
    assert server.asked[0].headers["X-Token"] == "header-s3cr3t"
    assert "s3cr3t" not in ran.output


@of_group("prefect")
def test_a_blank_header_option_is_none(module: DeclaredModule, server: SimulatedServer) -> None:
    options = {**OPTIONS[module.name], **BLANK["prefect"], "api_url": address(module, server)}
    ran = run_module(module.main, **options)
    assert ran.result["error"]["kind"] == "Forbidden"
    assert "Authorization" not in server.asked[0].headers


@of_group("ad")
def test_the_environment_speaks_for_blank_options_of_the_directory(
    module: DeclaredModule, closed_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "SERVER": "127.0.0.1",
        "PORT": str(closed_port),
        "USERNAME": "svc@lab.test",
        "PASSWORD": "bind-s3cr3t",
    }.items():
        monkeypatch.setenv(f"MICROSOFT_AD_LDAP_{name}", value)
    ran = run_module(module.main, **OPTIONS[module.name], **BLANK["ad"])
    assert ran.result["error"]["server"] == f"127.0.0.1:{closed_port}"
    assert "connection refused" in ran.result["msg"]
    assert "s3cr3t" not in ran.output


@of_group("ad")
def test_without_an_environment_a_blank_server_is_missing(
    module: DeclaredModule, monkeypatch: pytest.MonkeyPatch
) -> None:
    # no user principal name, which would tell the domain
    monkeypatch.setenv("MICROSOFT_AD_LDAP_USERNAME", "LAB\\svc")
    monkeypatch.setenv("MICROSOFT_AD_LDAP_PASSWORD", "bind-s3cr3t")
    ran = run_module(module.main, **OPTIONS[module.name], **BLANK["ad"])
    assert "neither a domain controller nor a domain is given" in ran.result["msg"]


def test_a_blank_option_of_the_object_is_not_taken_away(server: SimulatedServer) -> None:
    (module,) = [module for module in MODULES if module.name == "work_pool"]
    server.answers = [Answer(200, {"name": "n", "id": "1", "description": "old"})]
    ran = run_module(module.main, check_mode=True, name="n", description="", api_url=server.url)
    assert ran.result["diff"]["after"] == {"name": "n", "description": None}
