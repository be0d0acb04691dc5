# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulated reverse proxy with TLS in front of a real server, which can fail in the ways that proxies fail."""

from __future__ import annotations

import contextlib
import datetime
import http.server
import ipaddress
import pathlib
import ssl
import threading
import types
import typing as t

import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def make_certificate(folder: pathlib.Path, name: str) -> pathlib.Path:
    """A self-signed certificate for 127.0.0.1 with its key in one PEM file; the file also serves as CA bundle."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = folder / f"{name}.pem"
    file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return file


class Failure(t.NamedTuple):
    """An answer of the gateway's own; with a method, it waits for the first request with that method, and with a text
    for the first that holds it in its path or body. Failures with a text may come in any order."""

    status: int
    body: str = "<html>gateway</html>"
    headers: t.Mapping[str, str] = types.MappingProxyType({})
    method: str = ""
    text: str = ""

    def meets(self, method: str, path: str, body: bytes) -> bool:
        """Whether this request is the one."""
        return self.method in ("", method) and (self.text in path or self.text.encode() in body)


class SimulatedGateway:
    """Forwards to a real server.

    failures  answers to give first instead
    asked     methods and paths that arrived
    watch     told each of them before it is forwarded
    answered  those that are over; the client need not have waited for it
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.failures: list[Failure] = []
        self.asked: list[str] = []
        self.watch: t.Callable[[str], object] = lambda _asked: None
        self.answered: list[str] = []

    def failure(self, method: str, path: str, body: bytes) -> Failure | None:
        """The answer to give instead, if there is one for this request."""
        waiting = [failure for failure in self.failures if failure.text] + self.failures[:1]
        found = next((failure for failure in waiting if failure.meets(method, path, body)), None)
        if found is not None:
            self.failures.remove(found)
        return found


@contextlib.contextmanager
def simulated_gateway(target: str, certificate: pathlib.Path | None = None) -> t.Iterator[SimulatedGateway]:
    """A gateway in front of the API at C(target), with TLS if there is a certificate."""
    gateways: list[SimulatedGateway] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def forward(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            gateways[0].asked.append(f"{self.command} {self.path}")
            gateways[0].watch(gateways[0].asked[-1])
            try:
                self.answer(body)
            finally:
                gateways[0].answered.append(self.path)

        def answer(self, body: bytes) -> None:
            if (failure := gateways[0].failure(self.command, self.path, body)) is not None:
                self.reply(failure.status, {"Content-Type": "text/html", **failure.headers}, failure.body.encode())
                return
            headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
            url = f"{target.removesuffix('/api')}{self.path}"
            answer = requests.request(self.command, url, data=body, headers=headers, allow_redirects=False, timeout=30)
            kept = {name: answer.headers[name] for name in ("Content-Type", "Location") if name in answer.headers}
            self.reply(answer.status_code, kept, answer.content)

        def reply(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if status != 204:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    for method in ("GET", "POST", "PATCH", "PUT", "DELETE"):
        setattr(Handler, f"do_{method}", Handler.forward)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        scheme = "http"
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
            scheme = "https"
        gateways.append(SimulatedGateway(f"{scheme}://127.0.0.1:{server.server_address[1]}/api"))
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield gateways[0]
        finally:
            server.shutdown()
            thread.join()
