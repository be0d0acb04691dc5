# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The account: profile, settings, domains, allowlist, roles, members, invitations."""

from __future__ import annotations

import uuid

import pytest
import requests


class From(requests.adapters.HTTPAdapter):
    """Connections from another address of this machine."""

    def init_poolmanager(self, *arguments: object, **options: object) -> None:
        super().init_poolmanager(*arguments, source_address=("127.0.0.5", 0), **options)


def role(cloud, name):
    found = cloud.get("POST", "A/account_roles/filter", {"account_roles": {"name": {"any_": [name]}}})
    return found[0]["id"]


def admins_key(cloud):
    return cloud.as_key(None, account_role="Admin")


def test_the_profile_changes_by_field(cloud):
    before = cloud.get("GET", "A")
    assert (before["handle"], before["scim_state"]) == ("example", "DISABLED")
    assert cloud.ask("PATCH", "A", {"location": "Basel", "link": "https://example.com/"}).status_code == 204
    after = cloud.get("GET", "A")
    assert (after["location"], after["link"], after["name"]) == ("Basel", "https://example.com/", before["name"])


def test_settings_change_by_field(cloud):
    assert cloud.ask("PATCH", "A/settings", {"ai_log_summaries": True}).status_code == 204
    assert cloud.get("GET", "A/settings")["ai_log_summaries"] is True
    assert cloud.get("GET", "A")["settings"]["managed_execution"] is True
    assert cloud.ask("PATCH", "A/settings", {"settings": {}}).status_code == 422
    cloud.get("PATCH", "A/settings", {"ai_log_summaries": False})


def test_domains_are_replaced(cloud):
    assert cloud.ask("PATCH", "A/domains", {"domain_names": ["example.com", "example.org"]}).status_code == 204
    assert [domain["name"] for domain in cloud.get("GET", "A/domains")] == ["example.com", "example.org"]
    cloud.get("PATCH", "A/domains", {"domain_names": []})


def test_the_allowlist_never_locks_its_writer_out(cloud):
    elsewhere = {"ip_network": "192.0.2.0/24", "enabled": True, "description": "office"}
    here = {"ip_network": "127.0.0.0/8", "enabled": True, "description": "lab"}
    assert cloud.ask("PUT", "A/ip_allowlist", {"entries": [elsewhere]}).status_code == 204
    assert cloud.get("GET", "A/ip_allowlist/my_access")["allowed"] is False
    assert cloud.ask("PATCH", "A/settings", {"enforce_ip_allowlist": True}).status_code == 422
    cloud.get("PUT", "A/ip_allowlist", {"entries": [elsewhere, here]})
    assert cloud.get("GET", "A/ip_allowlist/my_access")["allowed"] is True
    cloud.get("PATCH", "A/settings", {"enforce_ip_allowlist": True})
    for entries in ([elsewhere], [elsewhere, {**here, "enabled": False}], []):
        assert cloud.ask("PUT", "A/ip_allowlist", {"entries": entries}).status_code == 422
    assert [entry["ip_network"] for entry in cloud.get("GET", "A/ip_allowlist")["entries"]] == [
        "192.0.2.0/24",
        "127.0.0.0/8",
    ]
    cloud.get("PATCH", "A/settings", {"enforce_ip_allowlist": False})
    cloud.get("PUT", "A/ip_allowlist", {"entries": []})


def test_the_allowlist_is_checked(cloud):
    entry = {"ip_network": "192.0.2.1", "enabled": True}
    assert cloud.ask("PUT", "A/ip_allowlist", {"entries": [{**entry, "ip_network": "office"}]}).status_code == 422
    assert cloud.ask("PUT", "A/ip_allowlist", {"entries": [entry, entry]}).status_code == 422
    many = [{**entry, "ip_network": f"192.0.2.{number}"} for number in range(26)]
    assert cloud.ask("PUT", "A/ip_allowlist", {"entries": many}).status_code == 422
    assert cloud.ask("PUT", "A/ip_allowlist", {"entries": many[:25]}).status_code == 204
    cloud.get("PUT", "A/ip_allowlist", {"entries": []})


def test_who_is_not_on_the_enforced_list_is_refused(cloud):
    home = {"ip_network": "127.0.0.1/32", "enabled": True}
    cloud.get("PUT", "A/ip_allowlist", {"entries": [home]})
    cloud.get("PATCH", "A/settings", {"enforce_ip_allowlist": True})
    try:
        with requests.Session() as elsewhere:
            elsewhere.mount("http://", From())
            headers = {"Authorization": f"Bearer {cloud.owner_key}"}
            answer = elsewhere.get(f"{cloud.base_url}/api/accounts/{cloud.account_id}", headers=headers, timeout=30)
        assert (answer.status_code, "127.0.0.5" in answer.json()["detail"]) == (403, True)
        seen = cloud.get("GET", "A/ip_allowlist")["entries"][0]["last_seen"]
        assert seen is not None
    finally:
        cloud.get("PATCH", "A/settings", {"enforce_ip_allowlist": False})
        cloud.get("PUT", "A/ip_allowlist", {"entries": []})


