# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Group managed service accounts. For internal use by this collection only."""

from __future__ import annotations

import typing as t

from .._engine.errors import InvalidInput
from .._engine.spec import Compare, Field, ResourceSpec
from .backend import ObjectKind
from .fields import (
    COMMON_PROPERTIES,
    DESCRIPTION,
    IDENTITY,
    MANAGED_BY,
    NAME,
    PATH,
    empty,
    empty_element,
    without_case,
)
from .properties import Enabled, EncryptionTypes, Number, Readers, Text, Texts

# Longer names are accepted by the directory, but Windows then cannot log the account on: its NetBIOS form, with the
# dollar sign, has room for 16 characters.
LONGEST_NAME = 15
_AES_ONLY = ("aes128", "aes256")


def _account_name(params: dict[str, t.Any]) -> str | None:
    name = params.get("name")
    return f"{name}$" if name else None


def _check(params: dict[str, t.Any]) -> None:
    name = params.get("name") or ""
    if name.endswith("$"):
        raise InvalidInput(
            "manage service account",
            obj=name,
            why="the name ends in a dollar sign, which Windows adds by itself",
            todo=f"Write '{name.rstrip('$')}'",
        )
    if len(name) > LONGEST_NAME:
        raise InvalidInput(
            "manage service account",
            obj=name,
            why=f"the name has {len(name)} characters; a group managed service account has at most {LONGEST_NAME}",
            todo="Choose a shorter name",
        )


def _no_types(names: list[str]) -> str:
    return "" if names else "it is empty, so the domain's own default would apply, which may include RC4"


SERVICE_ACCOUNT = ObjectKind(
    spec=ResourceSpec(
        kind="service account",
        result="service_account",
        fields=(
            IDENTITY,
            NAME,
            PATH,
            Field("dns_hostname", required_on_create=True, problem=empty, normalize=without_case),
            Field("enabled", type="bool", create_value=True),
            Field(
                "kerberos_encryption_types",
                type="list",
                elements="str",
                choices=_AES_ONLY,
                default=_AES_ONLY,
                compare=Compare.SET,
                problem=_no_types,
            ),
            Field("managed_password_interval", type="int", create_value=30, immutable=True),
            Field(
                "principals_allowed_to_retrieve",
                compare=Compare.MEMBERSHIP,
                reference="principal",
                problem=empty_element,
                normalize=without_case,
            ),
            Field(
                "service_principal_names",
                compare=Compare.MEMBERSHIP,
                problem=empty_element,
                normalize=without_case,
            ),
            DESCRIPTION,
            MANAGED_BY,
        ),
        required_one_of=(("name", "identity"),),
    ),
    object_classes=("top", "person", "organizationalPerson", "user", "computer", "msDS-GroupManagedServiceAccount"),
    rdn="CN",
    default_path="CN=Managed Service Accounts",
    properties=(
        Text("dns_hostname", "dNSHostName"),
        Enabled(),
        EncryptionTypes(),
        Number("managed_password_interval", "msDS-ManagedPasswordInterval"),
        Readers("principals_allowed_to_retrieve", "msDS-GroupMSAMembership"),
        Texts("service_principal_names", "servicePrincipalName"),
        *COMMON_PROPERTIES,
    ),
    account_name=_account_name,
    unique={"service_principal_names": "servicePrincipalName"},
    check=_check,
)
