# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wait until a part answers as its clients will ask it, or say in one line why it doesn't."""

from __future__ import annotations

import base64
import http.client
import socket
import ssl
import time
from collections.abc import Callable
from pathlib import Path

from flowops_lab.commands import last_line
from flowops_lab.console import LabError
from flowops_lab.processes import Process


def wait(what: str, process: Process, log: Path, ready: Callable[[], bool], seconds: float) -> None:
    """Call ``ready`` until it is true; ``OSError`` from it means not yet."""
    end = time.monotonic() + seconds
    problem = "no answer"
    while True:
        try:
            if ready():
                return
        except OSError as error:
            problem = f"{type(error).__name__}: {error}"
        if not process.is_alive():
            raise LabError(f"{what} at {process.address} ended at its start: {last_line(log)}", log, "read the log")
        if time.monotonic() > end:
            raise LabError(
                f"{what} at {process.address} is not ready after {seconds:.0f} s: {problem}", log, "read the log"
            )
        time.sleep(0.1)


def answers_http(address: str, port: int, path: str, auth: str | None = None) -> bool:
    """Whether a plain GET gives 200; ``auth`` is USER:PASSWORD for basic authentication."""
    headers = {"Authorization": f"Basic {base64.b64encode(auth.encode()).decode()}"} if auth else {}
    connection = http.client.HTTPConnection(address, port, timeout=5)
    try:
        connection.request("GET", path, headers=headers)
        return connection.getresponse().status == 200
    except http.client.HTTPException:
        return False
    finally:
        connection.close()


def accepts_ldap_bind(address: str, server_name: str, ca: Path, user: str, password: str) -> bool:
    """A simple bind over LDAPS (RFC 4511, section 4.2), with the certificate checked; true on result code 0."""
    context = ssl.create_default_context(cafile=str(ca))
    with (
        socket.create_connection((address, 636), timeout=3) as plain,
        context.wrap_socket(plain, server_hostname=server_name) as connection,
    ):
        bind = _ber(0x02, b"\x03") + _ber(0x04, user.encode()) + _ber(0x80, password.encode())
        connection.sendall(_ber(0x30, _ber(0x02, b"\x01") + _ber(0x60, bind)))
        answer = connection.recv(4096)
    position = answer.find(b"\x0a\x01")
    return position > 0 and answer[position + 2] == 0


def _ber(tag: int, content: bytes) -> bytes:
    size = len(content)
    length = bytes([size]) if size < 0x80 else bytes([0x82]) + size.to_bytes(2, "big")
    return bytes([tag]) + length + content


def accepts_tcp(address: str, port: int) -> bool:
    with socket.create_connection((address, port), timeout=2):
        return True


def require_free(what: str, address: str, port: int) -> None:
    """Nobody else may listen there: a second lab would be mistaken for this one."""
    try:
        taken = accepts_tcp(address, port)
    except OSError:
        return
    if taken:
        raise LabError(
            f"{what} can't start: something else listens there",
            f"{address}:{port}",
            "end it (another lab?), then try again",
        )
