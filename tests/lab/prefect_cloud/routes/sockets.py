# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""WebSockets of a workspace (events, logs, the workers' channel), passed on to the real server behind it."""

from __future__ import annotations

import asyncio
import json
import re

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from prefect_cloud.access import WORKSPACE
from prefect_cloud.cloud import Caller, Cloud
from prefect_cloud.errors import Problem, not_found

router = APIRouter()
_PROTOCOL = "prefect"
_REFUSED = 1008
_SCOPES = {
    "events/in": "manage_events",
    "events/out": "see_events",
    "logs/out": "see_flows",
    "task_runs/subscriptions/scheduled": "run_tasks",
}
_WORKER = re.compile(r"^work_pools/[^/]+/workers/connect$")


@router.websocket(f"{WORKSPACE}/{{path:path}}")
async def pass_on(socket: WebSocket, workspace_id: str, path: str) -> None:
    """Who calls is said by a header (events/in) or by a first message; then both ends are connected."""
    cloud: Cloud = socket.app.state.cloud
    by_message = _PROTOCOL in socket.headers.get("sec-websocket-protocol", "")
    await socket.accept(subprotocol=_PROTOCOL if by_message else None)
    try:
        header = socket.headers.get("Authorization")
        if by_message:
            header = f"Bearer {json.loads(await socket.receive_text()).get('token')}"
        _check(cloud, cloud.caller(header), workspace_id, path)
        url = (await cloud.backends.url(workspace_id)).replace("http://", "ws://", 1)
        async with connect(f"{url}/{path}", subprotocols=[Subprotocol(_PROTOCOL)], max_size=None) as behind:
            await behind.send(json.dumps({"type": "auth", "token": None}))
            welcome = await behind.recv(decode=True)
            if by_message:
                await socket.send_text(welcome)
            await _both_ways(socket, behind)
    except Problem as problem:
        if by_message:
            await socket.send_json({"type": "auth_failure", "reason": problem.detail})
        await socket.close(_REFUSED, problem.detail)
    except (WebSocketDisconnect, ConnectionClosed):
        return


def _check(cloud: Cloud, caller: Caller, workspace_id: str, path: str) -> None:
    if workspace_id not in cloud.store.workspaces:
        raise not_found("Workspace")
    scope = "write_workers" if _WORKER.match(path) else _SCOPES.get(path)
    if scope is None:
        raise not_found("Channel")
    caller.need_scope(workspace_id, scope)


async def _both_ways(socket: WebSocket, behind: ClientConnection) -> None:
    """Until one of the two ends goes away."""
    directions = [asyncio.create_task(one) for one in (_out(socket, behind), _in(socket, behind))]
    _done, left = await asyncio.wait(directions, return_when=asyncio.FIRST_COMPLETED)
    for task in left:
        task.cancel()
    await asyncio.gather(*directions, return_exceptions=True)
    if behind.close_code is not None:
        await socket.close(behind.close_code, behind.close_reason or "")


async def _in(socket: WebSocket, behind: ClientConnection) -> None:
    while True:
        await behind.send(await socket.receive_text())


async def _out(socket: WebSocket, behind: ClientConnection) -> None:
    async for message in behind:
        await socket.send_text(message if isinstance(message, str) else message.decode())
