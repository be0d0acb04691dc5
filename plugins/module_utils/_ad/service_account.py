# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Service accounts: group managed, standalone managed, and user accounts as the last resort. For internal use by this
collection only.

Each has an owner, a purpose and a ticket, and none is left in a privileged group unless that group is named.
"""

from __future__ import annotations

import dataclasses
import datetime
import typing as t

from .._engine.errors import InvalidInput
from .._engine.spec import Compare, Field, ResourceSpec
from . import account_rules, values
from .authentication_policy import POLICY_REFERENCES
from .family import Family
from .fields import (
    AUTHENTICATION_POLICY,
    AUTHENTICATION_POLICY_SILO,
    ENABLED,
    ENCRYPTION_TYPES,
    IDENTITY,
    NAME,
    PATH,
    POLICY_PROPERTIES,
    SERVICE_PRINCIPAL_NAMES,
    canonical_dn,
    empty,
    empty_element,
    holders,
    without_case,
)
from .object_kind import ObjectKind
from .passwords import PASSWORD_FIELDS, REQUIRED_IF, renewal_is_due
from .properties import AccountControl, CommaList, EncryptionTypes, Holders, InfoLines, Number, Password, Text, Texts
from .security_descriptor import READ_PROPERTY

TYPES = ("gmsa", "smsa", "user")
TICKET_LABEL = "Ticket"
DECOMMISSIONED_LABEL = "Decommissioned"
# The interval is for ever, so one that nobody can mean is refused.
_MOST_DAYS = 3650


def _check(params: dict[str, t.Any]) -> None:
    name, called = params.get("name") or "", params.get("type") or TYPES[0]
    if name.endswith("$"):
        raise InvalidInput(
            "manage service account",
            obj=name,
            why="the name ends in a dollar sign, which Windows adds by itself",
            todo=f"Write '{name.rstrip('$')}'",
        )
    # with an identity it may be a rename, which leaves the account name as it is
    if not params.get("identity"):
        account_rules.expect_valid(name, called)


def _no_date(text: str) -> str:
    """Other spellings of ISO 8601 could not be compared as text."""
    try:
        fine = text == "" or datetime.date.fromisoformat(text).isoformat() == text
    except ValueError:
        fine = False
    return "" if fine else f"'{text}' is no date like 2026-11-26"


def _no_interval(days: int) -> str:
    return "" if 1 <= days <= _MOST_DAYS else f"{days} days is no interval; it can be 1 to {_MOST_DAYS}"


def _no_hosts(names: list[str]) -> str:
    joined = [name for name in names if "," in name]
    return f"'{joined[0]}' holds a comma, and would be several hosts" if joined else empty_element({"set": names})


def _no_line(text: str) -> str:
    return empty(text) or ("it has more than one line" if len(text.splitlines()) > 1 else "")


def _without_margins(value: object) -> object:
    """A text in the form in which a line of notes gives it back."""
    return value.strip() if isinstance(value, str) else value


_TYPE = Field("type", choices=TYPES, default=TYPES[0], control=True)
_DNS_HOSTNAME = Field("dns_hostname", problem=empty, normalize=without_case)
_MANAGED = (
    Field("managed_password_interval", type="int", create_value=30, immutable=True, problem=_no_interval),
    holders("principals_allowed_to_retrieve"),
)
_USER = (
    Field("upn", problem=empty, normalize=without_case),
    Field(
        "logon_workstations",
        type="list",
        elements="str",
        compare=Compare.SET,
        problem=_no_hosts,
        normalize=without_case,
    ),
    Field("password_never_expires", type="bool", create_value=False),
    *PASSWORD_FIELDS,
)
_ALL = (
    IDENTITY,
    NAME,
    PATH,
    _TYPE,
    Field(
        "managed_by",
        aliases=("owner",),
        reference="directory object",
        required_on_create=True,
        problem=empty,
        normalize=canonical_dn,
    ),
    Field("description", aliases=("purpose",), required_on_create=True, problem=empty),
    Field("ticket", required_on_create=True, problem=_no_line, normalize=_without_margins),
    Field("decommissioned", clears="", problem=_no_date),
    ENABLED,
    Field("account_not_delegated", type="bool", create_value=True),
    ENCRYPTION_TYPES,
    SERVICE_PRINCIPAL_NAMES,
    AUTHENTICATION_POLICY,
    AUTHENTICATION_POLICY_SILO,
    Field("allow_privileged", type="list", elements="str", control=True, problem=account_rules.no_group),
)

SPEC = ResourceSpec(
    kind="service account",
    result="service_account",
    fields=(*_ALL, _DNS_HOSTNAME, *_MANAGED, *_USER),
    required_one_of=(("name", "identity"),),
    required_if=REQUIRED_IF,
    guard=account_rules.guard,
    invariant=account_rules.invariant,
    renew=renewal_is_due,
)


def _with(*fields: Field) -> ResourceSpec:
    return dataclasses.replace(SPEC, fields=(*_ALL, *fields))


def _account_name(params: dict[str, t.Any]) -> str | None:
    return f"{params['name']}$" if params.get("name") else None


def _user_name(params: dict[str, t.Any]) -> str | None:
    return params.get("name") or None


def _upn(params: dict[str, t.Any], domain: str) -> dict[str, list[bytes]]:
    """A user account gets a UPN, for it is what people log on with."""
    return {} if params.get("upn") else {"userPrincipalName": [f"{params['name']}@{domain}".encode()]}


_CONTROL = {"enabled": -values.ACCOUNT_DISABLED, "account_not_delegated": values.NOT_DELEGATED}
_PROPERTIES = (
    EncryptionTypes(),
    Texts("service_principal_names", "servicePrincipalName"),
    Text("description", "description"),
    InfoLines({"ticket": TICKET_LABEL, "decommissioned": DECOMMISSIONED_LABEL}),
    *POLICY_PROPERTIES,
)
_MANAGED_PROPERTIES = (
    AccountControl(_CONTROL, values.WORKSTATION_TRUST_ACCOUNT),
    Text("managed_by", "managedBy"),
    Text("dns_hostname", "dNSHostName"),
    *_PROPERTIES,
)

# Class of an object that was found -> what to do about it.
_OTHER_TYPES = {
    "msds-groupmanagedserviceaccount": "Give type: gmsa",
    "msds-managedserviceaccount": "Give type: smsa",
    "user": "Give type: user, or choose another name",
}

GMSA = ObjectKind(
    spec=_with(dataclasses.replace(_DNS_HOSTNAME, required_on_create=True), *_MANAGED),
    object_classes=("top", "person", "organizationalPerson", "user", "computer", "msDS-GroupManagedServiceAccount"),
    rdn="CN",
    default_path="CN=Managed Service Accounts",
    properties=(
        *_MANAGED_PROPERTIES,
        Number("managed_password_interval", "msDS-ManagedPasswordInterval"),
        Holders("principals_allowed_to_retrieve", "msDS-GroupMSAMembership", READ_PROPERTY),
    ),
    also=account_rules.ATTRIBUTES,
    account_name=_account_name,
    unique={"service_principal_names": "servicePrincipalName"},
    references=POLICY_REFERENCES,
    check=_check,
    instead=_OTHER_TYPES,
)
SMSA = dataclasses.replace(
    GMSA,
    spec=_with(_DNS_HOSTNAME),
    object_classes=("top", "person", "organizationalPerson", "user", "computer", "msDS-ManagedServiceAccount"),
    properties=_MANAGED_PROPERTIES,
)
# A user may not hold managedBy; what is shown as the manager is its owner.
USER_ACCOUNT = dataclasses.replace(
    GMSA,
    spec=_with(*_USER),
    object_classes=("top", "person", "organizationalPerson", "user"),
    default_path="CN=Users",
    properties=(
        AccountControl({**_CONTROL, "password_never_expires": values.DONT_EXPIRE_PASSWORD}, values.NORMAL_ACCOUNT),
        Text("managed_by", "manager"),
        Text("upn", "userPrincipalName"),
        CommaList("logon_workstations", "userWorkstations"),
        Password("account_password"),
        *_PROPERTIES,
    ),
    account_name=_user_name,
    new=_upn,
    unique={"service_principal_names": "servicePrincipalName", "upn": "userPrincipalName"},
)

SERVICE_ACCOUNTS = Family(
    "service account", "service_accounts", SPEC, {"gmsa": GMSA, "smsa": SMSA, "user": USER_ACCOUNT, "": GMSA}
)
