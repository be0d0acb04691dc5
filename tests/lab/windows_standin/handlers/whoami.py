# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""win_whoami. The account and its domain groups are the controller's; session, label and privileges are simulated."""

from __future__ import annotations

from datetime import UTC, datetime

from ..errors import DirectoryUnavailable
from ..model.rights import DEFAULTS

GROUP_ATTRIBUTES = ["Mandatory", "Enabled by default", "Enabled"]


def _described(call, sid: str, kind: str) -> dict:
    name = call.host.accounts.name(sid)
    domain, _slash, account = name.rpartition("\\")
    return {"sid": sid, "account_name": account, "domain_name": domain, "type": kind}


def _groups(call, sid: str) -> list[str]:
    found = ["S-1-1-0", "S-1-5-2", "S-1-5-11", "S-1-5-32-545"]
    host = call.host
    try:
        account = host.directory.by_sid(sid) if host.directory.is_joined and sid.startswith("S-1-5-21-") else None
        nested = host.directory.token_groups(account.dn) if account else []
    except DirectoryUnavailable:
        nested = []
    admins = host.groups.members("Administrators")
    if host.may_enter(call.logon.account) or sid in admins or set(nested) & set(admins) or sid == "S-1-5-18":
        found.append("S-1-5-32-544")
    return found + [group for group in nested if group not in found]


def run(call) -> dict:
    host, logon = call.host, call.logon
    sid = host.accounts.sid(logon.account)
    groups = _groups(call, sid)
    held = {sid, *groups}
    rights = {name: holders for name in DEFAULTS if held & set(holders := host.rights.holders(name) or [])}
    now = datetime.now(UTC).isoformat()
    return {
        "changed": False,
        "account": _described(call, sid, "User"),
        "authentication_package": "Negotiate",
        "user_flags": [],
        "dns_domain_name": host.configuration.dns_domain.upper(),
        "upn": f"{logon.user}@{host.configuration.realm}",
        "groups": [{**_described(call, group, "Group"), "attributes": GROUP_ATTRIBUTES} for group in groups],
        "impersonation_level": "SecurityAnonymous",
        "token_type": "TokenPrimary",
        "logon_type": "Network",
        "logon_server": "",
        "login_domain": logon.domain,
        "login_time": now,
        "logon_id": 1000,
        "rights": sorted(name for name in rights if name.endswith("Right")),
        "label": {
            "sid": "S-1-16-12288",
            "account_name": "High Mandatory Level",
            "domain_name": "Mandatory Label",
            "type": "Label",
        },
        "privileges": {name: "enabled" for name in sorted(rights) if name.endswith("Privilege")},
    }
