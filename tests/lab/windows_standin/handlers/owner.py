# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""win_owner, on the simulated owners."""

from __future__ import annotations

from ..errors import ModuleFailure, NotResolved


def run(call) -> dict:
    args, lists = call.args, call.host.access_lists
    path = args["path"]
    kind = call.agent("files.kind", path=path)
    if kind == "absent":
        raise ModuleFailure(f"{path} file or directory does not exist on the host")
    try:
        sid = call.host.accounts.sid(args["user"])
    except NotResolved:
        raise ModuleFailure(f"Failed to translate '{args['user']}' to a SecurityIdentifier: no such account") from None
    objects = [path] + (call.agent("files.walk", path=path) if args["recurse"] and kind == "folder" else [])
    wrong = [item for item in objects if lists.owner(item) != sid]
    if not call.check:
        for item in wrong:
            lists.set_owner(item, sid)
    return {"changed": bool(wrong)}
