# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is in a group: everybody, or an error. What only Windows does is in C(test_ad_simulated_windows.py)."""

from __future__ import annotations

import dataclasses
import re

import ldap3
import pytest
from ad_support.runner import Runner, Step
from ansible_collections.flowops.prefect.plugins.module_utils._ad import security_descriptor as sd
from ldap3.protocol.formatters.formatters import format_sid, format_uuid_le
from ldap3.protocol.microsoft import security_descriptor_control

GLOBAL, DOMAIN_LOCAL, UNIVERSAL = (str(bits - 2**32) for bits in (0x80000002, 0x80000004, 0x80000008))
DISABLED, ENABLED = "514", "512"
# Attribute-Member in the schema.
MEMBER = "bf9679c0-0de6-11d0-a285-00aa003049e2"


class Stage:
    """Makes accounts and groups in the container of a test."""

    def __init__(self, eye, place, unique):
        self.eye, self.place, self._unique = eye, place, unique
        self._moved = []

    def dn(self, name):
        return f"CN={name},{self.place}"

    def user(self, name, state=ENABLED, place=""):
        # an enabled account needs a password
        password = {"unicodePwd": f'"Pw-{self._unique}-Aa1"'.encode("utf-16-le")} if state == ENABLED else {}
        account = f"{self._unique}{abs(hash(name)) % 10**6}"
        dn = f"CN={name},{place or self.place}"
        self.eye.add(dn, ["user"], sAMAccountName=account, userAccountControl=state, **password)
        return dn

    def group(self, name, *members, scope=UNIVERSAL):
        account = f"{self._unique}-{abs(hash(name)) % 10**6}"
        self.eye.add(self.dn(name), ["group"], sAMAccountName=account, groupType=scope)
        self.join(self.dn(name), *members)
        return self.dn(name)

    def join(self, group, *members):
        if members:
            self.eye.done(self.eye.connection.modify(group, {"member": [(ldap3.MODIFY_ADD, list(members))]}))

    def make_primary(self, group, user):
        """A group that is somebody's primary group cannot be deleted."""
        self._moved.append((user, self.eye.texts(user, "primaryGroupID")[0]))
        self.eye.set(user, "primaryGroupID", self.eye.texts(group, "primaryGroupToken")[0])

    def undo(self):
        for user, before in self._moved:
            self.eye.set(user, "primaryGroupID", before)

    def descriptor(self, dn):
        look = self.eye.connection
        look.search(
            dn,
            "(objectClass=*)",
            "BASE",
            attributes=["nTSecurityDescriptor"],
            controls=security_descriptor_control(sdflags=7),
        )
        return sd.parse(look.response[0]["raw_attributes"]["nTSecurityDescriptor"][0])

    def protect(self, dn, *entries):
        changes = {"nTSecurityDescriptor": [(ldap3.MODIFY_REPLACE, [self._with(dn, entries)])]}
        self.eye.done(self.eye.connection.modify(dn, changes, controls=security_descriptor_control(sdflags=4)))

    def _with(self, dn, entries):
        """Only the owner and these entries count, and nothing is inherited."""
        old = self.descriptor(dn)
        mine = sd.allow(old.owner, sd.FULL_CONTROL)
        return dataclasses.replace(old, dacl=(mine, *entries), control=old.control | 0x1000).to_bytes()


@pytest.fixture
def stage(eye, place, unique):
    made = Stage(eye, place, unique)
    yield made
    made.undo()


@pytest.fixture
def as_reader(run, target, tmp_path):
    """Runs modules as an account without any right of its own."""
    return Runner(tmp_path / "reader", target.options(target.other_user), run.environment)


@pytest.fixture
def reader_sid(eye, target):
    return format_sid(eye.get(eye.dn_of(target.other_user), "objectSid")["objectSid"][0])


def members(run, group, **options):
    """What a read gave, by name."""
    result = run.one("ad_object_info", member_of=group, **options)
    assert result["changed"] is False
    found = {item["name"]: item for item in result["objects"]}
    assert len(found) == len(result["objects"])
    return found


