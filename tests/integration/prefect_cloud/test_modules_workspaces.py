# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Workspaces, the roles in them, and who has one."""

from __future__ import annotations

import pytest


def workspace(cloud, handle):
    found = cloud.get("POST", "A/workspaces/filter", {"workspaces": {"handle": {"any_": [handle]}}})
    return found[0] if found else None


def role(cloud, name):
    return cloud.get("POST", "A/workspace_roles/filter", {"workspace_roles": {"name": {"any_": [name]}}})[0]


def test_a_workspace_comes_and_goes(cloud, cycle, name):
    cycle("workspace", handle=name, name="New", description="What for", default_workspace_role="Viewer")
    assert workspace(cloud, name)["default_workspace_role_id"] == cloud.role_id("Viewer")
    cycle("workspace", handle=name, name="Newer")
    assert workspace(cloud, name)["description"] == "What for"
    cycle("workspace", handle=name, description="", default_workspace_role="")
    found = workspace(cloud, name)
    assert (found["name"], found["description"], found["default_workspace_role_id"]) == ("Newer", "", None)
    done = cycle("workspace", handle=name, state="absent", delete_content=True)
    assert "is removed with all that is in it" in done.result["consequences"][0]
    assert workspace(cloud, name) is None


def test_a_workspace_is_removed_when_told_twice(cloud, refused, run, name):
    run("workspace", handle=name, name="New")
    assert "Set delete_content: true" in refused("workspace", handle=name, state="absent")
    assert workspace(cloud, name)
    run("workspace", handle=name, state="absent", delete_content=True)


@pytest.mark.parametrize("handle", ["", "Upper", "two--dashes", "a_b", "-a"])
def test_handles_that_no_server_takes(refused, handle):
    assert "a handle is made of" in refused("workspace", handle=handle, name="x")


def test_the_name_is_needed_to_create(refused, name):
    assert "these options are needed to create it: name" in refused("workspace", handle=name)


def test_scopes_are_a_set_beside_those_that_are_inherited(cloud, cycle, same, name):
    cycle(
        "workspace_role", name=name, description="x", scopes=["run_flows", "run_deployments"], inherited_role="Viewer"
    )
    assert "see_flows" in role(cloud, name)["scopes"]
    for _often in range(3):
        # the server returns them in another order each time
        same("workspace_role", name=name, scopes=["run_deployments", "run_flows"], inherited_role="Viewer")
    cycle("workspace_role", name=name, description="")
    assert {"run_flows", "run_deployments"} <= set(role(cloud, name)["scopes"])
    cycle("workspace_role", name=name, scopes=["run_flows"])
    cycle("workspace_role", name=name, inherited_role="")
    assert role(cloud, name)["scopes"] == ["run_flows"]
    cycle("workspace_role", name=name, scopes=[])
    cycle("workspace_role", name=name, state="absent")


def test_scopes_that_are_inherited_or_unknown_are_refused(refused, name):
    said = refused("workspace_role", name=name, scopes=["see_flows", "run_flows"], inherited_role="Viewer")
    assert "it has see_flows already from the role 'Viewer'" in said
    assert "knows no scopes see_moon" in refused("workspace_role", name=name, scopes=["see_moon"])
    assert "more than the 140" in refused("workspace_role", name=name, description="x" * 141)


@pytest.mark.parametrize("options", [{"description": "x"}, {"state": "absent"}])
def test_built_in_workspace_roles_are_left_alone(refused, options):
    assert "one of Prefect's own roles" in refused("workspace_role", name="Viewer", **options)


def test_a_role_in_use_stays(cloud, run, name):
    run("workspace_role", name=name, scopes=["run_flows"])
    run("workspace_access", service_account=cloud.bot(None)["name"], role=name)
    result = run("workspace_role", name=name, state="absent").result
    assert result["error"]["kind"] == "Conflict"
    assert "is in use" in result["msg"]


@pytest.fixture(params=["user", "service_account", "team"])
def holder(request, cloud, name):
    """Somebody without access, as an option."""
    if request.param == "user":
        cloud.user(email=f"{name}@example.com")
        return {"user": f"{name.upper()}@example.com"}
    if request.param == "team":
        cloud.get("POST", "A/teams/", {"name": name})
    else:
        cloud.bot(None, name=name)
    return {request.param: name}


def test_access_is_given_changed_and_taken_away(cycle, same, run, holder, name):
    run("workspace", handle=name, name="Other")
    cycle("workspace_access", role="Developer", **holder)
    cycle("workspace_access", role="Viewer", workspace=name, **holder)
    done = cycle("workspace_access", role="Runner", **holder)
    assert done.result["diff"]["after"]["role"] == "Runner"
    same("workspace_access", role="Viewer", workspace=name, **holder)
    same("workspace_access", role="Runner", workspace="main", **holder)
    cycle("workspace_access", state="absent", **holder)
    same("workspace_access", role="Viewer", workspace=name, **holder)
    cycle("workspace_access", state="absent", workspace=name, **holder)
    run("workspace", handle=name, state="absent", delete_content=True)


def test_access_works(cloud, run, name):
    key = cloud.as_key(None, name=name)
    assert cloud.ask("POST", "W/webhooks/filter", {}, key=key).status_code == 403
    run("workspace_access", service_account=name, role="Viewer")
    assert cloud.ask("POST", "W/webhooks/filter", {}, key=key).status_code == 200


def test_whose_access(refused, run, name):
    said = refused("workspace_access", user="nobody@example.com", role="Viewer")
    assert "there is no account member 'nobody@example.com'" in said
    assert "one of the following is required" in refused("workspace_access", role="Viewer")
    assert "mutually exclusive" in refused("workspace_access", user="a@example.com", team="t", role="Viewer")
    assert "needed to create it: role" in refused("workspace_access", user="mia@example.com")
    found = run("workspace_access", check_mode=True, service_account=name, role="Viewer").result
    assert found["predicted"] == [f"service account {name}"]
    assert run("workspace_access", service_account=name, state="absent").result["changed"] is False


def test_the_workspace_has_to_be_known(cloud, refused, cycle, run, name):
    cloud.bot(None, name=name)
    account = cloud.url_of().partition("/workspaces/")[0]
    options = {"api_url": account, "service_account": name, "role": "Viewer"}
    assert "api_url names an account and no workspace" in refused("workspace_access", **options)
    cycle("workspace_access", workspace="main", **options)
    assert run("workspace_access", workspace="no-such", state="absent", **options).result["changed"] is False
