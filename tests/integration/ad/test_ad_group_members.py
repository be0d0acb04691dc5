# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Members of a group that exists: exactly these, or some more and some less, however they are called."""

from __future__ import annotations

import pytest
from ad_support.privileges import Stage
from ad_support.runner import Step
from ansible_collections.flowops.prefect.plugins.module_utils._ad.directory import Directory

# A principal of a forest that nobody knows, and Authenticated Users.
STRANGER, EVERYBODY_HERE = "S-1-5-21-1004336348-1177238915-682003330-4711", "S-1-5-11"


@pytest.fixture
def stage(eye, administrator, place, unique):
    return Stage(eye, administrator, place, unique)


@pytest.fixture
def group(stage):
    """DN and account name of an empty group."""
    return stage.group("GG"), stage.name("GG")


@pytest.fixture
def sent(monkeypatch, tmp_path):
    """What the modules of a test sent: the names of the LDAP operations."""
    log = tmp_path / "sent"
    log.write_text("")
    real = Directory._talking

    def noted(directory, what, obj):
        with log.open("a") as file:
            file.write(f"{what}\n")
        return real(directory, what, obj)

    monkeypatch.setattr(Directory, "_talking", noted)

    def since():
        operations = log.read_text().splitlines()
        log.write_text("")
        return operations

    return since


def members(identity, check=False, **verbs):
    return Step("ad_group_members", {"identity": identity, "members": verbs}, check)


def test_exactly_these_then_more_then_less(run, eye, stage, group):
    dn, name = group
    users = [stage.user(f"u{number}") for number in range(4)]
    names = [stage.name(f"u{number}") for number in range(4)]
    results = run.all(
        members(name, True, set=names[:3]),
        members(name, set=names[:3]),
        members(name, set=[names[2], names[0].upper(), names[1]]),
        members(name, add=[names[3]]),
        members(name, add=[names[3]]),
        members(name, remove=[names[0], names[1]]),
        members(name, remove=[names[0]]),
        members(name, set=names, remove=[names[0]]),
    )
    assert [result.get("changed") for result in results] == [True, True, False, True, False, True, False, True]
    assert results[0]["diff"] == results[1]["diff"]
    assert eye.texts(dn, "member") == sorted(users[1:])
    assert set(results[-1]["group_members"]["members"]) == set(users[1:])
    assert results[-1]["distinguished_name"] == dn
    assert run.one("ad_group_members", identity=name, members={"set": []})["changed"] is True
    assert eye.texts(dn, "member") == []


def test_all_names_mixed_and_the_group_in_every_form(run, eye, stage, group, target):
    dn, name = group
    stage.user("by-name")
    upn = target.upn(stage.name("by-upn"))
    stage.user("by-upn", userPrincipalName=upn)
    inner = stage.group("by-dn")
    found = {short: run.one("ad_object_info", identity=stage.user(short))["objects"][0] for short in ("a", "b")}
    called = [stage.name("by-name"), upn.upper(), inner.lower(), found["a"]["object_guid"], found["b"]["sid"]]
    whole = run.one("ad_object_info", identity=dn)["objects"][0]
    for identity in (name, dn.upper(), whole["object_guid"], whole["sid"]):
        result = run.one("ad_group_members", identity=identity, members={"set": called})
        assert result["changed"] is (identity == name)
    expected = [f"CN={short},{stage.place}" for short in ("a", "b", "by-dn", "by-name", "by-upn")]
    assert eye.texts(dn, "member") == expected
    # the same member under two names is one member
    twice = run.one("ad_group_members", identity=name, members={"set": [*called, found["a"]["sid"], stage.name("b")]})
    assert twice["changed"] is False


def test_what_somebody_else_adds_meanwhile_stays(run, eye, stage, group):
    dn, name = group
    first, other = stage.user("first"), stage.user("other")
    run.one("ad_group_members", identity=name, members={"add": [first]})
    stage.join(dn, other)
    run.one("ad_group_members", identity=name, members={"remove": [first]})
    assert eye.texts(dn, "member") == [other]


def test_a_principal_of_another_forest(run, eye, administrator, group, target):
    dn, name = group
    stand_in = f"CN={STRANGER},CN=ForeignSecurityPrincipals,{target.domain_dn}"
    try:
        results = run.all(
            members(name, True, add=[STRANGER]),
            members(name, add=[STRANGER]),
            members(name, add=[STRANGER.lower()]),
            members(name, set=[STRANGER]),
            members(name, set=[stand_in]),
        )
        assert [result.get("changed") for result in results] == [True, True, False, False, False], results[-1]
        assert eye.texts(dn, "member") == [stand_in]
        assert results[0]["diff"] == results[1]["diff"]
        assert run.one("ad_group_members", identity=name, members={"remove": [STRANGER]})["changed"] is True
        assert eye.texts(dn, "member") == []
        again = run.all(members(name, set=[STRANGER]), members(name, remove=[STRANGER]))
        assert [result.get("changed") for result in again] == [True, True], "now that its stand-in is there"
    finally:
        administrator.connection.delete(stand_in)


