# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Groups. For internal use by this collection only."""

from __future__ import annotations

import typing as t

from .._engine.errors import Conflict
from .._engine.spec import Compare, Field, ResourceSpec
from .family import of_one
from .fields import (
    COMMON_PROPERTIES,
    DESCRIPTION,
    EXISTING,
    IDENTITY,
    MANAGED_BY,
    NAME,
    PATH,
    SAM_ACCOUNT_NAME,
    empty_element,
)
from .object_kind import ObjectKind
from .principals import canonical_member
from .properties import GroupType, Text, Texts

if t.TYPE_CHECKING:
    from .._engine.plan import Plan
    from .backend import DirectoryBackend


def _account_name(params: dict[str, t.Any]) -> str | None:
    return params.get("sam_account_name") or params.get("name")


def _guard(
    backend: DirectoryBackend, plan: Plan, current: dict[str, t.Any] | None, params: dict[str, t.Any]
) -> list[str]:
    """The directory changes a scope to its opposite by way of the universal one only (MS-ADTS 3.1.1.5.3.2)."""
    before, after = (current or {}).get("scope"), plan.changes.get("scope")
    if plan.action == "update" and after is not None and "universal" not in (before, after.value):
        raise Conflict(
            "manage group",
            obj=backend.kind.spec.name_of(params),
            server=backend.server,
            why=f"a {before} group cannot become {after.value} at once",
            todo="Make it universal in a task before",
        )
    return []


MEMBERS = Field(
    "members",
    compare=Compare.MEMBERSHIP,
    reference="member",
    problem=empty_element,
    normalize=canonical_member,
)

GROUP = ObjectKind(
    spec=ResourceSpec(
        kind="group",
        result="group",
        fields=(
            IDENTITY,
            NAME,
            PATH,
            SAM_ACCOUNT_NAME,
            Field("scope", choices=("domainlocal", "global", "universal"), create_value="global"),
            Field("category", choices=("distribution", "security"), create_value="security"),
            DESCRIPTION,
            MANAGED_BY,
            MEMBERS,
        ),
        required_one_of=(("name", "identity"),),
        guard=_guard,
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

# The members alone, of a group that is there.
GROUP_MEMBERS = ObjectKind(
    spec=ResourceSpec(
        kind="group members",
        result="group_members",
        fields=(EXISTING, MEMBERS),
        title="identity",
        states=("present",),
    ),
    object_classes=("top", "group"),
    rdn="CN",
    default_path="",
    properties=(Texts("members", "member"),),
    part=True,
)

GROUPS = of_one(GROUP, "group", "groups")
GROUPS_MEMBERS = of_one(GROUP_MEMBERS, "group members", "group_members")
