# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Workspaces, their settings, and the roles that are given in them."""

from __future__ import annotations

import random
import re
import uuid
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import AfterValidator, Field

from prefect_cloud import scopes, seed
from prefect_cloud.access import ACCOUNT, WORKSPACE, Asked, Call, permission, scope
from prefect_cloud.bodies import AnyId, AnyOf, Page, Strict, Text, matches
from prefect_cloud.errors import conflict, forbidden, invalid, not_found
from prefect_cloud.store import Record

router = APIRouter()
_ROLES = f"{ACCOUNT}/workspace_roles"
_HANDLE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def _handle(value: str) -> str:
    if not _HANDLE.fullmatch(value):
        raise ValueError("a handle holds lowercase letters, numbers and dashes only")
    return value


Handle = Annotated[str, Field(max_length=5000), AfterValidator(_handle)]
Short = Annotated[str, Field(max_length=140)]


class WorkspaceCreate(Strict):
    name: Text
    handle: Handle
    description: Text | None = ""


class WorkspaceUpdate(Strict):
    name: Text | None = None
    handle: Handle | None = None
    description: Text | None = None
    default_workspace_role_id: uuid.UUID | None = None


class WorkspaceFilter(Strict):
    id: AnyId | None = None
    handle: AnyOf | None = None


class Workspaces(Page):
    workspaces: WorkspaceFilter | None = None


class SettingsUpdate(Strict):
    inherit_default_result_storage: bool | None = None
    default_result_storage_block_id: uuid.UUID | None = None


class RoleCreate(Strict):
    name: Text
    description: Short = ""
    scopes: list[str] = Field(default_factory=list)
    inherited_role_id: uuid.UUID | None = None


class RoleUpdate(Strict):
    name: Text | None = None
    description: Short | None = None
    scopes: list[str] = Field(default_factory=list)
    inherited_role_id: uuid.UUID | None = None


class RoleFilter(Strict):
    name: AnyOf | None = None
    is_global: bool | None = None


class Roles(Page):
    workspace_roles: RoleFilter | None = None


def _shown(workspace: Record) -> dict[str, Any]:
    return {name: value for name, value in workspace.items() if not name.startswith("_")}


def _check_handle(asked: Asked, handle: str, but: str = "") -> None:
    if any(one["handle"] == handle and one["id"] != but for one in asked.store.workspaces.values()):
        raise conflict(f'A workspace with the handle "{handle}" already exists')


@router.post(f"{ACCOUNT}/workspaces/", status_code=201, dependencies=[permission("create:workspace")])
async def create(asked: Call, body: WorkspaceCreate) -> dict[str, Any]:
    _check_handle(asked, body.handle)
    fields = (body.name, body.handle, body.description)
    workspace = seed.add_workspace(asked.store, str(uuid.uuid4()), *fields, asked.caller.actor_id)
    asked.record("workspace.created", workspace)
    return _shown(workspace)


@router.post(f"{ACCOUNT}/workspaces/filter", dependencies=[permission("read:workspace")])
async def filter_workspaces(asked: Call, body: Workspaces | None = None) -> list[dict[str, Any]]:
    wanted = body or Workspaces()
    chosen = wanted.workspaces or WorkspaceFilter()
    found = [
        one
        for one in asked.list("workspaces")
        if matches([(chosen.id, one["id"]), (chosen.handle, one["handle"])]) and asked.caller.scopes(one["id"])
    ]
    return [_shown(one) for one in wanted.of(found)]


@router.get(WORKSPACE, dependencies=[permission("read:workspace")])
async def read(asked: Call) -> dict[str, Any]:
    workspace = asked.read("workspaces", asked.workspace_id, "Workspace")
    asked.caller.need_scope(asked.workspace_id, "")
    return _shown(workspace)


@router.patch(WORKSPACE, status_code=204, dependencies=[scope("write_workspace_settings")])
async def update(asked: Call, body: WorkspaceUpdate) -> None:
    fields = body.given()
    # null says nothing here, except for what can be empty
    fields = {
        name: value
        for name, value in fields.items()
        if value is not None or name in ("description", "default_workspace_role_id")
    }
    _check_handle(asked, fields.get("handle", asked.workspace["handle"]), asked.workspace_id)
    if fields.get("default_workspace_role_id"):
        asked.find("workspace_roles", fields["default_workspace_role_id"], "Workspace role")
    asked.record("workspace.updated", asked.store.workspaces.change(asked.workspace_id, **fields))


@router.delete(WORKSPACE, status_code=204, dependencies=[scope("manage_workspace_settings")])
async def delete(asked: Call) -> None:
    workspace = asked.workspace
    asked.record("workspace.deleted", workspace)
    for name in ("grants", "object_access", "webhooks", "slas", "workspace_invitations", "managed"):
        table = getattr(asked.store, name)
        for record in [record for record in table.values() if record["workspace_id"] == workspace["id"]]:
            table.drop(record["id"])
    asked.store.workspaces.drop(workspace["id"])
    await asked.cloud.backends.drop(workspace["id"])


