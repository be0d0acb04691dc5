# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a domain controller means when it refuses a change. For internal use by this collection only.

An LDAP result code says little ("constraint violation"). The text next to it says more: Windows begins it with a Win32
error number (MS-ADTS 3.1.1.3.1.9, MS-ERREF 2.2) and often names the attribute as C(Att 90303 (servicePrincipalName));
Samba writes sentences.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .._engine.errors import EngineError, Forbidden, InvalidInput, ServerError

_NUMBER = re.compile(r"^\s*([0-9A-Fa-f]{8}):")
# The part of Samba that speaks; one of them is called objectclass.
_SPEAKER = re.compile(r"^\s*([0-9A-Fa-f]{8}:\s*)?[a-z_]+:\s")
_NAMED = (
    re.compile(r"\bAtt [0-9a-f]+ \(([A-Za-z][A-Za-z0-9-]*)\)", re.IGNORECASE),
    re.compile(r"\battribute \(?'([A-Za-z][A-Za-z0-9-]*)'", re.IGNORECASE),
    re.compile(r"\battribute ([A-Za-z][A-Za-z0-9-]*) (?:on|already)\b", re.IGNORECASE),
)
# Samba speaks of the thing and not of its attribute.
_IMPLIED = (
    (re.compile(r"\bspn\[", re.IGNORECASE), "servicePrincipalName"),
    (re.compile(r"\bpassword\b|^\s*0000052D:", re.IGNORECASE), "unicodePwd"),
)


@dataclasses.dataclass(frozen=True)
class Refusal:
    """What was refused in words; C(error) overrules the type that the LDAP code stands for."""

    why: str
    todo: str
    error: type[EngineError] | None = None


_SPN_TAKEN = Refusal(
    "another account of the forest has this service principal name",
    "Find it with ad_object_info (match servicePrincipalName), and take the name away there first",
)
_UPN_TAKEN = Refusal("another account of the forest has this user principal name", "Choose another user principal name")
_BAD_SPN = Refusal("this is not a service principal name", "Write it like HTTP/host.example.com", InvalidInput)
_NAME_TAKEN = Refusal(
    "an object of that name exists already, possibly in another container or of another kind",
    "Choose another name, or give 'identity' to manage the existing object",
)
_BAD_ACCOUNT_NAME = Refusal(
    "the account name is too long or holds a character that is not allowed",
    'Use at most 20 characters (15 for computers and managed service accounts), and none of "/\\[]:;|=,+*?<>',
    InvalidInput,
)
_PASSWORD_RULES = Refusal(
    "the password does not meet the rules of the domain: length, complexity, history, or the least age of the last one",
    "Choose a longer password with several kinds of characters",
    InvalidInput,
)
_RANGE = Refusal("a value is too long, too short, too large or too small", "Correct the value", InvalidInput)
_SYNTAX = Refusal("a value has the wrong form or length", "Correct the value", InvalidInput)
_ONE_VALUE = Refusal("only one value is possible", "Give one value", InvalidInput)
_UNKNOWN = Refusal(
    "the directory's schema does not know it",
    "Check the spelling, and the schema level of the forest",
    InvalidInput,
)
_FIXED = Refusal(
    "the directory itself keeps it, or it is fixed when the object is created",
    "Leave it as it is, or delete the object and create it anew",
    InvalidInput,
)
_NOT_HERE = Refusal("this kind of object cannot have it", "Leave it out", InvalidInput)
_MISSING = Refusal("this kind of object has to have it", "Set it", InvalidInput)
_REFERENCE = Refusal(
    "it refers to an object that does not exist, or that may not be referred to",
    "Correct the name, or create that object first",
)
_PRIVILEGE = Refusal(
    "trust for delegation takes the privilege 'Enable computer and user accounts to be trusted for delegation' on the"
    " domain controllers, which the account that is used has not",
    "Run this task as a domain administrator, or grant the privilege by group policy to the account",
    Forbidden,
)
_GROUP_RULES = Refusal(
    "a group of this scope cannot have this member",
    "Global groups hold accounts and global groups of their domain, universal groups no domain local ones",
    InvalidInput,
)

