# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Windows does and the real domain controller of the lab does not, against a simulated one: ranges, limits, other
domains, and members that a reader may not see. The simulation is in C(ad_support/simulated_*.py)."""

from __future__ import annotations

import ssl

import ldap3
import pytest
from ad_support.runner import Step
from ad_support.simulated_domain_controller import LDAPS, PASSWORD, USER
from ad_support.simulated_forest import DISABLED, DOMAIN_LOCAL, GLOBAL, NORMAL_ACCOUNT, UNIVERSAL, Forest
from ad_support.simulated_operations import Faults

USERS = "CN=Users,DC=one,DC=test"
TWO = "CN=Users,DC=two,DC=test"
CHILD = "CN=Users,DC=child,DC=one,DC=test"
GROUP = f"CN=GG-Simulated,{USERS}"


@pytest.fixture
def forest():
    """Two domains side by side, and one below the first; the simulated domain controller serves the first."""
    return Forest("one.test", "two.test", "child.one.test")


def listed(result, key="name"):
    """Names of what a read gave."""
    assert not result["failed"], result["msg"]
    return sorted(item[key] for item in result["objects"])


def raw(controller):
    """A connection without any code of the collection."""
    tls = ldap3.Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=controller.options()["ca_cert"])
    server = ldap3.Server(controller.address, port=LDAPS, use_ssl=True, tls=tls, get_info=ldap3.NONE)
    return ldap3.Connection(
        server, USER, PASSWORD, auto_bind=True, auto_range=False, auto_referrals=False, return_empty_attributes=False
    )


def test_the_simulation_itself_does_what_it_is_there_for(forest, start):
    users = forest.users(USERS, 1501)
    forest.group(GROUP, users)
    look = raw(start(forest))
    look.search(GROUP, "(objectClass=*)", "BASE", attributes=["member"])
    assert {name: len(values or []) for name, values in look.response[0]["raw_attributes"].items()} == {
        "member": 0,
        "member;range=0-1499": 1500,
    }
    look.search("DC=one,DC=test", "(sAMAccountName=u*)", "SUBTREE")
    kinds = [item["type"] for item in look.response]
    assert look.result["description"] == "sizeLimitExceeded"
    assert (kinds.count("searchResEntry"), kinds.count("searchResRef")) == (1000, 3)
    look.search(TWO, "(objectClass=*)", "SUBTREE")
    assert (look.result["result"], look.result["referrals"]) == (10, [f"ldap://two.test/{TWO}"])
    look.search("DC=one,DC=test", "(cn=*middle*)", "SUBTREE")
    assert "the simulated domain controller does not know" in look.result["message"]


@pytest.mark.parametrize(("count", "ranged"), [(1500, False), (1501, True), (4000, True)])
@pytest.mark.parametrize("nested", [False, True])
def test_members_in_ranges(count, ranged, nested, forest, start, modules_of):
    inner = forest.group(f"CN=GG-Inner,{USERS}", forest.users(USERS, count))
    forest.group(GROUP, [inner])
    name = "GG-Simulated" if nested else "GG-Inner"
    controller = start(forest)
    result = modules_of(controller).one("ad_object_info", member_of=name, nested=nested)
    expected = {f"u{number}" for number in range(count)} | ({"GG-Inner"} if nested else set())
    assert set(listed(result)) == expected
    assert len(result["objects"]) == len(expected)
    pieces = [dn for kind, dn in controller.journal() if (kind, dn) == ("search", inner.dn)]
    assert (len(pieces) > 1 if ranged and not nested else bool(pieces)) is (ranged or not nested)


def test_a_search_that_is_longer_than_the_server_gives_at_once(forest, start, modules_of):
    forest.users(USERS, 2300)
    result = modules_of(start(forest)).one("ad_object_info", type="any", starts_with={"sAMAccountName": "u"})
    assert len(set(listed(result))) == len(result["objects"]) == 2300


@pytest.fixture
def crowd(forest):
    """A group with 1,501 members."""
    users = forest.users(USERS, 1501)
    return forest.group(GROUP, users), users


def test_setting_1501_members_removes_nobody(crowd, forest, start, modules_of):
    controller = start(forest)
    run = modules_of(controller)
    by_name = {"name": "GG-Simulated", "path": USERS, "members": {"set": [f"u{number}" for number in range(1501)]}}
    by_dn = {**by_name, "members": {"set": [user.dn for user in crowd[1]]}}
    more = {**by_name, "members": {"add": ["u0", "u1500"]}}
    assert [result["changed"] for result in run.all(*(Step("ad_group", one) for one in (by_name, by_dn, more)))] == [
        False
    ] * 3
    assert controller.writes() == []
    assert len(controller.values(GROUP, "member")) == 1501


@pytest.mark.usefixtures("crowd")
def test_one_of_1501_members_is_swapped_and_the_others_stay(forest, start, modules_of):
    forest.users(USERS, 1, prefix="new")
    controller = start(forest)
    wanted = [f"u{number}" for number in range(1500)] + ["new0"]
    result = modules_of(controller).one("ad_group", name="GG-Simulated", path=USERS, members={"set": wanted})
    assert result["changed"] is True
    assert controller.writes() == [("modify", GROUP)]
    left = set(controller.values(GROUP, "member"))
    assert left == {f"CN={name},{USERS}".encode() for name in wanted}


@pytest.mark.usefixtures("crowd")
def test_a_range_that_breaks_off_is_an_error_and_nothing_is_written(forest, start, modules_of):
    controller = start(forest, Faults(ranges_break_off=True))
    run = modules_of(controller)
    said = "after 1500 values of 'member' the server did not hand out the rest"
    assert said in run.error("ad_object_info", member_of=GROUP)
    assert said in run.error("ad_group", name="GG-Simulated", path=USERS, members={"set": ["u0"]})
    assert controller.writes() == []


def test_a_group_that_changes_while_its_ranges_are_read_is_read_again(forest, start, modules_of):
    forest.group(GROUP, forest.users(USERS, 3100))
    controller = start(forest, Faults(changes_between_ranges=2))
    result = modules_of(controller).one("ad_object_info", member_of=GROUP)
    there = {value.decode() for value in controller.values(GROUP, "member")}
    assert len(there) == 3100 - 2
    assert set(listed(result, "distinguished_name")) == there


def test_a_group_that_never_stops_changing_is_an_error(forest, start, modules_of):
    forest.group(GROUP, forest.users(USERS, 3100))
    controller = start(forest, Faults(changes_between_ranges=1000))
    message = modules_of(controller).error("ad_object_info", member_of=GROUP)
    assert f"'{GROUP}'" in message
    assert "'member' changed each time it was read" in message


@pytest.mark.parametrize("times", [1, 2])
def test_a_member_that_is_renamed_while_the_group_is_read_is_found(times, forest, start, modules_of):
    forest.group(GROUP, forest.users(USERS, 2))
    result = modules_of(start(forest, Faults(renames=times))).one("ad_object_info", member_of=GROUP)
    assert listed(result) == ["renamed1", "u1"]


def test_a_member_that_is_renamed_all_the_time_is_an_error(forest, start, modules_of):
    forest.group(GROUP, forest.users(USERS, 2))
    message = modules_of(start(forest, Faults(renames=1000))).error("ad_object_info", member_of=GROUP)
    assert message.startswith(f"Cannot read the members of group '{GROUP}'")


def test_references_to_other_domains_are_not_taken_for_objects(forest, start, modules_of):
    forest.users(CHILD, 1, prefix="below")
    forest.users(USERS, 1, prefix="here")
    result = modules_of(start(forest)).one("ad_object_info", type="any", match={"objectClass": "user"})
    assert listed(result) == ["here0"]


def test_a_referral_is_an_error(forest, start, modules_of):
    run = modules_of(start(forest))
    for options in ({"search_base": TWO}, {"member_of": f"CN=Elsewhere,{TWO}"}, {"identity": TWO}):
        message = run.error("ad_object_info", **options)
        assert "the object belongs to another domain" in message
        assert "Use a server of that domain" in message


@pytest.fixture
def mixed(forest):
    """A group with members from three domains of the forest and from another forest; one account is disabled."""
    here = forest.add(f"CN=here,{USERS}", "user")
    off = forest.add(f"CN=off,{TWO}", "user", userAccountControl=str(NORMAL_ACCOUNT | DISABLED))
    below = forest.add(f"CN=below,{CHILD}", "user", description="from the child")
    alien = forest.foreign(forest.domains[0], "S-1-5-21-900-900-900-1105")
    return forest.group(GROUP, [here, off, below, alien], DOMAIN_LOCAL)


@pytest.mark.usefixtures("mixed")
def test_members_from_other_domains(forest, start, modules_of):
    result = modules_of(start(forest)).one("ad_object_info", member_of=GROUP, properties=["description"])
    found = {item["name"]: item for item in result["objects"]}
    assert {name: item["enabled"] for name, item in found.items()} == {
        "S-1-5-21-900-900-900-1105": None,
        "below": True,
        "here": True,
        "off": False,
    }
    assert found["S-1-5-21-900-900-900-1105"]["sid"] == "S-1-5-21-900-900-900-1105"
    assert found["off"]["distinguished_name"] == f"CN=off,{TWO}"
    assert found["below"]["properties"] == {"description": ["from the child"]}


@pytest.mark.parametrize(
    ("conditions", "names"),
    [
        ({"starts_with": {"sAMAccountName": "o"}}, ["off"]),
        ({"match": {"description": "from the child"}}, ["below"]),
        ({"type": "group"}, []),
        ({"search_base": USERS}, ["here"]),
        ({"search_scope": "one_level"}, []),
    ],
)
@pytest.mark.usefixtures("mixed")
def test_conditions_count_for_members_from_other_domains_too(conditions, names, forest, start, modules_of):
    result = modules_of(start(forest)).one("ad_object_info", member_of=GROUP, **conditions)
    assert listed(result) == names


def test_members_of_a_universal_group_of_another_domain(forest, start, modules_of):
    deep = forest.group(f"CN=UG-Deep,{TWO}", forest.users(TWO, 1501), UNIVERSAL)
    rid = int.from_bytes(deep.values("objectSid")[0][-4:], "little")
    forest.add(f"CN=primary,{TWO}", "user", primaryGroupID=str(rid))
    forest.add(f"CN=other,{USERS}", "user", primaryGroupID=str(rid))
    outer = forest.group(GROUP, [deep], DOMAIN_LOCAL)
    deep.link(outer)
    result = modules_of(start(forest)).one("ad_object_info", member_of=GROUP, nested=True)
    assert set(listed(result)) == {"UG-Deep", "primary", *(f"u{number}" for number in range(1501))}
    ways = {item["name"]: (item["through"], item["by_primary_group"]) for item in result["objects"]}
    assert ways["u1500"] == ([deep.dn], False)
    assert ways["primary"] == ([deep.dn], True)


def test_members_that_only_another_domain_knows_are_an_error(forest, start, modules_of):
    far = forest.group(f"CN=GG-Far,{TWO}", forest.users(TWO, 3), GLOBAL)
    forest.group(GROUP, [far], DOMAIN_LOCAL)
    run = modules_of(start(forest))
    assert listed(run.one("ad_object_info", member_of=GROUP)) == ["GG-Far"]
    message = run.error("ad_object_info", member_of=GROUP, nested=True)
    assert f"Cannot read the members of group '{far.dn}'" in message
    assert "only that domain knows who is in a group that is not universal" in message


@pytest.mark.usefixtures("mixed")
def test_without_a_global_catalog_a_member_from_another_domain_is_an_error(forest, start, modules_of):
    controller = start(forest, Faults(no_catalog=True))
    result = modules_of(controller, dns_servers=[controller.address], connection_timeout=2).all(
        Step("ad_object_info", {"member_of": GROUP})
    )
    assert result[0]["failed"], result
    assert "global catalog" in result[0]["msg"] or "_gc._tcp.one.test" in result[0]["msg"]


@pytest.mark.parametrize("nested", [False, True])
def test_a_member_that_the_reader_may_not_see_is_an_error(nested, forest, start, modules_of):
    users = forest.users(USERS, 150)
    users[77].hidden = True
    inner = forest.group(f"CN=GG-Inner,{USERS}", users)
    forest.group(GROUP, [inner])
    name = GROUP if nested else inner.dn
    message = modules_of(start(forest)).error("ad_object_info", member_of=name, nested=nested)
    assert message.startswith(f"Cannot read the members of group '{inner.dn}' on ")
    assert f"cannot see, or that exist no more, such as '{users[77].dn}'. Grant the account the right" in message


def test_a_group_whose_members_the_reader_may_not_see_is_not_empty(forest, start, modules_of):
    inner = forest.group(f"CN=GG-Inner,{USERS}", forest.users(USERS, 2))
    inner.unreadable = frozenset({"member"})
    forest.group(GROUP, [inner])
    run = modules_of(start(forest))
    for options in ({"member_of": inner.dn}, {"member_of": GROUP, "nested": True}):
        message = run.error("ad_object_info", **options)
        assert f"Cannot read the members of group '{inner.dn}'" in message
        assert "may not see who is in it" in message


def test_a_member_of_which_the_reader_may_read_nothing_is_an_error(forest, start, modules_of):
    (user,) = forest.users(USERS, 1)
    user.unreadable = frozenset({"objectclass", "objectguid", "distinguishedname", "memberof"})
    forest.group(GROUP, [user])
    message = modules_of(start(forest)).error("ad_object_info", member_of=GROUP)
    assert user.dn in message
