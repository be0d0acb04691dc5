# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fields that all kinds of directory objects share. For internal use by this collection only."""

from __future__ import annotations

import typing as t

from .._engine.spec import Compare, Field
from . import dn
from .properties import Text

LONGEST_NAME = 64


def without_case(value: object) -> object:
    """A text whose case does not count, in the form in which it is compared."""
    return value.lower() if isinstance(value, str) else value


def canonical_dn(value: object) -> object:
    """A distinguished name in the form in which it is compared."""
    return dn.canonical(value) if isinstance(value, str) else value


def empty(value: str) -> str:
    """The problem of a text that has to say something."""
    return "" if value.strip() else "it is empty"


def no_name(value: str) -> str:
    """The problem of a name that no object may have; the limit is that of C(cn) and C(ou) in the schema."""
    if len(value) > LONGEST_NAME:
        return f"it has {len(value)} characters; a name has at most {LONGEST_NAME}"
    return empty(value)


def empty_element(verbs: dict[str, list[str] | None]) -> str:
    """The problem of a membership in which an element says nothing."""
    bad = sorted(verb for verb, values in verbs.items() if any(empty(value) for value in values or ()))
    return f"an element of '{bad[0]}' is empty" if bad else ""


def no_types(names: list[str]) -> str:
    """The problem of an account without encryption types."""
    return "" if names else "it is empty, so the domain's own default would apply, which may include RC4"


IDENTITY = Field("identity", identity=True)
# For a part of an object that another module manages.
EXISTING = Field("identity", identity=True, required=True, reference="directory object", problem=empty)
NAME = Field("name", identity=True, movable=True, required_on_create=True, problem=no_name, normalize=without_case)
PATH = Field("path", identity=True, movable=True, reference="container", normalize=canonical_dn)
DESCRIPTION = Field("description", clears="")
MANAGED_BY = Field("managed_by", clears="", reference="directory object", normalize=canonical_dn)


def objects(name: str) -> Field:
    """A membership of objects by their distinguished names."""
    return _membership(name, "directory object", canonical_dn)


def holders(name: str) -> Field:
    """A membership of principals that are granted something, by their SIDs."""
    return _membership(name, "principal", without_case)


def _membership(name: str, reference: str, normalize: t.Callable[[object], object]) -> Field:
    return Field(name, compare=Compare.MEMBERSHIP, reference=reference, problem=empty_element, normalize=normalize)


ENABLED = Field("enabled", type="bool", create_value=True)
SAM_ACCOUNT_NAME = Field("sam_account_name", problem=empty, normalize=without_case)
SERVICE_PRINCIPAL_NAMES = Field(
    "service_principal_names", compare=Compare.MEMBERSHIP, problem=empty_element, normalize=without_case
)
AES_ONLY = ("aes128", "aes256")
ENCRYPTION_TYPES = Field(
    "kerberos_encryption_types",
    type="list",
    elements="str",
    choices=AES_ONLY,
    default=AES_ONLY,
    compare=Compare.SET,
    problem=no_types,
)
AUTHENTICATION_POLICY = Field(
    "authentication_policy", clears="", reference="authentication policy", normalize=canonical_dn
)
AUTHENTICATION_POLICY_SILO = Field(
    "authentication_policy_silo", clears="", reference="authentication policy silo", normalize=canonical_dn
)

COMMON_PROPERTIES = (Text("description", "description"), Text("managed_by", "managedBy"))
POLICY_PROPERTIES = (
    Text("authentication_policy", "msDS-AssignedAuthNPolicy"),
    Text("authentication_policy_silo", "msDS-AssignedAuthNPolicySilo"),
)