_PRIMARY = Refusal("the group is the primary group of that account", "Leave the account out of the members")
_MEMBER = Refusal("it is a member already", "Run again; something else changed the group")
_NO_MEMBER = Refusal("it is not a member", "Run again; something else changed the group")

# By Win32 error number; the names are those of MS-ERREF 2.2.
_BY_NUMBER = {
    0x00000005: Refusal(  # ERROR_ACCESS_DENIED
        "access is denied",
        "Grant the right to the account that is used; for a password it is 'Reset password'",
        Forbidden,
    ),
    0x00000522: _PRIVILEGE,  # ERROR_PRIVILEGE_NOT_HELD
    0x00000523: _BAD_ACCOUNT_NAME,  # ERROR_INVALID_ACCOUNT_NAME
    0x00000524: _NAME_TAKEN,  # ERROR_USER_EXISTS
    0x00000525: _REFERENCE,  # ERROR_NO_SUCH_USER
    0x00000528: _MEMBER,  # ERROR_MEMBER_IN_GROUP
    0x00000529: _NO_MEMBER,  # ERROR_MEMBER_NOT_IN_GROUP
    0x0000052A: Refusal("no administrator would be left", "Leave at least one"),  # ERROR_LAST_ADMIN
    0x0000052C: _PASSWORD_RULES,  # ERROR_ILL_FORMED_PASSWORD
    0x0000052D: _PASSWORD_RULES,  # ERROR_PASSWORD_RESTRICTION
    0x0000055B: Refusal("built-in accounts cannot be changed like this", "Choose another account"),  # SPECIAL_ACCOUNT
    0x00000561: _NO_MEMBER,  # ERROR_MEMBER_NOT_IN_ALIAS
    0x00000562: _MEMBER,  # ERROR_MEMBER_IN_ALIAS
    0x0000200B: _SYNTAX,  # ERROR_DS_INVALID_ATTRIBUTE_SYNTAX
    0x0000200C: _UNKNOWN,  # ERROR_DS_ATTRIBUTE_TYPE_UNDEFINED
    0x00002010: Refusal(  # ERROR_DS_NO_RIDS_ALLOCATED
        "the domain controller has no number for a new account left",
        "Run again in some minutes; if it stays, look whether the RID master of the domain runs",
        ServerError,
    ),
    0x00002018: Refusal("the move would leave the domain", "Move within one domain only", InvalidInput),
    0x00002071: _NAME_TAKEN,  # ERROR_DS_OBJ_STRING_NAME_EXISTS
    0x00002077: _FIXED,  # ERROR_DS_ILLEGAL_MOD_OPERATION
    0x0000207C: _MISSING,  # ERROR_DS_MISSING_REQUIRED_ATT
    0x0000207D: _NOT_HERE,  # ERROR_DS_ATT_NOT_DEF_FOR_CLASS
    0x00002081: _ONE_VALUE,  # ERROR_DS_SINGLE_VALUE_CONSTRAINT
    0x00002082: _RANGE,  # ERROR_DS_RANGE_CONSTRAINT
    0x00002089: Refusal("its container does not exist", "Create the container first, or correct the path"),
    0x00002099: Refusal("this container cannot hold this kind of object", "Correct 'path'", InvalidInput),
    0x0000209A: _FIXED,  # ERROR_DS_ATTRIBUTE_OWNED_BY_SAM
    0x0000209C: _RANGE,  # ERROR_DS_NAME_TOO_LONG
    0x0000209D: _RANGE,  # ERROR_DS_NAME_VALUE_TOO_LONG
    0x000020B5: _REFERENCE,  # ERROR_DS_NAME_REFERENCE_INVALID
    0x000020E7: _FIXED,  # ERROR_DS_SECURITY_ILLEGAL_MODIFY
    0x00002141: Refusal("this group type is not possible", "Correct scope and category", InvalidInput),
    **dict.fromkeys(range(0x2142, 0x2149), _GROUP_RULES),  # ERROR_DS_GLOBAL_CANT_HAVE_LOCAL_MEMBER and kin
    0x00002149: Refusal("it is the primary group of accounts", "Give them another primary group first"),
    0x000021C7: _SPN_TAKEN,  # ERROR_DS_SPN_VALUE_NOT_UNIQUE_IN_FOREST
    0x000021C8: _UPN_TAKEN,  # ERROR_DS_UPN_VALUE_NOT_UNIQUE_IN_FOREST
}

