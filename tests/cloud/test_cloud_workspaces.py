# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Workspaces, workspace roles, and who is let in."""

from __future__ import annotations

import pytest


@pytest.fixture
def role(cloud, name):
    return cloud.get("POST", "A/workspace_roles/", {"name": name, "scopes": ["see_flows", "write_variables"]})


def scopes(cloud, key, workspace=None):
    return set(cloud.get("GET", f"me/workspaces/{workspace or cloud.workspace_id}/scopes", key=key))


def test_a_workspace_is_made_changed_and_deleted(cloud, name):
    made = cloud.ask("POST", "A/workspaces/", {"name": "Second", "handle": name})
    assert made.status_code == 201
    key = made.json()["id"]
    assert cloud.ask("POST", "A/workspaces/", {"name": "Third", "handle": name}).status_code == 409
    assert cloud.ask("PATCH", "W", {"name": "2nd", "description": "x"}, workspace=key).status_code == 204
    read = cloud.get("GET", "W", workspace=key)
    assert (read["name"], read["handle"], read["description"]) == ("2nd", name, "x")
    assert cloud.ask("PATCH", "W", {"handle": "main"}, workspace=key).status_code == 409
    found = cloud.get("POST", "A/workspaces/filter", {"workspaces": {"handle": {"any_": [name, "main"]}}})
    assert [one["handle"] for one in found] == ["main", name]
    assert cloud.ask("DELETE", "W", workspace=key).status_code == 204
    gone = cloud.ask("GET", "W", workspace=key)
    assert (gone.status_code, gone.json()) == (404, {"detail": "Workspace not found"})


@pytest.mark.parametrize("handle", ["Main", "a b", "", "-a"])
def test_a_handle_has_few_characters(cloud, handle):
    assert cloud.ask("POST", "A/workspaces/", {"name": "x", "handle": handle}).status_code == 422


def test_workspace_settings_change_by_field(cloud):
    assert cloud.ask("PATCH", "W/settings", {"inherit_default_result_storage": False}).status_code == 204
    assert cloud.get("GET", "W/settings")["inherit_default_result_storage"] is False
    cloud.get("PATCH", "W/settings", {"inherit_default_result_storage": True})


def test_a_member_sees_the_workspaces_it_is_let_into(cloud, name):
    other = cloud.get("POST", "A/workspaces/", {"name": name, "handle": name})
    user = cloud.user("Viewer", workspace=other["id"])
    key = user["api_key"]
    assert [one["handle"] for one in cloud.get("POST", "A/workspaces/filter", {}, key=key)] == [name]
    assert [one["workspace_handle"] for one in cloud.get("GET", "me/workspaces", key=key)] == [name]
    assert cloud.ask("GET", "W", key=key).status_code == 403
    viewer = cloud.role_id("Viewer")
    cloud.get("PATCH", "W", {"default_workspace_role_id": viewer})
    assert cloud.ask("GET", "W", key=key).status_code == 200
    cloud.get("PATCH", "W", {"default_workspace_role_id": None})
    assert cloud.ask("GET", "W", key=key).status_code == 403
    cloud.get("DELETE", "W", workspace=other["id"])


def test_the_creator_of_a_workspace_owns_it(cloud, name):
    creator = cloud.bot(None, account_role="Admin")
    made = cloud.get("POST", "A/workspaces/", {"name": name, "handle": name}, key=creator["api_key"]["key"])
    found = cloud.get("POST", "W/bot_access/filter", workspace=made["id"])
    assert [(one["bot_id"], one["workspace_role_id"]) for one in found] == [(creator["id"], cloud.role_id("Owner"))]
    cloud.get("DELETE", "W", workspace=made["id"])


def test_scopes_are_a_set_and_include_what_is_inherited(cloud, name):
    made = cloud.get(
        "POST",
        "A/workspace_roles/",
        {"name": name, "scopes": ["manage_webhooks"], "inherited_role_id": cloud.role_id("Viewer")},
    )
    orders = {tuple(cloud.get("GET", f"A/workspace_roles/{made['id']}")["scopes"]) for turn in range(20)}
    assert len(orders) > 1
    assert len({frozenset(order) for order in orders}) == 1
    assert {"manage_webhooks", "see_flows"} <= set(orders.pop())


def test_a_workspace_role_changes_by_field(cloud, role, name):
    place = f"A/workspace_roles/{role['id']}"
    assert cloud.ask("PATCH", place, {"description": "mine"}).status_code == 204
    assert set(cloud.get("GET", place)["scopes"]) == {"see_flows", "write_variables"}
    assert cloud.ask("PATCH", place, {"scopes": ["see_flows"]}).status_code == 204
    assert cloud.get("GET", place)["scopes"] == ["see_flows"]
    assert cloud.ask("POST", "A/workspace_roles/", {"name": name}).status_code == 409
    assert cloud.ask("PATCH", place, {"scopes": ["fly"]}).status_code == 422
    assert cloud.ask("PATCH", place, {"description": "x" * 141}).status_code == 422
    assert cloud.ask("PATCH", place, {"inherited_role_id": role["id"]}).status_code == 422


def test_built_in_workspace_roles_stay(cloud):
    found = cloud.get("POST", "A/workspace_roles/filter", {"workspace_roles": {"is_global": True}})
    assert [one["name"] for one in found] == ["Viewer", "Runner", "Developer", "Owner", "Worker"]
    assert {one["account_id"] for one in found} == {None}
    place = f"A/workspace_roles/{found[0]['id']}"
    assert cloud.ask("PATCH", place, {"name": "Reader"}).status_code == 403
    assert cloud.ask("DELETE", place).status_code == 403


