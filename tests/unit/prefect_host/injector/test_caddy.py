# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the injector does to real requests, with the Caddy that the hosts get."""

from __future__ import annotations

import base64
import json
import socket
import ssl
import urllib.parse

import pytest
from prefect_host.injector import caddy_config
from prefect_host.local_api import LocalApi

SECRET = "0123456789abcdef"
GUARD = {"X-Flowops-Local": SECRET}


def _stranger(api, **headers):
    return LocalApi(f"http://127.0.0.1:{api._port}{api._path}", headers, 10)


@pytest.mark.parametrize("guard", [None, "", "wrong", SECRET[:-1], SECRET + "0", "*", SECRET.upper()])
def test_who_does_not_know_the_secret_gets_nothing(caddy, upstream, guard):
    api = caddy()
    upstream.seen.clear()
    stranger = _stranger(api, **({} if guard is None else {"X-Flowops-Local": guard}))
    status, body = stranger.get("/flow_runs/x")
    assert (status, body) == (403, {"detail": "this port belongs to the Prefect worker's service"})
    assert upstream.seen == []


def test_the_key_is_put_on_and_our_own_headers_stay_here(caddy, upstream):
    api = caddy()
    upstream.seen.clear()
    status, _headers, _content = api.raw("GET", "/x", None, {"Authorization": "Bearer something else"})
    (_method, _path, headers, _body), *rest = upstream.seen
    assert (status, rest) == (200, [])
    assert headers["Authorization"] == "Bearer pnu_good"
    assert headers["Host"] == f"localhost:{upstream.server_port}"
    assert not [name for name in headers if name.lower().startswith(("x-flowops", "x-forwarded"))]


def test_without_a_credential_nothing_is_put_on(caddy, upstream):
    upstream.accepts.add(None)
    api = caddy(authorization=None)
    upstream.seen.clear()
    assert api.get("/x")[0] == 200
    assert "Authorization" not in upstream.seen[0][2]


def _handshake(api, guard):
    with socket.create_connection(("127.0.0.1", api._port), 10) as connection:
        lines = [
            f"GET {api._path}/events/in HTTP/1.1", f"Host: 127.0.0.1:{api._port}", "Upgrade: websocket",
            "Connection: Upgrade", "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Key: {base64.b64encode(b'0' * 16).decode()}", f"X-Flowops-Local: {guard}", "", "",
        ]  # fmt: skip
        connection.sendall("\r\n".join(lines).encode())
        received = b""
        while chunk := connection.recv(4096):
            received += chunk
            if received.endswith(b"hi") or b" 403 " in received:
                break
    return received


def test_a_websocket_passes_with_the_key_and_not_without_the_secret(caddy, upstream):
    api = caddy()
    upstream.seen.clear()
    received = _handshake(api, SECRET)
    assert received.startswith(b"HTTP/1.1 101 ")
    assert received.endswith(b"\x81\x02hi")
    assert upstream.seen[0][2]["Authorization"] == "Bearer pnu_good"
    assert _handshake(api, "wrong").startswith(b"HTTP/1.1 403 ")


@pytest.mark.parametrize("marker", ["draining", "stopping", "renewing"])
@pytest.mark.parametrize("path", ["/api", "/team/api", "/api/accounts/a-1/workspaces/b-2"])
def test_while_a_marker_is_there_polls_get_nothing_and_all_else_passes(caddy, upstream, tmp_path, marker, path):
    api = caddy(path)
    polls = "/work_pools/a%20pool/get_scheduled_flow_runs"
    assert api.post(polls, {"limit": 1}) == (200, {"path": path + polls})
    (tmp_path / "control" / marker).write_text("")
    upstream.seen.clear()
    assert api.post(polls, {"limit": 1}) == (200, [])
    assert upstream.seen == []
    assert api.post("/work_pools/a/workers/heartbeat", {})[0] == 200
    assert api.get("/work_pools/a")[0] == 200
    (tmp_path / "control" / marker).unlink()
    assert api.post(polls, {"limit": 1})[1] == {"path": path + polls}


