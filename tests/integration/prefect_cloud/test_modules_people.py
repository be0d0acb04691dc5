# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Account roles, members and invitations."""

from __future__ import annotations

import pytest


def member(cloud, email):
    query = {"account_memberships": {"email": {"like_": email}}}
    found = cloud.get("POST", "A/account_memberships/filter", query)
    return found[0] if found else None


@pytest.fixture
def role(cloud, name):
    """A custom account role."""
    cloud.lab("POST", "account_roles", {"name": name, "permissions": ["read:account"]})
    return name


def test_permissions_of_a_role_are_a_set(cycle, same, role):
    cycle("account_role", name=role, permissions=["read:bot", "read:account"])
    same("account_role", name=role, permissions=["read:account", "read:bot"])
    cycle("account_role", name=role, permissions=[])
    cycle("account_role", name=role, state="absent")


def test_account_roles_cannot_be_created_and_it_says_so(refused, name):
    said = refused("account_role", name=name, permissions=["read:account"])
    assert "has no API that creates account roles" in said
    assert "settings page" in said


@pytest.mark.parametrize("options", [{"permissions": ["read:account"]}, {"state": "absent"}])
def test_built_in_account_roles_are_left_alone(refused, options):
    assert "one of Prefect's own roles" in refused("account_role", name="Admin", **options)


def test_an_unknown_permission_is_refused(refused, role):
    assert "knows no permissions read:moon" in refused("account_role", name=role, permissions=["read:moon"])


def test_a_role_that_somebody_has_stays(cloud, refused, role):
    bot = cloud.bot(None, account_role=role)
    assert bot["name"] in refused("account_role", name=role, state="absent")


def test_a_member_gets_another_role_and_is_switched_off_and_on(cloud, cycle, email):
    user = cloud.user(email=email)
    cycle("account_member", email=email.upper(), account_role="Admin")
    done = cycle("account_member", email=email.lower(), active=False)
    assert done.result["diff"] == {
        "before": {"email": email, "active": True},
        "after": {"email": email, "active": False},
    }
    assert cloud.ask("GET", "A/workspaces/filter", key=user["api_key"]).status_code != 200
    cycle("account_member", email=email, active=True, account_role="Member")
    assert member(cloud, email)["account_role_name"] == "Member"


def test_a_member_leaves_the_account(cloud, cycle, same, email):
    cloud.user(email=email)
    cycle("account_member", email=email, state="absent")
    assert member(cloud, email) is None
    same("account_member", email=email, state="absent")


def test_nobody_is_made_a_member_here(refused, email):
    assert "Invite them with account_invitation" in refused("account_member", email=email, account_role="Member")


@pytest.mark.parametrize("options", [{"state": "absent"}, {"active": False}, {"account_role": "Member"}])
def test_the_user_whose_key_is_used_is_left_alone(refused, options):
    assert "whose key this task uses" in refused("account_member", email="Olivia@example.com", **options)


@pytest.mark.parametrize("options", [{"state": "absent"}, {"active": False}, {"account_role": "Member"}])
def test_the_last_owner_stays(cloud, refused, options):
    other = cloud.as_key(None, account_role="Owner")
    assert "the last active owner" in refused("account_member", email="olivia@example.com", api_key=other, **options)


def test_a_role_that_does_not_exist(refused, email, cloud):
    cloud.user(email=email)
    for module in ("account_member", "account_invitation"):
        address = email if module == "account_member" else f"x{email}"
        assert "there is no account role 'Moon'" in refused(module, email=address, account_role="Moon")


def pending(cloud, email):
    query = {"invitations": {"email": {"like_": email}, "status": {"any_": ["PENDING"]}}}
    return cloud.get("POST", "A/invitations/filter", query)


def test_an_invitation_is_sent_once_and_revoked(cloud, cycle, same, email):
    done = cycle("account_invitation", email=email, account_role="Member")
    assert done.result["account_invitation"]["status"] == "PENDING"
    same("account_invitation", email=email.upper(), account_role="Member")
    assert len(pending(cloud, email)) == 1
    cycle("account_invitation", email=email.lower(), state="absent")
    assert pending(cloud, email) == []
    same("account_invitation", email=email, state="absent")


def test_an_invitation_with_another_role_is_sent_anew(cloud, cycle, email):
    first = cycle("account_invitation", email=email, account_role="Member").result["account_invitation"]["id"]
    done = cycle("account_invitation", email=email, account_role="Admin")
    assert done.result["consequences"] == ["The pending invitation is revoked and sent anew"]
    assert [one["id"] for one in pending(cloud, email)] == [done.result["account_invitation"]["id"]]
    assert cloud.get("GET", f"A/invitations/{first}")["status"] == "REVOKED"


def test_a_member_needs_no_invitation(cloud, same, email):
    cloud.user(email=email)
    found = same("account_invitation", email=email.upper(), account_role="Admin")
    assert found.result["account_invitation"]["status"] == "MEMBER"
    same("account_invitation", email=email, state="absent")
    assert member(cloud, email)["account_role_name"] == "Member"


def test_who_was_invited_and_joined_is_no_change(cloud, cycle, same, email):
    cycle("account_invitation", email=email, account_role="Admin")
    cloud.user(email=email)
    same("account_invitation", email=email, account_role="Admin")
    same("account_member", email=email, account_role="Admin", active=True)


def test_members_are_read_to_the_last_page(cloud, run):
    """The other owner is behind the first page of 200."""
    for number in range(205):
        cloud.lab("POST", "members", {"email": f"crowd-{number}@example.com"})
    late = cloud.user(email="late-owner@example.com", account_role="Owner")
    key = cloud.as_key(None, account_role="Owner")
    cloud.requests(reset=True)
    ran = run("account_member", check_mode=True, email="olivia@example.com", active=False, api_key=key)
    assert ran.result["changed"] is True
    assert sum(count for sent, count in cloud.requests().items() if sent.endswith("account_memberships/filter")) > 2
    cloud.get("DELETE", f"A/account_memberships/{late['membership_id']}")
