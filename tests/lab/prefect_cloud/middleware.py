# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Around every request: failures that a test ordered, the rate limit, the judgement of the answer, the saved state."""

from __future__ import annotations

import json
import logging
import re

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from prefect_cloud.cloud import Cloud
from prefect_cloud.openapi import Published

_log = logging.getLogger("prefect_cloud")
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# set in a request's state when a real server answers it
FORWARDED = "forwarded"
_LARGEST = 5 * 1024 * 1024


class Around:
    """ASGI middleware for /api; /lab and /hooks pass it by."""

    def __init__(self, app: ASGIApp, cloud: Cloud, published: Published | None) -> None:
        self.app, self.cloud, self.published = app, cloud, published

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/api"):
            await self.app(scope, receive, send)
            self.cloud.store.save()
            return
        method, path = scope["method"], scope["path"]
        self.cloud.controls.requests[f"{method} {_ID.sub('{id}', path)}"] += 1
        sent = await Request(scope, receive).body()
        refusal = self._refusal(method, path, len(sent))
        if refusal:
            await _answer(send, *refusal)
            return
        kept: list[Message] = []
        scope.setdefault("state", {})
        await self.app(scope, _replay(sent), _keeper(kept))
        self.cloud.store.save()
        await self._judge(scope, sent, kept, send)

    def _refusal(self, method: str, path: str, size: int) -> tuple[int, object, dict[str, str]] | None:
        """What is answered without any work: an ordered failure, too many requests, too large a body."""
        ordered = self.cloud.controls.failure(method, path, "before")
        if ordered:
            return ordered.status, {"detail": "Ordered by the test"}, _retry(ordered.retry_after)
        wait = self.cloud.controls.wait_for_request() if "/accounts/" in path else 0
        if wait:
            return 429, {"detail": "Too many requests"}, _retry(wait)
        return (413, {"detail": "Request body is too large"}, {}) if size > _LARGEST else None

    async def _judge(self, scope: Scope, sent: bytes, kept: list[Message], send: Send) -> None:
        method, path = scope["method"], scope["path"]
        status = kept[0]["status"]
        body = b"".join(message.get("body", b"") for message in kept[1:])
        ordered = self.cloud.controls.failure(method, path, "after")
        if ordered:
            await _answer(send, ordered.status, {"detail": "Ordered by the test"}, _retry(ordered.retry_after))
            return
        what = self._complaint(scope, sent, status, body)
        if what:
            _log.error("%s %s: %s", method, path, what)
            self.cloud.controls.violations.append({"method": method, "path": path, "status": status, "what": what})
            await _answer(send, 500, {"detail": f"The double broke the published API: {what}"}, {})
            return
        for message in kept:
            await send(message)

    def _complaint(self, scope: Scope, sent: bytes, status: int, body: bytes) -> str:
        if status in (301, 302, 307, 308):
            return ""
        if status >= 400:
            return _error_complaint(status, body)
        if self.published is None:
            return ""
        forwarded = bool(scope["state"].get(FORWARDED))
        return self.published.complaint(scope["method"], scope["path"], sent, status, body, forwarded=forwarded)


def _error_complaint(status: int, body: bytes) -> str:
    """Errors are JSON objects that say why."""
    try:
        value = json.loads(body)
    except ValueError:
        return f"status {status} without JSON"
    if not isinstance(value, dict) or not {"detail", "exception_message"} & set(value):
        return f"status {status} without detail"
    return ""


def _retry(seconds: int | None) -> dict[str, str]:
    return {} if seconds is None else {"Retry-After": str(seconds)}


def _replay(body: bytes) -> Receive:
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return messages.pop() if messages else {"type": "http.disconnect"}

    return receive


def _keeper(kept: list[Message]) -> Send:
    async def send(message: Message) -> None:
        kept.append(message)

    return send


async def _answer(send: Send, status: int, body: object, headers: dict[str, str]) -> None:
    content = json.dumps(body).encode()
    lines = {"content-type": "application/json", "content-length": str(len(content)), **headers}
    pairs = [(name.lower().encode(), value.encode()) for name, value in lines.items()]
    await send({"type": "http.response.start", "status": status, "headers": pairs})
    await send({"type": "http.response.body", "body": content})
