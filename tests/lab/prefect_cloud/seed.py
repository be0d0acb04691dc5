# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The account as it is at first: an owner, an admin, a member, the built-in roles, the workspace main."""

from __future__ import annotations

import json
import os
import uuid

from prefect_cloud import keys, permissions, scopes
from prefect_cloud.store import Record, Store, seeded_id

ACCOUNT_ID = seeded_id("account/example")
MAIN_ID = seeded_id("workspace/main")
# handle: first name, account role
PEOPLE = {"olivia": ("Olivia", "Owner"), "adam": ("Adam", "Admin"), "mia": ("Mia", "Member")}
FEATURES = [
    "audit_logs",
    "automations",
    "custom_roles",
    "directory_sync",
    "ip_allowlist",
    "object_acls",
    "service_accounts",
    "slas",
    "sso",
    "teams",
    "webhooks",
]


def account_role_id(name: str) -> str:
    return seeded_id(f"account_role/{name}")


def workspace_role_id(name: str) -> str:
    return seeded_id(f"workspace_role/{name}")


def settings() -> Record:
    return {
        "allow_public_workspaces": False,
        "ai_log_summaries": False,
        "managed_execution": True,
        "enforce_ip_allowlist": False,
        "enforce_webhook_authentication": False,
        "self_healing_enabled": False,
        "enabled_feature_flags": [],
        "default_result_storage": None,
    }


def account() -> Record:
    """The account with what only the double keeps beside it: domains and the allowlist."""
    return {
        "id": ACCOUNT_ID,
        "name": "Example",
        "handle": "example",
        "location": None,
        "link": None,
        "image_location": None,
        "stripe_customer_id": None,
        "auth_expiration_seconds": None,
        "status": "ACTIVE",
        "status_last_updated": None,
        "settings": settings(),
        "workos_connection_ids": [],
        "workos_directory_ids": [],
        "workos_organization_id": None,
        "plan_type": "ENTERPRISE",
        "plan_tier": "ENTERPRISE",
        "self_serve": False,
        "scim_state": "DISABLED",
        "sso_state": "DISABLED",
        "billing_email": None,
        "features": FEATURES,
        "max_deployments_per_workspace": None,
        "work_pool_limit": None,
        "non_mex_work_pool_limit": None,
        "mex_work_pool_limit": 100,
        "run_retention_days": 90,
        "audit_log_retention_days": 365,
        "automations_limit": 1000,
        "_domains": [],
        "_allowlist": [],
    }


def add_user(store: Store, email: str, first: str, last: str, handle: str, role_id: str, name: str = "") -> Record:
    """A user and the membership in the account; ids are those of ``name`` when it is given, random otherwise."""
    ids = [seeded_id(f"{kind}/{name}") if name else str(uuid.uuid4()) for kind in ("user", "actor", "member")]
    user = store.users.put(
        {
            "id": ids[0],
            "actor_id": ids[1],
            "email": email,
            "first_name": first,
            "last_name": last,
            "handle": handle,
            "idp_user_id": f"user_{uuid.UUID(ids[0]).hex[:20]}",
            "title": None,
            "image_location": None,
            "personal_account_id": None,
            "settings": None,
            "last_login": None,
            "location": None,
        }
    )
    store.members.put({"id": ids[2], "actor_id": ids[1], "kind": "user", "account_role_id": role_id, "active": True})
    return user


def plant(store: Store) -> None:
    """Fill an empty store, and write the owner's key beside it."""
    store.account.put(account())
    for name, allowed in permissions.ROLES.items():
        role = {"id": account_role_id(name), "account_id": None, "name": name, "permissions": list(allowed)}
        store.account_roles.put({**role, "is_system_role": True})
    for name, allowed_scopes in scopes.ROLES.items():
        role = {"id": workspace_role_id(name), "account_id": None, "name": name, "description": f"Built-in: {name}"}
        store.workspace_roles.put({**role, "scopes": sorted(allowed_scopes), "inherited_role_id": None})
    for handle, (first, role_name) in PEOPLE.items():
        email = f"{handle}@example.com"
        user = add_user(store, email, first, "Example", handle, account_role_id(role_name), handle)
        if role_name == "Owner":
            write_key(store, keys.create(store, "user", user["actor_id"], "owner")[1])
    add_workspace(store, MAIN_ID, "main", "main", "", seeded_id("actor/olivia"))
    store.save()


def add_workspace(store: Store, key: str, name: str, handle: str, description: str | None, actor_id: str) -> Record:
    """A workspace that its creator owns."""
    workspace = {"id": key, "account_id": ACCOUNT_ID, "name": name, "handle": handle, "description": description}
    defaults = {"default_workspace_role_id": None, "is_public": False}
    inherits = {"inherit_default_result_storage": True, "default_result_storage_block_id": None}
    kept = store.workspaces.put({**workspace, **defaults, "_settings": inherits})
    kind = "user" if any(user["actor_id"] == actor_id for user in store.users.values()) else "bot"
    grant = {"kind": kind, "workspace_id": key, "workspace_role_id": workspace_role_id("Owner"), "actor_id": actor_id}
    store.grants.put({"id": seeded_id(f"grant/{key}/{actor_id}"), **grant})
    return kept


def write_key(store: Store, key: str) -> None:
    file = store.home / "owner.key"
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
        handle.write(f"{key}\n")


def write_estate(store: Store, base_url: str) -> None:
    """What a client needs to know, without any key."""
    api_url = f"{base_url}/api/accounts/{ACCOUNT_ID}/workspaces/{MAIN_ID}"
    known = {"api_url": api_url, "account_id": ACCOUNT_ID, "workspace_id": MAIN_ID, "base_url": base_url}
    (store.home / "estate.json").write_text(json.dumps(known, indent=1))
