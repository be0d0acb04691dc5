# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an account role may do."""

from __future__ import annotations

_ACTIONS = {
    "account": ("read", "update", "delete"),
    "account_membership": ("read", "update", "delete"),
    "account_role": ("create", "read", "update", "delete"),
    "account_member": ("add",),
    "sso": ("read", "administrate", "bypass"),
    "billing": ("read", "update"),
    "bot": ("create", "read", "update", "delete"),
    "team": ("create", "read", "update", "delete"),
    "invitation": ("create", "read", "update"),
    "workspace_invitation": ("create", "read", "update"),
    "workspace": ("administrate", "create", "read", "delete"),
    "workspace_role": ("create", "read", "update", "delete"),
    "audit_event": ("create", "read"),
    "ip_allowlist": ("update", "read"),
    "mex-storage": ("read", "update", "delete"),
    "integrations": ("read", "update"),
}
PERMISSIONS = tuple(f"{action}:{thing}" for thing, actions in _ACTIONS.items() for action in actions)

_OWNERS_ONLY = {"delete:account", "update:billing", "administrate:sso", "bypass:sso"}
_MEMBERS = {
    "read:account",
    "read:account_membership",
    "read:account_role",
    "read:team",
    "read:workspace",
    "read:workspace_role",
}
OWNER = "Owner"
MEMBER = "Member"
ROLES = {
    OWNER: PERMISSIONS,
    "Admin": tuple(name for name in PERMISSIONS if name not in _OWNERS_ONLY),
    MEMBER: tuple(name for name in PERMISSIONS if name in _MEMBERS),
}
