# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulated HTTP server on loopback that gives the answers it was told to, and remembers what it was asked."""

from __future__ import annotations

import contextlib
import http.server
import json
import threading
import types
import typing as t
import uuid


class Answer(t.NamedTuple):
    """status, body (text is sent as it is, anything else as JSON; None sends no body) and headers.

    Status 0 stands for a connection that is cut instead of an answer.
    """

    status: int = 200
    body: t.Any = None
    headers: t.Mapping[str, str] = types.MappingProxyType({})


class Asked(t.NamedTuple):
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: t.Any


class SimulatedServer:
    """Answers in the order of its list; the last one is repeated."""

    def __init__(self, address: str) -> None:
        self.url = f"{address}/api"
        # the same server with an address of the shape that Prefect Cloud has
        self.cloud_url = f"{self.url}/accounts/{uuid.UUID(int=1)}/workspaces/{uuid.UUID(int=2)}"
        self.answers: list[Answer] = []
        self.asked: list[Asked] = []

    def next_answer(self) -> Answer:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    @property
    def requests(self) -> list[str]:
        """Method and path of every request."""
        return [f"{asked.method} {asked.path}" for asked in self.asked]


@contextlib.contextmanager
def simulated_server() -> t.Iterator[SimulatedServer]:
    """A server on a free port of 127.0.0.1."""
    found: list[SimulatedServer] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            text = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            found[0].asked.append(
                Asked(self.command, self.path, dict(self.headers), json.loads(text) if text else None)
            )
            answer = found[0].next_answer()
            if not answer.status:
                self.close_connection = True
                return
            is_text = isinstance(answer.body, str)
            body = b"" if answer.body is None else (answer.body if is_text else json.dumps(answer.body)).encode()
            self.send_response_only(answer.status)
            headers = {
                "Date": self.date_time_string(),
                "Content-Type": "text/html" if is_text else "application/json",
                **answer.headers,
            }
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        setattr(Handler, f"do_{method}", Handler.answer)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found.append(SimulatedServer(f"http://127.0.0.1:{server.server_address[1]}"))
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield found[0]
        finally:
            server.shutdown()
            thread.join()
