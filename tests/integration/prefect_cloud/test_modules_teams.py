# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Teams and who is in them, with a directory behind them and without."""

from __future__ import annotations

import pytest


def team(cloud, name):
    return cloud.get("POST", "A/teams/filter", {"teams": {"name": {"any_": [name]}}})[0]


def members(cloud, name):
    return sorted(member["email"] or member["name"] for member in team(cloud, name)["memberships"])


@pytest.fixture
def people(cloud, name):
    """Three users: their addresses."""
    addresses = [f"{letter}-{name}@example.com" for letter in "abc"]
    for address in addresses:
        cloud.user(email=address)
    return addresses


def test_a_team_comes_and_goes(cloud, cycle, name):
    cycle("team", name=name, description="Who they are")
    cycle("team", name=name, description="")
    assert team(cloud, name)["description"] == ""
    cycle("team", name=name, state="absent")


def test_a_change_keeps_the_tie_to_the_directory(cloud, cycle, name):
    cycle("team", name=name)
    made = team(cloud, name)
    tie = {"name": name, "workos_directory_group_id": "directory_group_1"}
    cloud.get("PUT", f"A/teams/{made['id']}", tie)
    cycle("team", name=name, description="changed")
    assert team(cloud, name)["workos_directory_group_id"] == "directory_group_1"


def test_access_that_goes_with_a_team_is_said(run, name):
    run("team", name=name)
    run("workspace_access", team=name, role="Viewer")
    promised, done = (run("team", check_mode=check, name=name, state="absent").result for check in (True, False))
    assert promised["consequences"] == done["consequences"]
    assert done["consequences"] == [f"The access of team '{name}' to the workspaces main goes with it"]


def test_a_team_of_the_directory_is_left_alone(cloud, refused, run, name):
    run("team", name=name)
    tie = {"name": name, "workos_directory_group_id": "directory_group_2"}
    cloud.get("PUT", f"A/teams/{team(cloud, name)['id']}", tie)
    cloud.control(scim_state="ENABLED")
    for options in ({"description": "x"}, {"state": "absent"}):
        assert "from the account's directory (SCIM)" in refused("team", name=name, **options)


def test_members_are_added_removed_and_set(cloud, cycle, same, run, people, name):
    run("team", name=name)
    bot = cloud.bot(None)["name"]
    cycle("team_members", team=name, users={"add": [people[0].upper(), people[1]]}, service_accounts={"add": [bot]})
    assert members(cloud, name) == sorted([people[0], people[1], bot])
    same("team_members", team=name, users={"add": [people[1]], "remove": ["nobody@example.com"]})
    done = cycle("team_members", team=name, users={"set": [people[1], people[2]]})
    assert done.result["diff"]["before"] == {"team": name, "users": people[:2]}
    assert done.result["diff"]["after"] == {"team": name, "users": people[1:]}
    cycle("team_members", team=name, users={"remove": [people[1].title()]})
    assert members(cloud, name) == sorted([people[2], bot])
    cycle("team_members", team=name, users={"set": []}, service_accounts={"set": []})
    assert members(cloud, name) == []


def test_removal_goes_by_the_actor(cloud, run, people, name):
    run("team", name=name)
    run("team_members", team=name, users={"set": people})
    cloud.requests(reset=True)
    run("team_members", team=name, users={"remove": [people[0]]})
    assert cloud.requests()["DELETE /api/accounts/{id}/teams/{id}/members/{id}"] == 1
    assert members(cloud, name) == people[1:]


def test_who_is_no_member_of_the_account_is_refused(refused, run, name):
    run("team", name=name)
    said = refused("team_members", team=name, users={"add": ["nobody@example.com"]})
    assert "there is no account member 'nobody@example.com'" in said


def test_in_check_mode_the_team_may_be_about_to_come(run, name):
    options = {"team": name, "users": {"add": ["mia@example.com"]}}
    assert run("team_members", check_mode=True, **options).result["predicted"] == [f"team {name}"]
    assert f"there is no team '{name}'" in run("team_members", **options).result["msg"]


def test_with_a_directory_users_are_refused_and_service_accounts_are_not(cloud, cycle, refused, run, people, name):
    run("team", name=name)
    run("team_members", team=name, users={"set": people[:1]})
    cloud.control(scim_state="ENABLED")
    for users in ({"add": people}, {"set": []}):
        assert "service accounts may be changed here" in refused("team_members", team=name, users=users)
    cycle("team_members", team=name, service_accounts={"set": [cloud.bot(None)["name"]]})
    # what is as wanted is no change, whoever governs it
    assert run("team_members", team=name, users={"set": people[:1]}).result["changed"] is False
