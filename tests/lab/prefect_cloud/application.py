# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The web application: every family of routes, with the content of workspaces as the last."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from fastapi import FastAPI
from fastapi.exceptions import HTTPException
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.requests import Request

from prefect_cloud import errors
from prefect_cloud.cloud import Cloud
from prefect_cloud.middleware import Around
from prefect_cloud.openapi import Published
from prefect_cloud.routes import (
    account,
    bots,
    content,
    events,
    grants,
    invitations,
    lab,
    managed,
    members,
    object_lists,
    pages,
    people,
    slas,
    sockets,
    teams,
    webhooks,
    workspaces,
)

_ROUTERS = (
    lab.router,
    webhooks.hooks,
    account.router,
    members.router,
    invitations.account,
    teams.router,
    bots.router,
    workspaces.router,
    invitations.workspace,
    grants.router,
    object_lists.router,
    webhooks.router,
    slas.router,
    managed.router,
    pages.router,
    events.router,
    people.me,
    people.users,
    sockets.router,
    content.router,
)


async def _health() -> bool:
    return True


async def _no_route(_request: Request, error: StarletteHTTPException) -> JSONResponse:
    return JSONResponse({"detail": error.detail}, error.status_code, error.headers)


async def _broken(request: Request, error: Exception) -> JSONResponse:
    """A mistake of the double itself; uvicorn writes the traceback into the log."""
    what = f"{type(error).__name__}: {error}"
    cloud: Cloud = request.app.state.cloud
    violation = {"method": request.method, "path": request.url.path, "status": 500, "what": what}
    cloud.controls.violations.append(violation)
    return JSONResponse({"detail": f"The double failed: {what}"}, 500)


def build(cloud: Cloud, published: Published | None) -> FastAPI:
    """The application of one double; its end ends the servers behind it."""

    @contextlib.asynccontextmanager
    async def alive(_app: FastAPI) -> AsyncIterator[None]:
        yield
        cloud.store.save()
        await cloud.backends.close()

    app = FastAPI(lifespan=alive, openapi_url=None, docs_url=None, redoc_url=None)
    app.state.cloud = cloud
    cloud.judged = published is not None
    app.add_api_route("/api/health", _health, methods=["GET"])
    for router in _ROUTERS:
        app.include_router(router)
    routes = [route for router in _ROUTERS for route in router.routes]
    app.state.own_routes = [
        route for route in routes if isinstance(route, APIRoute) and route.endpoint != content.everything_else
    ]
    errors.install(app)
    for kind in (HTTPException, StarletteHTTPException):
        app.exception_handler(kind)(_no_route)
    app.exception_handler(Exception)(_broken)
    app.add_middleware(Around, cloud=cloud, published=published)
    return app