def test_direct_members_and_whether_they_can_log_on(run, stage):
    inner = stage.group("inner")
    stage.eye.add(stage.dn("paper"), ["contact"])
    group = stage.group("group", stage.user("on"), stage.user("off", DISABLED), inner, stage.dn("paper"))
    found = members(run, group, properties=["objectClass"])
    assert {name: item["enabled"] for name, item in found.items()} == {
        "inner": None,
        "off": False,
        "on": True,
        "paper": None,
    }
    assert found["on"]["sid"] == format_sid(stage.eye.get(stage.dn("on"), "objectSid")["objectSid"][0])
    assert found["paper"]["sid"] is None
    assert found["on"]["properties"]["objectClass"][-1] == "user"
    assert {(tuple(item["through"]), item["by_primary_group"]) for item in found.values()} == {((), False)}


def test_nested_members_by_the_shortest_way(run, stage):
    both = stage.user("both")
    low = stage.group("low", stage.user("deep"), both)
    middle = stage.group("middle", low)
    top = stage.group("top", middle, both)
    assert set(members(run, top)) == {"middle", "both"}
    found = members(run, top, nested=True)
    assert {name: item["through"] for name, item in found.items()} == {
        "both": [],
        "middle": [],
        "low": [middle],
        "deep": [middle, low],
    }


def test_a_circle_of_groups_ends(run, stage):
    one = stage.group("one", stage.user("a"))
    two = stage.group("two", one, stage.user("b"))
    three = stage.group("three", two, stage.user("c"))
    stage.join(one, three)
    assert set(members(run, one, nested=True)) == {"a", "b", "c", "two", "three"}
    assert set(members(run, two, nested=True)) == {"a", "b", "c", "one", "three"}


def test_members_by_way_of_their_primary_group(run, stage):
    user, group = stage.user("primary"), stage.group("group", stage.user("plain"), scope=GLOBAL)
    stage.join(group, user)
    stage.make_primary(group, user)
    assert stage.eye.texts(group, "member") == [stage.dn("plain")]
    found = members(run, group)
    assert {name: item["by_primary_group"] for name, item in found.items()} == {"primary": True, "plain": False}
    outer = stage.group("outer", group)
    assert members(run, outer, nested=True)["primary"]["through"] == [group]


def test_everybody_in_domain_users(run, stage, target):
    stage.user("here")
    stage.eye.connection.search(target.domain_dn, "(primaryGroupID=513)", attributes=["cn"])
    expected = {item["dn"] for item in stage.eye.connection.response if item["type"] == "searchResEntry"}
    found = run.one("ad_object_info", member_of=f"CN=Domain Users,CN=Users,{target.domain_dn}")["objects"]
    assert {item["distinguished_name"] for item in found if item["by_primary_group"]} == expected
    assert stage.dn("here") in expected


def test_deleted_and_renamed_members(run, stage):
    gone, old = stage.user("gone"), stage.user("old")
    group = stage.group("group", gone, old, stage.user("kept"))
    guid = format_uuid_le(stage.eye.get(old, "objectGUID")["objectGUID"][0]).strip("{}")
    stage.eye.done(stage.eye.connection.delete(gone))
    stage.eye.done(stage.eye.connection.modify_dn(old, "CN=new"))
    found = members(run, group)
    assert set(found) == {"kept", "new"}
    assert found["new"]["object_guid"] == guid


def test_a_principal_of_another_forest_and_a_well_known_one(run, stage, target):
    foreign = "S-1-5-21-1111-2222-3333-4444"
    authenticated = f"CN=S-1-5-11,CN=ForeignSecurityPrincipals,{target.domain_dn}"
    group = stage.group("group", f"<SID={foreign}>", authenticated, scope=DOMAIN_LOCAL)
    found = members(run, group, nested=True)
    assert {name: (item["sid"], item["object_class"]) for name, item in found.items()} == {
        foreign: (foreign, "foreignSecurityPrincipal"),
        "S-1-5-11": ("S-1-5-11", "foreignSecurityPrincipal"),
    }
    assert found[foreign]["enabled"] is None


def test_names_with_anything_in_them(run, stage):
    names = [
        "Ünïcødé Ω",
        "名前",
        "emoji 🙂",
        "comma, and (paren)",
        "star*",
        "plus+equals=",
        "hash #",
        "quote'",
        "İstanbul",
    ]
    escaped = [re.sub("([+,=])", r"\\\1", name) for name in names]
    group = stage.group("group", *(stage.user(name) for name in escaped))
    outer = stage.group("ou(ter)*", group)
    assert set(members(run, group)) == set(names)
    assert set(members(run, outer, nested=True)) == {*names, "group"}


@pytest.fixture
def crowd(stage):
    """1,600 members; Windows would hand them out in two ranges."""
    names = [stage.dn(f"contact{number}") for number in range(1600)]
    for name in names:
        stage.eye.add(name, ["contact"])
    return stage.group("crowd", *names), {f"contact{number}" for number in range(1600)}


