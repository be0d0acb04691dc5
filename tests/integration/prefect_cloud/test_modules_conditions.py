# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service that is slow to tell, busy, forbidding, or not Prefect Cloud at all."""

from __future__ import annotations

import pytest
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.catalogue import KINDS

# What creates something of each eventual kind.
LATE = {
    "service_account": {"account_role": "Member"},
    "team": {"description": "x"},
    "webhook": {"template": "{}"},
}
OPTIONS = {
    "access_control": {"work_pool": "p", "managers": ["*"]},
    "account_invitation": {"email": "x@example.com", "account_role": "Member"},
    "account_member": {"email": "x@example.com"},
    "resource_sla": {"deployment": "f/d", "slas": [{"name": "a", "within": 1}]},
    "team_members": {"team": "t"},
    "workspace": {"handle": "h"},
    "workspace_access": {"user": "x@example.com"},
}
CLOUD_KINDS = [kind for kind in KINDS if kind.cloud_only]
every_kind = pytest.mark.parametrize("kind", CLOUD_KINDS, ids=lambda kind: kind.spec.result)


def options_of(kind):
    needs_name = any(field.name == "name" and field.required for field in kind.spec.fields)
    return OPTIONS.get(kind.spec.result, {"name": "n"} if needs_name else {})


@pytest.mark.parametrize("module", LATE)
def test_what_shows_up_late_is_waited_for(cloud, run, module, name):
    cloud.control(eventual_seconds=0.4)
    made = run(module, name=name, **LATE[module]).result
    assert made["changed"] is True, made["msg"]
    assert made[module]["id"]
    assert run(module, name=name, **LATE[module]).result["changed"] is False
    gone = run(module, name=name, state="absent").result
    assert gone["changed"] is True, gone["msg"]
    assert run(module, name=name, state="absent").result["changed"] is False


def test_one_task_after_the_other_sees_what_was_made(cloud, run, name):
    cloud.control(eventual_seconds=0.4)
    for module, options in (
        ("workspace", {"handle": name, "name": "New", "default_workspace_role": "Viewer"}),
        ("team", {"name": name}),
        ("service_account", {"name": name}),
        ("team_members", {"team": name, "users": {"add": ["mia@example.com"]}, "service_accounts": {"add": [name]}}),
        ("workspace_access", {"team": name, "workspace": name, "role": "Viewer"}),
        ("workspace_access", {"team": name, "workspace": name, "role": "Worker"}),
        ("workspace_access", {"team": name, "workspace": name, "state": "absent"}),
        ("workspace", {"handle": name, "state": "absent", "delete_content": True}),
    ):
        result = run(module, **options).result
        assert result.get("changed") is True, result["msg"]


def test_a_busy_service_is_given_time(cloud, run, name):
    cloud.control(rate_limit_per_minute=600, rate_limit_burst=2)
    assert run("team", name=name, description="x").result["changed"] is True
    assert run("team", name=name, state="absent").result["changed"] is True


def test_a_service_that_stays_busy_is_said_to_be(cloud, run, name):
    fail = {"path_regex": "/teams/", "status": 429, "times": 100, "retry_after": 60}
    cloud.control(fail=fail)
    result = run("team", name=name, timeout=1).result
    assert result["error"]["kind"] == "ServerBusy"
    assert "HTTP 429" in result["msg"]
    assert "Run again later" in result["msg"]


def test_a_missing_right_is_said_in_the_words_of_the_server(cloud, run, name):
    key = cloud.as_key("Viewer", account_role="Member")
    result = run("service_account", name=name, api_key=key).result
    assert result["error"]["kind"] == "Forbidden"
    assert "Missing account permission: read:bot" in result["msg"]
    result = run("webhook", name=name, template="{}", api_key=key).result
    assert "Missing workspace scope: manage_webhooks" in result["msg"]


def test_a_key_that_is_wrong(run, name):
    result = run("team", name=name, api_key="pnu_wrong-s3cr3t")
    assert result.result["error"]["kind"] == "AuthFailed"
    assert "s3cr3t" not in result.output


def test_an_account_that_is_not_there(cloud, run, name):
    elsewhere = cloud.url_of().replace(cloud.account_id, "00000000-0000-4000-8000-000000000000")
    result = run("team", name=name, api_url=elsewhere).result
    assert "there is no such place in Prefect Cloud" in result["msg"]


@pytest.mark.parametrize("module", ["team", "service_account", "webhook", "workspace_role"])
def test_a_lost_answer_does_no_harm(cloud, run, module, name):
    options = {"name": name, **LATE.get(module, {})}
    cloud.control(
        fail={
            "method": "POST",
            "path_regex": r"/(teams|bots|webhooks|workspace_roles)/$",
            "status": 502,
            "when": "after",
        }
    )
    made = run(module, **options).result
    assert made.get("changed") is True, made["msg"]
    assert run(module, **options).result["changed"] is False
    cloud.control(fail={"method": "DELETE", "status": 503, "when": "after"})
    gone = run(module, name=name, state="absent").result
    assert gone.get("changed") is True, gone["msg"]


@every_kind
def test_a_self_hosted_server_is_refused_before_it_is_asked(run, kind):
    url = "http://127.0.0.1:1/api"
    result = run(kind.spec.result, api_url=url, api_key="", **options_of(kind)).result
    assert result["error"]["kind"] == "InvalidInput"
    assert "exist in Prefect Cloud only and api_url is not an address of Prefect Cloud" in result["msg"]


@pytest.mark.parametrize("module", ["webhook", "resource_sla", "access_control"])
def test_what_lives_in_a_workspace_needs_one(cloud, run, module):
    (kind,) = [kind for kind in CLOUD_KINDS if kind.spec.result == module]
    account = cloud.url_of().partition("/workspaces/")[0]
    result = run(module, api_url=account, **options_of(kind)).result
    assert "live in a workspace and api_url names only an account" in result["msg"]


def test_the_account_is_managed_without_a_workspace(cloud, run, name):
    account = cloud.url_of().partition("/workspaces/")[0]
    assert run("team", api_url=account, name=name).result["changed"] is True
    assert run("user", api_url=account).result["changed"] is False
