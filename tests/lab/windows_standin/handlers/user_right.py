# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""win_user_right, on the simulated rights. Accounts are resolved for real: against the domain controller."""

from __future__ import annotations

from ..errors import ModuleFailure, NotResolved


def run(call) -> dict:
    args, host = call.args, call.host
    name = args["name"]
    sids = []
    for user in args["users"]:
        try:
            sid = host.accounts.sid(user)
        except NotResolved:
            raise ModuleFailure(f"Failed to translate the account '{user}' to a SID", added=[], removed=[]) from None
        if sid not in sids:
            sids.append(sid)
    current = host.rights.holders(name)
    if current is None:
        raise ModuleFailure(f"the specified right {name} is not a valid right", added=[], removed=[])
    action = args["action"]
    add = [sid for sid in sids if sid not in current] if action in ("add", "set") else []
    remove = [sid for sid in current if sid in sids] if action == "remove" else []
    if action == "set":
        remove = [sid for sid in current if sid not in sids]
    after = [sid for sid in current if sid not in remove] + add
    if (add or remove) and not call.check:
        host.rights.set_holders(name, after)
    names = host.accounts.name
    return {
        "changed": bool(add or remove),
        "added": [names(sid) for sid in add],
        "removed": [names(sid) for sid in remove],
        "diff": {"before": {name: [names(sid) for sid in current]}, "after": {name: [names(sid) for sid in after]}},
    }
