# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps one worker running. Plain Python: how a process is started and stopped is handed in."""

from __future__ import annotations

import queue
import threading
import time
import typing as t

if t.TYPE_CHECKING:
    import logging

    from prefect_host.backoff import Backoff

_STOP = object()


class Child(t.Protocol):
    """A started worker with everything it started itself."""

    pid: int

    def wait(self) -> int:
        """Block until it ended; its exit code."""

    def ask_to_stop(self) -> None:
        """Ask it to end by itself. Raises OSError when it can't be asked."""

    def end(self) -> None:
        """End it and all it started, at once. No error when it has ended already."""


class Supervisor:
    """C(run) returns only after C(stop): a worker that dies, or can't even be started, is tried again."""

    def __init__(
        self,
        start: t.Callable[[], Child],
        backoff: Backoff,
        grace_seconds: float,
        logger: logging.Logger,
        started: t.Callable[[int | None, int], None],
        clock: t.Callable[[], float] = time.monotonic,
    ) -> None:
        self._start, self._backoff, self._grace, self._logger = start, backoff, grace_seconds, logger
        self._started, self._clock = started, clock
        self._events: queue.Queue[t.Any] = queue.Queue()
        self._stopping = False
        self.starts = 0

    def stop(self) -> None:
        """End C(run), from any thread, at any time, any number of times."""
        self._events.put(_STOP)

    def run(self) -> None:
        while not self._stopping:
            begun = self._clock()
            child = self._try_start()
            if child is not None:
                self._watch(child)
            if not self._stopping:
                self._pause(self._backoff.after(self._clock() - begun))

    def _try_start(self) -> Child | None:
        self.starts += 1
        child = None
        try:
            child = self._start()
        except OSError as error:
            self._logger.error("the worker can't be started: %s", error)
        except Exception:
            self._logger.exception("the worker can't be started")
        else:
            self._logger.info("worker started, process %s (start %s)", child.pid, self.starts)
        self._tell(None if child is None else child.pid)
        return child

    def _tell(self, pid: int | None) -> None:
        """Who is told about a start must not be able to end the run."""
        try:
            self._started(pid, self.starts)
        except Exception:
            self._logger.exception("start %s of the worker can't be reported", self.starts)

    def _watch(self, child: Child) -> None:
        """Until the worker ends or somebody asks to stop."""
        waiter = threading.Thread(target=self._await, args=(child,), daemon=True)
        waiter.start()
        event = self._events.get()
        if event is _STOP:
            self._stopping = True
            self._stop_child(child, waiter)
        else:
            self._logger.warning("worker %s ended with code %s", child.pid, event)
        # Also after a normal end: what the worker left behind must not outlive it.
        child.end()

    def _await(self, child: Child) -> None:
        code = None
        try:
            code = child.wait()
        except Exception:
            self._logger.exception("worker %s can't be watched", child.pid)
        # Without an event nobody would ever look at this worker again.
        self._events.put(code)

    def _stop_child(self, child: Child, waiter: threading.Thread) -> None:
        self._logger.info("stopping worker %s, at most %s s", child.pid, self._grace)
        try:
            child.ask_to_stop()
        except OSError as error:
            self._logger.warning("worker %s can't be asked to stop: %s", child.pid, error)
        else:
            waiter.join(self._grace)
        if waiter.is_alive():
            self._logger.warning("worker %s is still there: ending it with all it started", child.pid)
        child.end()
        waiter.join(10)
        self._logger.info("worker %s stopped", child.pid)

    def _pause(self, seconds: float) -> None:
        self._logger.info("next start in %.1f s", seconds)
        try:
            self._events.get(timeout=seconds)
        except queue.Empty:
            return
        # Only a stop can arrive here: the worker's end has been taken from the queue before.
        self._stopping = True
