# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The content of a workspace: asked of the real server behind it, answered in the shapes of Cloud."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx
from fastapi import Request, Response
from fastapi.responses import JSONResponse

from prefect_cloud import content_audit, content_rules, object_access, seed
from prefect_cloud.access import Asked
from prefect_cloud.errors import Problem, forbidden, not_found
from prefect_cloud.middleware import FORWARDED
from prefect_cloud.store import Record

_NOT_PASSED_ON = {"host", "authorization", "content-length", "connection", "accept-encoding", "transfer-encoding"}
_NOT_PASSED_BACK = {"content-length", "content-encoding", "connection", "transfer-encoding", "date", "server"}
_OBJECTS = ("block_documents", "deployments", "work_pools")
_LISTS = re.compile(rf"^({'|'.join(_OBJECTS)})/(filter|paginate)$")
_ID_HERE = re.compile(rf"^({'|'.join(_OBJECTS)})/([^/]+)(?:/|$)")
_NOT_IDS = {"filter", "count", "paginate", "name", "my-access", "get_scheduled_flow_runs", "bulk_delete"}
_SECRETS = re.compile(r"(^|&)include_secrets=[^&]*")
_NAMED = re.compile(r"^(deployments/name/[^/]+/[^/]+|block_types/slug/[^/]+/block_documents(/name/[^/]+)?)$")


async def forward(asked: Asked, request: Request, path: str) -> Response:
    """Ask the workspace's server; Problem 404 for what Cloud has not, 403 for what the caller may not."""
    if content_rules.NOT_IN_CLOUD.match(path):
        raise Problem(404, "Not Found")
    scope = content_rules.needed(request.method, path)
    asked.caller.need_scope(asked.workspace_id, scope or "")
    check_object(asked, request.method, path)
    answer = await _ask(asked, request, path)
    setattr(request.state, FORWARDED, True)
    if answer.is_redirect:
        return _redirected(asked, answer)
    return Adapted(asked, request.method, path, answer).response()


async def _ask(asked: Asked, request: Request, path: str) -> httpx.Response:
    backends = asked.cloud.backends
    url = await backends.url(asked.workspace_id)
    headers = {name: value for name, value in request.headers.items() if name.lower() not in _NOT_PASSED_ON}
    query = request.scope["query_string"].decode()
    if "see_secret_blocks" not in asked.caller.scopes(asked.workspace_id):
        # secrets stay masked
        query = _SECRETS.sub("", query)
    raw = request.scope["raw_path"].decode().split(f"/workspaces/{asked.workspace_id}/", 1)[-1]
    target = f"{url}/{raw}{'?' if query else ''}{query}"
    try:
        return await backends.client.request(request.method, target, headers=headers, content=await request.body())
    except httpx.HTTPError as error:
        raise Problem(503, f"The server of this workspace does not answer {path}: {type(error).__name__}") from error


def _redirected(asked: Asked, answer: httpx.Response) -> Response:
    """The client follows by itself, to the double and not to the server behind it."""
    target = httpx.URL(answer.headers["location"])
    path = target.raw_path.decode().removeprefix("/api")
    return Response(status_code=answer.status_code, headers={"location": f"{_place(asked)}{path}"})


def _place(asked: Asked) -> str:
    return f"{asked.cloud.base_url}/api/accounts/{seed.ACCOUNT_ID}/workspaces/{asked.workspace_id}"


def _administers(asked: Asked) -> bool:
    """Owners of the workspace stand above the lists of its objects."""
    return "manage_acls" in asked.caller.scopes(asked.workspace_id)


def _list_of(asked: Asked, kind: str, key: str) -> Record | None:
    return asked.store.object_access.get(object_access.key_of(asked.workspace_id, kind, key))


