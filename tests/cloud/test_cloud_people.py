# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a key says about its holder."""

from __future__ import annotations

import datetime

import pytest


def test_no_key_a_wrong_key_and_another_scheme_are_refused(cloud):
    for key in ("", "pnu_wrong", f"{cloud.owner_key}x"):
        answer = cloud.ask("GET", "A", key=key)
        assert (answer.status_code, answer.json()["detail"]) == (401, "Invalid authentication credentials")


def test_a_key_is_asked_for_before_anything_else(cloud):
    assert cloud.ask("POST", "A/bots/", {"name": 1}, key="wrong").status_code == 401
    assert cloud.ask("GET", "accounts/00000000-0000-0000-0000-000000000000", key="wrong").status_code == 401


def test_an_account_that_is_not_there(cloud):
    answer = cloud.ask("GET", "accounts/00000000-0000-0000-0000-000000000000/settings")
    assert (answer.status_code, answer.json()) == (404, {"detail": "Account not found"})


def test_me_is_a_person(cloud):
    assert cloud.get("GET", "me/")["email"] == "olivia@example.com"
    assert cloud.ask("GET", "me/", key=cloud.as_key(None)).status_code == 403
    assert cloud.get("GET", "me/accounts")[0]["account_role_name"] == "Owner"
    assert "update:billing" in cloud.get("GET", f"me/accounts/{cloud.account_id}/permissions")


def test_the_scopes_of_each_role_hold_those_of_the_weaker(cloud):
    def scopes(role):
        return set(cloud.get("GET", f"me/workspaces/{cloud.workspace_id}/scopes", key=cloud.as_key(role)))

    viewer, runner, developer, owner, worker = map(scopes, ("Viewer", "Runner", "Developer", "Owner", "Worker"))
    assert viewer < runner < developer < owner
    assert "write_variables" not in worker
    assert {"see_work_queues", "write_workers", "see_work_pools"} <= worker
    assert owner == {scope["name"] for scope in cloud.get("GET", "workspace_scopes")}


def test_the_catalogues_are_whole(cloud):
    assert len(cloud.get("GET", "workspace_scopes")) == 61
    assert len(cloud.get("GET", "accounts/permissions")) == 47


def test_a_person_makes_and_deletes_keys(cloud):
    user = cloud.user()
    place = f"users/{user['user_id']}/api_keys"
    key = user["api_key"]
    made = cloud.get("POST", place, {"name": "laptop"}, key=key)
    assert made["key"].startswith("pnu_")
    assert {one["name"] for one in cloud.get("GET", place, key=key)} == {"lab", "laptop"}
    assert [one["id"] for one in cloud.get("GET", "me/api_keys?name=laptop", key=key)] == [made["id"]]
    assert cloud.get("GET", f"{place}/{made['id']}", key=made["key"])["masked_key"] == f"pnu_...{made['key'][-4:]}"
    assert cloud.ask("DELETE", f"{place}/{made['id']}", key=made["key"]).status_code == 204
    assert cloud.ask("GET", place, key=made["key"]).status_code == 401


def test_a_persons_key_expires(cloud):
    user = cloud.user()
    past = (datetime.datetime.now(datetime.UTC) - datetime.timedelta(seconds=1)).isoformat()
    wanted = {"name": "old", "expiration": past}
    made = cloud.get("POST", f"users/{user['user_id']}/api_keys", wanted, key=user["api_key"])
    assert cloud.ask("GET", "me/", key=made["key"]).status_code == 401


def test_keys_are_their_owners_alone(cloud):
    user = cloud.user()
    assert cloud.ask("GET", f"users/{user['user_id']}/api_keys").status_code == 403
    assert cloud.ask("POST", f"users/{user['user_id']}/api_keys", {"name": "x"}).status_code == 403
    assert cloud.ask("PATCH", f"users/{user['user_id']}", {"title": "Dr"}).status_code == 403


def test_a_person_changes_the_own_profile(cloud):
    user = cloud.user()
    place, key = f"users/{user['user_id']}", user["api_key"]
    assert cloud.ask("PATCH", place, {"first_name": "Ada", "title": "Dr"}, key=key).status_code == 204
    read = cloud.get("GET", place, key=key)
    assert (read["first_name"], read["title"], read["actor_id"]) == ("Ada", "Dr", user["actor_id"])
    assert cloud.ask("PATCH", place, {"handle": "olivia"}, key=key).status_code == 409


@pytest.mark.parametrize(
    ("path", "body", "where"),
    [
        ("A/bots/", {"name": "x", "colour": "red"}, "colour"),
        ("A/bots/", {"name": ["x"]}, "name"),
        ("A/bots/", {}, "name"),
        ("A/bots/filter", {"service_accounts": {"title": {}}}, "title"),
        ("A/teams/", {"name": "x", "members": []}, "members"),
        ("A/workspace_roles/", {"name": "x", "scopes": "all"}, "scopes"),
        ("W/webhooks/", {"name": "x"}, "template"),
        ("A/account_memberships/filter", {"sort": "UP"}, "sort"),
        ("A/account_memberships/filter", {"offset": -1}, "offset"),
    ],
)
def test_a_wrong_body_says_where_and_comes_back_whole(cloud, path, body, where):
    answer = cloud.ask("POST", path, body)
    assert answer.status_code == 422
    said = answer.json()
    assert said["request_body"] == body
    assert where in [step for complaint in said["exception_detail"] for step in complaint["loc"]]
