# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many accounts at once, what hosts tell of them, what still uses them, and how they may be named."""

from __future__ import annotations

import pytest
from ad_support.runner import Step
from ad_support.verdicts import (
    NORMAL,
    OWNED,
    found,
    one,
)


def test_local_administrators(stage, ask, target):
    account = stage.user("u")
    group = stage.group("ops", account)
    short = target.dns_domain.partition(".")[0].upper()
    told = ask(
        account,
        local_administrators={
            "direct": [f"{short}\\{stage.name('u')}", f"{short}\\Domain Admins"],
            "nested": [stage.sid(group)],
            "everybody": ["NT AUTHORITY\\Authenticated Users"],
            "own": [f"OWN\\{stage.name('u')}", "OWN\\Administrator"],
        },
    )
    assert told["local_administrator_on"] == [
        {"host": "direct", "through": None},
        {"host": "everybody", "through": "Authenticated Users"},
        {"host": "nested", "through": stage.name("ops")},
    ]
    assert len(found(told, "local_administrator")) == 3
    assert one(ask(account, local_administrators={"own": []}), "local_administrators") == (
        "ok",
        "It is a local administrator on none of the 1 hosts that were told.",
    )


def within(one, stage):
    """Whether an object is one of the test's own."""
    return one["distinguished_name"].endswith(f",{stage.place}")


def test_what_still_uses_an_account(stage, ask, eye, target, administrator, mark):
    service = f"prefect/{stage.unique}.{target.dns_domain}"
    host = f"CN=host,{stage.place}"
    account = stage.gmsa("g", stage.sid_of(f"{target.computers[0]}$"), servicePrincipalName=service)
    assert ask(account, used_by=True)["used_by"]["in_use"] is False
    front = stage.user("front")
    stage.trust(front, NORMAL, service.upper())
    back, other = stage.gmsa("back"), stage.gmsa("other", stage.sid(account))
    group = stage.group("in", account)
    stage.allow_to_act(back, stage.sid(group))
    owned = stage.group("owned")
    eye.set(owned, "managedBy", account)
    eye.add(host, ["computer"], sAMAccountName=f"h{stage.unique}$", userAccountControl="4096")
    eye.set(host, "msDS-HostServiceAccount", account)
    silo = administrator.silo(mark)
    administrator.add(silo, ["msDS-AuthNPolicySilo"], **{"msDS-AuthNPolicySiloMembers": account})
    told = ask(account, used_by=True)["used_by"]
    assert told["in_use"] is True
    assert [(who["name"], who["services"]) for who in told["delegated_to_by"]] == [
        (stage.name("front"), [service.upper()])
    ]
    # the tests before this one have left accounts behind that everybody may act before, or read the password of
    here = {key: [one for one in told[key] if within(one, stage)] for key in ("acts_before", "reads_password_of")}
    assert here["acts_before"] == [
        {"distinguished_name": back, "name": f"{stage.name('back')}$", "through": stage.name("in")}
    ]
    assert here["reads_password_of"] == [
        {"distinguished_name": other, "name": f"{stage.name('other')}$", "through": None}
    ]
    assert told["groups"] == [stage.name("in")]
    assert told["manages"] == [owned]
    assert told["hosts"] == ["host"]
    assert told["authentication_policy_silos"] == [mark]
    assert told["password_readers"] == [f"{target.computers[0]}$"]
    assert told["verdicts"][0] == "It is installed on 'host'."
    assert len(told["verdicts"]) == 8


def test_all_service_accounts_below_a_container(stage, run, eye, target):
    stage.gmsa("g")
    smsa = ["top", "person", "organizationalPerson", "user", "computer", "msDS-ManagedServiceAccount"]
    eye.add(f"CN=s,{stage.place}", smsa, sAMAccountName=f"{stage.name('s')}$", userAccountControl="4096")
    stage.user("spn", servicePrincipalName=f"x/{stage.unique}")
    stage.user("ticket", info="Ticket: CHG-2")
    stage.user("person")
    eye.add(f"OU=deep,{stage.place}", ["organizationalUnit"])
    stage.group("group")

    def names(**options):
        result = run.one("ad_privilege_info", search_base=stage.place, **options)
        assert result["summary"]["accounts"] == len(result["accounts"])
        return [account["distinguished_name"].partition(",")[0][3:] for account in result["accounts"]]

    assert names() == ["g", "s", "spn", "ticket"]
    assert names(type="gmsa") == ["g"]
    assert names(type="smsa") == ["s"]
    assert names(type="user") == ["person", "spn", "ticket"]
    assert names(type="any") == ["g", "person", "s", "spn", "ticket"]
    users = run.one("ad_privilege_info", search_base=f"CN=Users,{target.domain_dn}")
    assert "krbtgt" not in {account["sam_account_name"] for account in users["accounts"]}


