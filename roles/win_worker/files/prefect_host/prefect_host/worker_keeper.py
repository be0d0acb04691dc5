# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts one worker, watches it, and counts what fails. How a process is made is handed in."""

from __future__ import annotations

import time
import typing as t

from prefect_host.markers import now
from prefect_host.records.event_ids import HostEvent

if t.TYPE_CHECKING:
    import logging

    from prefect_host.backoff import Backoff
    from prefect_host.configuration import Restart
    from prefect_host.events import Events


# Seconds. What ends it again and again may be one flow; the pool is not to lose the host for it.
LONGEST_PAUSE_OF_A_GOOD_ONE = 15.0


class Child(t.Protocol):
    """A started worker with everything it started itself."""

    pid: int

    def poll(self) -> int | None:
        """Its exit code, None while it runs."""

    def ask_to_stop(self) -> None:
        """Ask it to end by itself. Raises OSError when it can't be asked."""

    def end(self) -> None:
        """End it and all it started, at once. No error when it has ended already."""


class WorkerKeeper:
    """C(told) is called with the process id (None when a start failed) and the number of starts.

    C(failures) counts starts in a row that came to nothing while Prefect answered.
    """

    def __init__(
        self,
        start: t.Callable[[], Child],
        restart: Restart,
        backoff: Backoff,
        logger: logging.Logger,
        events: Events,
        told: t.Callable[[int | None, int], None],
        clock: t.Callable[[], float] = time.monotonic,
    ) -> None:
        self._start, self._restart, self._backoff = start, restart, backoff
        self._logger, self._events, self._told, self._clock = logger, events, told, clock
        self._child: Child | None = None
        self._began = self._next = 0.0
        self.starts = self.failures = 0
        self.started_at = ""
        self.last_end = ""

    @property
    def pid(self) -> int | None:
        return None if self._child is None else self._child.pid

    @property
    def is_running(self) -> bool:
        return self._child is not None

    @property
    def pause(self) -> float:
        """Seconds until the next start is due."""
        return max(0.0, self._next - self._clock())

    @property
    def has_failed_too_often(self) -> bool:
        return 0 < self._restart.limit <= self.failures

    def start(self) -> bool:
        """Whether it runs now. Never raises: a start that fails is one that is tried again."""
        self.starts += 1
        self._began, self.started_at = self._clock(), now()
        try:
            self._child = self._start()
        except OSError as error:
            self._logger.error("the worker can't be started: %s", error)
            self._failed(f"can't be started: {error}")
        except Exception as error:
            self._logger.exception("the worker can't be started")
            self._failed(f"can't be started: {type(error).__name__}: {error}")
        else:
            text = f"worker started, process {self._child.pid} (start {self.starts})"
            self._logger.info("%s", text)
            self._events.write(HostEvent.WORKER_STARTED, text, pid=self._child.pid, starts=self.starts)
        self._tell()
        return self.is_running

    def has_ended(self) -> bool:
        """Whether it ended by itself since it was last asked. What it left behind is ended too."""
        if self._child is None:
            return False
        code = self._child.poll()
        if code is None:
            return False
        self.last_end = f"ended with code {code}"
        text = f"worker {self.pid} {self.last_end} after {self._clock() - self._began:.0f} s"
        self._logger.warning("%s", text)
        self._events.write(HostEvent.WORKER_ENDED, f"{text}; read worker.log", pid=self.pid, code=code)
        self.end()
        return True

    def count(self, prefect_answered: bool, has_polled: bool) -> None:
        """After an end. A worker that has asked for runs did start, whatever became of it, and is soon missed."""
        if has_polled:
            self.failures = 0
            self._wait_after(self._clock() - self._began, LONGEST_PAUSE_OF_A_GOOD_ONE)
        else:
            self.failures += prefect_answered
            self._wait_after(0.0)

    def ask_to_stop(self) -> bool:
        """Whether it could be asked."""
        try:
            if self._child is not None:
                self._child.ask_to_stop()
        except OSError as error:
            self._logger.warning("worker %s can't be asked to stop: %s", self.pid, error)
            return False
        return True

    def has_stopped(self) -> bool:
        """Whether it ended after it was asked: no event, as this is what was wanted."""
        if self._child is None or self._child.poll() is None:
            return self._child is None
        self._logger.info("worker %s stopped", self.pid)
        self.end()
        return True

    def end(self) -> None:
        """At once, with all it started."""
        if self._child is not None:
            self._child.end()
            self._child = None

    def _failed(self, why: str) -> None:
        self.last_end = why
        self.failures += 1
        self._wait_after(0.0)

    def _wait_after(self, uptime: float, most: float = float("inf")) -> None:
        delay = min(self._backoff.after(uptime), most)
        self._next = self._clock() + delay
        self._logger.info("next start of the worker in %.1f s", delay)

    def _tell(self) -> None:
        """Who is told about a start must not be able to end the service."""
        try:
            self._told(self.pid, self.starts)
        except Exception:
            self._logger.exception("start %s of the worker can't be reported", self.starts)
