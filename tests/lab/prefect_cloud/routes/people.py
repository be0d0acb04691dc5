# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What belongs to a person rather than to an account: /me and /users."""

from __future__ import annotations

import datetime
import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from prefect_cloud import clock, keys
from prefect_cloud.access import Asked, Call
from prefect_cloud.bodies import AnyOrLike, Email, Page, Strict, Text, matches
from prefect_cloud.errors import conflict, forbidden, not_found
from prefect_cloud.store import Record

me = APIRouter(prefix="/api/me")
users = APIRouter(prefix="/api/users")
Name = Annotated[str, Field(max_length=500)]


class UserSettings(BaseModel):
    tutorial_completed: bool = False
    feature_previews: list[str] = Field(default_factory=list)


class UserUpdate(Strict):
    handle: Text | None = None
    first_name: Name | None = None
    last_name: Name | None = None
    email: Email | None = None
    location: Text | None = None
    title: Text | None = None
    image_location: Text | None = None
    settings: UserSettings | None = None
    last_login: datetime.datetime | None = None


class KeyCreate(Strict):
    name: Text
    expiration: datetime.datetime | None = None


class KeyFilter(Strict):
    name: AnyOrLike | None = None


class Keys(Page):
    api_keys: KeyFilter | None = None


def _user(asked: Asked) -> Record:
    """The caller as a person; service accounts are none."""
    user = asked.cloud.user_of(asked.caller.actor_id)
    if user is None:
        raise forbidden("A service account has no user")
    return user


def _keys(asked: Asked, actor_id: str, name: str | None) -> list[dict[str, Any]]:
    found = keys.of_actor(asked.store, actor_id)
    return [keys.shown(record) for record in found if name is None or name.lower() in record["name"].lower()]


@me.get("/")
async def read_me(asked: Call) -> dict[str, Any]:
    user = _user(asked)
    names = ("id", "handle", "first_name", "last_name", "email", "location", "personal_account_id", "settings")
    return {name: user[name] for name in names}


@me.get("/api_keys")
async def read_my_keys(asked: Call, name: str | None = None) -> list[dict[str, Any]]:
    return _keys(asked, asked.caller.actor_id, name)


@me.post("/api_keys/filter")
async def filter_my_keys(asked: Call, body: Keys | None = None) -> list[dict[str, Any]]:
    wanted = body or Keys()
    chosen = wanted.api_keys or KeyFilter()
    found = _keys(asked, asked.caller.actor_id, None)
    return wanted.of(one for one in found if matches([(chosen.name, one["name"])]))


@me.get("/accounts")
async def read_my_accounts(asked: Call) -> list[dict[str, Any]]:
    if not asked.caller.is_active:
        return []
    member = asked.caller.member or {}
    account = asked.cloud.account
    return [
        {
            "account_membership_id": member["id"],
            "account_id": account["id"],
            "account_name": account["name"],
            "account_handle": account["handle"],
            "account_role_name": asked.store.account_roles[member["account_role_id"]]["name"],
            "account_plan_type": account["plan_type"],
            "account_plan_tier": account["plan_tier"],
            "account_plan_features": account["features"],
        }
    ]


@me.get("/accounts/{account_id}/permissions")
async def read_my_permissions(asked: Call) -> list[str]:
    return sorted(asked.caller.permissions)


@me.get("/accounts/{account_id}/has_permission")
async def have_permission(asked: Call, permission: Annotated[str, Query()]) -> bool:
    return permission in asked.caller.permissions


@me.get("/workspaces")
async def read_my_workspaces(asked: Call) -> list[dict[str, Any]]:
    account = asked.cloud.account
    found = [one for one in asked.list("workspaces") if asked.caller.is_active and asked.caller.scopes(one["id"])]
    return [
        {
            "account_id": account["id"],
            "account_name": account["name"],
            "account_handle": account["handle"],
            "workspace_id": one["id"],
            "workspace_name": one["name"],
            "workspace_description": one["description"] or "",
            "workspace_handle": one["handle"],
        }
        for one in found
    ]


@me.get("/workspaces/{workspace_id}/scopes")
async def read_my_scopes(asked: Call) -> list[str]:
    return list(asked.caller.scopes(asked.workspace_id))


@me.get("/workspaces/{workspace_id}/has_scope")
async def have_scope(asked: Call, scope: Annotated[str, Query()]) -> bool:
    return scope in asked.caller.scopes(asked.workspace_id)


def _self(asked: Asked, key: uuid.UUID) -> Record:
    """Only oneself: others are not shown at all."""
    user = _user(asked)
    if str(key) != user["id"]:
        raise not_found("User") if str(key) not in asked.store.users else forbidden("This is another user")
    return user


@users.get("/{which}")
async def read_user(asked: Call, which: uuid.UUID) -> Record:
    if asked.caller.is_active and "read:account_membership" in asked.caller.permissions:
        return asked.find("users", which, "User")
    return _self(asked, which)


@users.patch("/{which}", status_code=204)
async def update_user(asked: Call, which: uuid.UUID, body: UserUpdate) -> None:
    user = _self(asked, which)
    fields = body.given()
    for name in ("handle", "first_name", "last_name", "email"):
        if fields.get(name, "") is None:
            del fields[name]
    others = [one for one in asked.store.users.values() if one["id"] != user["id"]]
    for name in ("handle", "email"):
        if name in fields and any(one[name].lower() == fields[name].lower() for one in others):
            raise conflict(f"Another user has this {name}")
    asked.record("user.updated", asked.store.users.change(user["id"], **fields))


@users.post("/{which}/api_keys", status_code=201)
async def create_key(asked: Call, which: uuid.UUID, body: KeyCreate) -> dict[str, Any]:
    user = _self(asked, which)
    record, key = keys.create(asked.store, "user", user["actor_id"], body.name, clock.text(body.expiration))
    asked.record("api-key.created", record)
    return keys.shown_once(record, key)


@users.get("/{which}/api_keys")
async def read_keys(asked: Call, which: uuid.UUID, name: str | None = None) -> list[dict[str, Any]]:
    return _keys(asked, _self(asked, which)["actor_id"], name)


def _key(asked: Asked, user: uuid.UUID, key: uuid.UUID) -> Record:
    actor_id = _self(asked, user)["actor_id"]
    record = asked.store.keys.get(str(key))
    if record is None or record["actor_id"] != actor_id:
        raise not_found("API key")
    return record


@users.get("/{which}/api_keys/{api_key_id}")
async def read_key(asked: Call, which: uuid.UUID, api_key_id: uuid.UUID) -> dict[str, Any]:
    return keys.shown(_key(asked, which, api_key_id))


@users.delete("/{which}/api_keys/{api_key_id}", status_code=204)
async def delete_key(asked: Call, which: uuid.UUID, api_key_id: uuid.UUID) -> None:
    record = _key(asked, which, api_key_id)
    asked.store.keys.drop(record["id"])
    asked.record("api-key.deleted", record)
