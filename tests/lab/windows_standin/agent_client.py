# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stand-in's side of the connection to the agent inside Wine."""

from __future__ import annotations

import itertools
import json
import secrets
import socket
import threading
from typing import Any

from .errors import HostDown


class AgentError(Exception):
    """An operation failed inside Windows. ``winerror`` is Windows' error number, when there is one."""

    def __init__(self, kind: str, message: str, winerror: int | None) -> None:
        super().__init__(f"{message} ({kind})" if not winerror else f"{message} (error {winerror})")
        self.kind, self.message, self.winerror = kind, message, winerror


class Pending:
    def __init__(self) -> None:
        self.done = threading.Event()
        self.answer: dict | None = None


class AgentClient:
    """Waits for the agent on a loopback port, then multiplexes requests from many threads over its connection."""

    def __init__(self, address: str) -> None:
        self._listener = socket.create_server((address, 0))
        self.token = secrets.token_hex(32)
        self._connection: socket.socket | None = None
        self._sending = threading.Lock()
        self._pending: dict[int, Pending] = {}
        self._numbers = itertools.count(1)
        self._ready = threading.Event()
        self._closed = False
        threading.Thread(target=self._accept, daemon=True, name="agent").start()

    @property
    def endpoint(self) -> tuple[str, int]:
        return self._listener.getsockname()[:2]

    def _accept(self) -> None:
        while not self._closed:
            try:
                connection, _address = self._listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            lines = connection.makefile("rb")
            greeting = json.loads(lines.readline() or b"{}")
            if not secrets.compare_digest(str(greeting.get("token", "")), self.token):
                connection.close()
                continue
            self._connection = connection
            self._ready.set()
            self._receive(lines)
            return

    def _receive(self, lines) -> None:
        try:
            for line in lines:
                answer = json.loads(line)
                pending = self._pending.pop(answer["id"], None)
                if pending:
                    pending.answer = answer
                    pending.done.set()
        except OSError:
            self._closed = True
        self.close()

    def wait_ready(self, timeout: float) -> bool:
        return self._ready.wait(timeout) and not self._closed

    def call(self, operation: str, /, **args: Any) -> Any:
        """Do ``operation`` inside Windows; raises :class:`AgentError` or :class:`HostDown`."""
        if not self._ready.wait(120) or self._closed or self._connection is None:
            raise HostDown("the agent inside Wine is not running")
        number, pending = next(self._numbers), Pending()
        self._pending[number] = pending
        message = json.dumps({"id": number, "op": operation, "args": args}).encode() + b"\n"
        try:
            with self._sending:
                self._connection.sendall(message)
        except OSError:
            self.close()
        pending.done.wait()
        if pending.answer is None:
            raise HostDown("the machine went down while it worked")
        if "error" in pending.answer:
            error = pending.answer["error"]
            raise AgentError(error["type"], error["message"], error["winerror"])
        return pending.answer["result"]

    def close(self) -> None:
        """Give up: every waiting caller gets :class:`HostDown`."""
        self._closed = True
        for resource in (self._listener, self._connection):
            if resource is not None:
                resource.close()
        for pending in list(self._pending.values()):
            pending.done.set()
        self._ready.set()
