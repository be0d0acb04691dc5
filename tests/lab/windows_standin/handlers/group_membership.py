# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""win_group_membership, on the simulated local groups. Members are resolved for real."""

from __future__ import annotations

from ..errors import ModuleFailure, NotResolved


def run(call) -> dict:
    args, host = call.args, call.host
    state = args.get("state") or "present"
    group = host.groups.find(args["name"])
    if group is None:
        raise ModuleFailure(f"Could not find local group {args['name']}", name=args["name"])
    wanted = []
    for member in args["members"]:
        try:
            sid = host.accounts.sid(str(member))
        except NotResolved:
            raise ModuleFailure(
                f"account_name {member} is not a valid account, cannot get SID: Some or all identity "
                f"references could not be translated.",
                name=args["name"],
            ) from None
        if sid not in wanted:
            wanted.append(sid)
    current = host.groups.members(group)
    add = [sid for sid in wanted if sid not in current] if state in ("present", "pure") else []
    remove = [sid for sid in current if sid in wanted] if state == "absent" else []
    if state == "pure":
        remove = [sid for sid in current if sid not in wanted]
    after = [sid for sid in current if sid not in remove] + add
    if (add or remove) and not call.check:
        host.groups.set_members(group, after)
    name = host.accounts.name
    result = {"changed": bool(add or remove), "name": args["name"], "members": [name(sid) for sid in after]}
    if state in ("present", "pure"):
        result["added"] = [name(sid) for sid in add]
    if state in ("absent", "pure"):
        result["removed"] = [name(sid) for sid in remove]
    return result