def test_many_accounts_cost_no_more_operations_than_few(stage, run, target):
    group = stage.group("hosts", stage.eye.dn_of(f"{target.computers[0]}$"))
    accounts = [stage.gmsa(f"m{number}", stage.sid(group), **OWNED) for number in range(40)]
    outer = stage.group("outer", stage.group("all", *accounts))
    few = run.one("ad_privilege_info", identities=accounts[:2], used_by=True)
    many = run.one("ad_privilege_info", identities=accounts, used_by=True)
    below = run.one("ad_privilege_info", search_base=stage.place, type="gmsa", used_by=True)
    assert len(many["accounts"]) == len(below["accounts"]) == 40
    assert many["operations"] == few["operations"] <= 20
    assert below["operations"] <= few["operations"]
    for account in many["accounts"]:
        groups = {item["distinguished_name"]: item["through"] for item in account["groups"]}
        assert groups[outer] == [stage.name("all")]
    alone = run.one("ad_privilege_info", identities=[accounts[7]], used_by=True)["accounts"][0]
    (same,) = [account for account in many["accounts"] if account["distinguished_name"] == accounts[7]]
    assert {**alone, "token": "", "findings": []} == {**same, "token": "", "findings": []}


@pytest.mark.parametrize("name", ["a, b", 'q"uote', "x=y+z", "(*)", "ünï\\cödé", "#lead"])
def test_special_characters_in_names(stage, run, name):
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    for char in ",=+#":
        escaped = escaped.replace(char, f"\\{char}")
    account, group = f"CN={escaped},{stage.place}", f"CN=group {escaped},{stage.place}"
    stage.eye.add(account, ["user"], sAMAccountName=stage.name("u"))
    stage.eye.add(group, ["group"], sAMAccountName=stage.name("g"), member=account, managedBy=account)
    result = run.one("ad_privilege_info", identities=[account], used_by=True)
    (told,) = result["accounts"]
    assert stage.name("g") in {item["name"] for item in told["groups"]}
    assert told["used_by"]["groups"] == [stage.name("g")]
    assert len(told["used_by"]["manages"]) == 1


def test_every_way_to_name_an_account(stage, run):
    account = stage.user("u", userPrincipalName=f"u-{stage.unique}@lab.test")
    (told,) = run.one("ad_privilege_info", identities=[account])["accounts"]
    ways = [told["object_guid"], told["sid"], f"u-{stage.unique}@lab.test", stage.name("u"), account.upper()]
    result = run.one("ad_privilege_info", identities=ways)
    assert [found["sid"] for found in result["accounts"]] == [told["sid"]]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"identities": ["nobody-here"]}, "'nobody-here'"),
        ({"identities": ["nobody-here", "nor-here"]}, "nor are there 1 others"),
        ({"identities": ["Domain Admins"]}, "it is no account, but of the class group"),
        ({"identities": [" "]}, "a name in 'identities' is empty"),
        ({"search_base": "OU=no,DC=lab,DC=test"}, "there is no such container"),
        ({"identities": ["alice"], "since": "yesterday"}, "'yesterday' in 'since' is no moment"),
        ({"identities": ["alice"], "stale_days": -1}, "'stale_days' is -1"),
        ({"identities": ["alice"], "local_administrators": {"win1": "alice"}}, "no list of names"),
        ({"identities": ["alice"], "search_base": "DC=lab,DC=test"}, "mutually exclusive"),
        ({}, "one of the following is required"),
    ],
)
def test_what_cannot_be_answered_is_an_error(run, options, said):
    assert said in run.error("ad_privilege_info", **options)


def test_in_check_mode_what_is_missing_may_be_made_by_an_earlier_task(run, target):
    result = run.one("ad_privilege_info", check=True, identities=["nobody-here", target.other_user])
    assert [account["sam_account_name"] for account in result["accounts"]] == [target.other_user]
    assert result["predicted"] == ["account nobody-here"]
    result = run.one("ad_privilege_info", check=True, search_base=f"OU=no,{target.base}")
    assert (result["accounts"], result["predicted"]) == ([], [f"container OU=no,{target.base}"])


def test_as_a_user_writes_it(stage, run, target):
    account = stage.gmsa("g")
    options = {
        "identities": [account],
        "trusted_principals": [target.user],
        "local_administrators": {"win1": ["LAB\\Domain Admins"]},
    }
    for result in run.playbook(Step("ad_privilege_info", options), Step("ad_privilege_info", options, True)):
        assert result["changed"] is False
        assert result["accounts"][0]["distinguished_name"] == account
