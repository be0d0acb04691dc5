# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kerberos delegation as it is written; what the KDC makes of it is in test_ad_kerberos.py.

To give constrained delegation takes a privilege on the domain controllers, so that an administrator does it here.
"""

from __future__ import annotations

import pytest
from ad_support.privileges import Stage
from ad_support.runner import Step

WORKSTATION, UNCONSTRAINED, TRANSITION = 0x1000, 0x80000, 0x1000000
LIST, READERS = "msDS-AllowedToDelegateTo", "msDS-AllowedToActOnBehalfOfOtherIdentity"


@pytest.fixture
def stage(eye, administrator, place, unique):
    return Stage(eye, administrator, place, unique)


@pytest.fixture
def account(stage):
    """DN and account name of a managed service account that may not delegate."""
    return stage.gmsa("front"), f"{stage.name('front')}$"


def test_constrained_to_listed_services(as_administrator, eye, account):
    dn, name = account

    def step(check=False, **options):
        return Step("ad_delegation", {"identity": name, **options}, check)

    files, web = "cifs/files.lab.test", "HTTP/web.lab.test:8080"
    results = as_administrator.all(
        step(True, allowed_to_delegate_to={"set": [files]}),
        step(allowed_to_delegate_to={"set": [files]}),
        step(allowed_to_delegate_to={"set": [files.upper()]}),
        step(allowed_to_delegate_to={"add": [web]}),
        step(allowed_to_delegate_to={"remove": [files.upper()]}),
    )
    assert [result.get("changed") for result in results] == [True, True, False, True, True], results[-1].get("msg")
    assert results[0]["diff"] == results[1]["diff"]
    assert eye.texts(dn, LIST) == [web]
    assert eye.texts(dn, "userAccountControl") == [str(WORKSTATION)], "without protocol transition"
    assert results[-1]["delegation"]["allowed_to_delegate_to"] == [web]
    assert (results[-1]["distinguished_name"], results[-1]["delegation"]["unconstrained"]) == (dn, False)
    as_administrator.one("ad_delegation", identity=name, allowed_to_delegate_to={"set": []})
    assert eye.texts(dn, LIST) == []


def test_protocol_transition_is_a_switch_of_its_own(as_administrator, eye, account):
    dn, name = account
    wanted = {"identity": name, "allowed_to_delegate_to": {"set": ["cifs/files.lab.test"]}}
    results = as_administrator.all(
        Step("ad_delegation", {**wanted, "protocol_transition": True}, True),
        Step("ad_delegation", {**wanted, "protocol_transition": True}),
        Step("ad_delegation", wanted),
    )
    assert [result.get("changed") for result in results] == [True, True, False], results[-1].get("msg")
    assert eye.texts(dn, "userAccountControl") == [str(WORKSTATION | TRANSITION)]
    as_administrator.one("ad_delegation", **wanted, protocol_transition=False)
    assert eye.texts(dn, "userAccountControl") == [str(WORKSTATION)]
    # what such an account may do to itself is said, as nothing else tells
    alone = as_administrator.one(
        "ad_delegation", identity=name, protocol_transition=True, allowed_to_delegate_to={"set": []}
    )
    assert "may impersonate anybody to itself" in alone["consequences"][0]


@pytest.mark.parametrize("check", [True, False])
def test_unconstrained_is_refused(check, run, as_administrator, eye, account):
    dn, name = account
    for runner in (run, as_administrator):
        message = runner.error("ad_delegation", check=check, identity=name, unconstrained=True)
        assert "would be trusted for unconstrained delegation" in message
        assert "list the services in 'allowed_to_delegate_to'" in message
    assert eye.texts(dn, "userAccountControl") == [str(WORKSTATION)]


def test_unconstrained_is_not_left_and_can_be_taken_away(run, as_administrator, eye, stage, account):
    dn, name = account
    stage.trust(dn, WORKSTATION | UNCONSTRAINED)
    wanted = {"identity": name, "allowed_to_delegate_to": {"set": []}}
    for check in (True, False):
        message = run.error("ad_delegation", check=check, **wanted)
        assert "is trusted for unconstrained delegation" in message
        assert "Take it away with unconstrained: false" in message
    assert eye.texts(dn, "userAccountControl") == [str(WORKSTATION | UNCONSTRAINED)]
    results = as_administrator.all(
        *(Step("ad_delegation", {**wanted, "unconstrained": False}, check) for check in (True, False, False))
    )
    assert [result.get("changed") for result in results] == [True, True, False], results[-1].get("msg")
    assert eye.texts(dn, "userAccountControl") == [str(WORKSTATION)]


def test_without_the_privilege_the_error_says_which_one(run, eye, account):
    dn, name = account
    for wanted in ({"allowed_to_delegate_to": {"set": ["cifs/files.lab.test"]}}, {"protocol_transition": True}):
        message = run.error("ad_delegation", identity=name, **wanted)
        assert dn in message
        assert "Run this task as a domain administrator, or grant the privilege by group policy" in message
    assert eye.texts(dn, LIST) == []


def test_who_may_act_before_it(run, eye, stage, target, account):
    dn, name = account
    group = run.one("ad_group", name=stage.name("Fronts"), path=stage.place)["sid"]
    computer, user = f"{target.computers[0]}$", target.other_user
    steps = [
        {"set": [computer, stage.name("Fronts")]},
        {"add": [user], "remove": [computer]},
        {"set": [user, group.lower()]},
    ]
    results = run.all(*(Step("ad_delegation", {"identity": name, "allowed_to_act": verbs}) for verbs in steps))
    assert [result.get("changed") for result in results] == [True, True, False], results[-1].get("msg")
    sids = {stage.sid_of(user), group}
    assert set(results[-1]["delegation"]["allowed_to_act"]) == sids
    check = run.one("ad_delegation", check=True, identity=name, allowed_to_act={"set": []})
    assert check["changed"] is True
    assert eye.get(dn, READERS)[READERS]
    run.one("ad_delegation", identity=name, allowed_to_act={"set": []})
    assert run.one("ad_delegation", identity=name, allowed_to_act={"set": []})["changed"] is False
    message = run.error("ad_delegation", identity=name, allowed_to_act={"add": ["nobody-at-all"]})
    assert "there is no principal 'nobody-at-all'" in message


def test_what_is_not_asked_for_stays(as_administrator, run, eye, stage, target, account):
    dn, name = account
    stage.trust(dn, WORKSTATION | TRANSITION, "cifs/files.lab.test")
    stage.allow_to_act(dn, stage.sid_of(target.other_user))
    kept = {key: eye.get(dn, key)[key] for key in (LIST, "userAccountControl")}
    run.one("ad_delegation", identity=name, allowed_to_act={"add": [f"{target.computers[0]}$"]})
    assert {key: eye.get(dn, key)[key] for key in kept} == kept
    before = eye.get(dn, READERS)[READERS]
    as_administrator.one("ad_delegation", identity=name, allowed_to_delegate_to={"set": []}, protocol_transition=False)
    assert eye.get(dn, READERS)[READERS] == before


@pytest.mark.parametrize("form", ["name", "dn", "guid", "sid"])
def test_an_account_in_every_form(form, run, account, target):
    dn, name = account
    found = run.one("ad_object_info", identity=dn)["objects"][0]
    identity = {"name": name, "dn": dn.lower(), "guid": found["object_guid"], "sid": found["sid"]}[form]
    result = run.one("ad_delegation", identity=identity, allowed_to_act={"set": [f"{target.computers[0]}$"]})
    assert (result["changed"], result["object_guid"]) == (True, found["object_guid"])


def test_an_account_that_is_not_there(run):
    wanted = {"identity": "nobody-at-all$", "allowed_to_act": {"set": []}}
    assert "there is no directory object 'nobody-at-all$'" in run.error("ad_delegation", **wanted)
    check = run.one("ad_delegation", check=True, **wanted)
    assert check["predicted"] == ["directory object nobody-at-all$"]


def test_a_group_cannot_delegate(run, stage):
    stage.group("Nobody")
    message = run.error("ad_delegation", identity=stage.name("Nobody"), allowed_to_act={"set": []})
    assert "it is of the class group" in message
