# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""win_acl_inheritance, on the simulated access control lists."""

from __future__ import annotations

from ..errors import ModuleFailure
from .acl import target


def run(call) -> dict:
    args, lists = call.args, call.host.access_lists
    path = call.expand(args["path"])
    kind = target(call, path)
    if kind == "absent":
        raise ModuleFailure(f"{path} does not exist")
    is_folder = kind != "file"
    before = "absent" if lists.is_protected(path) else "present"
    wanted = args["state"]
    changed = before != wanted
    if changed and not call.check:
        if wanted == "absent":
            lists.protect(path, is_folder, keep_inherited=args["reorganize"])
        else:
            lists.unprotect(path, is_folder, drop_duplicates=args["reorganize"])
    return {"changed": changed, "diff": {"before": {"state": before}, "after": {"state": wanted}}}
