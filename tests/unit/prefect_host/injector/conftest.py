# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real Caddy, and a Prefect of paper behind it that keeps what it was asked."""

from __future__ import annotations

import base64
import contextlib
import datetime
import hashlib
import http.server
import json
import pathlib
import shutil
import socket
import subprocess
import sysconfig
import threading
import time
import types

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from prefect_host.injector import caddy_config
from prefect_host.local_api import ApiUnreachable, LocalApi

DAY = datetime.timedelta(days=1)
GOOD_KEY = "pnu_good"
SECRET = "0123456789abcdef"
WEBSOCKET = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Upstream(http.server.BaseHTTPRequestHandler):
    """Knows one key; C(/redirect) redirects to itself; an Upgrade is answered with 101 and one word."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length).decode()
        self.server.seen.append((self.command, self.path, dict(self.headers), body))
        if self.headers["Authorization"] not in self.server.accepts:
            self._send(401, b'{"detail": "Unauthorized"}')
        elif self.headers["Upgrade"] == "websocket":
            self._upgrade()
        elif self.path.endswith("/redirect"):
            self._send(307, b"", Location=f"http://{self.headers['Host']}/api/there")
        else:
            self._send(200, json.dumps({"path": self.path}).encode())

    def do_POST(self):
        self.do_GET()

    def _upgrade(self):
        digest = hashlib.sha1(self.headers["Sec-WebSocket-Key"].encode() + WEBSOCKET, usedforsecurity=False).digest()
        self.send_response(101)
        for name, value in (("Upgrade", "websocket"), ("Connection", "Upgrade")):
            self.send_header(name, value)
        self.send_header("Sec-WebSocket-Accept", base64.b64encode(digest).decode())
        self.end_headers()
        self.wfile.write(b"\x81\x02hi")
        self.close_connection = True

    def _send(self, status, content, **headers):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        for name, value in (headers | {"Content-Length": str(len(content))}).items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_arguments):
        pass


@pytest.fixture
def upstream():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
    server.seen, server.accepts = [], {f"Bearer {GOOD_KEY}"}
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def home(tmp_path):
    """Every folder that Caddy might write to."""
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.fixture
def caddy(upstream, tmp_path, home):
    """Starts a Caddy for some settings; returns the API in front of it."""
    program = shutil.which("caddy", path=sysconfig.get_path("scripts"))
    assert program, "caddy is not in the environment: install tests/requirements/unit.txt"
    (tmp_path / "control").mkdir()
    folders = ("HOME", "APPDATA", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME")
    started = []

    def start(path="/api", scheme="http", **changes):
        url = f"{scheme}://localhost:{upstream.server_port}{path}"
        values = {"authorization": caddy_config.bearer(GOOD_KEY)} | changes
        port = free_port()
        settings = caddy_config.Settings(port, SECRET, url, str(tmp_path / "control"), **values)
        log = (tmp_path / "caddy.log").open("wb")
        process = subprocess.Popen(
            [program, "run", "--config", "-"],
            stdin=subprocess.PIPE, stdout=log, stderr=log, cwd=home,
            env={name: str(home) for name in folders} | {"PLANTED": "expanded"},
        )  # fmt: skip
        started.append((process, log))
        process.stdin.write(json.dumps(caddy_config.document(settings)).encode())
        process.stdin.close()
        api = LocalApi(f"http://127.0.0.1:{port}{path}", {"X-Flowops-Local": SECRET}, 10)
        wait_until_up(process, api, tmp_path / "caddy.log")
        return api

    yield start
    for process, log in started:
        process.kill()
        process.wait()
        log.close()


@pytest.fixture
def authority(tmp_path):
    """A certificate for localhost that signed itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    today = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), today, today + DAY)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    found = types.SimpleNamespace(certificate=tmp_path / "ca.pem", key=tmp_path / "key.pem")
    found.certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    found.key.write_bytes(key.private_bytes(*form))
    return found


def wait_until_up(process, api, log: pathlib.Path):
    end = time.monotonic() + 20
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text()
        with contextlib.suppress(ApiUnreachable):
            api.raw("GET", "up")
            return
        time.sleep(0.05)
    raise AssertionError(log.read_text())
