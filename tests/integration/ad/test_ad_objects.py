# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every kind of object: created, changed and removed; check mode says the same before each of it."""

from __future__ import annotations

import pytest
from ad_support.runner import Step

CREATED = {
    "ad_ou": {"description": "Prefect workers"},
    "ad_group": {"description": "Prefect workers", "scope": "domainlocal", "members": {"add": ["{other}"]}},
    "ad_user": {
        "surname": "Doe",
        "upn": "{name}.doe@lab.test",
        "manager": "{other}",
        "enabled": False,
        "password_never_expires": True,
    },
    "ad_computer": {
        "dns_hostname": "{name}.lab.test",
        "managed_by": "{other}",
        "service_principal_names": {"add": ["HTTP/{name}.lab.test"]},
    },
    "ad_service_account": {
        "description": "Prefect workers",
        "ticket": "CHG-1",
        "dns_hostname": "{name}.lab.test",
        "managed_by": "{other}",
        "principals_allowed_to_retrieve": {"set": ["{computer}$"]},
        "service_principal_names": {"add": ["HTTP/{name}.lab.test"]},
    },
}
CHANGED = {
    "ad_ou": {"description": "", "managed_by": "{other}"},
    "ad_group": {"scope": "universal", "category": "distribution", "members": {"set": []}, "managed_by": "{other}"},
    "ad_user": {
        "surname": "",
        "firstname": "Jane",
        "upn": "{name}@lab.test",
        "manager": "",
        "account_not_delegated": True,
        "password_never_expires": False,
    },
    "ad_computer": {
        "dns_hostname": "",
        "location": "Rack 7",
        "enabled": False,
        "managed_by": "",
        "kerberos_encryption_types": ["aes256"],
        "service_principal_names": {"set": []},
    },
    "ad_service_account": {
        "enabled": False,
        "managed_by": "{user}",
        "kerberos_encryption_types": ["aes256"],
        "principals_allowed_to_retrieve": {"set": []},
        "service_principal_names": {"remove": ["http/{name}.LAB.test"], "add": ["HTTP/{name}"]},
    },
}
KINDS = tuple(CREATED)
RESULTS = {
    "ad_ou": "organizational_unit",
    "ad_group": "group",
    "ad_user": "user",
    "ad_computer": "computer",
    "ad_service_account": "service_account",
}


def filled(value, **words):
    """The value with the words put into every text."""
    if isinstance(value, dict):
        return {key: filled(item, **words) for key, item in value.items()}
    if isinstance(value, list):
        return [filled(item, **words) for item in value]
    return value.format(**words) if isinstance(value, str) else value


def foreseeable(resource):
    """What check mode can know of an object: not what the directory hands out, and no order where there is none."""
    return {
        key: sorted(value) if isinstance(value, list) else value
        for key, value in resource.items()
        if key not in ("object_guid", "sid")
    }


@pytest.mark.parametrize("module", KINDS)
def test_life_of_an_object(module, run, target, eye, place, unique):
    where = {"name": f"x{unique}", "path": place}
    words = {"name": where["name"], "other": target.other_user, "computer": target.computers[0], "user": target.user}
    created, changed = filled(CREATED[module], **words), filled(CHANGED[module], **words)
    dn = f"{'OU' if module == 'ad_ou' else 'CN'}={where['name']},{place}"

    steps = []
    for options in ({**where, **created}, {**where, **changed}, {**where, "state": "absent"}):
        steps += [Step(module, options, check=True), Step(module, options), Step(module, options, check=True)]
        steps += [Step(module, options)]
    results = run.playbook(*steps)
    assert [result["failed"] for result in results] == [False] * 12, results[-1]["msg"]
    assert [result["changed"] for result in results] == [True, True, False, False] * 3
    for check, real in zip(results[0::2], results[1::2], strict=True):
        assert check["diff"] == real["diff"]
        assert foreseeable(check[RESULTS[module]]) == foreseeable(real[RESULTS[module]])
    assert {result["distinguished_name"] for result in results[:8]} == {dn}
    assert results[0]["object_guid"].strip("0-") == ""
    assert len({result["object_guid"] for result in results[1:8]}) == 1
    assert {result["distinguished_name"] for result in results[8:]} == {None}
    assert eye.get(dn) is None


