# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What flows read: variables. For internal use by this collection only."""

from __future__ import annotations

from .._engine.spec import Compare, Field, ResourceSpec
from .kind import Kind, Routes
from .names import variable_name_problem

VARIABLE = Kind(
    plural="variables",
    routes=Routes(one="/variables/name/{name}", all="/variables/", filter="/variables/filter"),
    reference="name",
    spec=ResourceSpec(
        kind="variable",
        result="variable",
        fields=(
            Field("name", required=True, identity=True, problem=variable_name_problem),
            Field("value", "raw", required_on_create=True),
            Field("secret_value", "raw", wire="value", secret=True),
            Field("tags", "list", elements="str", compare=Compare.SET),
        ),
        mutually_exclusive=(("value", "secret_value"),),
    ),
)