def test_a_well_known_principal(run, eye, group, target):
    dn, name = group
    results = run.all(members(name, add=[EVERYBODY_HERE]), members(name, set=[EVERYBODY_HERE]))
    assert [result.get("changed") for result in results] == [True, False]
    assert eye.texts(dn, "member") == [f"CN={EVERYBODY_HERE},CN=ForeignSecurityPrincipals,{target.domain_dn}"]
    assert run.one("ad_group_members", identity=name, members={"remove": [EVERYBODY_HERE]})["changed"] is True
    assert eye.texts(dn, "member") == []


def test_a_sid_of_the_own_domain_that_nobody_has(run, eye, stage, group):
    """No stand-in is made for what can only be a mistake."""
    dn, name = group
    domain = stage.sid_of(eye.target.other_user).rpartition("-")[0]
    message = run.error("ad_group_members", identity=name, members={"add": [f"{domain}-999999"]})
    assert f"there is no member '{domain}-999999'" in message
    assert eye.texts(dn, "member") == []


@pytest.mark.parametrize("verb", ["add", "set"])
def test_one_unknown_name_and_nothing_is_written(verb, run, eye, stage, group):
    dn, name = group
    known = stage.user("known")
    message = run.error("ad_group_members", identity=name, members={verb: [known, "nobody-at-all", "nor-this"]})
    assert "there is no member 'nobody-at-all'" in message
    assert eye.texts(dn, "member") == []
    check = run.one("ad_group_members", check=True, identity=name, members={verb: [known, "nobody-at-all"]})
    assert check["predicted"] == ["member nobody-at-all"]


@pytest.mark.parametrize("check", [True, False])
def test_members_that_are_gone(check, run, stage, group):
    """A name that leads nowhere is no member; nothing has to be known of it to say so."""
    _dn, name = group
    result = run.one(
        "ad_group_members", check=check, identity=name, members={"remove": ["nobody", f"CN=x,{stage.place}"]}
    )
    assert (result["changed"], "predicted" in result) == (False, False)


@pytest.mark.parametrize("check", [True, False])
def test_a_group_that_is_none(check, run, stage):
    stage.user("person")
    message = run.error("ad_group_members", check=check, identity=stage.name("person"), members={"set": []})
    assert "it is of the class user" in message


def test_a_group_that_is_not_there(run):
    wanted = {"identity": "no-such-group", "members": {"set": []}}
    assert "there is no directory object 'no-such-group'" in run.error("ad_group_members", **wanted)
    assert run.one("ad_group_members", check=True, **wanted)["predicted"] == ["directory object no-such-group"]


def test_a_circle_of_groups_is_allowed_as_the_directory_allows_it(run, stage):
    first, second = stage.group("First"), stage.group("Second")
    results = run.all(
        members(stage.name("First"), set=[second]),
        members(stage.name("Second"), set=[first]),
        members(stage.name("First"), set=[second]),
    )
    assert [result.get("changed") for result in results] == [True, True, False]


def test_more_than_a_thousand_members_in_one_modify(run, eye, stage, group, sent):
    dn, name = group
    contacts = [f"CN=c{number},{stage.place}" for number in range(1200)]
    for contact in contacts:
        eye.add(contact, ["contact"])
    (filled,) = run.all(members(name, set=contacts[:1100]))
    assert filled["changed"] is True
    assert sent().count("change the object") == 1
    wanted = contacts[100:]
    check, changed, again = run.all(
        members(name, True, set=wanted), members(name, set=wanted), members(name, set=wanted)
    )
    assert [result["changed"] for result in (check, changed, again)] == [True, True, False]
    operations = sent()
    assert operations.count("change the object") == 1
    # three runs: the group and its members are read, the hundred new ones are looked up together
    assert len(operations) < 20, operations
    assert eye.texts(dn, "member") == sorted(wanted)


def test_who_has_it_as_the_primary_group_is_in_it(run, administrator, stage, group):
    """No C(member) names such an account, and none can; it is taken for present, and cannot be taken out here."""
    dn, name = group
    user = stage.user("u")
    run.one("ad_group_members", identity=name, members={"add": [user]})
    administrator.set(user, "primaryGroupID", stage.sid(dn).rpartition("-")[2])
    assert stage.eye.texts(dn, "member") == []
    for verbs in ({"set": [stage.name("u")]}, {"add": [user]}):
        (alone, within) = (
            members(name, **verbs),
            Step("ad_objects", {"objects": {"group_members": [{"identity": name, "members": verbs}]}}),
        )
        assert [result.get("changed") for result in run.all(alone, within)] == [False, False]
    message = run.error("ad_group_members", identity=name, members={"remove": [user]})
    assert f"it is the primary group of '{user}'" in message
    assert "another primary group first" in message
