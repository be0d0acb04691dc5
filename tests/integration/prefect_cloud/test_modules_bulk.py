# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What only Prefect Cloud has, as one desired state."""

from __future__ import annotations

import pytest


@pytest.fixture
def document(cloud, name, email):
    """Objects of many kinds that name each other, in an order in which they cannot be made."""
    cloud.user(email=email)
    return {
        "access_control": [{"work_pool": name, "managers": [f"team:{name}", "user:olivia@example.com"]}],
        "resource_slas": [{"deployment": f"{name}/{name}", "slas": [{"name": "quick", "duration": 60}]}],
        "webhooks": [{"name": name, "template": "{}", "service_account": name}],
        "workspace_access": [
            {"team": name, "role": name, "workspace": name},
            {"service_account": name, "role": "Worker"},
            {"user": email.upper(), "role": "Viewer", "workspace": "main"},
        ],
        "workspaces": [{"handle": name, "name": name, "default_workspace_role": name}],
        "workspace_roles": [{"name": name, "scopes": ["run_flows"], "inherited_role": "Viewer"}],
        "team_members": [{"team": name, "users": {"set": [email]}, "service_accounts": {"set": [name]}}],
        "teams": [{"name": name}],
        "service_accounts": [{"name": name, "account_role": "Member"}],
        "account_invitations": [
            {"email": f"new-{email}", "account_role": "Member"},
            {"email": email, "account_role": "Member"},
        ],
        "account_members": [{"email": email, "account_role": "Admin"}],
        "work_pools": [{"name": name, "type": "process"}],
        "deployments": [{"flow": name, "name": name}],
        "flows": [{"name": name}],
    }


def test_all_of_it_in_one_task_and_gone_in_another(run, document, name, email):
    document["account_invitations"].pop()
    promised, done, again = (run("resources", resources=document, check_mode=check) for check in (True, False, False))
    for ran in (promised, done, again):
        assert "failed" not in ran.result, ran.result["msg"]
    assert promised.result["diff"] == done.result["diff"]
    assert done.result["summary"]["created"] == 15
    assert done.result["summary"]["updated"] == 1
    assert again.result["changed"] is False
    gone = {
        "workspaces": [{"handle": name, "state": "absent", "delete_content": True}],
        "webhooks": [{"name": name, "state": "absent"}],
        "workspace_access": [{"service_account": name, "state": "absent"}],
        "teams": [{"name": name, "state": "absent"}],
        "service_accounts": [{"name": name, "state": "absent"}],
        "workspace_roles": [{"name": name, "state": "absent"}],
        "account_invitations": [{"email": f"new-{email}", "state": "absent"}],
        "resource_slas": [{"deployment": f"{name}/{name}", "state": "absent"}],
        "access_control": [{"work_pool": name, "state": "absent"}],
    }
    done, again = run("resources", resources=gone).result, run("resources", resources=gone).result
    assert "failed" not in done, done["msg"]
    assert done["summary"]["deleted"] == 9
    assert any("is removed with all that is in it" in sentence for sentence in done["consequences"])
    assert again["changed"] is False


def test_a_member_keeps_its_role_when_it_is_invited(run, document, email):
    """In a desired state the role of an invitation means something, so that it may not contradict."""
    invited = {"account_invitations": [{"email": email, "account_role": "Member"}]}
    assert run("resources", resources=invited).result["changed"] is False
    invited["account_invitations"][0]["account_role"] = "Admin"
    assert "this is a member already" in run("resources", resources=invited).result["msg"]
    assert document["account_invitations"][1]["email"] == email


def test_keys_and_slugs_are_no_part_of_a_desired_state(run, name):
    run("service_account", name=name)
    run("webhook", name=name, template="{}")
    wanted = {
        "service_accounts": [{"name": name, "rotate_after": "0"}],
        "webhooks": [{"name": name, "retire_slug": "old-slug"}],
    }
    said = [error["msg"] for error in run("resources", resources=wanted).result["errors"]]
    assert [text.partition("cannot be part")[1] for text in said] == ["cannot be part"] * 2


def test_an_export_changes_nothing_and_holds_nothing_built_in(run, document, name, email):
    document["account_invitations"].pop()
    run("resources", resources=document)
    exported = run("resources_info", format="desired_state", kinds=list(document)).result["resources"]
    assert {"team": name, "users": {"set": [email]}, "service_accounts": {"set": [name]}} in exported["team_members"]
    assert {"Owner", "Viewer"}.isdisjoint(role["name"] for role in exported["workspace_roles"])
    assert {"email": email, "account_role": "Admin", "active": True} in exported["account_members"]
    assert {"workspace": name, "team": name, "role": name} in exported["workspace_access"]
    assert run("resources", resources=exported).result["changed"] is False
    run("workspace", handle=name, state="absent", delete_content=True)


def test_what_is_always_there_is_never_pruned(cloud, run, name):
    wanted = {"accounts": [{"location": "Here"}], "account_settings": [{"ai_log_summaries": True}]}
    wanted["work_pools"] = [{"name": name, "type": "process"}]
    run("resources", resources=wanted, ledger=name)
    done = run("resources", resources={}, ledger=name, prune=True, prune_maximum=9).result
    assert [change["kind"] for change in done["changes"]] == ["work pool"]
    assert cloud.get("GET", "A")["location"] == "Here"
    cloud.get("PATCH", "A", {"location": None})
    cloud.get("PATCH", "A/settings", {"ai_log_summaries": False})


def test_an_export_of_a_workspace_holds_nothing_of_the_account(cloud, run):
    exported = run("resources_info", format="desired_state").result["resources"]
    assert {"accounts", "account_settings", "account_members", "teams"}.isdisjoint(exported)
    account = cloud.url_of().partition("/workspaces/")[0]
    exported = run("resources_info", format="desired_state", api_url=account).result["resources"]
    assert {"accounts", "account_settings", "account_members"} <= set(exported)
    assert {"work_pools", "variables"}.isdisjoint(exported)


def test_what_a_key_may_not_read_is_said_and_an_error_where_it_was_asked_for(cloud, run):
    key = {"api_key": cloud.as_key("Worker")}
    account = cloud.url_of().partition("/workspaces/")[0]
    exported = run("resources_info", format="desired_state", api_url=account, **key).result
    hidden = {entry["kind"] for entry in exported["left_out"] if (entry["name"], entry["what"]) == ("*", "all of them")}
    assert {"service account", "workspace role"} & hidden
    refused = run("resources_info", format="desired_state", kinds=["service_accounts"], **key).result
    assert refused["error"]["kind"] == "Forbidden"


def test_the_account_is_part_of_a_desired_state(cloud, run):
    wanted = {
        "accounts": [{"location": "Here"}],
        "account_settings": [{"ai_log_summaries": True}],
        "ip_allowlists": [{"entries": [{"ip_network": "127.0.0.1"}]}],
    }
    assert run("resources", resources=wanted).result["summary"]["updated"] == 3
    assert run("resources", resources=wanted).result["changed"] is False
    cloud.get("PATCH", "A", {"location": None})
    cloud.get("PATCH", "A/settings", {"ai_log_summaries": False})
    cloud.get("PUT", "A/ip_allowlist", {"entries": []})
