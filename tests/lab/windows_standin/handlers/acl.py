# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""win_acl, on the simulated access control lists. The object must exist, the account must resolve."""

from __future__ import annotations

import re

from ..errors import ModuleFailure, NotResolved
from ..model import acls
from ..model.acls import Entry

REGISTRY = re.compile(r"HK(LM|CU|CR|U|CC):", re.IGNORECASE)
INHERITANCE = {"none": 0, "containerinherit": acls.CONTAINER, "objectinherit": acls.OBJECT}
PROPAGATION = {"none": 0, "nopropagateinherit": acls.NO_PROPAGATE, "inheritonly": acls.INHERIT_ONLY}


def target(call, path: str) -> str:
    """'folder', 'file', 'key' or 'absent'."""
    if REGISTRY.match(path):
        return "key" if call.agent("registry.key_exists", path=path.rstrip("\\")) else "absent"
    return call.agent("files.kind", path=path)


def _sid(call, user: str) -> str:
    try:
        return call.host.accounts.sid(user)
    except NotResolved:
        raise ModuleFailure(
            f"account_name {user} is not a valid account, cannot get SID: Some or all identity "
            f"references could not be translated."
        ) from None


def run(call) -> dict:
    args = call.args
    path, user, rights = args["path"], args["user"], args["rights"]
    state = args.get("state") or "present"
    kind = target(call, path)
    if kind == "absent":
        raise ModuleFailure(f"{path} file or directory does not exist on the host")
    sid = _sid(call, user)
    inherit = "None" if kind == "file" else args.get("inherit") or "ContainerInherit, ObjectInherit"
    try:
        names, what = (
            (acls.REGISTRY_RIGHTS, "RegistryRights") if kind == "key" else (acls.FILE_RIGHTS, "FileSystemRights")
        )
        mask = acls.parse_flags(rights, names, f"System.Security.AccessControl.{what}")
        inheritance = acls.parse_flags(inherit, INHERITANCE, "System.Security.AccessControl.InheritanceFlags")
        propagation = acls.parse_flags(
            args.get("propagation") or "None", PROPAGATION, "System.Security.AccessControl.PropagationFlags"
        )
    except ValueError as error:
        raise ModuleFailure(
            f"an error occurred when attempting to {state} {rights} permission(s) on {path} for {user} - {error}"
        ) from None
    allow = args["type"] == "allow"
    if kind != "key" and allow:
        mask |= acls.SYNCHRONIZE
    elif kind != "key" and mask != acls.FILE_RIGHTS["fullcontrol"]:
        mask &= ~acls.SYNCHRONIZE
    entry = Entry(sid, allow, mask, inheritance, propagation)
    lists = call.host.access_lists
    present = entry in lists.rules(path, kind != "file")
    if state == "present" and not present:
        if not call.check:
            lists.add(path, entry)
        return {"changed": True}
    if state == "absent" and present:
        if not call.check:
            lists.remove(path, entry)
        return {"changed": True}
    return {
        "changed": False,
        "msg": "the specified rule already exists" if present else "the specified rule does not exist",
    }
