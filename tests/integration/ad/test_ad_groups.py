# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Members of groups, however they are called."""

from __future__ import annotations

import pytest
from ad_support.runner import Step
from ldap3.protocol.formatters.formatters import format_sid, format_uuid_le


@pytest.fixture
def group(run, place, unique):
    """Options that find a new, empty group, and its DN."""
    where = {"name": f"GG-{unique}", "path": place}
    run.one("ad_group", **where)
    return where, f"CN={where['name']},{place}"


@pytest.fixture
def called(eye, target):
    """All ways to call the same user, as other tools show them."""
    dn = eye.dn_of(target.other_user)
    found = eye.get(dn, "objectSid", "objectGUID", "userPrincipalName")
    return {
        "dn": dn,
        "name": target.other_user,
        "sid": format_sid(found["objectSid"][0]),
        "guid": format_uuid_le(found["objectGUID"][0]),
        "upn": found["userPrincipalName"][0].decode(),
    }


def test_the_same_member_in_all_five_forms(run, eye, group, called):
    where, dn = group
    forms = ("dn", "sid", "guid", "upn", "name")
    results = run.all(*(Step("ad_group", {**where, "members": {"add": [called[form]]}}) for form in forms))
    assert [result["failed"] for result in results] == [False] * 5, results[-1]["msg"]
    assert [result["changed"] for result in results] == [True, False, False, False, False]
    assert [result["diff"]["after"]["members"] for result in results] == [[called[form]] for form in forms]
    assert eye.texts(dn, "member") == [called["dn"]]


def test_groups_in_groups_and_all_changes_at_once(run, eye, group, called, place, target, unique):
    where, dn = group
    run.one("ad_group", name=f"Inner-{unique}", path=place)
    computers = [f"{name}$" for name in target.computers]
    first, second, third = run.all(
        Step("ad_group", {**where, "members": {"set": [f"Inner-{unique}", computers[0]]}}),
        Step("ad_group", {**where, "members": {"add": [called["name"], computers[1]], "remove": [computers[0]]}}),
        Step("ad_group", {**where, "members": {"set": [computers[1]], "remove": [computers[0]]}}),
    )
    assert [result["changed"] for result in (first, second, third)] == [True, True, True]
    assert eye.texts(dn, "member") == [eye.dn_of(computers[1])]


def test_an_unknown_member_is_named_and_nothing_is_written(run, eye, group, called):
    where, dn = group
    message = run.error("ad_group", **where, members={"add": [called["name"], "GG-Nobody"]}, description="new")
    assert f"Cannot set 'members' of group '{where['name']}'" in message
    assert "there is no member 'GG-Nobody'" in message
    assert "Correct the name" in message
    assert eye.texts(dn, "member") == eye.texts(dn, "description") == []


def test_in_check_mode_an_unknown_member_is_predicted(run, group):
    result = run.one("ad_group", check=True, **group[0], members={"add": ["GG-Later"]})
    assert result["changed"] is True
    assert result["predicted"] == ["member GG-Later"]
    assert result["diff"]["after"]["members"] == ["GG-Later"]


def test_a_name_cannot_widen_the_search(run, group):
    message = run.error("ad_group", **group[0], members={"add": ["*)(objectClass=*"]})
    assert "there is no member '*)(objectClass=*'" in message


def test_more_members_than_one_page_of_a_search(run, eye, group, place):
    where, dn = group
    names = [f"CN=contact{number},{place}" for number in range(520)]
    for name in names:
        eye.add(name, ["contact"])
    results = run.all(
        Step("ad_group", {**where, "members": {"set": names}}),
        Step("ad_group", {**where, "members": {"set": names}}, check=True),
        Step("ad_object_info", {"search_base": place, "match": {"objectClass": "contact"}}),
    )
    assert [result["changed"] for result in results] == [True, False, False]
    assert len(eye.texts(dn, "member")) == 520
    assert len(results[2]["objects"]) == 520


def test_an_account_name_that_is_used_elsewhere(run, group, place):
    where, dn = group
    run.one("ad_ou", name="Elsewhere", path=place)
    message = run.error("ad_group", name=where["name"], path=f"OU=Elsewhere,{place}")
    assert f"its account name '{where['name']}' belongs to '{dn}'" in message
    assert "Give 'identity'" in message


def test_without_a_path_a_group_is_found_wherever_it_is(run, eye, group):
    where, dn = group
    result = run.one("ad_group", name=where["name"], description="found")
    assert result["distinguished_name"] == dn
    assert eye.texts(dn, "description") == ["found"]


def test_a_rename_by_account_name_is_found_again(run, eye, group, place, unique):
    where, dn = group
    wanted = {"identity": where["name"], "name": f"New-{unique}", "sam_account_name": f"New-{unique}"}
    results = run.all(Step("ad_group", wanted, check=True), Step("ad_group", wanted), Step("ad_group", wanted))
    assert [result["changed"] for result in results] == [True, True, False], results[-1].get("msg")
    assert {result["distinguished_name"] for result in results} == {f"CN=New-{unique},{place}"}
    assert eye.get(dn) is None


def test_what_is_gone_is_no_member(run, group, place):
    where, _dn = group
    gone = {"remove": ["GG-Gone", f"CN=Gone,{place}"]}
    for check in (True, False):
        result = run.one("ad_group", check=check, **where, members=gone)
        assert result["changed"] is False
        assert "predicted" not in result


def test_a_change_that_active_directory_allows_only_step_by_step(run, eye, group):
    where, dn = group
    for check in (True, False):
        message = run.error("ad_group", check=check, **where, scope="domainlocal")
        assert "a global group cannot become domainlocal at once. Make it universal in a task before" in message
    assert eye.texts(dn, "groupType") == ["-2147483646"]
    steps = [Step("ad_group", {**where, "scope": scope}) for scope in ("universal", "domainlocal")]
    assert [result["changed"] for result in run.all(*steps)] == [True, True]
    assert "cannot become global at once" in run.error("ad_group", check=True, **where, scope="global")
