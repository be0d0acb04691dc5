# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps the injector running, on one port and with one secret: the worker must not notice that it was away."""

from __future__ import annotations

import secrets
import time
import typing as t

from prefect_host.injector import ports
from prefect_host.injector.caddy_config import PROOF_PATH, proof
from prefect_host.local_api import ApiUnreachable, LocalApi
from prefect_host.records.event_ids import HostEvent

if t.TYPE_CHECKING:
    import logging

    from prefect_host.events import Events

READY_SECONDS = 15.0
# After this long without its port the injector takes another one, where any is allowed: the worker starts anew then.
LOST_SECONDS = 30.0
# How often one that runs is asked whether it still answers; it may miss that once.
PROOF_SECONDS = 15.0
# Seconds before a start that follows one that failed: the first comes at once.
PAUSES = (0.0, 0.5, 1.0, 2.0, 5.0)


class Child(t.Protocol):
    """A started process with everything it started itself."""

    pid: int

    def poll(self) -> int | None:
        """Its exit code, None while it runs."""

    def end(self) -> None:
        """End it and all it started, at once. No error when it has ended already."""


Start = t.Callable[[int, str | None], Child]


def answers(port: int, secret: str) -> bool:
    """Whether our injector listens there. It proves itself; it is not shown the secret."""
    try:
        status, _headers, content = LocalApi(f"http://127.0.0.1:{port}", {}, 2).raw("GET", PROOF_PATH)
    except ApiUnreachable:
        return False
    return status == 200 and content == proof(secret)


class InjectorKeeper:
    """C(start) makes a process for a port and an authorization; C(is_ours) tells whether it listens there. Both know
    C(secret), what the injector wants to be shown."""

    def __init__(
        self,
        start: Start,
        is_ours: t.Callable[[int], bool],
        configured_port: int,
        logger: logging.Logger,
        events: Events,
        clock: t.Callable[[], float] = time.monotonic,
        sleep: t.Callable[[float], None] = time.sleep,
    ) -> None:
        self._start, self._is_ours, self._configured = start, is_ours, configured_port
        self._logger, self._events, self._clock, self._sleep = logger, events, clock, sleep
        self._child: Child | None = None
        self._failures, self._next, self._lost_since = 0, 0.0, 0.0
        self._proof_due, self._missed = 0.0, 0
        self._was_up = self._is_taken = False
        self.port, self.secret = ports.chosen(configured_port), secrets.token_hex(32)
        self.problem = "the injector was not started yet"

    @property
    def pid(self) -> int | None:
        return None if self._child is None else self._child.pid

    @property
    def is_up(self) -> bool:
        return self._child is not None

    @property
    def port_is_lost(self) -> bool:
        """Whether it is time for another port: this one is somebody else's. No other trouble ends with another port."""
        waited = self._clock() - self._lost_since
        return self._configured == 0 and self._child is None and self._is_taken and waited >= LOST_SECONDS

    def keep(self, authorization: str | None) -> bool:
        """Start it when it doesn't run. Whether it is up; if not, C(problem) says why. Never raises OSError."""
        if self._child is not None:
            code = self._child.poll()
            if code is None and self._still_answers():
                return True
            self._has_ended("does not answer" if code is None else f"ended with code {code}")
        if self._clock() >= self._next:
            self._try(authorization)
        return self.is_up

    def restart(self, authorization: str | None) -> bool:
        """Again with another credential, on the same port. Whether it is up."""
        self.end()
        return self.keep(authorization)

    def move(self) -> None:
        """Another port, from the next start on; and another secret, as who has the old port is shown the old one."""
        self.port, self.secret = ports.chosen(self._configured), secrets.token_hex(32)
        self._was_up = self._is_taken = False
        self._failures, self._next = 0, 0.0

    def end(self) -> None:
        if self._child is not None:
            self._child.end()
            self._child = None
        self._failures, self._next, self._is_taken = 0, 0.0, False

    def _still_answers(self) -> bool:
        if self._clock() < self._proof_due:
            return True
        self._proof_due = self._clock() + PROOF_SECONDS
        self._missed = 0 if self._is_ours(self.port) else self._missed + 1
        return self._missed < 2

    def _has_ended(self, what: str) -> None:
        text = f"the injector (process {self.pid}) {what}; it is started again on port {self.port}"
        self._logger.warning("%s", text)
        self._events.write(HostEvent.INJECTOR_ENDED, text, pid=self.pid, port=self.port)
        self.end()

    def _try(self, authorization: str | None) -> None:
        child = None
        try:
            child = self._start(self.port, authorization)
            self._wait_for(child)
        except OSError as error:
            if child is not None:
                child.end()
            self._has_failed(str(error))
        else:
            self._child, self._failures, self.problem, self._was_up = child, 0, "", True
            self._proof_due, self._missed = self._clock() + PROOF_SECONDS, 0
            self._logger.info("injector started, process %s, port %s", child.pid, self.port)

    def _wait_for(self, child: Child) -> None:
        until = self._clock() + READY_SECONDS
        while self._clock() < until:
            if child.poll() is not None:
                raise OSError(f"it ended with code {child.poll()} while it started; read its lines in service.log")
            if self._is_ours(self.port):
                return
            self._sleep(0.05)
        raise OSError(f"it did not answer within {READY_SECONDS:.0f} s")

    def _has_failed(self, why: str) -> None:
        self._failures += 1
        answers_to_others = ports.is_taken(self.port)
        was_taken, self._is_taken = self._is_taken, answers_to_others or ports.is_refused(self.port)
        if not was_taken:
            self._lost_since = self._clock()
        if answers_to_others:
            where = "set injector.port to another one" if self._configured else "another one is taken if that stays so"
            why = f"port {self.port} of 127.0.0.1 belongs to another process; {where}"
        problem = f"the injector can't be started: {why}"
        if problem != self.problem:
            self._logger.error("%s", problem)
        self.problem = problem
        self._next = self._clock() + PAUSES[min(self._failures, len(PAUSES) - 1)]
        if not self._was_up:
            # No worker knows it yet: another service may have been faster.
            self.port = ports.chosen(self._configured)
