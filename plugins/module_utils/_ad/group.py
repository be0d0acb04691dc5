# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Groups. For internal use by this collection only."""

from __future__ import annotations

import typing as t

from .._engine.spec import Compare, Field, ResourceSpec
from .backend import ObjectKind
from .fields import (
    COMMON_PROPERTIES,
    DESCRIPTION,
    IDENTITY,
    MANAGED_BY,
    NAME,
    PATH,
    canonical_dn,
    empty,
    empty_element,
    without_case,
)
from .properties import GroupType, Text, Texts


def _account_name(params: dict[str, t.Any]) -> str | None:
    return params.get("sam_account_name") or params.get("name")


GROUP = ObjectKind(
    spec=ResourceSpec(
        kind="group",
        result="group",
        fields=(
            IDENTITY,
            NAME,
            PATH,
            Field("sam_account_name", problem=empty, normalize=without_case),
            Field("scope", choices=("domainlocal", "global", "universal"), create_value="global"),
            Field("category", choices=("distribution", "security"), create_value="security"),
            DESCRIPTION,
            MANAGED_BY,
            Field(
                "members",
                compare=Compare.MEMBERSHIP,
                reference="directory object",
                problem=empty_element,
                normalize=canonical_dn,
            ),
        ),
        required_one_of=(("name", "identity"),),
    ),
    object_classes=("top", "group"),
    rdn="CN",
    default_path="CN=Users",
    properties=(
        Text("sam_account_name", "sAMAccountName"),
        GroupType(),
        *COMMON_PROPERTIES,
        Texts("members", "member"),
    ),
    account_name=_account_name,
)
