# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""/lab: the tests' hold on the double, on loopback and without a key. Prefect Cloud has nothing of it."""

from __future__ import annotations

import uuid
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict

from prefect_cloud import keys, permissions, seed
from prefect_cloud.access import cloud_of
from prefect_cloud.cloud import Cloud
from prefect_cloud.controls import Controls, Settings
from prefect_cloud.errors import conflict, invalid, not_found
from prefect_cloud.routes.invitations import PENDING
from prefect_cloud.store import Record

router = APIRouter(prefix="/lab")


class Member(BaseModel):
    """Who joins the account. Without a role, that of a pending invitation, else Member."""

    model_config = ConfigDict(extra="forbid")
    email: str
    first_name: str = "New"
    last_name: str = "Member"
    handle: str = ""
    account_role: str = ""


class AccountRole(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    permissions: list[str]


def _settings(cloud: Cloud) -> dict[str, Any]:
    """judged: whether answers are held against the published API, which this machine may not have."""
    controls = cloud.controls
    return {
        "rate_limit_per_minute": controls.rate_limit_per_minute,
        "rate_limit_burst": controls.rate_limit_burst,
        "eventual_seconds": controls.eventual_seconds,
        "scim_state": cloud.account["scim_state"],
        "fail": [failure.model_dump() for failure in controls.failures],
        "judged": cloud.judged,
    }


@router.get("/settings")
async def read_settings(request: Request) -> dict[str, Any]:
    return _settings(cloud_of(request))


@router.post("/settings")
async def change_settings(request: Request, body: Settings) -> dict[str, Any]:
    """What is given changes, the rest stays."""
    cloud = cloud_of(request)
    cloud.controls.apply(body)
    if body.scim_state is not None:
        cloud.store.account.change(seed.ACCOUNT_ID, scim_state=body.scim_state)
    return _settings(cloud)


@router.get("/violations")
async def read_violations(request: Request) -> list[dict[str, Any]]:
    """Every answer that broke the published API; must be empty."""
    return cloud_of(request).controls.violations


@router.delete("/violations")
async def forget_violations(request: Request) -> None:
    """For the test that breaks the API on purpose."""
    cloud_of(request).controls.violations.clear()


@router.get("/requests")
async def read_requests(request: Request, reset: bool = False) -> dict[str, int]:
    """Requests so far by method and route, ids written as {id}."""
    counted = cloud_of(request).controls.requests
    shown = dict(counted)
    if reset:
        counted.clear()
    return shown


@router.post("/reset")
async def reset(request: Request) -> dict[str, str]:
    """The account as it was at first, with another owner's key; a server given by --backend keeps its content."""
    cloud = cloud_of(request)
    await cloud.backends.forget()
    cloud.store.clear()
    cloud.controls = Controls()
    cloud.plant()
    return {"account_id": seed.ACCOUNT_ID, "workspace_id": seed.MAIN_ID}


@router.post("/members")
async def add_member(request: Request, body: Member) -> dict[str, str]:
    """A user joins, as one who accepted an invitation. A user that is known already joins again."""
    cloud = cloud_of(request)
    invitation = _invitation(cloud, body.email)
    role_id = _role_id(cloud, body.account_role) if body.account_role else None
    role_id = role_id or (invitation or {}).get("account_role_id") or seed.account_role_id(permissions.MEMBER)
    known = next((user for user in cloud.store.users.values() if user["email"].lower() == body.email.lower()), None)
    if known and any(member["actor_id"] == known["actor_id"] for member in cloud.store.members.values()):
        raise conflict(f"{body.email} is a member already")
    if known:
        member = {"id": str(uuid.uuid4()), "actor_id": known["actor_id"], "kind": "user"}
        cloud.store.members.put({**member, "account_role_id": role_id, "active": True})
    user = known or seed.add_user(cloud.store, body.email, body.first_name, body.last_name, _handle(body), role_id)
    if invitation:
        cloud.store.invitations.change(invitation["id"], status="ACCEPTED")
    cloud.record(None, "account-membership.created", {"id": user["actor_id"], "name": body.email})
    key = keys.create(cloud.store, "user", user["actor_id"], "lab")[1]
    member_id = next(one["id"] for one in cloud.store.members.values() if one["actor_id"] == user["actor_id"])
    return {"user_id": user["id"], "actor_id": user["actor_id"], "membership_id": member_id, "api_key": key}


def _handle(body: Member) -> str:
    return body.handle or body.email.partition("@")[0].replace(".", "-").lower()


def _invitation(cloud: Cloud, email: str) -> Record | None:
    found = cloud.store.invitations.values()
    return next((one for one in found if one["email"].lower() == email.lower() and one["status"] == PENDING), None)


def _role_id(cloud: Cloud, name: str) -> str:
    for role in cloud.store.account_roles.values():
        if role["name"] == name:
            return role["id"]
    raise not_found("Account role")


@router.post("/account_roles")
async def add_account_role(request: Request, body: AccountRole) -> Record:
    """A custom account role: Cloud has them, its published API can't create them."""
    store = cloud_of(request).store
    unknown = sorted(set(body.permissions) - set(permissions.PERMISSIONS))
    if unknown:
        raise invalid(["body", "permissions"], f"Unknown permissions: {', '.join(unknown)}", body.permissions)
    if any(role["name"] == body.name for role in store.account_roles.values()):
        raise conflict(f'An account role named "{body.name}" already exists')
    role = {"id": str(uuid.uuid4()), "account_id": seed.ACCOUNT_ID, "name": body.name}
    return store.account_roles.put({**role, "permissions": body.permissions, "is_system_role": False})