def check_object(asked: Asked, method: str, path: str) -> None:
    """Problem 404 or 403 where an object's access list leaves the caller out; path is the one below the workspace."""
    found = _ID_HERE.match(path)
    if not found or found[2] in _NOT_IDS or _administers(asked):
        return
    kind, record = found[1], _list_of(asked, found[1], found[2])
    level = content_rules.object_level(method, path)
    level = level if level in object_access.LEVELS[kind] else "manage"
    if object_access.allows(asked.cloud, asked.caller.actor_id, record, kind, level):
        return
    if object_access.allows(asked.cloud, asked.caller.actor_id, record, kind, "view"):
        raise forbidden(f"The access list of this object does not let you {level} it")
    raise not_found("Object")


class Adapted:
    """One answer of the real server, on its way to become Cloud's."""

    def __init__(self, asked: Asked, method: str, path: str, answer: httpx.Response) -> None:
        self.asked, self.method, self.path, self.answer = asked, method, path, answer
        self.status = answer.status_code

    def response(self) -> Response:
        kept = {name: value for name, value in self.answer.headers.items() if name not in _NOT_PASSED_BACK}
        is_json = self.answer.headers.get("content-type", "").startswith("application/json")
        body = json.loads(self.answer.content) if is_json and self.answer.content else None
        if self.answer.is_success:
            body = self._shaped(self._permitted(body))
            content_audit.sign(self.asked, self.method, self.path, body)
            content_audit.note(self.asked, self.method, self.path, self.status, body)
        if not is_json or not self.answer.content:
            return Response(self.answer.content, self.status, kept)
        kept.pop("content-type", None)
        return JSONResponse(body, self.status, kept)

    def _permitted(self, body: Any) -> Any:
        """Lists without the objects whose access lists leave the caller out; a single such object is not there."""
        kind = "deployments" if self.path.startswith("deployments/name/") else "block_documents"
        found = _LISTS.match(self.path)
        if not (found or _NAMED.match(self.path)) or _administers(self.asked):
            return body
        kind = found[1] if found else kind
        if isinstance(body, dict) and "results" in body:
            return {**body, "results": [one for one in body["results"] if self._may_see(kind, one)]}
        if isinstance(body, list):
            return [one for one in body if self._may_see(kind, one)]
        if not self._may_see(kind, body):
            raise not_found("Object")
        return body

    def _may_see(self, kind: str, thing: Record) -> bool:
        record = _list_of(self.asked, kind, thing["name"] if kind == "work_pools" else thing["id"])
        return object_access.allows(self.asked.cloud, self.asked.caller.actor_id, record, kind, "view")

    def _shaped(self, body: Any) -> Any:
        """Cloud says where events and automations belong, who made a thing, and takes logs with another status."""
        if self.path == "logs/" and self.status == 201:
            self.status = 202
        if self.path.startswith("events/filter"):
            place = {"account": seed.ACCOUNT_ID, "workspace": self.asked.workspace_id}
            events = [{**event, **place} for event in body["events"]]
            return {**body, "events": events, "next_page": self._next_page(body["next_page"])}
        if self.path.startswith("automations/"):
            place = {"account": seed.ACCOUNT_ID, "workspace": self.asked.workspace_id, "actor": None}
            if isinstance(body, list):
                return [{**one, **place} for one in body]
            return {**body, **place} if isinstance(body, dict) else body
        return _each(body, self._signed)

    def _next_page(self, url: str | None) -> str | None:
        return f"{_place(self.asked)}{httpx.URL(url).raw_path.decode().removeprefix('/api')}" if url else None

    def _signed(self, thing: dict[str, Any]) -> dict[str, Any]:
        """With the actor that made it, where this server knows no actors; and without a null that Cloud never sends."""
        options = thing.get("concurrency_options")
        if isinstance(options, dict):
            given = {name: value for name, value in options.items() if value is not None}
            thing = {**thing, "concurrency_options": given}
        author = self.asked.store.authors.get(str(thing.get("id")))
        if author and "created_by" in thing and thing["created_by"] is None:
            return {**thing, "created_by": author["created_by"]}
        return thing


def _each(body: Any, change: Any) -> Any:
    """The same body with every object in it changed."""
    if isinstance(body, dict):
        return change({name: _each(value, change) for name, value in body.items()})
    return [_each(one, change) for one in body] if isinstance(body, list) else body
