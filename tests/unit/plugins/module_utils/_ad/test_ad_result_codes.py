# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What LDAP result codes become: the type of the error, the reason, and what to do."""

from __future__ import annotations

import pytest
from ansible_collections.flowops.prefect.plugins.module_utils._ad import refusals
from ansible_collections.flowops.prefect.plugins.module_utils._ad.result_codes import error_for
from ansible_collections.flowops.prefect.plugins.module_utils._engine import errors

BIND = "80090308: LdapErr: DSID-0C09042A, comment: AcceptSecurityContext error, data {}, v3839"


def made(
    code: int, message: str = "", description: str = "someResult", sent: tuple[str, ...] = ()
) -> errors.EngineError:
    return error_for(
        code, description, message, what="change the object", obj="CN=a,DC=x", server="dc1:636", attributes=sent
    )


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("52e", "user name or the password is wrong"),
        ("525", "does not exist"),
        ("533", "disabled"),
        ("532", "password has expired"),
        ("701", "account has expired"),
        ("773", "change its password"),
        ("775", "locked out"),
        ("530", "at this time"),
        ("531", "this computer"),
        ("52f", "a restriction of the account"),
        ("51f", "no domain controller could check"),
        ("568", "too many groups"),
        ("569", "not allowed this kind of logon"),
        ("80090346", "channel bindings do not fit"),
        ("35b", "channel bindings do not fit"),
    ],
)
def test_why_a_logon_was_refused(data: str, reason: str) -> None:
    error = made(49, BIND.format(data))
    assert isinstance(error, errors.AuthFailed)
    assert reason in error.why
    assert error.todo


def test_a_logon_refused_for_a_new_reason_shows_the_servers_words() -> None:
    assert "data 9999" in made(49, BIND.format("9999")).why


@pytest.mark.parametrize(
    ("code", "kind", "reason"),
    [
        (8, errors.AuthFailed, "stronger logon"),
        (10, errors.NotFound, "another domain"),
        (19, errors.InvalidInput, "breaks a rule"),
        (20, errors.Conflict, "there already"),
        (32, errors.NotFound, "does not exist"),
        (34, errors.InvalidInput, "not a valid distinguished name"),
        (50, errors.Forbidden, "no right"),
        (51, errors.ServerBusy, "busy"),
        (52, errors.ServerBusy, "not available"),
        (53, errors.Conflict, "refuses"),
        (66, errors.Conflict, "holds other objects"),
        (68, errors.Conflict, "exists already"),
        (80, errors.ServerError, "error of its own"),
        (123, errors.ServerError, "someResult (LDAP result 123)"),
    ],
)
def test_codes(code: int, kind: type[errors.EngineError], reason: str) -> None:
    error = made(code)
    assert error.__class__ is kind
    assert reason in error.why
    assert error.todo


def test_an_error_is_one_line_with_object_and_server() -> None:
    line = made(19, "00002FFF: ConstraintViolation {0}:\nSPN is in use\x00").one_line()
    assert line.startswith(
        "Cannot change the object 'CN=a,DC=x' on dc1:636: a value breaks a rule of the directory: "
        "ConstraintViolation {0}: SPN is in use. "
    )
    assert "\n" not in line


def windows(number: str, problem: str, attribute: str = "") -> str:
    """A text in the form in which Windows writes it (MS-ADTS 3.1.1.3.1.9)."""
    detail = f"\n\t0: {number}: DSID-03200DF3, {problem}, data 0, Att {attribute}" if attribute else ""
    kind = f"AtrErr: DSID-03200DF3, #1:{detail}" if attribute else f"UpdErr: DSID-031A1202, {problem}, data 0"
    return f"{number}: {kind}\n\x00"


CONSTRAINT = "problem 1005 (CONSTRAINT_ATT_TYPE)"


