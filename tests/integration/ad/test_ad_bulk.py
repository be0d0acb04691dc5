# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole desired state of a directory in one task, against a real domain controller."""

from __future__ import annotations

import os
import signal
import typing as t

import pytest
from ad_support.runner import Step
from ansible_collections.flowops.prefect.plugins.module_utils._ad.directory import Directory

PASSWORD = "A-long-Passphrase-of-the-tests-4711"


def estate(place: str, unique: str) -> dict[str, list[dict[str, t.Any]]]:
    """One object of nearly every kind, in an order in which none of them could be created."""
    unit = f"OU=Inner,OU=Outer,{place}"
    return {
        "delegations": [{"identity": f"PC{unique}$", "allowed_to_act": {"set": [f"m{unique}$"]}}],
        "group_members": [{"identity": f"GG-{unique}", "members": {"add": [f"jd{unique}", "S-1-5-4"]}}],
        "service_accounts": [
            {
                "name": f"m{unique}",
                "path": unit,
                "dns_hostname": f"m{unique}.lab.test",
                "owner": f"GG-{unique}",
                "purpose": "Runs the workers",
                "ticket": "CHG-1",
                "principals_allowed_to_retrieve": {"set": [f"GG-{unique}"]},
            },
            {
                "name": f"u{unique}",
                "type": "user",
                "path": unit,
                "owner": f"jd{unique}",
                "purpose": "Knows no managed accounts",
                "ticket": "CHG-2",
                "account_password": PASSWORD,
            },
        ],
        "computers": [{"name": f"PC{unique}", "path": unit}],
        "users": [
            {"name": f"Jane, {unique}", "sam_account_name": f"jd{unique}", "path": unit, "account_password": PASSWORD}
        ],
        "groups": [
            {"name": f"GG-{unique}", "path": unit, "managed_by": f"GG-{unique}", "members": {"add": [f"PC{unique}$"]}}
        ],
        "organizational_units": [
            {"name": "Inner", "path": f"OU=Outer,{place}", "managed_by": f"GG-{unique}"},
            {"name": "Outer", "path": place, "description": "The outer one"},
        ],
    }


def absent(wanted: dict[str, list[dict[str, t.Any]]]) -> dict[str, list[dict[str, t.Any]]]:
    """The same objects, to be removed."""
    parts = ("delegations", "group_members")
    return {
        plural: [{**item, "state": "absent"} for item in items]
        for plural, items in wanted.items()
        if plural not in parts
    }


def test_check_mode_on_nothing_says_what_the_run_does_and_the_second_run_does_nothing(run, place, unique, eye) -> None:
    wanted = estate(place, unique)
    foretold, first, second = run.all(
        Step("ad_objects", {"objects": wanted}, check=True),
        Step("ad_objects", {"objects": wanted}),
        Step("ad_objects", {"objects": wanted}),
    )
    assert not first["failed"], first["msg"]
    for key in ("changes", "diff"):
        assert foretold[key] == first[key], key
    assert "predicted" not in foretold
    assert first["summary"]["created"] == 7
    assert second["changed"] is False
    assert second["changes"] == []
    assert PASSWORD not in run.output
    unit = f"OU=Inner,OU=Outer,{place}"
    group = f"CN=GG-{unique},{unit}"
    assert eye.texts(unit, "managedBy") == [group]
    assert eye.texts(group, "managedBy") == [group]
    assert eye.texts(group, "member") == sorted(
        [
            f"CN=Jane\\, {unique},{unit}",
            f"CN=PC{unique},{unit}",
            f"CN=S-1-5-4,CN=ForeignSecurityPrincipals,{eye.target.domain_dn}",
        ]
    )
    assert eye.get(f"CN=PC{unique},{unit}", "msDS-AllowedToActOnBehalfOfOtherIdentity")


def test_a_change_is_written_and_nothing_else_is(run, place, unique, eye) -> None:
    wanted = estate(place, unique)
    run.one("ad_objects", objects=wanted)
    unit = f"OU=Inner,OU=Outer,{place}"
    group = f"CN=GG-{unique},{unit}"
    eye.set(group, "description", "Somebody else's text")
    wanted["groups"][0]["scope"] = "universal"
    result = run.one("ad_objects", objects=wanted)
    assert result["changes"] == [{"kind": "group", "name": group, "action": "update"}]
    assert result["diff"]["after"]["groups"][group]["scope"] == "universal"
    assert eye.texts(group, "description") == ["Somebody else's text"]


def test_removals_go_from_the_inside_out(run, place, unique, eye) -> None:
    wanted = estate(place, unique)
    run.one("ad_objects", objects=wanted)
    gone = absent(wanted)
    foretold, result, again = run.all(
        Step("ad_objects", {"objects": gone}, check=True),
        Step("ad_objects", {"objects": gone}),
        Step("ad_objects", {"objects": gone}),
    )
    assert foretold["changes"] == result["changes"]
    assert result["summary"]["deleted"] == 7
    assert again["changed"] is False
    assert eye.get(f"OU=Outer,{place}", "ou") is None


def test_what_fails_takes_only_those_with_it_that_need_it(run, place, unique, eye) -> None:
    wanted = {
        "organizational_units": [{"name": "Fine", "path": place}],
        "users": [{"name": f"w{unique}", "path": place, "account_password": "weak"}],
        "groups": [
            {"name": f"GA{unique}", "path": place, "members": {"add": [f"w{unique}"]}},
            {"name": f"GB{unique}", "path": f"OU=Fine,{place}"},
        ],
    }
    (result,) = run.all(Step("ad_objects", {"objects": wanted}))
    assert result["failed"]
    assert result["changed"]
    errors = {error["name"]: error["msg"] for error in result["errors"]}
    assert set(errors) == {f"CN=w{unique},{place}", f"CN=GA{unique},{place}"}
    assert "password" in errors[f"CN=w{unique},{place}"]
    assert f"its user 'CN=w{unique},{place}' could not be created" in errors[f"CN=GA{unique},{place}"]
    assert "\n" not in result["msg"]
    assert eye.get(f"CN=GB{unique},OU=Fine,{place}", "cn")
    assert eye.get(f"CN=w{unique},{place}", "cn") is None