def test_built_in_account_roles_stay(cloud):
    names = [one["name"] for one in cloud.get("POST", "A/account_roles/filter") if one["is_system_role"]]
    assert names == ["Owner", "Admin", "Member"]
    owner = role(cloud, "Owner")
    assert cloud.ask("PATCH", f"A/account_roles/{owner}", {"name": "Boss"}).status_code == 403
    assert cloud.ask("DELETE", f"A/account_roles/{owner}").status_code == 403
    assert cloud.ask("POST", "A/account_roles/", {"name": "x", "permissions": []}).status_code in (404, 405)


def test_a_custom_account_role_counts(cloud, name):
    made = cloud.lab("POST", "account_roles", {"name": name, "permissions": ["read:account", "read:bot"]})
    bot = cloud.bot(None, account_role=name)
    key = bot["api_key"]["key"]
    assert cloud.ask("POST", "A/bots/filter", {}, key=key).status_code == 200
    cloud.get("PATCH", f"A/account_roles/{made['id']}", {"permissions": ["read:account"]})
    assert cloud.ask("POST", "A/bots/filter", {}, key=key).status_code == 403
    assert cloud.ask("PATCH", f"A/account_roles/{made['id']}", {"permissions": ["fly:account"]}).status_code == 422
    assert cloud.ask("DELETE", f"A/account_roles/{made['id']}").status_code == 409
    cloud.get("DELETE", f"A/bots/{bot['id']}")
    assert cloud.ask("DELETE", f"A/account_roles/{made['id']}").status_code == 204


def test_members_are_filtered(cloud, name):
    user = cloud.user(email=f"{name}@example.com", first_name="Zoe", last_name="Zimmer")
    bot = cloud.bot(None)

    def found(**body):
        return [one["id"] for one in cloud.get("POST", "A/account_memberships/filter", body)]

    by_email = {"email": {"any_": [f"{name}@example.com"]}}
    assert found(account_memberships=by_email) == [user["membership_id"]]
    assert found(account_memberships={**by_email, "actor_id": {"any_": [bot["actor_id"]]}}) == []
    either = {"operator": "or_", **by_email, "actor_id": {"any_": [bot["actor_id"]]}}
    assert len(found(account_memberships=either)) == 2
    assert user["membership_id"] in found(only_users=True)
    assert user["membership_id"] not in found(only_bots=True)
    assert found(account_memberships={"name": {"like_": "zoe zim"}}) == [user["membership_id"]]
    assert found(sort="NAME_DESC", only_users=True)[0] == user["membership_id"]
    assert cloud.get("POST", "A/account_memberships/count", {"account_memberships": by_email}) == 1
    assert cloud.get("POST", "A/account_memberships/count", {"filter": by_email}) == 1


def test_a_membership_is_read_by_its_user_and_by_its_bot(cloud):
    user, bot = cloud.user(), cloud.bot(None)
    by_user = cloud.get("GET", f"A/account_memberships/by-user/{user['user_id']}")
    assert by_user == cloud.get("GET", f"A/account_memberships/{user['membership_id']}")
    by_bot = cloud.get("GET", f"A/account_memberships/by-bot/{bot['id']}")
    assert (by_bot["user_id"], by_bot["handle"]) == (None, bot["name"])


def test_who_is_switched_off_is_out_until_switched_on(cloud):
    users = [cloud.user("Viewer") for turn in range(2)]
    wanted = {"membership_ids": [user["membership_id"] for user in users], "active": False}
    assert cloud.ask("POST", "A/account_memberships/set_active", wanted).status_code == 204
    assert [cloud.ask("GET", "A", key=user["api_key"]).status_code for user in users] == [403, 403]
    assert cloud.ask("GET", "me/workspaces", key=users[0]["api_key"]).json() == []
    listed = cloud.get("POST", "A/account_memberships/filter", {"active": False})
    assert {one["id"] for one in listed} >= set(wanted["membership_ids"])
    one = f"A/account_memberships/{users[0]['membership_id']}/active"
    assert cloud.ask("PATCH", one, {"active": True}).status_code == 204
    assert cloud.ask("GET", "A", key=users[0]["api_key"]).status_code == 200


