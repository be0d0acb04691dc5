# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a real domain controller refuses, and that the error names the attribute, the reason and what to do."""

from __future__ import annotations

import pytest
from ansible_collections.flowops.prefect.plugins.module_utils._ad import connection
from ansible_collections.flowops.prefect.plugins.module_utils._ad.directory import Swap, open_directory
from ansible_collections.flowops.prefect.plugins.module_utils._engine.errors import EngineError

DISABLED_USER = b"514"
USER = [b"top", b"person", b"organizationalPerson", b"user"]
GMSA = [b"msDS-GroupManagedServiceAccount"]


@pytest.fixture
def directory(target):
    """The collection's own access to the directory, with rights below C(target.base) only."""
    defaults = {name: option.get("default") for name, option in connection.argument_spec().items()}
    options = connection.from_params({**defaults, **target.options()})
    with open_directory(options.at(target.server), read_only=False) as found:
        yield found


@pytest.fixture
def user(directory, place, unique):
    """Creates users."""

    def create(name, **attributes):
        account = f"{name}-{unique}"
        dn = f"CN={account},{place}"
        directory.add(
            dn,
            {
                "objectClass": USER,
                "sAMAccountName": [account.encode()],
                "userAccountControl": [DISABLED_USER],
                **{key: [value.encode()] for key, value in attributes.items()},
            },
        )
        return dn

    return create


def refused(operation, *args):
    """Kind and text of the error; one line that says what to do."""
    with pytest.raises(EngineError) as raised:
        operation(*args)
    assert "\n" not in str(raised.value)
    assert raised.value.todo
    return type(raised.value).__name__, raised.value.why


TAKEN_SPN = "another account of the forest has this service principal name"


@pytest.mark.parametrize("spelling", ["HTTP/{}.example.com", "http/{}.EXAMPLE.com"])
def test_an_spn_that_another_account_has(spelling, directory, user, unique):
    user("first", servicePrincipalName=f"HTTP/{unique}.example.com")
    wanted = {"servicePrincipalName": [spelling.format(unique).encode()], "description": [b"x"]}
    kind, why = refused(directory.modify, user("second"), wanted)
    assert (kind, why.startswith(f"'servicePrincipalName': {TAKEN_SPN}")) == ("InvalidInput", True), why


def test_a_user_principal_name_that_another_account_has(directory, user, unique, target):
    name = f"{unique}@{target.dns_domain}"
    user("first", userPrincipalName=name)
    kind, why = refused(directory.modify, user("second"), {"userPrincipalName": [name.encode()], "info": [b"x"]})
    assert kind == "InvalidInput"
    assert why.startswith("'userPrincipalName': another account of the forest has this user principal name")


def test_of_a_bad_reference_only_what_can_be_one_is_named(directory, place, unique):
    wanted = {
        "objectClass": USER,
        "sAMAccountName": [f"r{unique}".encode()],
        "userAccountControl": [DISABLED_USER],
        "description": [b"x"],
        "manager": [f"CN=Nobody,{place}".encode()],
    }
    kind, why = refused(directory.add, f"CN=r{unique},{place}", wanted)
    assert kind in ("InvalidInput", "NotFound"), why
    assert "'manager'" in why
    assert "'description'" not in why


CHANGES = {
    "a password against the rules": (
        {"unicodePwd": ['"x"'.encode("utf-16-le")]},
        ("InvalidInput", "'unicodePwd': the password does not meet the rules of the domain"),
    ),
    "a text that is too long": (
        {"description": [b"x" * 2000], "displayName": [b"x"]},
        ("InvalidInput", "'description': a value "),
    ),
    "a number that is none": (
        {"msDS-SupportedEncryptionTypes": [b"many"], "displayName": [b"x"]},
        ("InvalidInput", "'msDS-SupportedEncryptionTypes': a value has the wrong form"),
    ),
    "an attribute that does not exist": (
        {"noSuchAttribute": [b"x"]},
        ("InvalidInput", "'noSuchAttribute': the directory's schema does not know it"),
    ),
    "an SPN that is none": (
        {"servicePrincipalName": [b"not an spn"], "displayName": [b"x"]},
        ("InvalidInput", "'servicePrincipalName': this is not a service principal name"),
    ),
    "two values where one is possible": (
        {"displayName": [b"a", b"b"], "info": [b"x"]},
        ("Conflict|InvalidInput", "'displayName': only one value is possible"),
    ),
    "what the directory itself keeps": (
        {"whenCreated": [b"20200101000000.0Z"], "displayName": [b"x"]},
        ("InvalidInput", "'whenCreated': the directory itself keeps it"),
    ),
    "an owner that does not exist": (
        {"manager": [b"CN=nobody,DC=nowhere"]},
        ("InvalidInput", "'manager': it refers to an object that does not exist"),
    ),
    "an account name that is taken": (
        {"sAMAccountName": [b"krbtgt"]},
        ("Conflict", "'sAMAccountName': an object of that name exists already"),
    ),
    "an account name with a character that is not allowed": (
        {"sAMAccountName": [b"a/b"]},
        ("InvalidInput", "'sAMAccountName': the account name is too long or holds a character"),
    ),
    "a value to remove that is not there": (
        {"description": Swap([b"absent"], [])},
        ("Conflict", "'description': the value to remove is not there"),
    ),
    "a delegation": (
        {"msDS-AllowedToDelegateTo": [b"HTTP/a.example.com"]},
        ("Forbidden", "'msDS-AllowedToDelegateTo': trust for delegation takes the privilege"),
    ),
}


