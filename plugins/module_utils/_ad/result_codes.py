# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""LDAP result codes as typed errors. For internal use by this collection only.

Codes: RFC 4511 appendix A. The C(data) numbers inside AD's bind errors: MS-ADTS 3.1.1.3.1.3.1 and winerror.h.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .._engine.errors import (
    AuthFailed,
    Conflict,
    EngineError,
    Forbidden,
    InvalidInput,
    NotFound,
    ServerBusy,
    ServerError,
)
from . import refusals

SUCCESS = 0
NO_SUCH_OBJECT = 32
INVALID_CREDENTIALS = 49
SASL_BIND_IN_PROGRESS = 14
GOES_ON = (SUCCESS, SASL_BIND_IN_PROGRESS)

_DATA = re.compile(r"\bdata ([0-9a-f]+)", re.IGNORECASE)
_NEVER_MIND = re.compile(r"^[0-9A-Fa-f]{8}:\s*")


@dataclasses.dataclass(frozen=True)
class Meaning:
    """What a code says to a person. C({said}) in a text stands for the server's own words."""

    error: type[EngineError]
    why: str
    todo: str


_CHANNEL_BINDINGS = (
    "the channel bindings do not fit, because something on the way ends the TLS connection, or because none were sent",
    "Connect to the domain controller itself and not through a TLS proxy, with auth_protocol=kerberos",
)
_LOGON = {
    "525": ("the account does not exist", "Correct 'username'; a UPN such as svc@example.com always works"),
    "52e": ("the user name or the password is wrong", "Correct 'username' or 'password'"),
    "35b": _CHANNEL_BINDINGS,
    "80090346": _CHANNEL_BINDINGS,
    "52f": (
        "a restriction of the account forbids it, such as an empty password, logon hours or an authentication policy",
        "Look at the account's restrictions and its authentication policy",
    ),
    "530": ("the account may not log on at this time", "Look at the account's logon hours"),
    "531": ("the account may not log on from this computer", "Look at the account's list of permitted workstations"),
    "569": ("the account is not allowed this kind of logon", "Look at the user rights on the domain controllers"),
    "532": ("the account's password has expired", "Set a new password for the account"),
    "533": ("the account is disabled", "Enable the account, or use another one"),
    "568": (
        "the account is in too many groups, more than 1010 of them, nested ones counted",
        "Take the account out of groups",
    ),
    "51f": ("no domain controller could check the password", "Run again later, or use another domain controller"),
    "701": ("the account has expired", "Extend the account, or use another one"),
    "773": ("the account has to change its password first", "Set a new password for the account"),
    "775": ("the account is locked out", "Unlock the account, and find out what uses an old password"),
}

