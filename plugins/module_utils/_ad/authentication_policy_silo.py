# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Authentication policy silos: accounts that share authentication policies. For internal use by this collection only.

An account belongs to a silo if it is a member of it and the silo is assigned to it: MS-KILE 3.3.5.4.
"""

from __future__ import annotations

import typing as t

from .._engine.spec import Field, ResourceSpec
from . import allowed_from, filters
from .authentication_policy import (
    ALLOWED_FROM,
    NAME,
    POLICIES,
    POLICY,
    POLICY_REFERENCES,
    SILO,
    SILO_CLASS,
    SILO_ENFORCED,
    SILOS,
    Flag,
    refuse_used,
    uses_of,
)
from .family import of_one
from .fields import DESCRIPTION, canonical_dn, objects
from .object_kind import ObjectKind
from .properties import Text, Texts

if t.TYPE_CHECKING:
    from .._engine.plan import Plan

_USED_BY = {"msDS-AssignedAuthNPolicySiloBL": "is assigned to"}


def _guard(backend: t.Any, plan: Plan, _current: dict[str, t.Any] | None, params: dict[str, t.Any]) -> list[str]:
    if plan.action != "delete":
        return []
    name = params["name"]
    return refuse_used(backend, SILO, name, [*uses_of(backend, _USED_BY), *_conditions(backend, name)])


def _conditions(backend: t.Any, silo: str) -> list[str]:
    """Policies that let nobody log on any more if the silo goes."""
    directory = backend.directory
    condition = filters.any_of(*(filters.present(attribute) for attribute in ALLOWED_FROM.values()))
    base = f"{POLICIES},{directory.configuration}"
    return [
        f"is a condition of '{entry.dn}'"
        for entry in directory.search(condition, list(ALLOWED_FROM.values()), base=base, scope="LEVEL")
        if any(silo.lower() in allowed_from.silos_of(raw) for name in ALLOWED_FROM.values() for raw in entry.all(name))
    ]


def _policy(name: str) -> Field:
    return Field(name, clears="", reference=POLICY, normalize=canonical_dn)


MEMBERS = objects("members")

AUTHENTICATION_POLICY_SILO = ObjectKind(
    spec=ResourceSpec(
        kind=SILO,
        result="authentication_policy_silo",
        fields=(
            NAME,
            DESCRIPTION,
            Field("enforced", type="bool", create_value=False),
            _policy("user_policy"),
            _policy("service_policy"),
            _policy("computer_policy"),
            MEMBERS,
        ),
        guard=_guard,
    ),
    object_classes=("top", SILO_CLASS),
    rdn="CN",
    default_path=SILOS,
    partition="configuration",
    properties=(
        Text("description", "description"),
        Flag("enforced", SILO_ENFORCED),
        Text("user_policy", "msDS-UserAuthNPolicy"),
        Text("service_policy", "msDS-ServiceAuthNPolicy"),
        Text("computer_policy", "msDS-ComputerAuthNPolicy"),
        Texts("members", "msDS-AuthNPolicySiloMembers"),
    ),
    references=POLICY_REFERENCES,
)

# The members alone: an account and its silo name each other, so that one of them has to come first without the other.
SILO_MEMBERS = ObjectKind(
    spec=ResourceSpec(
        kind="silo members",
        result="silo_members",
        fields=(Field("identity", identity=True, required=True, reference=SILO), MEMBERS),
        title="identity",
        states=("present",),
    ),
    object_classes=("top", SILO_CLASS),
    rdn="CN",
    default_path=SILOS,
    partition="configuration",
    properties=(Texts("members", "msDS-AuthNPolicySiloMembers"),),
    references=POLICY_REFERENCES,
    part=True,
)

AUTHENTICATION_POLICY_SILOS = of_one(AUTHENTICATION_POLICY_SILO, SILO, "authentication_policy_silos")
SILOS_MEMBERS = of_one(SILO_MEMBERS, "silo members", "authentication_policy_silo_members")