def test_a_member_leaves_with_all_access(cloud, name):
    user = cloud.user("Developer")
    team = cloud.get("POST", "A/teams/", {"name": name})
    member = {"member_id": user["user_id"], "member_type": "user"}
    cloud.get("PUT", f"A/teams/{team['id']}/members", {"members": [member]})
    assert cloud.ask("DELETE", f"A/account_memberships/{user['membership_id']}").status_code == 204
    assert cloud.get("GET", f"A/teams/{team['id']}")["memberships"] == []
    accesses = cloud.get("POST", "W/user_access/filter")
    assert user["user_id"] not in [access["user_id"] for access in accesses]
    assert cloud.ask("GET", "A", key=user["api_key"]).status_code == 403


def test_the_last_owner_stays(cloud):
    owner = cloud.get("POST", "A/account_memberships/filter", {"account_memberships": {"handle": {"any_": ["olivia"]}}})
    place = f"A/account_memberships/{owner[0]['id']}"
    assert cloud.ask("PATCH", place, {"account_role_id": role(cloud, "Member")}).status_code == 409
    assert cloud.ask("PATCH", f"{place}/active", {"active": False}).status_code == 409
    assert cloud.ask("DELETE", place).status_code == 409


def test_an_admin_makes_nobody_an_owner(cloud):
    key, user = admins_key(cloud), cloud.user()
    place = f"A/account_memberships/{user['membership_id']}"
    assert cloud.ask("PATCH", place, {"account_role_id": role(cloud, "Owner")}, key=key).status_code == 403
    assert cloud.ask("PATCH", place, {"account_role_id": role(cloud, "Admin")}, key=key).status_code == 204
    invitation = [{"email": "boss@example.com", "account_role_id": role(cloud, "Owner")}]
    assert cloud.ask("POST", "A/invitations/", invitation, key=key).status_code == 403


def test_invitations_are_made_in_one_go_and_revoked(cloud, name):
    emails = [f"{name}-{number}@example.com" for number in range(2)]
    wanted = [{"email": email, "account_role_id": role(cloud, "Member")} for email in emails]
    made = cloud.ask("POST", "A/invitations/", wanted)
    assert made.status_code == 201
    assert [one["status"] for one in made.json()] == ["PENDING", "PENDING"]
    assert cloud.ask("POST", "A/invitations/", wanted[:1]).status_code == 409
    pending = {"invitations": {"status": {"any_": ["PENDING"]}, "email": {"like_": name}}}
    assert [one["email"] for one in cloud.get("POST", "A/invitations/filter", pending)] == emails
    assert cloud.get("POST", "A/invitations/count", pending) == 2
    first = f"A/invitations/{made.json()[0]['id']}"
    assert cloud.ask("POST", f"{first}/revoke").status_code == 204
    assert cloud.get("GET", first)["status"] == "REVOKED"
    assert cloud.ask("POST", f"{first}/revoke").status_code == 409
    assert cloud.get("POST", "A/invitations/count", pending) == 1


def test_an_invitation_that_is_accepted_gives_its_role(cloud, name):
    email = f"{name}@example.com"
    made = cloud.get("POST", "A/invitations/", [{"email": email, "account_role_id": role(cloud, "Admin")}])[0]
    user = cloud.user(email=email)
    assert cloud.get("GET", f"A/invitations/{made['id']}")["status"] == "ACCEPTED"
    assert cloud.get("GET", f"A/account_memberships/{user['membership_id']}")["account_role_name"] == "Admin"
    assert (
        cloud.ask("POST", "A/invitations/", [{"email": email, "account_role_id": role(cloud, "Admin")}]).status_code
        == 409
    )


@pytest.mark.parametrize("email", ["nobody", "a b@example.com", ""])
def test_an_invitation_needs_an_address(cloud, email):
    wanted = [{"email": email, "account_role_id": role(cloud, "Member")}]
    assert cloud.ask("POST", "A/invitations/", wanted).status_code == 422


def test_a_member_reads_but_manages_nothing(cloud):
    key = cloud.as_key(None)
    assert cloud.ask("GET", "A", key=key).status_code == 200
    assert cloud.ask("POST", "A/account_memberships/filter", {}, key=key).status_code == 200
    refused = [
        ("PATCH", "A", {"name": "x"}),
        ("POST", "A/bots/", {"name": "x"}),
        ("POST", "A/teams/", {"name": "x"}),
        ("POST", "A/workspaces/", {"name": "x", "handle": "x"}),
        ("POST", "A/invitations/", []),
        ("POST", "A/events/filter", {}),
        ("GET", "A/ip_allowlist", None),
        ("POST", "A/workspace_roles/", {"name": "x"}),
        ("DELETE", f"A/account_memberships/{uuid.uuid4()}", None),
    ]
    for method, path, body in refused:
        answer = cloud.ask(method, path, body, key=key)
        assert (answer.status_code, path) == (403, path)
        assert answer.json()["detail"].startswith("Missing account permission: ")
