# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTTP side: one thread per connection, authentication first, then WS-Management."""

from __future__ import annotations

import http.server
import logging
import socketserver
import ssl

from .authentication import ENCRYPTED, ENCRYPTED_KERBEROS, SCHEMES, Refused, Session
from .wsman import Service, access_denied

log = logging.getLogger(__name__)
SOAP = "application/soap+xml;charset=UTF-8"
MAX_BODY = 64 * 1024 * 1024


class Handler(http.server.BaseHTTPRequestHandler):
    """One connection; its security session lives as long as it does."""

    protocol_version = "HTTP/1.1"
    server_version, sys_version = "Microsoft-HTTPAPI/2.0", ""
    wbufsize = -1
    disable_nagle_algorithm = True
    timeout = 300
    server: WinRMServer

    def setup(self) -> None:
        if self.server.tls is not None:
            self.request = self.server.tls.wrap_socket(self.request, server_side=True)
        super().setup()
        self.session = Session(self.server.host_name)

    def log_message(self, *args) -> None:
        log.debug(*args)

    def _reply(self, code: int, body: bytes = b"", kind: str = SOAP, challenges: tuple[str, ...] = ()) -> None:
        self.send_response(code)
        for challenge in challenges:
            self.send_header("WWW-Authenticate", challenge)
        if body:
            self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def do_GET(self) -> None:
        if self.path == "/health":
            self._reply(200, b'{"status": "ok"}', "application/json")
        else:
            self._reply(404)

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > MAX_BODY:
            self.close_connection = True
            self._reply(413)
            return
        raw = self.rfile.read(length)
        if self.server.is_down():
            self.close_connection = True
            self.connection.close()
            return
        try:
            answer = self._authenticate()
            self._serve(raw, (answer,) if answer else ())
        except Refused as refused:
            self._reply(401, challenges=(refused.challenge,) if refused.challenge else SCHEMES)

    def _authenticate(self) -> str | None:
        header = self.headers.get("Authorization")
        if header:
            return self.session.authorize(header)
        if self.session.user is None:
            raise Refused
        return None

    def _serve(self, raw: bytes, challenges: tuple[str, ...]) -> None:
        kind = self.headers.get("Content-Type", "")
        encrypted = "multipart/encrypted" in kind
        if not raw:
            self._reply(200, challenges=challenges)
            return
        if encrypted:
            raw = self.session.unwrap(raw)
        elif self.server.tls is None:
            log.warning("an unencrypted message over http was refused")
            self._reply(500, challenges=challenges)
            return
        user = self.server.account_name(self.session.user or "")
        if self.server.may_enter(user):
            code, body = self.server.service.handle(raw, user, self.server.transport)
        else:
            code, body = self.server.service.refuse(access_denied())
        if encrypted:
            protocol = ENCRYPTED_KERBEROS if ENCRYPTED_KERBEROS in kind else ENCRYPTED
            body = self.session.wrap(body, protocol)
            self._reply(
                code, body, f'multipart/encrypted;protocol="{protocol}";boundary="Encrypted Boundary"', challenges
            )
        else:
            self._reply(code, body, challenges=challenges)


class WinRMServer(socketserver.ThreadingMixIn, http.server.HTTPServer):
    """One listener. ``gate`` knows who may enter and whether the machine is up."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(
        self, address: tuple[str, int], host_name: str, service: Service, gate, tls: ssl.SSLContext | None = None
    ) -> None:
        self.host_name, self.service, self.tls = host_name, service, tls
        self.transport = "https" if tls else "http"
        self._gate = gate
        super().__init__(address, Handler)

    def server_bind(self) -> None:
        """Without the reverse name look-up of the standard library: it may hang."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]

    def handle_error(self, _request, client_address) -> None:
        log.debug("connection from %s ended", client_address, exc_info=True)

    def is_down(self) -> bool:
        return self._gate.is_down()

    def may_enter(self, user: str) -> bool:
        return self._gate.may_enter(user)

    def account_name(self, principal: str) -> str:
        return self._gate.account_name(principal)


def tls_context(cert: str, key: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context