def test_a_poll_that_is_answered_here_is_read_to_its_end(caddy, tmp_path):
    api = caddy()
    (tmp_path / "control" / "draining").write_text("")
    body = json.dumps({"text": "{env.PLANTED}" * 100_000}).encode()
    for _attempt in range(5):
        status, _headers, content = api.raw(
            "POST", "/work_pools/a/get_scheduled_flow_runs", body, {"Connection": "close"}
        )
        assert (status, content) == (200, b"[]")


def test_another_file_in_the_control_folder_drains_nothing(caddy, tmp_path):
    api = caddy()
    (tmp_path / "control" / "credential.sealed").write_text("")
    assert api.post("/work_pools/a/get_scheduled_flow_runs", {})[1] != []


def test_a_refused_key_is_something_to_try_again(caddy):
    api = caddy(authorization=caddy_config.bearer("pnu_revoked"))
    status, headers, content = api.raw("GET", "/x")
    assert (status, headers["Retry-After"]) == (503, "5")
    assert caddy_config.REFUSED in content.decode()


def test_a_token_file_is_read_for_each_request(caddy, upstream, tmp_path):
    token = tmp_path / "a token"
    token.write_bytes(b"pnu_good\r\n")
    api = caddy(authorization=caddy_config.bearer_from_file(str(token)))
    assert api.get("/x")[0] == 200
    token.write_text("pnu_stale\n")
    assert api.get("/x")[0] == 503
    fresh = tmp_path / "fresh"
    fresh.write_text("pnu_fresh")
    upstream.accepts.add("Bearer pnu_fresh")
    fresh.replace(token)
    assert api.get("/x")[0] == 200
    token.unlink()
    assert api.get("/x")[0] == 503


@pytest.mark.parametrize("path", ["/work_pools/a%20b", "/work_pools/a%2Fb", "/variables/name/%7Benv.PLANTED%7D"])
def test_paths_arrive_as_they_were_sent(caddy, path):
    assert caddy().get(path) == (200, {"path": "/api" + path})


def test_a_query_and_a_body_are_not_looked_into(caddy, upstream):
    api = caddy()
    upstream.seen.clear()
    api.post("/x?name={env.PLANTED}", {"text": "{env.PLANTED}"})
    _method, path, _headers, body = upstream.seen[0]
    assert urllib.parse.unquote(path) == "/api/x?name={env.PLANTED}"
    assert body == '{"text": "{env.PLANTED}"}'


def test_a_redirect_stays_with_the_injector(caddy):
    api = caddy()
    status, headers, _content = api.raw("GET", "/redirect")
    assert (status, headers["Location"]) == (307, f"http://127.0.0.1:{api._port}/api/there")


def test_nothing_is_written_to_disk(caddy, home, tmp_path):
    api = caddy()
    api.get("/x")
    assert list(home.rglob("*")) == []
    assert list((tmp_path / "control").iterdir()) == []


def test_an_upstream_that_is_away_is_logged_without_secrets(caddy, upstream, tmp_path):
    upstream.shutdown()
    upstream.server_close()
    assert caddy().get("/x")[0] == 502
    logged = (tmp_path / "caddy.log").read_text()
    assert "connect" in logged
    assert SECRET not in logged
    assert "pnu_good" not in logged


def test_it_proves_itself_to_who_does_not_show_the_secret(caddy):
    status, _headers, content = _stranger(caddy()).raw("GET", "/x")
    assert status == 403
    root = LocalApi(f"http://127.0.0.1:{caddy()._port}", {}, 10)
    status, _headers, content = root.raw("GET", caddy_config.PROOF_PATH)
    assert (status, content) == (200, caddy_config.proof(SECRET))


def test_tls_to_an_authority_of_ones_own(caddy, upstream, authority):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.certificate, authority.key)
    upstream.socket = context.wrap_socket(upstream.socket, server_side=True)
    assert caddy(scheme="https", ca_path=str(authority.certificate)).get("/x")[0] == 200
    assert caddy(scheme="https").get("/x")[0] == 502