def test_nothing_is_written_when_one_object_cannot_be_planned(run, place, unique, eye) -> None:
    wanted = {
        "organizational_units": [{"name": "Fine", "path": place}],
        "groups": [{"name": f"GA{unique}", "path": place, "members": {"add": [f"nobody{unique}"]}}],
    }
    (result,) = run.all(Step("ad_objects", {"objects": wanted}))
    assert result["failed"]
    assert result["changed"] is False
    (error,) = result["errors"]
    assert f"nobody{unique}" in error["msg"]
    assert eye.get(f"OU=Fine,{place}", "ou") is None


@pytest.mark.parametrize("writes", [1, 2, 4, 6, 8])
def test_a_run_that_is_killed_is_finished_by_the_next(run, place, unique, monkeypatch, writes: int) -> None:
    wanted = estate(place, unique)
    left = iter(range(writes))
    real = Directory._write

    def killed(directory: Directory, *args: t.Any) -> None:
        real(directory, *args)
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)

    with monkeypatch.context() as patched:
        patched.setattr(Directory, "_write", killed)
        with pytest.raises(AssertionError):
            run.one("ad_objects", objects=wanted)
    second, third = run.all(Step("ad_objects", {"objects": wanted}), Step("ad_objects", {"objects": wanted}))
    assert not second["failed"], second["msg"]
    assert second["changed"] is True
    # seven objects, two owners, members and a delegation: each is one write, and none is done twice
    assert len(second["changes"]) == 11 - (writes + 1)
    assert third["changed"] is False


def test_objects_are_read_in_pages(run, place, unique) -> None:
    """A hundred groups cost no more reads than ten; what is named by many is looked up once."""

    def objects(count: int) -> dict[str, t.Any]:
        names = [f"G{number}-{unique}" for number in range(count)]
        return {"groups": [{"name": name, "path": place, "managed_by": "alice"} for name in names]}

    run.one("ad_objects", objects=objects(100))
    few, many = (run.one("ad_objects", objects=objects(count)) for count in (10, 100))
    assert (few["changed"], many["changed"]) == (False, False)
    assert many["summary"]["operations"] == few["summary"]["operations"] < 8


def test_operations_do_not_grow_with_the_number_of_objects(run, place, unique) -> None:
    """Two kinds of entries about one object, references to policies that are still to come, names that are taken by
    nobody: where there is nothing to write, ten cost no more than two."""
    named = {"authentication_policy": f"t{unique}", "authentication_policy_silo": f"t{unique}"}

    def objects(count: int, more: dict[str, t.Any], what: str) -> dict[str, t.Any]:
        accounts = [f"{what}{number}{unique}"[:15] for number in range(count)]
        facts = {"owner": "alice", "purpose": "p", "ticket": "T", "dns_hostname": "x.lab.test"}
        acts = {"allowed_to_act": {"set": ["WIN1$"]}}
        return {
            "computers": [{"name": f"c{name}"[:15], "path": place} for name in accounts],
            "service_accounts": [
                {"name": name, "path": place, **facts, **more}
                | ({"service_principal_names": {"add": [f"HTTP/{name}"]}} if more else {})
                for name in accounts
            ],
            "delegations": [{"identity": f"{name}$", **acts} for name in accounts]
            + [{"identity": f"c{name}"[:15] + "$", **acts} for name in accounts],
        }

    def costs(count: int, more: dict[str, t.Any], what: str, check: bool = False) -> int:
        result = run.one("ad_objects", check, objects=objects(count, more, what))
        assert result["changed"] is check
        return result["summary"]["operations"]

    run.one("ad_objects", objects=objects(10, {}, "a"))
    assert costs(10, {}, "a") == costs(2, {}, "a") < 15
    assert costs(10, named, "a", check=True) == costs(2, named, "a", check=True) < 20
    assert costs(10, named, "b", check=True) == costs(2, named, "b", check=True) < 20


@pytest.mark.parametrize(
    ("objects", "said"),
    [
        ({"printers": []}, "objects does not know printers"),
        ({"groups": {"name": "x"}}, "objects.groups is no list"),
        ({"groups": [{"name": "x", "colour": "red"}]}, "there is no option colour"),
        ({"groups": [{"name": "twice"}, {"name": "twice"}]}, "for the second time"),
        ({"service_accounts": [{"name": "x", "type": "user", "dns_hostname": "y"}]}, "has no dns_hostname"),
        ({"service_accounts": [{"name": "x" * 16}]}, "16 characters"),
    ],
)
def test_a_document_that_is_none(run, objects: dict[str, t.Any], said: str) -> None:
    assert said in run.error("ad_objects", objects=objects)


def test_a_password_in_the_document_is_never_shown(run, place, unique) -> None:
    wanted = {"users": [{"name": f"w{unique}", "path": place, "account_password": PASSWORD, "colour": PASSWORD}]}
    assert PASSWORD not in run.error("ad_objects", objects=wanted)
    del wanted["users"][0]["colour"]
    (result,) = run.playbook(Step("ad_objects", {"objects": wanted}), verbosity=3)
    assert result["changed"] is True
    assert PASSWORD not in run.output
