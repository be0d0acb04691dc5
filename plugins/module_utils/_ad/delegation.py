# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kerberos delegation: whom an account may act for, and before what. For internal use by this collection only.

Constrained delegation is a list at the account that acts (MS-SFU 1.3.2), resource-based delegation one at the account
that is acted upon. Unconstrained delegation, with which an account keeps the tickets of everybody who comes by, is not
given by anything here.
"""

from __future__ import annotations

import typing as t

from .._engine.errors import Forbidden
from .._engine.spec import Compare, Field, ResourceSpec
from . import values, visible
from .family import of_one
from .fields import EXISTING, empty_element, holders, without_case
from .object_kind import ObjectKind
from .properties import AccountControl, Holders, Texts
from .security_descriptor import CONTROL_ACCESS

if t.TYPE_CHECKING:
    from .._engine.plan import Plan
    from .backend import DirectoryBackend


def _invariant(
    backend: DirectoryBackend, plan: Plan, current: dict[str, t.Any] | None, params: dict[str, t.Any]
) -> list[str]:
    if backend.entry is not None:
        visible.expect_readable(backend.finder, backend.kind, backend.entry, ["userAccountControl"])
    target = {**(current or {}), **{key: change.value for key, change in plan.changes.items()}}
    if target.get("unconstrained"):
        asked = params.get("unconstrained")
        raise Forbidden(
            "leave delegation",
            obj=params.get("identity") or "",
            server=backend.server,
            why=f"the account {'would be' if asked else 'is'} trusted for unconstrained delegation, so it could act"
            " as everybody who logs on to it, before every service",
            todo="Leave 'unconstrained' out, and list the services in 'allowed_to_delegate_to'"
            if asked
            else "Take it away with unconstrained: false, and list the services in 'allowed_to_delegate_to'",
        )
    if target.get("protocol_transition") and not target.get("allowed_to_delegate_to"):
        name = params.get("identity")
        return [f"'{name}' may impersonate anybody to itself (protocol_transition) and may delegate to nothing"]
    return []


DELEGATION = ObjectKind(
    spec=ResourceSpec(
        kind="delegation",
        result="delegation",
        fields=(
            EXISTING,
            Field("allowed_to_delegate_to", compare=Compare.MEMBERSHIP, problem=empty_element, normalize=without_case),
            Field("protocol_transition", type="bool"),
            holders("allowed_to_act"),
            Field("unconstrained", type="bool"),
        ),
        title="identity",
        states=("present",),
        invariant=_invariant,
    ),
    object_classes=(),
    rdn="CN",
    default_path="",
    classes=("user", "inetOrgPerson", "computer", "msDS-GroupManagedServiceAccount", "msDS-ManagedServiceAccount"),
    properties=(
        AccountControl(
            {
                "protocol_transition": values.TRUSTED_TO_AUTH_FOR_DELEGATION,
                "unconstrained": values.TRUSTED_FOR_DELEGATION,
            },
            0,
        ),
        Texts("allowed_to_delegate_to", "msDS-AllowedToDelegateTo"),
        Holders("allowed_to_act", "msDS-AllowedToActOnBehalfOfOtherIdentity", CONTROL_ACCESS),
    ),
    part=True,
)

DELEGATIONS = of_one(DELEGATION, "delegation", "delegations")