# By what is said; before the number, because Samba sends the general 0000202F with most of it.
_BY_TEXT = (
    (re.compile(r"\bspn\[.*\] would cause a conflict", re.IGNORECASE), _SPN_TAKEN),
    (re.compile(r"\bspn\[.*\] invalid", re.IGNORECASE), _BAD_SPN),
    (re.compile(r"userPrincipalName '.*' is already in use", re.IGNORECASE), _UPN_TAKEN),
    (re.compile(r"sAMAccountName contains invalid", re.IGNORECASE), _BAD_ACCOUNT_NAME),
    (re.compile(r"Error in attribute conversion operation", re.IGNORECASE), _UNKNOWN),
    (re.compile(r"not found in the schema", re.IGNORECASE), _UNKNOWN),
    (re.compile(r"modified as system|can't be deleted/empty", re.IGNORECASE), _FIXED),
    (re.compile(r"SINGLE-VALUE attribute", re.IGNORECASE), _ONE_VALUE),
    (re.compile(r"already exists for target GUID", re.IGNORECASE), _MEMBER),
    (re.compile(r"already set via primaryGroupID", re.IGNORECASE), _PRIMARY),
    (re.compile(r"Unable to find GUID for DN|doesn't exist for target GUID", re.IGNORECASE), _NO_MEMBER),
    (re.compile(r"not a valid objectClass in schema", re.IGNORECASE), _UNKNOWN),
    (re.compile(r"mandatory attribute", re.IGNORECASE), _MISSING),
    (re.compile(r"SeEnableDelegationPrivilege|SePrivEnableDelegation", re.IGNORECASE), _PRIVILEGE),
)


# Attributes that the modules write and whose values are names of other objects.
_NAMING = frozenset(
    name.lower()
    for name in (
        "managedBy",
        "manager",
        "member",
        "msDS-AssignedAuthNPolicy",
        "msDS-AssignedAuthNPolicySilo",
        "msDS-AuthNPolicySiloMembers",
        "msDS-ComputerAuthNPolicy",
        "msDS-HostServiceAccount",
        "msDS-ServiceAuthNPolicy",
        "msDS-UserAuthNPolicy",
    )
)


def possible(message: str, sent: t.Collection[str]) -> list[str]:
    """Of the attributes in a request those that a refusal which names none can be about."""
    naming = [name for name in sent if name.lower() in _NAMING]
    return naming if naming and refusal(message) is _REFERENCE else list(sent)


def refusal(message: str) -> Refusal | None:
    """What the text means; None if it says no more than the LDAP code does."""
    for pattern, found in _BY_TEXT:
        if pattern.search(message):
            return found
    number = _NUMBER.match(message)
    return _BY_NUMBER.get(int(number[1], 16)) if number else None


def attributes(message: str, sent: t.Collection[str]) -> list[str]:
    """The attributes that the text names, or that it means.

    sent  names of the attributes in the request
    """
    named = [name for pattern in _NAMED for name in pattern.findall(message)]
    if not named:
        said = _SPEAKER.sub("", message)
        named = [name for name in sent if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", said, re.IGNORECASE)]
    if not named:
        named = [name for pattern, name in _IMPLIED if name in sent and pattern.search(message)]
    return list(dict.fromkeys(named))
