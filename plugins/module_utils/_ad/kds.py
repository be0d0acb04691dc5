# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The root key from which the passwords of group managed service accounts come. For internal use by this collection
only.

Source: MS-GKDI 3.1.4.1.2 and MS-ADTS on msKds-ProvRootKey. A key counts from its msKds-UseStartTime on; Windows sets
that ten hours ahead, so that every domain controller has it by then. Only administrators of the forest may read it.
"""

from __future__ import annotations

import typing as t

from .._engine.errors import Conflict
from . import filters, values

if t.TYPE_CHECKING:
    from .directory import Directory

_CONTAINER = "CN=Master Root Keys,CN=Group Key Distribution Service,CN=Services"
_GMSA = filters.equals("objectClass", "msDS-GroupManagedServiceAccount")


def expect_root_key(directory: Directory, account: str) -> list[str]:
    """Nothing if a root key is effective, or a sentence if this account cannot tell. Conflict if there is none, or none
    that counts already."""
    base = f"{_CONTAINER},{directory.configuration}"
    found = directory.search(
        filters.equals("objectClass", "msKds-ProvRootKey"), ["msKds-UseStartTime"], base=base, scope="LEVEL"
    )
    starts = sorted(values.moment(key.number("msKds-UseStartTime")) for key in found if key.all("msKds-UseStartTime"))
    if starts and starts[0] <= directory.now:
        return []
    if starts:
        raise _no_key(
            directory,
            account,
            f"the forest's KDS root key counts from {starts[0]:%Y-%m-%d %H:%M} UTC on, and it is "
            f"{directory.now:%Y-%m-%d %H:%M} UTC now",
            "Wait until then: the domain controllers need the time to copy it",
        )
    if _a_password_was_made(directory):
        return []
    if not found and _may_create(directory, base):
        raise _no_key(
            directory,
            account,
            "the forest has no KDS root key, so no host could ever fetch a password",
            "Let an administrator of the forest run Add-KdsRootKey once, and wait ten hours",
        )
    return [
        (
            "Whether the forest has an effective KDS root key cannot be seen with the rights of this account:"
            f" if it has none, no host can fetch the password of '{account}'. An administrator sees it with"
            " Get-KdsRootKey"
        )
    ]


def _a_password_was_made(directory: Directory) -> bool:
    """Whether any group managed service account has had a password; that takes a root key."""
    made = filters.all_of(_GMSA, filters.present("msDS-ManagedPasswordId"))
    return bool(directory.search(made, ["objectClass"]))


def _may_create(directory: Directory, base: str) -> bool:
    """Whether we may make root keys ourselves; then we would see one."""
    container = directory.get(base, ["allowedChildClassesEffective"])
    allowed = container.texts("allowedChildClassesEffective") if container else []
    return "mskds-provrootkey" in {name.lower() for name in allowed}


def _no_key(directory: Directory, account: str, why: str, todo: str) -> Conflict:
    return Conflict("create service account", obj=account, server=directory.server, why=why, todo=todo)
