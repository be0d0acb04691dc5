# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What flows read: variables. For internal use by this collection only."""

from __future__ import annotations

import re

from .._engine.spec import Compare, Field, ResourceSpec
from .rest import Routes

_NAME = re.compile(r"^[a-z0-9_-]{1,255}$")


def _name_problem(name: str) -> str:
    return "" if _NAME.match(name) else "a name is 1 to 255 lowercase letters, digits, dashes or underscores"


VARIABLE = ResourceSpec(
    kind="variable",
    result="variable",
    fields=(
        Field("name", required=True, identity=True, problem=_name_problem),
        Field("value", "raw", required_on_create=True),
        Field("secret_value", "raw", wire="value", secret=True),
        Field("tags", "list", elements="str", compare=Compare.SET),
    ),
    mutually_exclusive=(("value", "secret_value"),),
)
VARIABLE_ROUTES = Routes(one="/variables/name/{name}", all="/variables/")
