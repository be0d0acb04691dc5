# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Teams, with and without a directory that governs them."""

from __future__ import annotations

import pytest


@pytest.fixture
def team(cloud, name):
    return cloud.get("POST", "A/teams/", {"name": name, "description": "first"})


def add(cloud, team, *members):
    listed = [{"member_id": key, "member_type": kind} for kind, key in members]
    return cloud.ask("PUT", f"A/teams/{team['id']}/members", {"members": listed})


def actors(cloud, team):
    return {member["id"] for member in cloud.get("GET", f"A/teams/{team['id']}")["memberships"]}


def test_a_team_is_made_renamed_and_deleted(cloud, team, name):
    assert cloud.ask("POST", "A/teams/", {"name": name}).status_code == 409
    changed = cloud.get("PUT", f"A/teams/{team['id']}", {"name": f"{name}-2", "description": None})
    assert (changed["name"], changed["description"]) == (f"{name}-2", None)
    found = cloud.get("POST", "A/teams/filter", {"teams": {"name": {"any_": [f"{name}-2"]}}})
    assert [one["id"] for one in found] == [team["id"]]
    assert cloud.ask("DELETE", f"A/teams/{team['id']}").status_code == 204
    assert cloud.ask("GET", f"A/teams/{team['id']}").status_code == 404


def test_members_are_added_to_those_there_and_leave_by_actor(cloud, team):
    user, bot = cloud.user(), cloud.bot(None)
    assert add(cloud, team, ("user", user["user_id"])).status_code == 200
    assert add(cloud, team, ("service_account", bot["id"]), ("user", user["user_id"])).status_code == 200
    assert actors(cloud, team) == {user["actor_id"], bot["actor_id"]}
    kinds = {member["id"]: member["type"] for member in cloud.get("GET", f"A/teams/{team['id']}")["memberships"]}
    assert kinds == {user["actor_id"]: "user", bot["actor_id"]: "service_account"}
    place = f"A/teams/{team['id']}/members"
    assert cloud.ask("DELETE", f"{place}/{user['user_id']}").status_code == 404
    assert cloud.ask("DELETE", f"{place}/{user['actor_id']}").status_code == 204
    assert actors(cloud, team) == {bot["actor_id"]}
    assert cloud.get("GET", f"A/account_memberships/by-bot/{bot['id']}")["teams"] == [
        {"id": team["id"], "name": team["name"]}
    ]


def test_a_member_must_exist(cloud, team):
    user = cloud.user()
    assert add(cloud, team, ("user", team["id"])).status_code == 404
    assert add(cloud, team, ("service_account", user["user_id"])).status_code == 404
    assert add(cloud, team, ("group", user["user_id"])).status_code == 422


def test_teams_are_filtered_by_member_and_workspace(cloud, team):
    user = cloud.user()
    add(cloud, team, ("user", user["user_id"]))

    def found(**body):
        return [one["id"] for one in cloud.get("POST", "A/teams/filter", body)]

    assert found(teams={"member_id": {"any_": [user["actor_id"]]}}) == [team["id"]]
    assert found(users={"id": {"any_": [user["user_id"]]}}) == [team["id"]]
    assert team["id"] not in found(teams={"workspace_id": {"any_": [cloud.workspace_id]}})
    cloud.get("PUT", "W/team_access/", [{"team_id": team["id"], "workspace_role_id": cloud.role_id("Viewer")}])
    assert team["id"] in found(teams={"workspace_id": {"any_": [cloud.workspace_id]}})
    places = cloud.get("GET", f"A/teams/{team['id']}")["workspaces"]
    assert [(place["workspace_handle"], place["workspace_role_name"]) for place in places] == [("main", "Viewer")]


def test_with_scim_people_come_from_the_directory(cloud, team):
    user, bot = cloud.user(), cloud.bot(None)
    add(cloud, team, ("user", user["user_id"]))
    cloud.control(scim_state="ENABLED")
    assert cloud.get("GET", "A")["scim_state"] == "ENABLED"
    refused = add(cloud, team, ("user", user["user_id"]))
    assert (refused.status_code, "SCIM" in refused.json()["detail"]) == (403, True)
    assert cloud.ask("DELETE", f"A/teams/{team['id']}/members/{user['actor_id']}").status_code == 403
    assert add(cloud, team, ("service_account", bot["id"])).status_code == 200
    assert cloud.ask("DELETE", f"A/teams/{team['id']}/members/{bot['actor_id']}").status_code == 204
    assert actors(cloud, team) == {user["actor_id"]}


def test_with_scim_a_team_of_the_directory_is_read_only(cloud, team, name):
    wanted = {"name": name, "workos_directory_group_id": "directory_group_1"}
    cloud.get("PUT", f"A/teams/{team['id']}", wanted)
    found = cloud.get("POST", "A/teams/filter", {"teams": {"directory_id": {"any_": ["directory_group_1"]}}})
    assert [one["id"] for one in found] == [team["id"]]
    cloud.control(scim_state="ENABLED")
    assert cloud.ask("PUT", f"A/teams/{team['id']}", {"name": f"{name}-2"}).status_code == 403
    assert cloud.ask("DELETE", f"A/teams/{team['id']}").status_code == 403
    cloud.control(scim_state="DISABLED")
    assert cloud.ask("DELETE", f"A/teams/{team['id']}").status_code == 204
