# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""GET and PUT of the access lists of blocks, deployments and work pools. A PUT replaces: who is not named is out."""

from __future__ import annotations

import uuid
from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from prefect_cloud import content, object_access
from prefect_cloud.access import WORKSPACE, Asked, Call, scope
from prefect_cloud.bodies import Strict
from prefect_cloud.errors import not_found

router = APIRouter(prefix=WORKSPACE)
Actors = list[uuid.UUID | Literal["*"]]
Teams = list[uuid.UUID]


class BlockLists(Strict):
    manage_actor_ids: Actors
    view_actor_ids: Actors
    manage_team_ids: Teams = Field(default_factory=list)
    view_team_ids: Teams = Field(default_factory=list)


class RunLists(BlockLists):
    run_actor_ids: Actors
    run_team_ids: Teams = Field(default_factory=list)


class BlockAccess(BaseModel):
    access_control: BlockLists


class RunAccess(BaseModel):
    access_control: RunLists


async def _exists(asked: Asked, method: str, kind: str, key: str) -> None:
    """The object is the real server's, its list may hide it."""
    content.check_object(asked, method, f"{kind}/{key}")
    url = await asked.cloud.backends.url(asked.workspace_id)
    answer = await asked.cloud.backends.client.get(f"{url}/{kind}/{key}")
    if answer.status_code != 200:
        raise not_found({"block_documents": "Block document", "deployments": "Deployment"}.get(kind, "Work pool"))


async def _read(asked: Asked, kind: str, key: str) -> dict[str, Any]:
    await _exists(asked, "GET", kind, key)
    records = asked.store.object_access.seen(asked.cloud.late)
    return object_access.shown(asked.cloud, kind, records.get(object_access.key_of(asked.workspace_id, kind, key)))


async def _replace(asked: Asked, kind: str, key: str, lists: BlockLists) -> None:
    await _exists(asked, "PUT", kind, key)
    wanted = lists.model_dump(mode="json")
    for name, members in wanted.items():
        for one in members:
            known = one in asked.store.teams if name.endswith("_team_ids") else one == "*" or asked.cloud.actor(one)
            if not known:
                raise not_found(f"{'Team' if name.endswith('_team_ids') else 'Actor'} {one}")
    record = {"id": object_access.key_of(asked.workspace_id, kind, key), "workspace_id": asked.workspace_id}
    kept = asked.store.object_access.put({**record, "lists": wanted})
    asked.record(f"{kind.removesuffix('s').replace('_', '-')}-access.updated", kept)


@router.get("/block_documents/{which}/access", dependencies=[scope("see_blocks")])
async def read_block(asked: Call, which: uuid.UUID) -> dict[str, Any]:
    return await _read(asked, "block_documents", str(which))


@router.put("/block_documents/{which}/access", status_code=204, dependencies=[scope("manage_blocks")])
async def replace_block(asked: Call, which: uuid.UUID, body: BlockAccess) -> None:
    await _replace(asked, "block_documents", str(which), body.access_control)


@router.get("/deployments/{which}/access", dependencies=[scope("see_deployments")])
async def read_deployment(asked: Call, which: uuid.UUID) -> dict[str, Any]:
    return await _read(asked, "deployments", str(which))


@router.put("/deployments/{which}/access", status_code=204, dependencies=[scope("manage_deployments")])
async def replace_deployment(asked: Call, which: uuid.UUID, body: RunAccess) -> None:
    await _replace(asked, "deployments", str(which), body.access_control)


@router.get("/work_pools/{name}/access", dependencies=[scope("see_work_pools")])
async def read_work_pool(asked: Call, name: str) -> dict[str, Any]:
    return await _read(asked, "work_pools", name)


@router.put("/work_pools/{name}/access", status_code=204, dependencies=[scope("manage_work_pools")])
async def replace_work_pool(asked: Call, name: str, body: RunAccess) -> None:
    await _replace(asked, "work_pools", name, body.access_control)
