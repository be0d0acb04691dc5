# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Service principal names of an account whose host name or account name changes. For internal use by this collection
only.

A directory then rewrites those that hold the old name by itself. So what the options say about them is compared with
what that left, and written after it.
"""

from __future__ import annotations

import typing as t

from .._engine.plan import Wanted, plan
from .directory import Swap

if t.TYPE_CHECKING:
    from .._engine.plan import Plan
    from .._engine.spec import ResourceSpec
    from .directory import Directory, Modification

ATTRIBUTE = "servicePrincipalName"
_OPTION = "service_principal_names"
_REWRITING = {"dns_hostname", "sam_account_name"}


def are_rewritten(todo: Plan, params: dict[str, t.Any]) -> bool:
    """Whether a change may rewrite names that the options speak of."""
    return todo.action == "update" and bool(todo.changes.keys() & _REWRITING) and params.get(_OPTION) is not None


def rest(directory: Directory, spec: ResourceSpec, params: dict[str, t.Any], place: str) -> dict[str, Modification]:
    """What is left to write of the names, after the change of the other."""
    entry = directory.get(place, [ATTRIBUTE])
    held = entry.texts(ATTRIBUTE) if entry is not None else []
    left = plan(spec, {_OPTION: held}, {_OPTION: Wanted(params[_OPTION])}).changes.get(_OPTION)
    if left is None:
        return {}
    return {ATTRIBUTE: Swap([name.encode() for name in left.removed], [name.encode() for name in left.added])}