_MEANINGS = {
    1: Meaning(ServerError, "the server could not carry out the operation: {said}", "Look at the server's event log"),
    3: Meaning(ServerError, "the search took longer than the server allows", "Narrow the search"),
    4: Meaning(ServerError, "the server cut the result short", "Narrow the search"),
    7: Meaning(AuthFailed, "the server does not offer this kind of logon: {said}", "Change 'auth_protocol'"),
    8: Meaning(
        AuthFailed,
        "the server asks for a stronger logon: {said}",
        "Keep 'tls_mode' at ldaps or start_tls; with auth_protocol=kerberos install the Python package 'cryptography'"
        " so that channel binding can be sent",
    ),
    10: Meaning(NotFound, "the object belongs to another domain or partition", "Use a server of that domain"),
    11: Meaning(ServerError, "an administrative limit of the server was exceeded: {said}", "Narrow the search"),
    13: Meaning(AuthFailed, "the server asks for encryption: {said}", "Use tls_mode=ldaps or start_tls"),
    16: Meaning(Conflict, "the value to remove is not there: {said}", "Run again; something else changed the object"),
    17: Meaning(
        ServerError, "the directory's schema does not know an attribute: {said}", "Check the forest's schema level"
    ),
    18: Meaning(InvalidInput, "the server cannot compare this attribute like that: {said}", "Change the filter"),
    19: Meaning(
        InvalidInput,
        "a value breaks a rule of the directory: {said}",
        "Look for a duplicate (SPN, UPN, account name), for a value that is too long, or for one that is fixed at"
        " creation",
    ),
    20: Meaning(Conflict, "the value is there already: {said}", "Run again; something else changed the object"),
    21: Meaning(InvalidInput, "a value has the wrong form: {said}", "Correct the value"),
    32: Meaning(
        NotFound, "the object or its container does not exist", "Create the container first, or correct the path"
    ),
    34: Meaning(
        InvalidInput, "the name is not a valid distinguished name: {said}", "Correct 'name', 'path' or 'identity'"
    ),
    49: Meaning(AuthFailed, "the logon was refused: {said}", "Check 'username' and 'password'"),
    50: Meaning(
        Forbidden,
        "the account that is used has no right to do this",
        "Delegate the right on the organizational unit to that account, or use another one",
    ),
    51: Meaning(ServerBusy, "the server is busy", "Run again later, or use another domain controller"),
    52: Meaning(ServerBusy, "the server is not available", "Run again later, or use another domain controller"),
    53: Meaning(Conflict, "the server refuses this change: {said}", "Check whether the change is allowed step by step"),
    64: Meaning(InvalidInput, "the name does not fit this kind of object or container: {said}", "Correct 'path'"),
    65: Meaning(
        InvalidInput, "an attribute is missing or not allowed on this kind of object: {said}", "Correct the options"
    ),
    66: Meaning(
        Conflict,
        "it still holds other objects",
        "Move or remove what is in it first; this collection never deletes a whole tree",
    ),
    68: Meaning(
        Conflict,
        "an object of that name exists already, possibly in another container or of another kind",
        "Choose another name, or give 'identity' to manage the existing object",
    ),
    71: Meaning(InvalidInput, "the move would leave the domain", "Move within one domain only"),
    80: Meaning(ServerError, "the server reports an error of its own: {said}", "Look at the server's event log"),
}

# Codes whose text may say which attribute was refused, and why.
_ABOUT_A_CHANGE = frozenset({16, 17, 19, 20, 21, 32, 50, 53, 64, 65, 68, 80})
# Those that are about an attribute even when the text does not say which.
_ABOUT_AN_ATTRIBUTE = frozenset({16, 17, 19, 20, 21, 65})


def error_for(
    code: int, description: str, message: str, *, what: str, obj: str, server: str, attributes: t.Collection[str] = ()
) -> EngineError:
    """The typed error for a result that is not a success.

    description  the code's name ("invalidCredentials"), for codes that are not in the table
    message      the server's diagnostic text
    attributes   names of the attributes in the request, if it was a write
    """
    text = " ".join(message.replace("\x00", "").split())
    if code == INVALID_CREDENTIALS:
        found = _DATA.search(text)
        if found and found[1].lower() in _LOGON:
            why, todo = _LOGON[found[1].lower()]
            return AuthFailed(what, obj=obj, server=server, why=why, todo=todo)
    said = _NEVER_MIND.sub("", text) or description
    meaning = _MEANINGS.get(
        code, Meaning(ServerError, f"{description} (LDAP result {code}): {{said}}", "Look at the server's event log")
    )
    kind, why, todo = meaning.error, meaning.why.format(said=said), meaning.todo
    if code in _ABOUT_A_CHANGE:
        known = refusals.refusal(text)
        if known is not None:
            kind, why, todo = known.error or kind, f"{known.why} (the server says: {text})", known.todo
        why = f"{_concerned(code, text, attributes)}{why}"
    return kind(what, obj=obj, server=server, why=why, todo=todo)


def _concerned(code: int, text: str, attributes: t.Collection[str]) -> str:
    """Which attribute it is about, as the beginning of a sentence; empty if it is about the whole object."""
    named = refusals.attributes(text, attributes)
    names = named or (refusals.possible(text, attributes) if code in _ABOUT_AN_ATTRIBUTE else [])
    if not names:
        return ""
    listed = ", ".join(f"'{name}'" for name in names)
    return f"{'one of ' if len(names) > len(named) and len(names) > 1 else ''}{listed}: "
