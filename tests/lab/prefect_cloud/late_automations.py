# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Automations live on the real server, whose reads are never late; this makes them late when a test wants it."""

from __future__ import annotations

import json
import re
from typing import Any

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from prefect_cloud import content
from prefect_cloud.access import Asked
from prefect_cloud.errors import not_found
from prefect_cloud.store import Record

_ONE = re.compile(r"^automations/([0-9a-f-]{36})$")


async def forward(asked: Asked, request: Request, path: str) -> Response:
    """As content.forward(), with the table C(automations) as the memory of what was there before a write."""
    late = asked.cloud.late
    if not late:
        return await content.forward(asked, request, path)
    found = _ONE.match(path)
    if request.method == "GET" and found:
        return await _read(asked, request, path, found[1])
    if request.method == "POST" and path.endswith(("/filter", "/count")):
        return await _list(asked, request, path)
    before = await _before(asked, found[1]) if found else None
    answer = await content.forward(asked, request, path)
    if answer.status_code < 300 and request.method in ("POST", "PUT", "PATCH", "DELETE"):
        _note(asked, answer, before, gone=request.method == "DELETE")
    return answer


async def _before(asked: Asked, key: str) -> Record | None:
    url = await asked.cloud.backends.url(asked.workspace_id)
    answer = await asked.cloud.backends.client.get(f"{url}/automations/{key}")
    return answer.json() if answer.status_code == 200 else None


def _note(asked: Asked, answer: Response, before: Record | None, *, gone: bool) -> None:
    """First what was, then what is: seen() shows the former for a while."""
    table = asked.store.automations
    if before is not None:
        if before["id"] not in table:
            # it was there all along, so this must not look like a creation
            dict.__setitem__(table, before["id"], {**before, "workspace_id": asked.workspace_id})
        if gone:
            table.drop(before["id"])
        else:
            table.put({**table[before["id"]], "workspace_id": asked.workspace_id})
    elif answer.body:
        made = json.loads(bytes(answer.body))
        if isinstance(made, dict) and "id" in made:
            table.put({**made, "workspace_id": asked.workspace_id})


def _changed(asked: Asked) -> tuple[dict[str, Record], set[str]]:
    """Records to show instead of the real ones, and ids that are not to be seen yet."""
    past = asked.store.automations.seen(asked.cloud.late)
    now = asked.store.automations
    instead = {key: record for key, record in past.items() if now.get(key) is not record}
    return instead, set(now) - set(past)


def _shown(record: Record) -> dict[str, Any]:
    place = {"account": record.get("account"), "workspace": record["workspace_id"], "actor": None}
    shown = {name: value for name, value in record.items() if name != "workspace_id"}
    return {**shown, **place}


async def _read(asked: Asked, request: Request, path: str, key: str) -> Response:
    instead, hidden = _changed(asked)
    if key in hidden:
        raise not_found("Automation")
    if key in instead:
        asked.caller.need_scope(asked.workspace_id, "see_automations")
        return JSONResponse(_placed(asked, instead[key]))
    return await content.forward(asked, request, path)


def _placed(asked: Asked, record: Record) -> dict[str, Any]:
    return {**_shown(record), "account": asked.cloud.account["id"]}


async def _list(asked: Asked, request: Request, path: str) -> Response:
    answer = await content.forward(asked, request, path)
    if answer.status_code != 200:
        return answer
    instead, hidden = _changed(asked)
    body = json.loads(bytes(answer.body))
    if isinstance(body, int):
        return JSONResponse(body - len(hidden) + len(set(instead) - set(asked.store.automations)))
    seen = [_placed(asked, instead[one["id"]]) if one["id"] in instead else one for one in body]
    shown = [one for one in seen if one["id"] not in hidden]
    known = {one["id"] for one in shown}
    return JSONResponse([*shown, *(_placed(asked, record) for key, record in instead.items() if key not in known)])
