# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever else a workspace has is content. The last route of all: it also says 307 and 405 for the others."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.routing import Match

from prefect_cloud import content, late_automations
from prefect_cloud.access import WORKSPACE, Asked, Call, scope
from prefect_cloud.errors import Problem

router = APIRouter(prefix=WORKSPACE)
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


@router.get("/collections/work_pool_types", dependencies=[scope("see_work_pools")])
async def read_work_pool_types(asked: Call) -> dict[str, Any]:
    url = await asked.cloud.backends.url(asked.workspace_id)
    return (await asked.cloud.backends.client.get(f"{url}/collections/views/aggregate-worker-metadata")).json()


async def _run(asked: Asked, deployment_id: str, disabled: bool) -> dict[str, Any]:
    """Cloud can switch a deployment off; the nearest that a self-hosted server has is to pause it."""
    content.check_object(asked, "PATCH", f"deployments/{deployment_id}")
    url = await asked.cloud.backends.url(asked.workspace_id)
    verb = "pause_deployment" if disabled else "resume_deployment"
    answer = await asked.cloud.backends.client.post(f"{url}/deployments/{deployment_id}/{verb}")
    if answer.status_code == 404:
        raise Problem(404, "Deployment not found")
    return {}


@router.post("/deployments/{which}/disable", dependencies=[scope("write_deployments")])
async def disable(asked: Call, which: str) -> dict[str, Any]:
    return await _run(asked, which, disabled=True)


@router.post("/deployments/{which}/enable", dependencies=[scope("write_deployments")])
async def enable(asked: Call, which: str) -> dict[str, Any]:
    return await _run(asked, which, disabled=False)


def _own(request: Request, path: str) -> Match:
    """Whether one of the double's own routes has this path."""
    found = Match.NONE
    for route in request.app.state.own_routes:
        match, _scope = route.matches({**request.scope, "path": path, "root_path": ""})
        found = max(found, match, key=lambda one: one.value)
    return found


@router.api_route("/{path:path}", methods=METHODS, include_in_schema=False)
async def everything_else(asked: Call, request: Request, path: str) -> Response:
    whole = request.scope["path"]
    other = whole[:-1] if whole.endswith("/") else f"{whole}/"
    if _own(request, other) == Match.FULL:
        return RedirectResponse(request.url.replace(path=other), 307)
    if _own(request, whole) == Match.PARTIAL:
        raise Problem(405, "Method Not Allowed")
    if path.startswith("automations"):
        return await late_automations.forward(asked, request, path)
    return await content.forward(asked, request, path)
