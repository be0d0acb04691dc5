# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server that answers what it is told: with one status whatever is asked, or by the path."""

from __future__ import annotations

import contextlib
import http.server
import json
import threading
import typing as t

ADDRESS = "127.0.0.92"


class _Told(http.server.BaseHTTPRequestHandler):
    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status, document = self.server.answer(self.path.partition("?")[0])
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Retry-After", "0")
        self.end_headers()
        self.wfile.write(body)

    def __getattr__(self, name):
        if name.startswith("do_"):
            return self._answer
        raise AttributeError(name)

    def log_message(self, *_arguments) -> None:
        """Say nothing."""


@contextlib.contextmanager
def serving(answer: t.Callable[[str], tuple[int, t.Any]]) -> t.Iterator[str]:
    """URL of an API that answers a path with this status and document."""
    server = http.server.ThreadingHTTPServer((ADDRESS, 0), _Told)
    server.answer = answer
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://{ADDRESS}:{server.server_port}/api"
    finally:
        server.shutdown()
        server.server_close()


def answering(status: int) -> t.ContextManager[str]:
    """URL of an API that is ill: it answers every request with this status."""
    return serving(lambda _path: (status, {"detail": "maintenance"}))