def test_1600_members_and_a_change_of_one(run, stage, crowd):
    group, names = crowd
    assert set(members(run, group)) == names
    outer = stage.group("outer", group, stage.user("one"))
    assert set(members(run, outer, nested=True)) == {*names, "crowd", "one"}
    assert set(members(run, outer, nested=True, starts_with={"cn": "contact159"})) == {
        "contact159",
        *(f"contact{number}" for number in range(1590, 1600)),
    }
    before = stage.eye.texts(group, "uSNChanged")
    stage.eye.done(stage.eye.connection.modify(group, {"member": [(ldap3.MODIFY_DELETE, [stage.dn("contact7")])]}))
    assert set(members(run, group)) == names - {"contact7"}
    # what tells a reader of ranges that they moved
    assert stage.eye.texts(group, "uSNChanged") != before


@pytest.mark.parametrize(
    ("conditions", "names"),
    [
        ({"type": "group"}, {"inner"}),
        ({"type": "user"}, {"alpha", "beta", "gamma"}),
        ({"match": {"cn": "ALPHA"}}, {"alpha"}),
        ({"match": {"description": "keep", "cn": "beta"}}, {"beta"}),
        ({"starts_with": {"cn": "g"}}, {"gamma"}),
        ({"type": "user", "search_scope": "one_level", "search_base": "{place}"}, {"alpha", "beta"}),
        ({"search_base": "OU=below,{place}"}, {"gamma"}),
        ({"search_base": "CN=alpha,{place}", "search_scope": "base"}, {"alpha"}),
        ({"match": {"cn": "stranger"}}, set()),
        ({"type": "computer"}, set()),
    ],
)
def test_conditions_narrow_the_members_and_nothing_widens_them(conditions, names, run, stage):
    below = f"OU=below,{stage.place}"
    stage.eye.add(below, ["organizationalUnit"])
    stage.user("stranger")
    inner = stage.group("inner", stage.user("gamma", place=below))
    group = stage.group("top", inner, stage.user("alpha"), stage.user("beta"))
    stage.eye.set(stage.dn("beta"), "description", "keep")
    options = {
        name: value.format(place=stage.place) if isinstance(value, str) else value for name, value in conditions.items()
    }
    assert set(members(run, group, nested=True, **options)) == names


def test_no_members_and_no_group(run, stage):
    assert members(run, stage.group("empty")) == {}
    assert members(run, stage.group("outer", stage.dn("empty")), nested=True).keys() == {"empty"}
    user = stage.user("user")
    message = run.error("ad_object_info", member_of=user)
    assert message.startswith(f"Cannot search for members '{user}'")
    assert "it is no group, but of the class user" in message


def test_a_member_that_the_reader_may_not_read_is_an_error(run, as_reader, stage):
    secret = stage.user("secret")
    inner = stage.group("inner", secret, stage.user("open"))
    outer = stage.group("outer", inner)
    assert set(members(as_reader, outer, nested=True)) == {"inner", "secret", "open"}
    stage.protect(secret)
    for options in ({"member_of": inner}, {"member_of": outer, "nested": True}):
        message = as_reader.error("ad_object_info", **options)
        assert message.startswith(f"Cannot read the members of group '{inner}'")
        assert secret in message
        assert "Grant the account the right" in message
    assert set(members(run, inner)) == {"secret", "open"}


def test_a_group_whose_members_the_reader_may_not_see_is_not_empty(as_reader, reader_sid, stage):
    group = stage.group("group", stage.user("somebody"))
    outer = stage.group("outer", group)
    hidden = sd.entry(sd.DENY_OBJECT, reader_sid, sd.READ_PROPERTY, object_type=MEMBER)
    stage.protect(group, hidden, *stage.descriptor(group).dacl)
    for options in ({"member_of": group}, {"member_of": outer, "nested": True}):
        message = as_reader.error("ad_object_info", **options)
        assert message.startswith(f"Cannot read the members of group '{group}'")
        assert "may not see who is in it" in message


@pytest.mark.parametrize("check", [True, False])
def test_the_same_in_check_mode(check, run, stage):
    group = stage.group("group", stage.user("one"))
    (result,) = run.all(Step("ad_object_info", {"member_of": group}, check))
    assert [item["name"] for item in result["objects"]] == ["one"]
    assert "predicted" not in result
