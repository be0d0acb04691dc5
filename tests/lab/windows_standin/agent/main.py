# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The agent: runs on Windows Python in the prefix, does what the stand-in asks over one loopback connection.

Started as ``main.py ADDRESS PORT TOKENFILE``. One JSON object per line: ``{"id", "op", "args"}`` is answered with
``{"id", "result"}`` or ``{"id", "error": {"type", "message", "winerror"}}``. It ends when the connection ends.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor

import pywintypes

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import archives
import files
import machine
import processes
import registry
import scm
import search

OPERATIONS = {
    f"{module.__name__}.{name}": operation
    for module in (archives, files, machine, processes, registry, scm, search)
    for name, operation in module.OPERATIONS.items()
}


EXPECTED = (OSError, pywintypes.error, ValueError, KeyError, TypeError, RuntimeError, zipfile.BadZipFile)


def answer(request: dict, send) -> None:
    """Do it and send the answer, whatever happens: the other side waits for it."""
    outcome: dict = {"error": {"type": "InternalError", "message": "see the agent's log", "winerror": None}}
    try:
        outcome = {"result": OPERATIONS[request["op"]](**request["args"])}
    except EXPECTED as error:
        number = getattr(error, "winerror", None)
        message = str(getattr(error, "strerror", None) or error)
        outcome = {"error": {"type": type(error).__name__, "message": message, "winerror": number}}
    finally:
        send({"id": request["id"], **outcome})


def serve(address: str, port: int, token: str) -> None:
    connection = socket.create_connection((address, port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sending = threading.Lock()

    def send(message: dict) -> None:
        with sending:
            connection.sendall(json.dumps(message).encode() + b"\n")

    send({"token": token, "pid": os.getpid()})
    with ThreadPoolExecutor(max_workers=32) as pool, connection.makefile("rb") as lines:
        for line in lines:
            request = json.loads(line)
            pool.submit(answer, request, send)


if __name__ == "__main__":
    with open(sys.argv[3]) as secret:
        shown = secret.read()
    os.unlink(sys.argv[3])
    serve(sys.argv[1], int(sys.argv[2]), shown)
    os._exit(0)