@pytest.mark.parametrize(
    ("code", "text", "kind", "attribute", "reason"),
    [
        (19, windows("000021C7", CONSTRAINT, "90303 (servicePrincipalName)"), "InvalidInput", "servicePrincipalName",
         "another account of the forest has this service principal name"),
        (19, windows("000021C8", CONSTRAINT, "90290 (userPrincipalName)"), "InvalidInput", "userPrincipalName",
         "another account of the forest has this user principal name"),
        (19, windows("0000052D", CONSTRAINT, "9005a (unicodePwd)"), "InvalidInput", "unicodePwd",
         "does not meet the rules of the domain"),
        (19, windows("00000005", CONSTRAINT, "9005a (unicodePwd)"), "Forbidden", "unicodePwd", "access is denied"),
        (19, windows("00002081", CONSTRAINT, "3 (cn)"), "InvalidInput", "cn", "only one value is possible"),
        (19, windows("00002082", CONSTRAINT, "d (description):len 2050"), "InvalidInput", "description", "too long"),
        (19, windows("000020B5", CONSTRAINT, "15000a (manager)"), "InvalidInput", "manager", "does not exist"),
        (20, windows("00002083", "problem 1006 (ATT_OR_VALUE_EXISTS)", "90303 (servicePrincipalName)"), "Conflict",
         "servicePrincipalName", "there already"),
        (16, windows("00002085", "problem 1001 (NO_ATTRIBUTE_OR_VAL)", "90303 (servicePrincipalName)"), "Conflict",
         "servicePrincipalName", "is not there"),
        (21, windows("0000200B", "problem 1000 (INVALID_ATT_SYNTAX)", "a0019 (accountExpires)"), "InvalidInput",
         "accountExpires", "wrong form"),
        (19, windows("0000209A", CONSTRAINT, "20001 (instanceType)"), "InvalidInput", "instanceType",
         "the directory itself keeps it"),
    ],
)  # fmt: skip
def test_windows_names_the_attribute(code: int, text: str, kind: str, attribute: str, reason: str) -> None:
    """Forms from public reports of such errors; the lab's server writes others, see the integration tests."""
    error = made(code, text, sent=("description", attribute, "info"))
    assert type(error).__name__ == kind
    assert error.why.startswith(f"'{attribute}': ")
    assert reason in error.why
    assert "DSID" in error.why, "the server's own words are what one can search for"


@pytest.mark.parametrize(
    ("code", "text", "kind", "reason"),
    [
        (68, windows("00002071", "problem 6005 (ENTRY_EXISTS)"), "Conflict", "an object of that name exists"),
        (68, windows("00000524", "problem 6005 (ENTRY_EXISTS)"), "Conflict", "an object of that name exists"),
        (68, windows("00000562", "problem 6005 (ENTRY_EXISTS)"), "Conflict", "it is a member already"),
        (53, windows("00000561", "problem 5003 (WILL_NOT_PERFORM)"), "Conflict", "it is not a member"),
        (53, windows("0000052D", "problem 5003 (WILL_NOT_PERFORM)"), "InvalidInput", "rules of the domain"),
        (53, windows("00002145", "problem 5003 (WILL_NOT_PERFORM)"), "InvalidInput", "cannot have this member"),
        (53, windows("00002010", "problem 5003 (WILL_NOT_PERFORM)"), "ServerError", "no number for a new account"),
        (80, windows("00000523", "problem 22 (Invalid argument)"), "InvalidInput", "account name is too long"),
        (50, windows("00000522", "problem 4003 (INSUFF_ACCESS_RIGHTS)"), "Forbidden", "trust for delegation"),
        (50, windows("00002098", "problem 4003 (INSUFF_ACCESS_RIGHTS)"), "Forbidden", "has no right"),
    ],
)
def test_windows_says_why_a_whole_object_is_refused(code: int, text: str, kind: str, reason: str) -> None:
    error = made(code, text, sent=("objectClass", "sAMAccountName"))
    assert type(error).__name__ == kind
    assert reason in error.why
    assert "objectClass" not in error.why


