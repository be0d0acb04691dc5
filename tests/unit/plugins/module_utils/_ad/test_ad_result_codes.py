# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What LDAP result codes become: the type of the error, the reason, and what to do."""

from __future__ import annotations

import pytest
from ansible_collections.flowops.prefect.plugins.module_utils._ad.result_codes import error_for
from ansible_collections.flowops.prefect.plugins.module_utils._engine import errors

BIND = "80090308: LdapErr: DSID-0C09042A, comment: AcceptSecurityContext error, data {}, v3839"


def made(code: int, message: str = "", description: str = "someResult") -> errors.EngineError:
    return error_for(code, description, message, what="change the object", obj="CN=a,DC=x", server="dc1:636")


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
    line = made(19, "0000200B: ConstraintViolation {0}:\nSPN is in use\x00").one_line()
    assert line.startswith(
        "Cannot change the object 'CN=a,DC=x' on dc1:636: a value breaks a rule of the directory: "
        "ConstraintViolation {0}: SPN is in use. "
    )
    assert "\n" not in line
