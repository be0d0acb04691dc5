# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the account of the task may not read is not taken for empty: nothing is written over it, and nobody is told that
all is well."""

from __future__ import annotations

import secrets

import pytest
from ad_support.privileges import Stage
from ad_support.runner import Step
from ansible_collections.flowops.prefect.plugins.module_utils._ad import security_descriptor as sd


@pytest.fixture
def stage(eye, administrator, place, unique):
    """What a test needs to set up."""
    return Stage(eye, administrator, place, unique)


@pytest.fixture
def foreign(administrator, place, unique):
    """The same, with objects that belong to an administrator: an owner may always read permissions."""
    return Stage(administrator, administrator, place, unique)


@pytest.fixture
def owned(target):
    """Owner, purpose and ticket."""
    return {"owner": target.other_user, "purpose": "Nightly loads", "ticket": "CHG-1"}


@pytest.fixture
def account(place, unique, owned):
    """Options of a new managed account, and its DN."""
    name = f"g{unique}"
    return {"name": name, "path": place, "dns_hostname": f"{name}.lab.test", **owned}, f"CN={name},{place}"


@pytest.fixture
def fallback(place, unique, owned):
    """Options of a new user account, and its DN."""
    name, password = f"u{unique}", f"Aa1{secrets.token_urlsafe(20)}"
    return {"name": name, "path": place, "type": "user", "account_password": password, **owned}, f"CN={name},{place}"


def refused(run, administrator, dn, module, attribute, *steps):
    """Each of the runs fails in both modes, names object and attribute, and leaves the object as it is."""
    before = administrator.get(dn, "*")
    for options in steps:
        for check in (True, False):
            message = run.error(module, check=check, **options)
            assert dn in message
            assert f"'{attribute}'" in message
            assert f"Grant it the right to read '{attribute}'" in message
    assert administrator.get(dn, "*") == before


def test_members(run, administrator, stage, target):
    group = stage.group("g", stage.eye.dn_of(target.other_user), stage.eye.dn_of(f"{target.computers[0]}$"))
    stage.hide(group, "member")
    every = ({"set": []}, {"set": [f"{target.computers[1]}$"]}, {"add": ["S-1-5-11"]}, {"remove": [target.other_user]})
    for module in ("ad_group_members", "ad_group"):
        steps = [{"identity": group, "members": members} for members in every]
        refused(run, administrator, group, module, "member", *steps)
    assert run.one("ad_group", identity=group, description="what is not asked about may stay hidden")["changed"]
    (result,) = run.all(Step("ad_objects", {"objects": {"group_members": [steps[0]]}}))
    assert result["failed"]
    assert "may not read 'member'" in result["msg"]


def test_notes_of_which_only_the_ticket_is_ours(run, administrator, stage, account):
    options, dn = account
    run.one("ad_service_account", **options)
    stage.eye.set(dn, "info", "Ticket: CHG-1\r\nCall Bob before touching this")
    stage.hide(dn, "info")
    refused(run, administrator, dn, "ad_service_account", "info", options)


def test_who_may_retrieve_the_password(run, administrator, stage, account, target):
    options, dn = account
    first, second = (f"{name}$" for name in target.computers)
    run.one("ad_service_account", **options, principals_allowed_to_retrieve={"set": [first]})
    stage.hide(dn, "msDS-GroupMSAMembership")
    every = ({"add": [second]}, {"set": []}, {"remove": [first]})
    steps = [{**options, "principals_allowed_to_retrieve": verbs} for verbs in every]
    refused(run, administrator, dn, "ad_service_account", "msDS-GroupMSAMembership", *steps)


def test_encryption_types_whose_other_bits_have_to_stay(run, administrator, stage, account):
    options, dn = account
    run.one("ad_service_account", **options)
    stage.eye.set(dn, "msDS-SupportedEncryptionTypes", str(0x50000 | 28))
    stage.hide(dn, "msDS-SupportedEncryptionTypes")
    refused(run, administrator, dn, "ad_service_account", "msDS-SupportedEncryptionTypes", options)


def test_service_principal_names(run, administrator, stage, account):
    options, dn = account
    wanted = {**options, "service_principal_names": {"set": [f"HTTP/{options['dns_hostname']}"]}}
    run.one("ad_service_account", **wanted)
    stage.hide(dn, "servicePrincipalName")
    refused(run, administrator, dn, "ad_service_account", "servicePrincipalName", wanted)


def test_the_age_of_a_password(run, administrator, stage, fallback):
    options, dn = fallback
    run.one("ad_service_account", **options)
    stage.hide(dn, "pwdLastSet")
    renewed = {**options, "update_password": "when_older", "password_max_age": 300}
    refused(run, administrator, dn, "ad_service_account", "pwdLastSet", renewed)
    assert run.one("ad_service_account", **options)["changed"] is False


def test_without_the_descriptor_nobody_can_tell(run, stage, foreign, target):
    group = foreign.group("g")
    stage.hide(group, permissions=True)
    message = run.error("ad_group_members", identity=group, members={"set": []})
    assert "may not read 'member' or the object's permissions" in message
    assert "the right 'read permissions'" in message
    stage.join(group, stage.eye.dn_of(target.other_user))
    assert run.one("ad_group_members", identity=group, members={"set": [target.other_user]})["changed"] is False


@pytest.mark.parametrize("module", ["ad_service_account", "ad_objects"])
def test_the_groups_of_a_service_account(module, run, stage, account):
    options, dn = account
    run.one("ad_service_account", **options)
    wanted = options if module == "ad_service_account" else {"objects": {"service_accounts": [options]}}
    stage.hide(dn, "memberOf")
    message = run.error(module, **wanted)
    assert "its 'memberOf' may be hidden, so whether it is in a privileged group cannot be told" in message
    switched_off = run.one("ad_service_account", **options, enabled=False)
    assert "'memberOf' may be hidden" in switched_off["consequences"][0]


@pytest.mark.parametrize("hidden", [{"attributes": ["memberOf"]}, {"permissions": True}])
def test_a_group_on_the_way_that_hides_what_it_is_in(hidden, run, stage, foreign, account):
    options, dn = account
    run.one("ad_service_account", **options)
    inner = foreign.group("inner", dn)
    stage.hide(inner, *hidden.get("attributes", ()), permissions=hidden.get("permissions", False))
    message = run.error("ad_service_account", **options)
    assert f"it is in the group '{stage.name('inner')}', and whether that is privileged" in message
    for named in (stage.name("inner"), inner):
        assert run.one("ad_service_account", **options, allow_privileged=[named])["changed"] is False


def test_an_empty_name_allows_nothing(run, account):
    options, _dn = account
    message = run.error("ad_service_account", **options, allow_privileged=["Domain Admins", ""])
    assert "Cannot set 'allow_privileged'" in message


def test_bits_that_say_whether_delegation_is_unconstrained(run, stage, account):
    options, dn = account
    run.one("ad_service_account", **options)
    stage.hide(dn, "userAccountControl")
    message = run.error("ad_delegation", identity=dn, allowed_to_act={"set": []})
    assert "may not read 'userAccountControl'" in message


def test_who_is_granted_under_a_condition_cannot_be_expressed(run, stage, account, target):
    """Deny entries and entries of other attributes stay; one that may grant it is not passed over."""
    options, dn = account
    run.one("ad_service_account", **options)
    host = stage.sid_of(f"{target.computers[0]}$")
    about = "e48d0154-bcf8-11d1-8702-00c04fb96050"
    for entry in (
        sd.entry(sd.ALLOW_OBJECT, host, sd.FULL_CONTROL, object_type=about),
        sd.entry(sd.ALLOW_CALLBACK, host, sd.FULL_CONTROL, condition=b"artx"),
    ):
        value = sd.SecurityDescriptor(owner=sd.BUILTIN_ADMINISTRATORS, dacl=(entry,)).to_bytes()
        stage.administrator.set(dn, "msDS-GroupMSAMembership", value)
        message = run.error("ad_service_account", **options, principals_allowed_to_retrieve={"set": []})
        assert "'msDS-GroupMSAMembership' has entries with a condition or for a part only" in message
        assert host in message


def test_a_descriptor_without_a_list_lets_everybody_in(run, eye, stage, account, target):
    options, dn = account
    first, second = target.computers
    run.one("ad_service_account", **options)
    everybody = sd.SecurityDescriptor(owner=sd.BUILTIN_ADMINISTRATORS, dacl=None).to_bytes()
    stage.administrator.set(dn, "msDS-GroupMSAMembership", everybody)
    result = run.one("ad_service_account", **options, principals_allowed_to_retrieve={"set": [f"{first}$"]})
    assert result["diff"]["before"]["principals_allowed_to_retrieve"] == ["S-1-1-0"]
    assert eye.managed_password(first, dn)
    assert eye.managed_password(second, dn) is None
