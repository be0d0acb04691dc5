# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Authentication policies and silos, managed by an account that may do that and nothing else. They are objects of the
forest, so every name has the mark of its test."""

from __future__ import annotations

import pytest
from ad_support.runner import Runner, Step
from ansible_collections.flowops.prefect.plugins.module_utils._ad import conditional_ace
from ansible_collections.flowops.prefect.plugins.module_utils._ad import security_descriptor as sd

POLICY, SILO = "ad_authentication_policy", "ad_authentication_policy_silo"
USER_FROM = "msDS-UserAllowedToAuthenticateFrom"


@pytest.fixture
def account(eye, place, mark):
    """DN of a user that a policy can be assigned to."""
    dn = f"CN=u{mark},{place}"
    eye.add(dn, ["user"], sAMAccountName=f"u{mark}")
    return dn


@pytest.fixture
def hosts(eye, place, mark):
    """Name of an empty group, and its SID as text."""
    eye.add(f"CN=g{mark},{place}", ["group"], sAMAccountName=f"g{mark}")
    found = eye.get(f"CN=g{mark},{place}", "objectSid")
    return f"g{mark}", sd.sid_from_bytes(found["objectSid"][0])


def everything(name, group):
    """A policy with all that the module can set."""
    return {
        "name": name,
        "description": "Workers",
        "enforced": True,
        "user_ticket_lifetime": 45,
        "service_ticket_lifetime": 60,
        "computer_ticket_lifetime": 600,
        "user_allowed_from": {"groups": [group], "silo": "Prefect"},
        "service_allowed_from": {"groups": [group]},
    }


def test_a_policy_is_created_as_predicted_and_found_again(govern, administrator, mark, hosts):
    group, sid = hosts
    options = everything(mark, group)
    results = govern.all(*(Step(POLICY, options, check) for check in (True, False, True, False)))
    assert [result["failed"] for result in results] == [False] * 4, results[-1]["msg"]
    assert [result["changed"] for result in results] == [True, True, False, False]
    predicted, done = results[:2]
    assert predicted["diff"] == done["diff"] == {"before": {}, "after": options}
    identifiers = ("object_guid",)
    shown = [
        {key: value for key, value in result["authentication_policy"].items() if key not in identifiers}
        for result in results
    ]
    assert shown == [shown[0]] * 4
    assert shown[0]["user_allowed_from"] == {"groups": [sid], "silo": "Prefect"}

    assert done["distinguished_name"] == administrator.policy(mark)
    found = administrator.get(administrator.policy(mark))
    assert found["objectClass"] == [b"top", b"msDS-AuthNPolicy"]
    assert found["description"] == [b"Workers"]
    assert found["msDS-AuthNPolicyEnforced"] == [b"TRUE"]
    # 100 ns: MS-ADA2 2.505
    assert found["msDS-UserTGTLifetime"] == [b"27000000000"]
    assert found["msDS-ServiceTGTLifetime"] == [b"36000000000"]
    assert found["msDS-ComputerTGTLifetime"] == [b"360000000000"]


def test_the_condition_is_the_one_that_microsofts_tools_write(govern, administrator, mark, hosts):
    group, sid = hosts
    govern.one(POLICY, **everything(mark, group))
    found = sd.parse(administrator.get(administrator.policy(mark), USER_FROM)[USER_FROM][0])
    (entry,) = found.dacl
    assert (found.owner, found.group) == ("S-1-5-18", "S-1-5-18")
    assert (entry.kind, entry.flags, entry.mask, entry.sid) == (sd.ALLOW_CALLBACK, 0x3, 0x100, "S-1-1-0")
    assert conditional_ace.text(conditional_ace.parse(entry.condition)) == (
        f'((Member_of_any {{SID({sid})}}) || (@USER.ad://ext/AuthenticationSilo == "Prefect"))'
    )


def test_what_is_not_given_stays_and_what_is_cleared_goes(govern, administrator, mark, hosts):
    group, sid = hosts
    govern.one(POLICY, **everything(mark, group))
    result = govern.one(POLICY, name=mark.upper(), user_ticket_lifetime=0, user_allowed_from={}, description="")
    assert result["diff"] == {
        "before": {
            "name": mark,
            "description": "Workers",
            "user_ticket_lifetime": 45,
            "user_allowed_from": {"groups": [sid], "silo": "Prefect"},
        },
        "after": {"name": mark, "description": None, "user_ticket_lifetime": None, "user_allowed_from": None},
    }
    found = administrator.get(administrator.policy(mark))
    assert not {"description", "msDS-UserTGTLifetime", USER_FROM} & set(found)
    assert found["msDS-ServiceTGTLifetime"] == [b"36000000000"]
    assert found["msDS-AuthNPolicyEnforced"] == [b"TRUE"]
    for blank in ({}, {"groups": []}, {"silo": ""}):
        assert govern.one(POLICY, name=mark, user_allowed_from=blank)["changed"] is False


def test_a_new_policy_only_audits(govern, administrator, mark):
    govern.one(POLICY, name=mark)
    assert administrator.texts(administrator.policy(mark), "msDS-AuthNPolicyEnforced") == ["FALSE"]


def test_a_lifetime_that_is_no_whole_minute_is_shown_and_corrected(govern, administrator, mark):
    govern.one(POLICY, name=mark, user_ticket_lifetime=60)
    administrator.set(administrator.policy(mark), "msDS-UserTGTLifetime", "36300000000")
    result = govern.one(POLICY, name=mark, user_ticket_lifetime=60)
    assert (result["diff"]["before"]["user_ticket_lifetime"], result["changed"]) == (60.5, True)
    assert administrator.texts(administrator.policy(mark), "msDS-UserTGTLifetime") == ["36000000000"]


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("minutes", [44, -1, 2**31])
def test_a_lifetime_that_microsofts_tools_refuse(minutes, check, govern, mark):
    message = govern.error(POLICY, check=check, name=mark, service_ticket_lifetime=minutes)
    assert f"Cannot set 'service_ticket_lifetime' of authentication policy '{mark}'" in message
    assert f"{minutes} minutes is outside of 45 to 2147483647; 0 removes the limit" in message


@pytest.mark.parametrize("check", [True, False])
def test_a_group_that_is_not_there(check, govern, administrator, mark):
    options = {"name": mark, "user_allowed_from": {"groups": [f"GG-{mark}"]}}
    if check:
        result = govern.one(POLICY, check=True, **options)
        assert result["predicted"] == [f"principal GG-{mark}"]
        assert result["diff"]["after"]["user_allowed_from"] == {"groups": [f"GG-{mark}"]}
    else:
        assert f"there is no principal 'GG-{mark}'" in govern.error(POLICY, **options)
        assert administrator.get(administrator.policy(mark)) is None


@pytest.mark.parametrize("name", ["{mark}, Inc. (#1)", "{mark}*)(cn=*", 'Zürich "{mark}"', "{mark} \\ = + <x>;"])
def test_special_characters_in_names(name, govern, administrator, mark):
    name = name.format(mark=mark)
    options = {"name": name, "user_ticket_lifetime": 60}
    results = govern.all(Step(POLICY, options), Step(POLICY, options), Step(SILO, {"name": name, "user_policy": name}))
    assert [result["changed"] for result in results] == [True, False, True], results[-1].get("msg")
    assert administrator.texts(results[0]["distinguished_name"], "cn") == [name]
    (policy,) = administrator.texts(results[2]["distinguished_name"], "msDS-UserAuthNPolicy")
    assert administrator.texts(policy, "cn") == [name]


def foreign(*entries):
    """A descriptor that this collection would not write."""
    return sd.SecurityDescriptor(owner="S-1-5-18", group="S-1-5-18", dacl=entries).to_bytes()


def met_by(condition, kind=sd.ALLOW_CALLBACK, mask=sd.CONTROL_ACCESS):
    return sd.entry(kind, "S-1-1-0", mask, 3, condition=conditional_ace.encode(condition))


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("wanted", [{}, {"groups": ["Domain Computers"]}])
def test_a_condition_that_somebody_else_made_is_kept(wanted, check, govern, administrator, mark):
    govern.one(POLICY, name=mark)
    title = conditional_ace.user_claim_is("Title", "PM")
    value = foreign(met_by(title), sd.allow("S-1-5-11", sd.CONTROL_ACCESS))
    administrator.set(administrator.policy(mark), USER_FROM, value)
    shown = 'D:(XA;0x3;0x100;;;S-1-1-0;(@USER.Title == "PM"))(A;;0x100;;;S-1-5-11)'

    other = govern.one(POLICY, name=mark, check=check, user_ticket_lifetime=60)
    assert other["authentication_policy"]["user_allowed_from"] == {"unmanaged": shown}
    message = govern.error(POLICY, name=mark, check=check, description="new", user_allowed_from=wanted)
    assert f"it holds a condition that this module does not manage: {shown}" in message
    assert "remove it with the tool that made it" in message
    assert administrator.get(administrator.policy(mark), USER_FROM)[USER_FROM] == [value]
    assert administrator.texts(administrator.policy(mark), "description") == []


def test_the_same_condition_in_another_form_is_no_change(govern, administrator, mark, hosts):
    group, sid = hosts
    govern.one(POLICY, name=mark)
    (member,) = conditional_ace.member_of_any([sid]).operands
    one_of_one = conditional_ace.Node(conditional_ace.MEMBER_OF, operands=(member,))
    value = foreign(
        met_by(conditional_ace.user_claim_is("AD://ext/authenticationsilo", "PREFECT")),
        met_by(one_of_one, mask=0xF01FF),
    )
    administrator.set(administrator.policy(mark), USER_FROM, value)
    wanted = {"groups": [group, sid], "silo": "Prefect"}
    assert govern.one(POLICY, name=mark, user_allowed_from=wanted)["changed"] is False
    assert administrator.get(administrator.policy(mark), USER_FROM)[USER_FROM] == [value]
    assert govern.one(POLICY, name=mark, user_allowed_from={"groups": [group]})["changed"] is True


def test_a_silo_with_members(govern, administrator, eye, mark, account, target):
    computers = [f"{name}$" for name in target.computers]
    govern.one(POLICY, name=mark)
    options = {
        "name": mark,
        "description": "Workers and their hosts",
        "enforced": True,
        "user_policy": mark.upper(),
        "service_policy": administrator.policy(mark),
        "computer_policy": mark,
        "members": {"set": [account, computers[0]]},
    }
    results = govern.all(*(Step(SILO, options, check) for check in (True, False, False)))
    assert [result["changed"] for result in results] == [True, True, False], results[-1].get("msg")
    assert results[0]["diff"] == results[1]["diff"]
    assert results[1]["diff"]["after"]["members"] == sorted([account, computers[0]])
    dn = administrator.silo(mark)
    assert results[1]["distinguished_name"] == dn
    assert administrator.texts(dn, "objectClass") == ["msDS-AuthNPolicySilo", "top"]
    assert administrator.texts(dn, "msDS-AuthNPolicySiloEnforced") == ["TRUE"]
    for attribute in ("msDS-UserAuthNPolicy", "msDS-ServiceAuthNPolicy", "msDS-ComputerAuthNPolicy"):
        assert administrator.texts(dn, attribute) == [administrator.policy(mark)]
    assert administrator.texts(dn, "msDS-AuthNPolicySiloMembers") == sorted([account, eye.dn_of(computers[0])])

    change = {"name": mark, "members": {"add": [computers[1]], "remove": [account]}, "user_policy": ""}
    results = govern.all(Step(SILO, change), Step(SILO, change))
    assert [result["changed"] for result in results] == [True, False]
    assert administrator.texts(dn, "msDS-AuthNPolicySiloMembers") == sorted(map(eye.dn_of, computers))
    assert administrator.texts(dn, "msDS-UserAuthNPolicy") == []


@pytest.mark.parametrize("check", [True, False])
def test_a_policy_that_is_not_there(check, govern, administrator, mark):
    if check:
        result = govern.one(SILO, check=True, name=mark, user_policy=mark, members={"add": [f"u{mark}"]})
        assert result["predicted"] == [f"authentication policy {mark}", f"directory object u{mark}"]
    else:
        message = govern.error(SILO, name=mark, user_policy=mark)
        assert f"there is no authentication policy '{mark}'" in message
        assert administrator.get(administrator.silo(mark)) is None


def test_a_silo_is_no_policy(govern, administrator, mark):
    govern.one(SILO, name=mark)
    assert "there is no authentication policy" in govern.error(
        SILO, name=f"{mark}2", user_policy=administrator.silo(mark)
    )


def test_what_is_used_is_not_removed(govern, administrator, eye, mark, account):
    govern.all(
        Step(POLICY, {"name": mark, "user_allowed_from": {"silo": mark.upper()}}),
        Step(SILO, {"name": mark, "service_policy": mark}),
    )
    eye.set(account, "msDS-AssignedAuthNPolicy", administrator.policy(mark))
    eye.set(account, "msDS-AssignedAuthNPolicySilo", administrator.silo(mark))
    assigned, gone = f"it is assigned to '{account}'", {"name": mark, "state": "absent"}
    by_silo = f"it is the service policy of '{administrator.silo(mark)}'"
    by_policy = f"it is a condition of '{administrator.policy(mark)}'"

    for module, uses in ((POLICY, (assigned, by_silo)), (SILO, (assigned, by_policy))):
        assert f"'{mark}' on {govern.defaults['server']}" in govern.error(module, **gone)
        assert all(use in govern.error(module, **gone) for use in uses)
        # Earlier tasks of the same run may end the use.
        predicted = govern.one(module, check=True, **gone)
        assert predicted["changed"] is True
        (said,) = predicted["consequences"]
        assert all(use in said for use in uses)
    assert administrator.get(administrator.policy(mark))
    assert administrator.get(administrator.silo(mark))

    eye.set(account, "msDS-AssignedAuthNPolicy")
    eye.set(account, "msDS-AssignedAuthNPolicySilo")
    steps = [Step(POLICY, {"name": mark, "user_allowed_from": {}}), Step(SILO, gone), Step(POLICY, gone)]
    results = govern.all(*steps, *steps[1:])
    assert [result["changed"] for result in results] == [True, True, True, False, False], results[-1].get("msg")
    assert administrator.get(administrator.policy(mark)) is administrator.get(administrator.silo(mark)) is None


def test_a_silo_that_gives_no_claim_is_said(govern, mark):
    options = {"name": mark, "user_allowed_from": {"silo": mark}}
    (said,) = govern.one(POLICY, check=True, **options)["consequences"]
    assert f"'user_allowed_from' names the authentication policy silo '{mark}', but there is no such silo yet" in said
    govern.one(SILO, name=mark)
    (said,) = govern.one(POLICY, check=True, **options)["consequences"]
    assert "but that silo is not enforced" in said
    govern.one(SILO, name=mark, enforced=True)
    assert "consequences" not in govern.one(POLICY, **options)


def test_without_the_rights_nothing_is_written(run, administrator, mark):
    message = run.error(POLICY, name=mark)
    assert f"Cannot create the object '{administrator.policy(mark)}'" in message
    assert "right" in message
    assert administrator.get(administrator.policy(mark)) is None


def test_policy_silo_hosts_and_accounts_that_name_each_other_in_one_desired_state(
    administrator, target, run, eye, place, mark, tmp_path
):
    group, host, user = f"g{mark}", f"h{mark}", f"u{mark}"
    wanted = {
        "authentication_policies": [
            {"name": mark, "enforced": True, "user_allowed_from": {"groups": [group], "silo": mark}}
        ],
        "authentication_policy_silos": [
            {"name": mark, "enforced": True, "user_policy": mark, "members": {"set": [f"{host}$", user]}}
        ],
        "groups": [{"name": group, "path": place, "members": {"set": [f"{host}$"]}}],
        "computers": [{"name": host, "path": place, "authentication_policy_silo": mark}],
        "users": [{"name": user, "path": place, "enabled": False, "authentication_policy": mark}],
    }
    # needs rights on the accounts and on the policies, which no account of the tests has but this one
    everywhere = Runner(tmp_path / "everywhere", target.options(target.administrator), run.environment)
    results = everywhere.all(*(Step("ad_objects", {"objects": wanted}, check) for check in (True, False, False)))
    assert [result["failed"] for result in results] == [False] * 3, results[-1]["msg"]
    assert [result["changed"] for result in results] == [True, True, False]
    policy, silo = administrator.policy(mark), administrator.silo(mark)
    names = [f"CN={host},{place}", f"CN={user},{place}"]
    assert administrator.texts(silo, "msDS-AuthNPolicySiloMembers") == names
    assert administrator.texts(silo, "msDS-UserAuthNPolicy") == [policy]
    assert eye.texts(names[0], "msDS-AssignedAuthNPolicySilo") == [silo]
    assert eye.texts(names[1], "msDS-AssignedAuthNPolicy") == [policy]
    assert administrator.get(policy, USER_FROM)[USER_FROM]
