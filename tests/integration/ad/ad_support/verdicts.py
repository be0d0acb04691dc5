# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What C(ad_privilege_info) told about an account, and what the tests about it have in common."""

from __future__ import annotations

OWNED = {"description": "Nightly loads", "info": "Ticket: CHG-1\r\nRoom 7"}
UNCONSTRAINED, NOT_DELEGATED, TRANSITION, DISABLED = 0x80000, 0x100000, 0x1000000, 0x2
NO_PREAUTHENTICATION, NEVER_EXPIRES, NORMAL, WORKSTATION = 0x400000, 0x10000, 0x200, 0x1000
EVERYONE, AUTHENTICATED_USERS = "S-1-1-0", "S-1-5-11"


def found(account, rule):
    """Verdicts of a rule, with their severity."""
    return [(item["severity"], item["verdict"]) for item in account["findings"] if item["id"] == rule]


def one(account, rule):
    """The only one."""
    (finding,) = found(account, rule)
    return finding


def rules(account, *severities):
    """Rules that spoke with these severities."""
    return {item["id"] for item in account["findings"] if item["severity"] in severities}
