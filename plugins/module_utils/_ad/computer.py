# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Computers, often created before they join the domain. For internal use by this collection only."""

from __future__ import annotations

import dataclasses
import secrets
import typing as t

from .._engine.spec import Field, ResourceSpec
from . import account_names, values
from .authentication_policy import POLICY_REFERENCES
from .family import of_one
from .fields import (
    AES_ONLY,
    AUTHENTICATION_POLICY,
    AUTHENTICATION_POLICY_SILO,
    COMMON_PROPERTIES,
    DESCRIPTION,
    ENABLED,
    ENCRYPTION_TYPES,
    IDENTITY,
    MANAGED_BY,
    NAME,
    PATH,
    POLICY_PROPERTIES,
    SERVICE_PRINCIPAL_NAMES,
    empty,
    objects,
    without_case,
)
from .object_kind import ObjectKind
from .properties import AccountControl, ComputerName, EncryptionTypes, Text, Texts

if t.TYPE_CHECKING:
    from .._engine.plan import Plan
    from .backend import DirectoryBackend

_PASSWORD_BYTES = 90


def _account_name(params: dict[str, t.Any]) -> str | None:
    account = params.get("sam_account_name") or params.get("name")
    return f"{account.rstrip('$')}$" if account else None


def _check(params: dict[str, t.Any]) -> None:
    if params.get("sam_account_name") or not params.get("identity"):
        _expect_valid(params)


def _expect_valid(params: dict[str, t.Any]) -> None:
    account = (_account_name(params) or "").rstrip("$")
    account_names.expect_valid("computer", account, account_names.LONGEST_COMPUTER, "Give another 'sam_account_name'")


def _new_password(_params: dict[str, t.Any], _domain: str) -> dict[str, list[bytes]]:
    """A password that nobody knows; the computer sets its own when it joins. Without one, or with the old habit of
    the computer's own name, anybody could join in its place."""
    return {"unicodePwd": [values.password(secrets.token_urlsafe(_PASSWORD_BYTES))]}


def _guard(
    backend: DirectoryBackend, plan: Plan, _current: dict[str, t.Any] | None, params: dict[str, t.Any]
) -> list[str]:
    if plan.action == "create":
        _expect_valid(params)
    if plan.action != "delete":
        backend.refuse_if_taken(plan)
    return []


def _with_dollar(value: object) -> object:
    return f"{value.lower().rstrip('$')}$" if isinstance(value, str) else value


COMPUTER = ObjectKind(
    spec=ResourceSpec(
        kind="computer",
        result="computer",
        fields=(
            IDENTITY,
            NAME,
            PATH,
            Field("sam_account_name", problem=empty, normalize=_with_dollar),
            Field("dns_hostname", clears="", normalize=without_case),
            Field("location", clears=""),
            DESCRIPTION,
            MANAGED_BY,
            ENABLED,
            # a default would change every computer that is there, and some still need RC4
            dataclasses.replace(ENCRYPTION_TYPES, default=None, create_value=list(AES_ONLY)),
            SERVICE_PRINCIPAL_NAMES,
            objects("service_accounts"),
            AUTHENTICATION_POLICY,
            AUTHENTICATION_POLICY_SILO,
        ),
        required_one_of=(("name", "identity"),),
        guard=_guard,
    ),
    object_classes=("top", "person", "organizationalPerson", "user", "computer"),
    rdn="CN",
    default_path="CN=Computers",
    properties=(
        AccountControl({"enabled": -values.ACCOUNT_DISABLED}, values.WORKSTATION_TRUST_ACCOUNT),
        ComputerName("sam_account_name", "sAMAccountName"),
        Text("dns_hostname", "dNSHostName"),
        Text("location", "location"),
        EncryptionTypes(),
        Texts("service_principal_names", "servicePrincipalName"),
        Texts("service_accounts", "msDS-HostServiceAccount"),
        *COMMON_PROPERTIES,
        *POLICY_PROPERTIES,
    ),
    account_name=_account_name,
    new=_new_password,
    unique={"service_principal_names": "servicePrincipalName"},
    references=POLICY_REFERENCES,
    check=_check,
)

COMPUTERS = of_one(COMPUTER, "computer", "computers")
