# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rights in the guide suffice, and fewer do not.

An account with exactly these rights, on one organizational unit that inherits nothing, does everything that the modules
can do. Then each right is left out once, and what the guide says it is needed for has to fail, by a message that names
the object.
"""

from __future__ import annotations

import pathlib
import secrets

import pytest
from ad_support.delegate import Delegate
from ad_support.eye import connect
from ad_support.rights import (
    COMPUTER,
    CREATE,
    DELETE,
    GMSA,
    GROUP,
    READ,
    RESET,
    SMSA,
    UNIT,
    USER,
    WRITE,
    WRITES,
    Right,
    commands,
    needs,
    rights,
    tables,
)
from ad_support.runner import Runner, Step
from ansible_collections.flowops.prefect.plugins.module_utils._ad import (
    computer,
    delegation,
    group,
    organizational_unit,
    service_account,
    user,
)

GUIDE = pathlib.Path(__file__).resolve().parents[3] / "docs" / "docsite" / "rst" / "guide_ad_identity.rst"
KINDS = {
    ("ad_ou", UNIT): organizational_unit.ORGANIZATIONAL_UNIT,
    ("ad_group", GROUP): group.GROUP,
    ("ad_group_members", GROUP): group.GROUP_MEMBERS,
    ("ad_user", USER): user.USER,
    ("ad_computer", COMPUTER): computer.COMPUTER,
    ("ad_service_account", GMSA): service_account.GMSA,
    ("ad_service_account", SMSA): service_account.SMSA,
    ("ad_service_account", USER): service_account.USER_ACCOUNT,
    **{("ad_delegation", on): delegation.DELEGATION for on in (COMPUTER, GMSA, SMSA, USER)},
}
# Fixed at creation; the password is reset, not written; what takes more than rights on the unit.
NOT_WRITTEN = {
    ("ad_service_account", GMSA): {"msDS-ManagedPasswordInterval"},
    ("ad_service_account", USER): {"pwdLastSet"},
    ("ad_user", USER): {"pwdLastSet"},
    **{
        ("ad_delegation", on): {"userAccountControl", "msDS-AllowedToDelegateTo"} for on in (COMPUTER, GMSA, SMSA, USER)
    },
}

# module and class -> what its objects are made of, besides name and place
MADE = {
    ("ad_ou", UNIT): {},
    ("ad_group", GROUP): {},
    ("ad_user", USER): {"account_password": "{password}"},
    ("ad_computer", COMPUTER): {},
    ("ad_service_account", GMSA): {"type": "gmsa", "dns_hostname": "{name}.{domain}"},
    ("ad_service_account", SMSA): {"type": "smsa"},
    ("ad_service_account", USER): {"type": "user", "account_password": "{password}"},
}
OWNED = {"managed_by": "{other}", "description": "Nightly loads", "ticket": "CHG-1"}
# module and class -> the module that makes the objects, for modules that manage only a part of them
MADE_BY = {
    ("ad_group_members", GROUP): "ad_group",
    **{("ad_delegation", on): "ad_service_account" for on in (GMSA, SMSA, USER)},
    ("ad_delegation", COMPUTER): "ad_computer",
}
# attribute -> options that change it, for whatever module writes it
CHANGES = {
    "department": {"department": "Data"},
    "description": {"description": "Changed"},
    "displayName": {"display_name": "Changed"},
    "dNSHostName": {"dns_hostname": "changed-{name}.{domain}"},
    "givenName": {"firstname": "Changed"},
    "groupType": {"scope": "universal"},
    "info": {"ticket": "CHG-2"},
    "location": {"location": "Rack 7"},
    "mail": {"email": "changed@{domain}"},
    "managedBy": {"managed_by": "{computer}$"},
    "manager": {"manager": "{user}"},
    "member": {"members": {"set": ["{other}"]}},
    "msDS-AllowedToActOnBehalfOfOtherIdentity": {"allowed_to_act": {"set": ["{computer}$"]}},
    "msDS-AssignedAuthNPolicy": {"authentication_policy": "{policy}"},
    "msDS-AssignedAuthNPolicySilo": {"authentication_policy_silo": "{silo}"},
    "msDS-GroupMSAMembership": {"principals_allowed_to_retrieve": {"set": ["{computer}$"]}},
    "msDS-HostServiceAccount": {"service_accounts": {"set": ["{other}"]}},
    "msDS-SupportedEncryptionTypes": {"kerberos_encryption_types": ["aes256"]},
    "sAMAccountName": {"sam_account_name": "s{name}"},
    "servicePrincipalName": {"service_principal_names": {"add": ["prefect/spn-{name}.{domain}"]}},
    "sn": {"surname": "Changed"},
    "title": {"title": "Changed"},
    "userAccountControl": {"enabled": False},
    "userPrincipalName": {"upn": "changed-{name}@{domain}"},
    "userWorkstations": {"logon_workstations": ["{computer}"]},
}
REFUSED = "the account that is used has no right to do this"


def filled(value, words):
    """The value with the words put into every text."""
    if isinstance(value, dict):
        return {key: filled(item, words) for key, item in value.items()}
    if isinstance(value, list):
        return [filled(item, words) for item in value]
    return value.format(**words) if isinstance(value, str) else value


def change_of(module, on, attribute):
    """Options that change an attribute."""
    if module == "ad_service_account" and attribute in ("manager", "managedBy"):
        return {"managed_by": "{user}"}
    if (on, attribute) == (COMPUTER, "sAMAccountName"):
        return {"sam_account_name": "s{name}$"}
    return CHANGES[attribute]


@pytest.fixture(scope="module")
def policies(target):
    """An authentication policy and a silo. They lie in the configuration of the forest: an administrator makes them."""
    connection = connect(target, target.administrator)
    unique = secrets.token_hex(4)
    base = f"CN=AuthN Policy Configuration,CN=Services,CN=Configuration,{target.domain_dn}"
    policy, silo = f"CN=policy-{unique},CN=AuthN Policies,{base}", f"CN=silo-{unique},CN=AuthN Silos,{base}"
    assert connection.add(policy, "msDS-AuthNPolicy"), connection.result
    assert connection.add(silo, "msDS-AuthNPolicySilo"), connection.result
    yield {"policy": f"policy-{unique}", "silo": f"silo-{unique}"}
    for dn in (policy, silo):
        assert connection.delete(dn), connection.result


@pytest.fixture
def delegate(eye, place):
    """An account without any right; the tests give it some."""
    return Delegate(eye, place)


@pytest.fixture
def as_delegate(delegate, run, tmp_path):
    """Runs modules as that account."""
    return Runner(tmp_path / "delegate", delegate.options(), run.environment)


@pytest.fixture
def words(target, unique, policies):
    """What stands in the options of this test."""
    return {
        "name": f"a{unique}",
        "domain": target.dns_domain,
        "user": target.user,
        "other": target.other_user,
        "computer": target.computers[0],
        "password": f"Aa1{secrets.token_urlsafe(20)}",
        **policies,
    }


def made(module, on, words, place):
    """Options of a new object."""
    owned = OWNED if module == "ad_service_account" else {}
    return {**filled({**MADE[module, on], **owned}, words), "name": words["name"], "path": place}


def kind_of(module, on):
    """The option that tells apart what one module manages."""
    kind = MADE.get((module, on), {}).get("type")
    return {"type": kind} if kind else {}


def dn_of(on, name, place):
    """Where an object of that name is."""
    return f"{'OU' if on == UNIT else 'CN'}={name},{place}"


def without(right):
    """All rights but one; where that is about two attributes, all but one of the two, for each."""
    others = [other for other in rights() if other != right]
    if len(right.names) < 2:
        return [others]
    return [[*others, Right(right.does, right.on, (name,))] for name in right.names]


def steps_that_need(need, words, first, unit):
    """Options of runs that need a right, for an object that is there already, each with what a refusal has to name."""
    module, right = need.module, need.right
    there, inner = dn_of(right.on, words["name"], unit), f"OU=Inner,{unit}"
    found = {"identity": first["object_guid"], **kind_of(module, right.on)}
    moved = {**found, "name": words["name"], "path": inner}
    if right.does == CREATE:
        new = made(module, right.on, {**words, "name": f"n{words['name']}"}, unit)
        return [(new, new["name"]), (moved, there)]
    if right.does == DELETE:
        return [({**found, "state": "absent"}, there), (moved, there)]
    if right.does == RESET:
        renewed = {"account_password": words["password"], "update_password": "when_older", "password_max_age": 1}
        return [({**found, **renewed}, there)]
    if "name" in right.names:
        return [({**found, "name": f"r{words['name']}"}, there)]
    (attribute,) = right.names
    return [({**found, **filled(change_of(module, right.on, attribute), words)}, there)]


@pytest.mark.parametrize(("module", "on"), [*MADE, *MADE_BY])
def test_without_one_right_what_needs_it_is_refused(module, on, run, eye, delegate, as_delegate, words):
    maker = MADE_BY.get((module, on), module)
    run.one("ad_ou", name="Inner", path=delegate.unit)
    first = run.one(maker, **made(maker, on, words, delegate.unit))
    if on == USER:
        eye.set(first["distinguished_name"], "pwdLastSet", "0")
    before = eye.get(first["distinguished_name"], "*")
    wanted = [need for need in needs() if (need.module, need.right.on) == (module, on)]
    assert wanted
    for need in wanted:
        for granted in without(need.right):
            delegate.grant(granted)
            for options, named in steps_that_need(need, words, first, delegate.unit):
                message = as_delegate.error(module, **options)
                assert REFUSED in message, f"{need}: {message}"
                assert named in message, f"{need}: {message}"
    assert eye.get(first["distinguished_name"], "*") == before


@pytest.mark.parametrize(("module", "on"), list(MADE))
def test_what_cannot_be_read_is_not_written(module, on, run, eye, delegate, as_delegate, words):
    first = run.one(module, **made(module, on, words, delegate.unit))
    before = eye.get(first["distinguished_name"], "*")
    delegate.grant(right for right in rights() if right.does != READ)
    message = as_delegate.error(module, **made(module, on, words, delegate.unit))
    assert f"'{first['distinguished_name']}'" in message
    assert "exists already" in message
    found = {"identity": first["object_guid"], **kind_of(module, on)}
    assert "no object has this identity" in as_delegate.error(module, **found, description="Changed")
    assert eye.get(first["distinguished_name"], "*") == before


@pytest.mark.parametrize(("module", "on"), [*MADE, *MADE_BY])
def test_these_rights_suffice(module, on, eye, delegate, as_delegate, words):
    maker = MADE_BY.get((module, on), module)
    delegate.grant(rights())
    unit, name, kind = delegate.unit, words["name"], kind_of(maker, on)
    inner, there = f"OU=Inner,{unit}", dn_of(on, words["name"], unit)
    found = {"identity": there, **kind_of(module, on)}
    changed: dict = {}
    for attribute in WRITES[module, on]:
        changed |= filled(change_of(module, on, attribute), words)
    steps = [
        Step("ad_ou", {"name": "Inner", "path": unit}),
        Step(maker, made(maker, on, words, unit)),
        Step(module, {**found, **changed}),
        Step(maker, {"identity": there, **kind, "name": f"r{name}", "path": inner}),
        Step(maker, {"name": f"r{name}", "path": inner, **kind, "state": "absent"}),
    ]
    results = as_delegate.all(*steps)
    assert [result["failed"] for result in results] == [False] * len(steps), results[-1]["msg"]
    assert [result["changed"] for result in results] == [True] * len(steps)
    assert eye.get(dn_of(on, f"r{name}", inner)) is None


@pytest.mark.parametrize("module", ["ad_user", "ad_service_account"])
def test_the_right_to_reset_suffices_for_a_password_that_is_too_old(module, eye, delegate, as_delegate, words):
    delegate.grant(rights())
    first = as_delegate.one(module, **made(module, USER, words, delegate.unit))
    eye.set(first["distinguished_name"], "pwdLastSet", "0")
    renewed = {"account_password": words["password"][::-1], "update_password": "when_older", "password_max_age": 1}
    found = {"identity": first["object_guid"], **kind_of(module, USER), **renewed}
    results = as_delegate.all(Step(module, found), Step(module, found))
    assert [result.get("changed") for result in results] == [True, False], results[-1].get("msg")


def test_delegation_by_list_takes_more_than_rights_on_the_unit(delegate, as_delegate, as_administrator, words, target):
    delegate.grant([*rights(), Right(WRITE, GMSA, ("msDS-AllowedToDelegateTo",))])
    account = made("ad_service_account", GMSA, words, delegate.unit)
    first = as_delegate.one("ad_service_account", **account)
    for wanted in (
        {"allowed_to_delegate_to": {"set": [f"HTTP/{target.computers[0].lower()}.{target.dns_domain}"]}},
        {"protocol_transition": True},
    ):
        message = as_delegate.error("ad_delegation", identity=first["object_guid"], **wanted)
        assert "'Enable computer and user accounts to be trusted for delegation'" in message
        assert first["distinguished_name"] in message
        assert as_administrator.one("ad_delegation", identity=first["object_guid"], **wanted)["changed"] is True


def test_policies_of_the_forest_take_more_than_rights_on_the_unit(delegate, as_delegate, as_administrator, words):
    delegate.grant(rights())
    for module in ("ad_authentication_policy", "ad_authentication_policy_silo"):
        name = {"name": f"p{words['name']}"}
        message = as_delegate.error(module, **name)
        assert REFUSED in message
        assert name["name"] in message
        assert as_administrator.one(module, **name)["changed"] is True
        assert as_administrator.one(module, **name, state="absent")["changed"] is True


@pytest.mark.parametrize(("module", "on"), list(WRITES))
def test_the_table_knows_everything_that_the_modules_write(module, on):
    kind = KINDS[module, on]
    written = {attribute for item in kind.properties for attribute in item.attributes}
    assert set(WRITES[module, on]) == written - NOT_WRITTEN.get((module, on), set())
    known = {field.name for field in kind.spec.fields}
    named = {name for options in WRITES[module, on].values() for name in options.split(", ")}
    assert named <= known
    wanted = {key for item in kind.properties for key in item.keys} & known
    assert wanted - named <= {
        "account_password",
        "allowed_to_delegate_to",
        "managed_password_interval",
        "protocol_transition",
        "unconstrained",
    }


def test_the_guide_shows_this_table_and_these_commands():
    guide = GUIDE.read_text()
    assert "\n".join(tables()) in guide
    assert "\n".join(f"   {line}" for line in commands()) in guide