@router.get(f"{WORKSPACE}/settings", dependencies=[scope("see_workspace_settings")])
async def read_settings(asked: Call) -> dict[str, Any]:
    return asked.workspace["_settings"]


@router.patch(f"{WORKSPACE}/settings", status_code=204, dependencies=[scope("write_workspace_settings")])
async def update_settings(asked: Call, body: SettingsUpdate) -> None:
    fields = body.given()
    if fields.get("inherit_default_result_storage", True) is None:
        del fields["inherit_default_result_storage"]
    workspace = asked.store.workspaces.change(asked.workspace_id, _settings={**asked.workspace["_settings"], **fields})
    asked.record("workspace-settings.updated", workspace)


def shown_role(asked: Asked, role: Record) -> dict[str, Any]:
    """A role with the scopes it inherits. Their order means nothing, so it is never the same for long."""
    inherited = asked.store.workspace_roles.get(role["inherited_role_id"] or "", {"scopes": []})
    names = sorted({*role["scopes"], *inherited["scopes"]})
    return {**role, "scopes": random.sample(names, len(names)), "permissions": []}


def _check_role(asked: Asked, role: Record) -> None:
    unknown = sorted(set(role["scopes"]) - set(scopes.SCOPES))
    if unknown:
        raise invalid(["body", "scopes"], f"Unknown scopes: {', '.join(unknown)}", role["scopes"])
    if any(one["name"] == role["name"] and one["id"] != role["id"] for one in asked.store.workspace_roles.values()):
        raise conflict(f'A workspace role named "{role["name"]}" already exists')
    if role["inherited_role_id"]:
        base = asked.store.workspace_roles.get(role["inherited_role_id"])
        if base is None:
            raise not_found("Inherited workspace role")
        if base["account_id"] is not None:
            raise invalid(["body", "inherited_role_id"], "Only built-in roles can be inherited", base["id"])


@router.post(f"{_ROLES}/", status_code=201, dependencies=[permission("create:workspace_role")])
async def create_role(asked: Call, body: RoleCreate) -> dict[str, Any]:
    role = {**body.model_dump(mode="json"), "id": str(uuid.uuid4()), "account_id": seed.ACCOUNT_ID}
    _check_role(asked, role)
    role = asked.store.workspace_roles.put(role)
    asked.record("workspace-role.created", role)
    return shown_role(asked, role)


@router.post(f"{_ROLES}/filter", dependencies=[permission("read:workspace_role")])
async def filter_roles(asked: Call, body: Roles | None = None) -> list[dict[str, Any]]:
    wanted = body or Roles()
    chosen = wanted.workspace_roles or RoleFilter()
    found = [
        role
        for role in asked.list("workspace_roles")
        if matches([(chosen.name, role["name"])]) and chosen.is_global in (None, role["account_id"] is None)
    ]
    return [shown_role(asked, role) for role in wanted.of(found)]


@router.get(f"{_ROLES}/{{which}}", dependencies=[permission("read:workspace_role")])
async def read_role(asked: Call, which: uuid.UUID) -> dict[str, Any]:
    return shown_role(asked, asked.read("workspace_roles", which, "Workspace role"))


def _custom(asked: Asked, key: uuid.UUID) -> Record:
    role = asked.find("workspace_roles", key, "Workspace role")
    if role["account_id"] is None:
        raise forbidden("Built-in workspace roles can't be changed")
    return role


@router.patch(f"{_ROLES}/{{which}}", status_code=204, dependencies=[permission("update:workspace_role")])
async def update_role(asked: Call, which: uuid.UUID, body: RoleUpdate) -> None:
    role = _custom(asked, which)
    fields = body.given()
    fields = {name: value for name, value in fields.items() if value is not None or name == "inherited_role_id"}
    _check_role(asked, {**role, **fields})
    asked.record("workspace-role.updated", asked.store.workspace_roles.change(role["id"], **fields))


@router.delete(f"{_ROLES}/{{which}}", status_code=204, dependencies=[permission("delete:workspace_role")])
async def delete_role(asked: Call, which: uuid.UUID) -> None:
    role = _custom(asked, which)
    granted = any(grant["workspace_role_id"] == role["id"] for grant in asked.store.grants.values())
    default = any(one["default_workspace_role_id"] == role["id"] for one in asked.store.workspaces.values())
    if granted or default:
        raise conflict(f'The workspace role "{role["name"]}" is in use')
    asked.store.workspace_roles.drop(role["id"])
    asked.record("workspace-role.deleted", role)
