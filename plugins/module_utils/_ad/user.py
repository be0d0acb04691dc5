# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Users: people, who start flows. For internal use by this collection only."""

from __future__ import annotations

import typing as t

from .._engine.errors import Conflict
from .._engine.spec import Field, ResourceSpec
from . import account_names, values, visible
from .authentication_policy import POLICY_REFERENCES
from .family import of_one
from .fields import (
    AUTHENTICATION_POLICY,
    AUTHENTICATION_POLICY_SILO,
    DESCRIPTION,
    ENABLED,
    IDENTITY,
    NAME,
    PATH,
    POLICY_PROPERTIES,
    SAM_ACCOUNT_NAME,
    canonical_dn,
    empty,
    without_case,
)
from .object_kind import ObjectKind
from .passwords import PASSWORD_FIELDS, REQUIRED_IF, expect_password, renewal_is_due
from .properties import AccountControl, InfoLines, Password, Text
from .service_account import TICKET_LABEL

if t.TYPE_CHECKING:
    from .._engine.plan import Plan
    from .backend import DirectoryBackend

_NOTES = InfoLines({"ticket": TICKET_LABEL})
_TEXTS = {
    "firstname": "givenName",
    "surname": "sn",
    "display_name": "displayName",
    "email": "mail",
    "department": "department",
    "title": "title",
}


def _account_name(params: dict[str, t.Any]) -> str | None:
    return params.get("sam_account_name") or params.get("name")


def _check(params: dict[str, t.Any]) -> None:
    if params.get("sam_account_name") or not params.get("identity"):
        _expect_valid(params)


def _expect_valid(params: dict[str, t.Any]) -> None:
    todo = "Give another 'sam_account_name'; 'name' may have 64 characters, and any"
    account_names.expect_valid("user", _account_name(params) or "", account_names.LONGEST_USER, todo)


def _guard(
    backend: DirectoryBackend, plan: Plan, _current: dict[str, t.Any] | None, params: dict[str, t.Any]
) -> list[str]:
    _refuse_service_account(backend)
    if plan.action == "delete":
        return []
    if plan.action == "create":
        _expect_valid(params)
    backend.refuse_if_taken(plan)
    expect_password(backend, plan, params, "create the user with enabled: false")
    return []


def _refuse_service_account(backend: DirectoryBackend) -> None:
    """Owner and purpose of such an account are attributes like any other here, and nothing would ask for them."""
    entry = backend.entry
    if entry is None:
        return
    visible.expect_readable(backend.finder, backend.kind, entry, _NOTES.attributes)
    ticket = _NOTES.decode(entry)["ticket"]
    if ticket:
        raise Conflict(
            "manage user",
            obj=entry.dn,
            server=backend.server,
            why=f"it is a service account, with the ticket '{ticket}' in its notes",
            todo="Use ad_service_account with type: user, which keeps its owner, purpose and ticket",
        )


USER = ObjectKind(
    spec=ResourceSpec(
        kind="user",
        result="user",
        fields=(
            IDENTITY,
            NAME,
            PATH,
            SAM_ACCOUNT_NAME,
            Field("upn", problem=empty, normalize=without_case),
            *(Field(name, clears="") for name in _TEXTS),
            DESCRIPTION,
            Field("manager", clears="", reference="directory object", normalize=canonical_dn),
            ENABLED,
            Field("account_not_delegated", type="bool", create_value=False),
            Field("password_never_expires", type="bool", create_value=False),
            *PASSWORD_FIELDS,
            AUTHENTICATION_POLICY,
            AUTHENTICATION_POLICY_SILO,
        ),
        required_one_of=(("name", "identity"),),
        required_if=REQUIRED_IF,
        guard=_guard,
        renew=renewal_is_due,
    ),
    object_classes=("top", "person", "organizationalPerson", "user"),
    rdn="CN",
    default_path="CN=Users",
    classes=("user", "inetOrgPerson"),
    properties=(
        AccountControl(
            {
                "enabled": -values.ACCOUNT_DISABLED,
                "account_not_delegated": values.NOT_DELEGATED,
                "password_never_expires": values.DONT_EXPIRE_PASSWORD,
            },
            values.NORMAL_ACCOUNT,
        ),
        Text("sam_account_name", "sAMAccountName"),
        Text("upn", "userPrincipalName"),
        *(Text(name, attribute) for name, attribute in _TEXTS.items()),
        Text("description", "description"),
        Text("manager", "manager"),
        Password("account_password"),
        *POLICY_PROPERTIES,
    ),
    also=_NOTES.attributes,
    account_name=_account_name,
    unique={"upn": "userPrincipalName"},
    references=POLICY_REFERENCES,
    check=_check,
)

USERS = of_one(USER, "user", "users")
