# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Entries of one desired state that have to do with each other, against a real domain controller.

Whatever is right in some order is done in that order; whatever is not is refused in check mode as well, and nothing is
written.
"""

from __future__ import annotations

import typing as t

import ldap3
import pytest
from ad_support.runner import Step

PASSWORD = "A-long-Passphrase-of-the-tests-4711"
Objects = dict[str, list[dict[str, t.Any]]]


@pytest.fixture
def user(run, place):
    """Creates a user."""

    def created(name: str) -> str:
        run.one("ad_user", name=name, path=place, account_password=PASSWORD)
        return name

    return created


@pytest.fixture
def reached(run):
    """A desired state that check mode foretells, one run reaches, and the next leaves alone."""

    def reach(**objects: t.Any) -> dict[str, t.Any]:
        steps = [Step("ad_objects", {"objects": objects}, check) for check in (True, False, False)]
        results = run.all(*steps)
        assert [result["failed"] for result in results] == [False] * 3, results[-1]["msg"]
        foretold, done, again = results
        assert foretold["changes"] == done["changes"] != []
        assert foretold["diff"] == done["diff"]
        assert again["changed"] is False, again["changes"]
        return done

    return reach


@pytest.fixture
def refused(run):
    """The only error of a desired state that is refused before anything is written, in check mode too."""

    def refuse(**objects: t.Any) -> str:
        said = []
        for check in (True, False):
            (result,) = run.all(Step("ad_objects", {"objects": objects}, check))
            assert (result["failed"], result["changed"]) == (True, False)
            (error,) = result["errors"]
            said.append(error["msg"])
        assert said[0] == said[1]
        assert "\n" not in said[0]
        return said[0]

    return refuse


def account(place: str, name: str, **options: t.Any) -> dict[str, t.Any]:
    """A service account."""
    facts = {"owner": "alice", "purpose": "Tests", "ticket": "CHG-1", "dns_hostname": f"{name}.lab.test"}
    return {"name": name, "path": place, **facts, **options}


def test_an_object_in_a_unit_that_is_renamed(run, reached, place, unique, eye) -> None:
    run.one("ad_ou", name="A", path=place)
    run.one("ad_group", name=f"G{unique}", path=f"OU=A,{place}")
    units = [{"identity": f"OU=A,{place}", "name": "B"}]
    groups = [
        {"identity": f"G{unique}", "path": f"OU=B,{place}", "description": "Moved along"},
        {"name": f"N{unique}", "path": f"OU=B,{place}"},
    ]
    reached(organizational_units=units, groups=groups)
    assert eye.texts(f"CN=G{unique},OU=B,{place}", "description") == ["Moved along"]
    assert eye.get(f"CN=N{unique},OU=B,{place}", "cn")


def test_a_renamed_user_becomes_a_member_and_leaves_again(run, reached, place, unique, user, eye) -> None:
    name, group = user(f"u{unique}"), f"G{unique}"
    run.one("ad_group", name=group, path=place)
    users = [{"identity": name, "name": f"U2 {unique}"}]
    reached(users=users, group_members=[{"identity": group, "members": {"add": [name]}}])
    assert eye.texts(f"CN={group},{place}", "member") == [f"CN=U2 {unique},{place}"]
    users = [{"identity": name, "name": f"U3 {unique}"}]
    reached(users=users, group_members=[{"identity": group, "members": {"set": ["alice"]}}])
    assert eye.texts(f"CN={group},{place}", "member") == [eye.dn_of("alice")]


def test_a_moved_user_is_named_by_its_new_place(run, reached, place, unique, user, eye) -> None:
    name, group = user(f"u{unique}"), f"G{unique}"
    run.one("ad_group", name=group, path=place)
    run.one("ad_ou", name="A", path=place)
    there = f"CN={name},OU=A,{place}"
    users = [{"identity": name, "path": f"OU=A,{place}"}]
    reached(users=users, group_members=[{"identity": group, "members": {"add": [there]}}])
    assert eye.texts(f"CN={group},{place}", "member") == [there]


def test_a_renamed_group_owns_a_new_account(run, reached, place, unique, eye) -> None:
    run.one("ad_group", name=f"G{unique}", path=place)
    groups = [{"identity": f"G{unique}", "name": f"G2{unique}"}]
    reached(groups=groups, service_accounts=[account(place, f"s{unique}", owner=f"G{unique}")])
    assert eye.texts(f"CN=s{unique},{place}", "managedBy") == [f"CN=G2{unique},{place}"]


def test_a_renamed_computer_is_named_by_its_new_account_name(run, reached, refused, place, unique, eye) -> None:
    run.one("ad_computer", name=f"K{unique}", path=place)
    computers = [{"identity": f"CN=K{unique},{place}", "name": f"L{unique}", "sam_account_name": f"L{unique}"}]

    def delegations(name: str) -> Objects:
        return {"delegations": [{"identity": name, "allowed_to_act": {"set": ["WIN1$"]}}]}

    said = refused(computers=computers, **delegations(f"K{unique}$"))
    assert f"'identity' names 'K{unique}$'" in said
    assert "in a task of its own first" in said
    reached(computers=computers, **delegations(f"L{unique}$"))
    assert eye.get(f"CN=L{unique},{place}", "msDS-AllowedToActOnBehalfOfOtherIdentity")


def test_what_is_renamed_cannot_be_named_by_its_old_place(run, refused, place, unique, eye) -> None:
    run.one("ad_ou", name="A", path=place)
    run.one("ad_group", name=f"G{unique}", path=f"OU=A,{place}")
    units = [{"identity": f"OU=A,{place}", "name": "B"}]
    said = refused(
        organizational_units=units, groups=[{"name": f"G{unique}", "path": f"OU=A,{place}", "description": "x"}]
    )
    assert f"'path' names 'OU=A,{place}'" in said
    assert f"makes the organizational unit 'OU=A,{place}' 'OU=B,{place}'" in said
    said = refused(organizational_units=units, users=[{"identity": "alice", "manager": f"CN=G{unique},OU=A,{place}"}])
    assert "'manager' names" in said
    assert eye.get(f"OU=A,{place}", "ou")


def test_a_renamed_unit_belongs_to_a_group_of_the_same_run(run, reached, place, unique, eye) -> None:
    run.one("ad_ou", name="A", path=place)
    units = [{"identity": f"OU=A,{place}", "name": "B", "managed_by": f"G{unique}"}]
    reached(organizational_units=units, groups=[{"name": f"G{unique}", "path": f"OU=B,{place}"}])
    assert eye.texts(f"OU=B,{place}", "managedBy") == [f"CN=G{unique},OU=B,{place}"]


def test_a_service_name_goes_from_one_account_to_another(reached, refused, place, unique, eye) -> None:
    one, two = f"one{unique}", f"two{unique}"

    def accounts(first: list[str], second: list[str]) -> list[dict[str, t.Any]]:
        names = {two: second, one: first}
        return [
            account(place, name, service_principal_names={"set": [f"{spn}/{unique}" for spn in spns]})
            for name, spns in names.items()
        ]

    reached(service_accounts=accounts(["HTTP", "FTP"], []))
    reached(service_accounts=accounts(["FTP"], ["HTTP"]))
    assert eye.texts(f"CN={two},{place}", "servicePrincipalName") == [f"HTTP/{unique}"]
    assert "in a circle" in refused(service_accounts=accounts(["HTTP"], ["FTP"]))
    said = refused(service_accounts=accounts(["FTP", "IMAP"], ["HTTP", "imap"]))
    assert f"is given to the service account 'CN={two},{place}' as well" in said


def test_two_entries_for_one_object(run, refused, place, unique, user, eye) -> None:
    name, group = user(f"u{unique}"), f"G{unique}"
    run.one("ad_group", name=group, path=place)
    for known in (group, f"N{unique}"):
        said = refused(
            groups=[{"name": known, "path": place, "members": {"set": [name]}}],
            group_members=[{"identity": known, "members": {"add": ["alice"]}}],
        )
        assert f"it is the same object as the group 'CN={known},{place}', and both set members" in said
    said = refused(users=[{"identity": name, "title": "x"}, {"name": name, "path": place, "description": "y"}])
    assert f"it is the same object as the user '{name}'" in said
    said = refused(
        group_members=[{"identity": group, "members": {"add": [name]}}],
        groups=[{"name": group, "path": place, "members": {"remove": [name]}}],
    )
    assert "both set members" in said
    assert eye.texts(f"CN={group},{place}", "member") == []


def test_a_member_is_taken_out_and_removed(run, reached, place, unique, user, eye) -> None:
    name, group = user(f"u{unique}"), f"G{unique}"
    run.one("ad_group", name=group, path=place, members={"set": [name, "alice"]})
    done = reached(
        users=[{"name": name, "path": place, "state": "absent"}],
        group_members=[{"identity": group, "members": {"remove": [name]}}],
    )
    assert [change["action"] for change in done["changes"]] == ["update", "delete"]
    assert eye.texts(f"CN={group},{place}", "member") == [eye.dn_of("alice")]


def test_two_properties_in_one_attribute_survive_two_entries(place, unique, as_administrator) -> None:
    """Whether a computer is enabled and whether it may do protocol transition are bits of one number."""
    as_administrator.one("ad_computer", name=f"K{unique}", path=place)
    objects = {
        "computers": [{"name": f"K{unique}", "path": place, "enabled": False}],
        "delegations": [{"identity": f"K{unique}$", "protocol_transition": True}],
    }
    first, second = as_administrator.all(*[Step("ad_objects", {"objects": objects})] * 2)
    assert (first["failed"], first["changed"], second["changed"]) == (False, True, False)


@pytest.fixture
def privileged(run, place, unique, administrator, target):
    """A group in the container of the test that is in a privileged group."""
    name = f"P{unique}"
    run.one("ad_group", name=name, path=place)
    operators, member = f"CN=Backup Operators,CN=Builtin,{target.domain_dn}", f"CN={name},{place}"
    administrator.connection.modify(operators, {"member": [(ldap3.MODIFY_ADD, [member])]})
    yield name
    administrator.connection.modify(operators, {"member": [(ldap3.MODIFY_DELETE, [member])]})


def test_no_account_gets_into_a_privileged_group_in_the_same_run(
    reached, refused, place, unique, privileged, eye
) -> None:
    name, between = f"s{unique}", f"N{unique}"
    accounts = [account(place, name)]
    joins = [{"identity": privileged, "members": {"add": [f"{name}$"]}}]
    direct = {"service_accounts": accounts, "group_members": joins}
    assert f"'Backup Operators' through {privileged}" in refused(**direct)
    nested = {
        "service_accounts": accounts,
        "groups": [{"name": between, "path": place, "members": {"add": [f"{name}$"]}}],
        "group_members": [{"identity": privileged, "members": {"add": [between]}}],
    }
    assert f"'Backup Operators' through {between} and {privileged}" in refused(**nested)
    assert eye.get(f"CN={name},{place}", "cn") is None
    reached(service_accounts=accounts, groups=nested["groups"])
    assert f"'Backup Operators' through {privileged}" in refused(**direct)
    assert f"'Backup Operators' through {between} and {privileged}" in refused(
        service_accounts=accounts, group_members=nested["group_members"]
    )


def test_an_account_is_taken_out_of_a_privileged_group_in_the_same_run(
    run, reached, place, unique, privileged, eye
) -> None:
    name = f"s{unique}"
    run.one("ad_service_account", **account(place, name))
    run.one("ad_group_members", identity=privileged, members={"add": [f"{name}$"]})
    assert "privileged" in run.error("ad_objects", objects={"service_accounts": [account(place, name)]})
    done = reached(
        service_accounts=[account(place, name, ticket="CHG-2")],
        group_members=[{"identity": privileged, "members": {"remove": [f"{name}$"]}}],
    )
    assert {change["kind"] for change in done["changes"]} == {"service account", "group members"}
    assert eye.texts(f"CN={privileged},{place}", "member") == []


def test_all_that_is_wrong_is_said_at_once(run, place, unique) -> None:
    names = [f"x{unique}", f"y{unique}"]
    for name in names:
        run.one("ad_group", name=name, path=place)
    # what exists is of another kind
    (result,) = run.all(Step("ad_objects", {"objects": {"users": [{"name": name, "path": place} for name in names]}}))
    assert [error["name"] for error in result["errors"]] == [f"CN={name},{place}" for name in names]
    assert result["changed"] is False
    document = {"users": [{"name": "x", "colour": "red"}], "service_accounts": [{"name": "y" * 16}, {"purpose": "z"}]}
    (result,) = run.all(Step("ad_objects", {"objects": document}))
    places = ["objects.users[0]", "objects.service_accounts[0]", "objects.service_accounts[1]"]
    assert [error["name"] for error in result["errors"]] == places
    assert "2 more are in errors" in result["msg"]
