# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server that is ill: it answers every request with one status."""

from __future__ import annotations

import contextlib
import http.server
import threading


class _Ill(http.server.BaseHTTPRequestHandler):
    def _answer(self) -> None:
        body = b'{"detail": "maintenance"}'
        self.send_response(self.server.status)
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
def answering(status: int):
    """URL of an API that answers with this status."""
    server = http.server.ThreadingHTTPServer(("127.0.0.92", 0), _Ill)
    server.status = status
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.92:{server.server_port}/api"
    finally:
        server.shutdown()
        server.server_close()