def test_a_role_in_use_stays(cloud, role):
    bot = cloud.bot(None)
    grant = cloud.get("POST", "W/bot_access/", {"bot_id": bot["id"], "workspace_role_id": role["id"]})
    assert cloud.ask("DELETE", f"A/workspace_roles/{role['id']}").status_code == 409
    cloud.get("DELETE", f"W/bot_access/{grant['id']}")
    assert cloud.ask("DELETE", f"A/workspace_roles/{role['id']}").status_code == 204


def test_one_grant_or_many_and_a_second_one_changes_the_role(cloud, role):
    bots = [cloud.bot(None) for turn in range(2)]
    wanted = [{"bot_id": bot["id"], "workspace_role_id": role["id"]} for bot in bots]
    made = cloud.get("POST", "W/bot_access/", wanted)
    assert [one["bot_name"] for one in made] == [bot["name"] for bot in bots]
    again = cloud.get("POST", "W/bot_access/", {**wanted[0], "workspace_role_id": cloud.role_id("Viewer")})
    assert (again["id"], again["workspace_role_id"]) == (made[0]["id"], cloud.role_id("Viewer"))
    assert cloud.get("GET", f"W/bot_access/{again['id']}") == again
    by_role = {"workspace_accesses": {"workspace_role_id": {"any_": [role["id"]]}}}
    assert [one["bot_id"] for one in cloud.get("POST", "W/bot_access/filter", by_role)] == [bots[1]["id"]]
    by_name = {"bots": {"name": {"any_": [bots[0]["name"]]}}}
    assert [one["id"] for one in cloud.get("POST", "W/bot_access/filter", by_name)] == [again["id"]]
    for one in made:
        assert cloud.ask("DELETE", f"W/bot_access/{one['id']}").status_code == 204
    assert cloud.ask("GET", f"W/bot_access/{again['id']}").status_code == 404


def test_many_grants_are_all_or_none(cloud, role):
    bot = cloud.bot(None)
    wanted = [{"bot_id": key, "workspace_role_id": role["id"]} for key in (bot["id"], role["id"])]
    assert cloud.ask("POST", "W/bot_access/", wanted).status_code == 404
    found = cloud.get("POST", "W/bot_access/filter", {"bots": {"id": {"any_": [bot["id"]]}}})
    assert found == []


def test_users_are_granted_access_and_found_by_email(cloud, role, name):
    user = cloud.user(email=f"{name}@example.com")
    made = cloud.get("POST", "W/user_access/", {"user_id": user["user_id"], "workspace_role_id": role["id"]})
    found = cloud.get("POST", "W/user_access/filter", {"users": {"email": {"any_": [f"{name}@example.com"]}}})
    assert found == [made]
    everybody = {one["id"]: one["type"] for one in cloud.get("GET", "W/access/")}
    assert everybody[user["actor_id"]] == "user"
    assert cloud.ask("DELETE", f"W/user_access/{made['id']}").status_code == 204
    assert cloud.ask("DELETE", f"W/user_access/{made['id']}").status_code == 404


def test_a_team_brings_its_members_in(cloud, role, name):
    user = cloud.user()
    team = cloud.get("POST", "A/teams/", {"name": name})
    cloud.get(
        "PUT",
        f"A/teams/{team['id']}/members",
        {"members": [{"member_id": user["user_id"], "member_type": "user"}]},
    )
    assert scopes(cloud, user["api_key"]) == set()
    cloud.get("PUT", "W/team_access/", [{"team_id": team["id"], "workspace_role_id": role["id"]}])
    assert scopes(cloud, user["api_key"]) == {"see_flows", "write_variables", "see_variables"}
    listed = cloud.get("POST", "W/team_access/filter", {})
    assert [one["team_name"] for one in listed if one["team_id"] == team["id"]] == [name]
    assert cloud.ask("DELETE", f"W/team_access/{team['id']}").status_code == 204
    assert cloud.ask("DELETE", f"W/team_access/{team['id']}").status_code == 404
    assert scopes(cloud, user["api_key"]) == set()


def test_access_is_given_by_who_manages_it(cloud):
    developer, owner, bot = cloud.as_key("Developer"), cloud.as_key("Owner"), cloud.bot(None)
    wanted = {"bot_id": bot["id"], "workspace_role_id": cloud.role_id("Viewer")}
    refused = cloud.ask("POST", "W/bot_access/", wanted, key=developer)
    assert (refused.status_code, refused.json()["detail"]) == (
        403,
        "Missing workspace scope: manage_workspace_service_accounts",
    )
    assert cloud.ask("POST", "W/bot_access/", wanted, key=owner).status_code == 200


def test_a_guest_is_invited_into_a_workspace(cloud, name):
    made = cloud.get("POST", "W/invitations/", {"email": f"{name}@example.com"})
    assert made["workspace_role_id"] == cloud.role_id("Viewer")
    assert cloud.get("GET", f"W/invitations/{made['id']}") == made
    pending = {"workspace_invitations": {"email": {"any_": [f"{name}@example.com"]}}}
    assert [one["id"] for one in cloud.get("POST", "W/invitations/filter", pending)] == [made["id"]]
    assert cloud.ask("POST", f"W/invitations/{made['id']}/revoke").status_code == 204
    assert cloud.get("GET", f"W/invitations/{made['id']}")["status"] == "REVOKED"