def test_what_is_not_given_is_left_alone(run, target, eye, place):
    run.one("ad_ou", name="Kept", path=place, description="first", managed_by=target.other_user)
    result = run.one("ad_ou", name="Kept", path=place, description="second")
    assert result["diff"] == {
        "before": {"name": "Kept", "path": place, "description": "first"},
        "after": {"name": "Kept", "path": place, "description": "second"},
    }
    assert eye.texts(f"OU=Kept,{place}", "managedBy") == [eye.dn_of(target.other_user)]


def test_a_name_with_special_characters_means_itself(run, eye, place):
    name = "Data, Science + *(R&D)* #1"
    first, again, gone = run.all(
        Step("ad_ou", {"name": name, "path": place}),
        Step("ad_ou", {"name": name, "path": place}),
        Step("ad_ou", {"name": name, "path": place, "state": "absent"}),
    )
    assert (first["changed"], again["changed"], gone["changed"]) == (True, False, True)
    assert again["organizational_unit"]["name"] == name
    assert eye.get(again["distinguished_name"]) is None


def test_a_unit_that_holds_something_is_not_removed(run, eye, place):
    run.all(
        Step("ad_ou", {"name": "Outer", "path": place}), Step("ad_ou", {"name": "Inner", "path": f"OU=Outer,{place}"})
    )
    message = run.error("ad_ou", name="Outer", path=place, state="absent")
    assert f"'OU=Outer,{place}'" in message
    assert "it still holds other objects" in message
    assert eye.get(f"OU=Inner,OU=Outer,{place}") is not None


@pytest.mark.parametrize("check", [True, False])
def test_rename_and_move_by_guid(check, run, eye, place):
    first = run.one("ad_ou", name="Old", path=place)
    run.one("ad_ou", name="Target", path=place)
    wanted = {"identity": first["object_guid"], "name": "New", "path": f"OU=Target,{place}"}
    result = run.one("ad_ou", check=check, **wanted)
    assert result["diff"]["before"] == {"identity": first["object_guid"], "name": "Old", "path": place}
    assert result["diff"]["after"] == wanted
    assert result["distinguished_name"] == f"OU=New,OU=Target,{place}"
    assert (eye.get(f"OU=New,OU=Target,{place}") is None) is check
    assert run.one("ad_ou", check=check, **wanted)["changed"] is check


def test_a_rename_by_dn_is_found_again(run, place):
    run.one("ad_ou", name="Before", path=place)
    wanted = {"identity": f"OU=Before,{place}", "name": "After"}
    results = run.all(Step("ad_ou", wanted), Step("ad_ou", wanted))
    assert [result["changed"] for result in results] == [True, False]
    assert results[1]["distinguished_name"] == f"OU=After,{place}"


def test_an_identity_that_only_the_directory_can_hand_out(run, place):
    guid = "11111111-2222-3333-4444-555555555555"
    assert "none can be created with it" in run.error("ad_ou", identity=guid, name="X", path=place)
    assert run.one("ad_ou", identity=guid, state="absent")["changed"] is False


def test_an_object_of_another_kind_is_in_the_way(run, target, eye):
    user = eye.dn_of(target.other_user)
    message = run.error("ad_group", identity=target.other_user, description="no")
    assert f"Cannot manage group '{user}'" in message
    assert "it is of the class user" in message


def test_a_container_that_is_not_there(run, place):
    message = run.error("ad_ou", name="X", path=f"OU=Nope,{place}")
    assert f"there is no container 'OU=Nope,{place}'" in message


def test_a_path_that_is_no_distinguished_name(run):
    assert "'FlowOps' is not a distinguished name" in run.error("ad_ou", name="X", path="FlowOps")
