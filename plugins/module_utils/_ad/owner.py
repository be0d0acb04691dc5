# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The owner alone, of a unit or a group that is there. For internal use by this collection only.

A unit is often owned by a group that lies in it, so that one of them has to come first without the other.
"""

from __future__ import annotations

from .._engine.spec import ResourceSpec
from .family import of_one
from .fields import EXISTING, MANAGED_BY
from .object_kind import ObjectKind
from .properties import Text

OWNER = ObjectKind(
    spec=ResourceSpec(
        kind="owner", result="owner", fields=(EXISTING, MANAGED_BY), title="identity", states=("present",)
    ),
    object_classes=(),
    rdn="CN",
    default_path="",
    classes=("organizationalUnit", "group"),
    properties=(Text("managed_by", "managedBy"),),
    part=True,
)

OWNERS = of_one(OWNER, "owner", "owners")
