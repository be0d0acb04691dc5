# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Organizational units. For internal use by this collection only."""

from __future__ import annotations

from .._engine.spec import ResourceSpec
from .family import of_one
from .fields import COMMON_PROPERTIES, DESCRIPTION, IDENTITY, MANAGED_BY, NAME, PATH
from .object_kind import ObjectKind

ORGANIZATIONAL_UNIT = ObjectKind(
    spec=ResourceSpec(
        kind="organizational unit",
        result="organizational_unit",
        fields=(IDENTITY, NAME, PATH, DESCRIPTION, MANAGED_BY),
        required_one_of=(("name", "identity"),),
    ),
    object_classes=("top", "organizationalUnit"),
    rdn="OU",
    default_path="",
    properties=COMMON_PROPERTIES,
)

ORGANIZATIONAL_UNITS = of_one(ORGANIZATIONAL_UNIT, "organizational unit", "organizational_units")
