# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prefect as the service asks it: status and JSON, and one kind of error."""

from __future__ import annotations

import http.server
import json
import threading

import pytest
from prefect_host.local_api import ApiUnreachable, LocalApi, quoted


class _Prefect(http.server.BaseHTTPRequestHandler):
    def _answer(self):
        length = int(self.headers.get("Content-Length", 0))
        seen = {"path": self.path, "guard": self.headers["X-Flowops-Local"], "body": self.rfile.read(length).decode()}
        content = b"<html>" if self.path.endswith("/html") else json.dumps(seen).encode()
        if self.path.endswith("/cut"):
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            return
        self.send_response(404 if self.path.endswith("/gone") else 200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _csrf(self, status, answer):
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_GET(self):
        client = self.path.partition("/csrf-token?client=")[2]
        if client:
            self.server.clients += [client] * self.server.remembers
            self._csrf(200, {"token": f"for-{client}"})
        else:
            self._answer()

    def do_POST(self):
        shown = (self.headers["Prefect-Csrf-Client"], self.headers["Prefect-Csrf-Token"])
        if self.path.endswith("/guarded") and shown not in [
            (client, f"for-{client}") for client in self.server.clients
        ]:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self._csrf(403, {"detail": "Missing CSRF token."})
        else:
            self._answer()

    def log_message(self, *_arguments):
        pass


@pytest.fixture
def server():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Prefect)
    server.clients, server.remembers = [], True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def api(server):
    return LocalApi(f"http://127.0.0.1:{server.server_port}/team/api/", {"X-Flowops-Local": "s3cret"}, timeout=5)


def test_it_asks_below_its_url_with_its_headers(api):
    assert api.get("/health") == (200, {"path": "/team/api/health", "guard": "s3cret", "body": ""})
    status, seen = api.post(f"work_pools/{quoted('a b/c')}", {"limit": 1})
    assert (status, seen["path"], seen["body"]) == (200, "/team/api/work_pools/a%20b%2Fc", '{"limit": 1}')


def test_an_error_is_an_answer_and_a_page_is_no_json(api):
    assert api.get("gone")[0] == 404
    assert api.get("html") == (200, None)


def test_no_answer_and_half_an_answer_are_one_error(api, server):
    with pytest.raises(ApiUnreachable, match="GET cut got no answer"):
        api.get("cut")
    server.shutdown()
    server.server_close()
    with pytest.raises(ApiUnreachable, match="GET health got no answer"):
        api.get("health")


def test_a_server_that_wants_csrf_tokens_gets_one_and_is_asked_for_no_second_one(api, server):
    assert api.post("guarded", {"limit": 1})[1]["body"] == '{"limit": 1}'
    assert api.post("guarded", {"limit": 2})[0] == 200
    assert len(server.clients) == 1


def test_a_token_that_is_forgotten_is_asked_for_again_and_one_that_does_not_help_is_no_loop(api, server):
    api.post("guarded", {})
    server.clients.clear()
    assert api.post("guarded", {})[0] == 200
    server.clients.clear()
    server.remembers = False
    assert api.post("guarded", {})[0] == 403
