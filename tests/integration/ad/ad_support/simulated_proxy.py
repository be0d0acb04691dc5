# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulated cut in the line: passes TLS records on to a real domain controller and hangs up after some of them.

It sees no plain text. Each LDAP request is one record of application data (RFC 8446 5.1); with TLS 1.3 the end of the
handshake looks like one as well.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import typing as t

_APPLICATION_DATA = 0x17
_HEADER = 5


class Proxy:
    """One listening port. connections counts those that came."""

    def __init__(self, listener: socket.socket, host: str, port: int, requests: int, answers: bool) -> None:
        self._listener, self._server = listener, (host, port)
        self._requests, self._answers = requests, answers
        self.port = listener.getsockname()[1]
        self.connections = 0

    def serve(self) -> None:
        """One connection after the other, until the listener is closed."""
        with contextlib.suppress(OSError):
            while True:
                client, _address = self._listener.accept()
                self.connections += 1
                with client, socket.create_connection(self._server) as server:
                    self._pass_on(client, server)

    def _pass_on(self, client: socket.socket, server: socket.socket) -> None:
        done = threading.Event()
        back = threading.Thread(target=_records, args=(server, client, lambda _kind: None, done), daemon=True)
        back.start()
        left = self._requests

        def watch(kind: int) -> None:
            nonlocal left
            left -= kind == _APPLICATION_DATA
            if left <= 0:
                done.set()
                if not self._answers:
                    _hang_up(client)

        _records(client, server, watch, done)
        if done.is_set() and self._answers:
            # time for the answer, on which the client waits before it asks again
            back.join(0.3)
        _hang_up(client)
        _hang_up(server)
        back.join(5)


def _records(source: socket.socket, sink: socket.socket, watch: t.Callable[[int], None], done: threading.Event) -> None:
    """Pass whole records on; each is announced before it goes out."""
    with contextlib.suppress(OSError):
        while not done.is_set():
            header = _exactly(source, _HEADER)
            body = _exactly(source, int.from_bytes(header[3:5], "big"))
            watch(header[0])
            sink.sendall(header + body)


def _exactly(source: socket.socket, length: int) -> bytes:
    data = b""
    while len(data) < length:
        chunk = source.recv(length - len(data))
        if not chunk:
            raise OSError("closed")
        data += chunk
    return data


def _hang_up(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def cutting(host: str, requests: int, answers: bool, port: int = 636) -> t.Iterator[Proxy]:
    """A proxy to this server that hangs up at the given request, before or after the answer to it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        proxy = Proxy(listener, host, port, requests, answers)
        thread = threading.Thread(target=proxy.serve, daemon=True)
        thread.start()
        yield proxy
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
    thread.join(5)