@pytest.mark.parametrize(
    ("code", "text", "begin"),
    [
        (19, "0000202F: samldb: spn[HTTP/a] would cause a conflict", "'servicePrincipalName': another account"),
        (19, "0000202F: samldb: spn[not a spn] invalid with 1 components", "'servicePrincipalName': this is not a"),
        (19, "0000202F: samldb: userPrincipalName 'a@b' is already in use ", "'userPrincipalName': another account"),
        (19, "0000202F: samldb: sAMAccountName contains invalid '/' character\n", "'sAMAccountName': the account name"),
        (19, "0000052D: Constraint violation - check_password_restrictions: the password is too short.",
         "'unicodePwd': the password does not meet"),
        (21, "0000200B: objectclass_attrs: attribute 'info' on entry 'CN=a' contains at least one invalid value!",
         "'info': a value has the wrong form"),
        (16, "acl_modify: attribute 'noSuchAttr' on entry 'CN=a' was not found in the schema!",
         "'noSuchAttr': the directory's schema does not know it"),
        (19, "0000202F: objectclass_attrs: attribute 'whenCreated' on entry 'CN=a' can only be modified as system",
         "'whenCreated': the directory itself keeps it"),
        (20, "0000200D: SINGLE-VALUE attribute mail on CN=a specified more than once", "'mail': only one value"),
        (65, "00002014: objectclass_attrs: at least one mandatory attribute ('ou') on entry 'OU=a' wasn't specified!",
         "'ou': this kind of object has to have it"),
        (50, "00002098: msDS-AllowedToDelegateTo (entry CN=a) cannot be created without SePrivEnableDelegation!",
         "'msDS-AllowedToDelegateTo': trust for delegation takes the privilege"),
        (68, "Attribute member already exists for target GUID 90c50261", "'member': it is a member already"),
        (32, "00002030: objectclass: Cannot add CN=a, parent does not exist!", "the object or its container does not"),
        (80, "00000057: setup_last_set_field: pwdLastSet must be 0 or -1 only!", "'pwdLastSet': the server reports"),
    ],
)  # fmt: skip
def test_what_samba_says(code: int, text: str, begin: str) -> None:
    """Texts of the lab's server; the integration tests provoke most of them."""
    sent = ("objectClass", "sAMAccountName", "unicodePwd", "servicePrincipalName", "userPrincipalName", "pwdLastSet")
    assert made(code, text, sent=(*sent, "msDS-AllowedToDelegateTo", "member")).why.startswith(begin)


@pytest.mark.parametrize(("sent", "begin"), [(("info",), "'info': "), (("info", "mail"), "one of 'info', 'mail': ")])
def test_a_text_that_names_no_attribute_is_about_those_that_were_sent(sent: tuple[str, ...], begin: str) -> None:
    text = "00000057: LdapErr: DSID-0C090D87, comment: Error in attribute conversion operation, data 0, v3839"
    error = made(16, text, sent=sent)
    assert error.why.startswith(f"{begin}the directory's schema does not know it")


def test_an_attribute_is_found_in_a_sentence_but_not_in_a_longer_word() -> None:
    text = "00002077: samldb: 'samAccountName' can't be deleted/empty!"
    assert made(53, text, sent=("name", "sAMAccountName")).why == (
        "'sAMAccountName': the directory itself keeps it, or it is fixed when the object is created (the server says: "
        f"{text})"
    )


@pytest.mark.parametrize("number", sorted(refusals._BY_NUMBER))
def test_every_reason_is_a_sentence_that_says_what_to_do(number: int) -> None:
    found = refusals.refusal(f"{number:08X}: x")
    assert found is not None
    assert found.why
    assert found.todo
    assert not found.why.endswith(".")
    assert not found.todo.endswith(".")


def test_a_bad_reference_is_about_what_can_be_one() -> None:
    """Where the text names no attribute, as for a new object, those that hold no names of objects are not suspected."""
    sent = ("objectClass", "sAMAccountName", "managedBy", "description", "msDS-AssignedAuthNPolicy")
    error = made(19, "000020B5: AtrErr: DSID-03152F5C, #1:\n", sent=sent)
    assert error.why.startswith("one of 'managedBy', 'msDS-AssignedAuthNPolicy': ")
    assert "does not exist" in error.why
    assert made(19, "00002082: AtrErr: DSID-0, #1:\n", sent=sent).why.startswith("one of 'objectClass', ")


def test_a_member_by_way_of_its_primary_group() -> None:
    """Samba's words; Windows says that it is a member already."""
    text = "00002071: samldb: member CN=u,DC=lab,DC=test already set via primaryGroupID 1234"
    error = made(68, text, sent=("member",))
    assert "the group is the primary group of that account" in error.why
