# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulated domain controller: does over LDAPS what Windows does and Samba does not, from objects in memory.

It is no proof of anything that Samba can show, and none of what it does not model. It listens on loopback, in a process
of its own, on the usual ports, because the global catalog is asked for on a fixed one.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import pathlib
import socket
import ssl
import threading
import traceback
import typing as t

from ad_support import simulated_protocol as protocol
from ad_support.simulated_forest import Forest
from ad_support.simulated_operations import Answer, Conversation, Faults

LDAPS, CATALOG = 636, 3269
USER, PASSWORD = "svc-ansible@one.test", "Simulated-Passw0rd"
_STOP_SECONDS = 5
Journal = list[tuple[int, str, str, int]]


class SimulatedDomainController:
    """One domain controller of the first domain of a forest; a context manager.

    folder   has ca.pem and server.pem
    address  on loopback, named in the certificate
    """

    def __init__(self, forest: Forest, folder: pathlib.Path, address: str, faults: Faults | None = None) -> None:
        self.address = address
        self._folder = folder
        self._forest, self._faults = forest, faults or Faults()
        self._journal: Journal = []
        self._defects: list[str] = []

    def options(self) -> dict[str, t.Any]:
        """Connection options of the modules."""
        return {
            "server": self.address,
            "ca_cert": str(self._folder / "ca.pem"),
            "username": USER,
            "password": PASSWORD,
            "connection_timeout": 30,
        }

    def journal(self) -> list[tuple[str, str]]:
        """Operations so far on the usual port, without logons: kind, and the object that it was about."""
        return [(kind, dn) for port, kind, dn, _code in self._ask("journal") if port == LDAPS and kind != "bind"]

    def logons(self) -> int:
        """Logons so far on both ports, refused ones counted."""
        return sum(kind == "bind" for _port, kind, _dn, _code in self._ask("journal"))

    def writes(self) -> list[tuple[str, str]]:
        """What was written or refused so far."""
        return [(kind, dn) for kind, dn in self.journal() if kind in ("add", "modify", "rename", "delete")]

    def values(self, dn: str, attribute: str) -> list[bytes] | None:
        """What is really there: all values, whoever may see them; None without such an object."""
        return self._ask("values", dn, attribute)

    def __enter__(self) -> SimulatedDomainController:
        context = multiprocessing.get_context("fork")
        listening = {LDAPS: _listening(self.address, LDAPS)}
        if not self._faults.no_catalog:
            listening[CATALOG] = _listening(self.address, CATALOG)
        self._line, far_end = context.Pipe()
        self._process = context.Process(target=self._serve, args=(listening, far_end), daemon=True)
        self._process.start()
        for one in listening.values():
            one.close()
        return self

    def __exit__(self, *_error: object) -> None:
        defects = self._ask("defects")
        self._process.terminate()
        self._process.join(_STOP_SECONDS)
        self._line.close()
        assert not defects, defects[0]

    def _ask(self, *question: str) -> t.Any:
        self._line.send(question)
        return self._line.recv()

    def _serve(self, listening: dict[int, socket.socket], line: t.Any) -> None:
        """The process: a thread for each port and connection, and this one for the tests' questions."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._folder / "server.pem")
        self._busy = threading.Lock()
        # a defect of the simulation; told at the end of the test
        threading.excepthook = lambda failed: self._defects.append(
            "".join(traceback.format_exception(failed.exc_value))
        )
        for port, one in listening.items():
            threading.Thread(target=self._accept, args=(one, port, context), daemon=True).start()
        with contextlib.suppress(EOFError):
            while True:
                question, *details = line.recv()
                with self._busy:
                    line.send(self._values(*details) if question == "values" else getattr(self, f"_{question}"))

    def _values(self, dn: str, attribute: str) -> list[bytes] | None:
        item = self._forest.get(dn)
        return None if item is None else item.values(attribute)

    def _accept(self, listening: socket.socket, port: int, context: ssl.SSLContext) -> None:
        while True:
            plain, _address = listening.accept()
            threading.Thread(target=self._converse, args=(plain, port, context), daemon=True).start()

    def _converse(self, plain: socket.socket, port: int, context: ssl.SSLContext) -> None:
        with contextlib.suppress(OSError), context.wrap_socket(plain, server_side=True) as secure:
            self._talk(secure, port)

    def _talk(self, secure: ssl.SSLSocket, port: int) -> None:
        domain, passwords = self._forest.domains[0], {USER: PASSWORD}
        conversation = Conversation(
            self._forest, domain, catalog=port == CATALOG, faults=self._faults, passwords=passwords
        )
        done = 0
        for number, request in _requests(secure):
            if request.kind == "unbind" or (request.kind != "bind" and done == self._faults.breaks_after):
                return
            with self._busy:
                answer = conversation.answer(request)
                self._journal.append((port, request.kind, request.dn, answer.code))
            done += request.kind != "bind"
            if request.kind == self._faults.breaks_on:
                return
            secure.sendall(_answer(number, request.kind, answer))


def _listening(address: str, port: int) -> socket.socket:
    return socket.create_server((address, port), backlog=16)


def _requests(secure: ssl.SSLSocket) -> t.Iterator[tuple[int, protocol.Request]]:
    received = b""
    while chunk := secure.recv(65536):
        received += chunk
        while 0 < (size := protocol.size_of(received)) <= len(received):
            yield protocol.decode(received[:size])
            received = received[size:]


def _answer(number: int, kind: str, answer: Answer) -> bytes:
    parts = [protocol.entry(number, dn, attributes) for dn, attributes in answer.entries]
    parts += [protocol.reference(number, uri) for uri in answer.references]
    end = protocol.result(number, kind, answer.code, answer.text, answer.referral, answer.cookie)
    return b"".join([*parts, end])