@pytest.mark.parametrize("case", CHANGES)
def test_a_change_that_is_refused(case, directory, user):
    changes, (kinds, begin) = CHANGES[case]
    kind, why = refused(directory.modify, user("a"), changes)
    assert why.startswith(begin), why
    assert kind in kinds.split("|")


def test_a_value_that_is_there_already(directory, user, unique):
    dn = user("a", servicePrincipalName=f"HTTP/{unique}.example.com")
    again = {"servicePrincipalName": Swap([], [f"HTTP/{unique}.example.com".encode()])}
    kind, why = refused(directory.modify, dn, again)
    assert (kind, why.split(": ")[:2]) == ("Conflict", ["'servicePrincipalName'", "the value is there already"])


def test_members(directory, user, place, unique):
    group, member = f"CN=GG-{unique},{place}", user("member")
    directory.add(group, {"objectClass": [b"group"], "sAMAccountName": [f"GG-{unique}".encode()]})
    directory.modify(group, {"member": Swap([], [member.encode()])})
    assert "it is a member already" in refused(directory.modify, group, {"member": Swap([], [member.encode()])})[1]
    other = user("other").encode()
    assert "it is not a member" in refused(directory.modify, group, {"member": Swap([other], [])})[1]
    kind, why = refused(directory.modify, group, {"member": Swap([], [f"CN=nobody,{place}".encode()])})
    assert (kind, "refers to an object that does not exist" in why) == ("NotFound", True), why


def test_a_managed_account_without_its_interval_and_with_another_one(directory, place, unique):
    dn = f"CN={unique},{place}"
    attributes = {"objectClass": GMSA, "sAMAccountName": [f"{unique}$".encode()], "dNSHostName": [b"a.example.com"]}
    kind, why = refused(directory.add, dn, attributes)
    assert kind == "InvalidInput"
    assert why.startswith("'msDS-ManagedPasswordInterval': this kind of object has to have it")
    directory.add(dn, {**attributes, "msDS-ManagedPasswordInterval": [b"30"]})
    kind, why = refused(directory.modify, dn, {"msDS-ManagedPasswordInterval": [b"31"], "description": [b"x"]})
    assert kind == "InvalidInput"
    assert why.startswith("'msDS-ManagedPasswordInterval': the directory itself keeps it, or it is fixed when")


def test_a_right_that_is_missing_names_what_was_to_be_written(directory, target):
    kind, why = refused(directory.modify, target.domain_dn, {"description": [b"x"]})
    assert (kind, "has no right to do this" in why) == ("Forbidden", True)


def test_a_container_that_does_not_exist(directory, place):
    kind, why = refused(directory.add, f"OU=a,OU=absent,{place}", {"objectClass": [b"organizationalUnit"]})
    assert (kind, why) == ("NotFound", "the object or its container does not exist")


def test_a_container_that_cannot_hold_it(directory, user):
    kind, why = refused(directory.add, f"OU=a,{user('a')}", {"objectClass": [b"organizationalUnit"]})
    assert (kind, "does not fit this kind of object or container" in why or "cannot hold" in why) == (
        "InvalidInput",
        True,
    )


def test_a_container_that_is_not_empty(directory, user, place):
    user("a")
    assert refused(directory.delete, place) == ("Conflict", "it still holds other objects")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"userAccountControl": b"514"}, "the account is disabled"),
        ({"accountExpires": b"132000000000000000"}, "the account has expired"),
        ({"pwdLastSet": b"0"}, "the account has to change its password first"),
        ({}, "the user name or the password is wrong"),
    ],
)
def test_why_a_logon_was_refused(changes, reason, directory, user, run, unique, target):
    """With the right password, so that the reason is told; without changes, a wrong one."""
    upn, password = f"{unique}@{target.dns_domain}", f"Aa1-{unique}-{unique}"
    dn = user("a", userPrincipalName=upn)
    directory.modify(dn, {"unicodePwd": [f'"{password}"'.encode("utf-16-le")], "userAccountControl": [b"512"]})
    for name, value in changes.items():
        directory.modify(dn, {name: [value]})
    message = run.error("ad_object_info", username=upn, password=password if changes else "Wr0ng-Passw0rd")
    assert message.startswith(f"Cannot log on to the directory as '{upn}' on {target.server}:636: {reason}. ")
