# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The routes of work pools that Cloud has beside those of a self-hosted server, made of what the latter has."""

from __future__ import annotations

import math
import uuid
from typing import Annotated, Any

import httpx
from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from prefect_cloud import content
from prefect_cloud.access import WORKSPACE, Asked, Call, scope
from prefect_cloud.bodies import LIMIT
from prefect_cloud.errors import not_found

router = APIRouter(prefix=f"{WORKSPACE}/work_pools")


class Numbered(BaseModel):
    """Further filters are passed on as they are."""

    model_config = {"extra": "allow"}
    page: Annotated[int, Field(ge=1)] = 1
    limit: Annotated[int, Field(ge=1, le=LIMIT)] = LIMIT


async def _filtered(asked: Asked, path: str, body: dict[str, Any]) -> httpx.Response:
    content.check_object(asked, "GET", f"work_pools/{path}")
    url = await asked.cloud.backends.url(asked.workspace_id)
    return await asked.cloud.backends.client.post(f"{url}/work_pools/{path}/filter", json=body)


async def _page(asked: Asked, path: str, wanted: Numbered) -> Any:
    """One page of all that there is, and how many pages there are."""
    more = wanted.model_dump(exclude={"page", "limit", "sort"})
    found: list[Any] = []
    while len(found) % LIMIT == 0:
        answer = await _filtered(asked, path, {**more, "limit": LIMIT, "offset": len(found)})
        if answer.status_code != 200:
            return JSONResponse(answer.json(), answer.status_code)
        if not answer.json():
            break
        found += answer.json()
    start = (wanted.page - 1) * wanted.limit
    pages = math.ceil(len(found) / wanted.limit)
    numbers = {"count": len(found), "limit": wanted.limit, "pages": pages, "page": wanted.page}
    return {"results": found[start : start + wanted.limit], **numbers}


@router.post("/{name}/queues/paginate", dependencies=[scope("see_work_queues")])
async def paginate_queues(asked: Call, name: str, body: Numbered | None = None) -> Any:
    return await _page(asked, f"{name}/queues", body or Numbered())


@router.post("/{name}/workers/paginate", dependencies=[scope("see_workers")])
async def paginate_workers(asked: Call, name: str, body: Numbered | None = None) -> Any:
    return await _page(asked, f"{name}/workers", body or Numbered())


@router.get("/{name}/workers/{worker_id:uuid}", dependencies=[scope("see_workers")])
async def read_worker(asked: Call, name: str, worker_id: uuid.UUID) -> dict[str, Any]:
    answer = await _filtered(asked, f"{name}/workers", {})
    for worker in answer.json() if answer.status_code == 200 else []:
        if worker["id"] == str(worker_id):
            return worker
    raise not_found("Worker")
