# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A buffer and the thread that empties it into a sink."""

from __future__ import annotations

import contextlib
import threading
import time
import typing as t

from prefect_host.records.buffer import Buffer
from prefect_host.records.failure import SinkError

if t.TYPE_CHECKING:
    from prefect_host.records.limits import Limits
    from prefect_host.records.line import Line
    from prefect_host.records.trouble import Trouble

# Between two tries of a sink that fails; the last one goes on.
RETRY_SECONDS = (1.0, 2.0, 5.0, 10.0, 30.0)
# While the rate doesn't allow more: how often to look.
RATE_SECONDS = 0.2
# Threads of pipes, by their ident: what they cause to be logged doesn't go round in circles.
own_threads: set[int] = set()


class Sink(t.Protocol):
    """Where lines go. Called by one thread at a time."""

    # Lines that one call may get.
    batch: int
    # Seconds to wait for more lines before a call.
    pause: float

    def write(self, lines: list[Line]) -> None:
        """All of them, or SinkError and none of them."""


class Pipe:
    """C(put) never blocks and never raises. The thread is a daemon, begun by the first line."""

    def __init__(self, name: str, sink: Sink, limits: Limits, trouble: Trouble) -> None:
        self._name, self._sink, self._trouble = name, sink, trouble
        self._buffer = Buffer(limits)
        self._work, self._end_is_near = threading.Event(), threading.Event()
        self._writing = threading.Lock()
        self._beginning = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False

    def put(self, line: Line) -> None:
        """Hand a line over."""
        self._buffer.put(line)
        if self._thread is None or not self._work.is_set():
            self._wake()

    def put_first(self, line: Line) -> None:
        """A word about another sink: ahead of what waits."""
        self._buffer.put_first(line)
        self._wake()

    def drain(self, seconds: float) -> bool:
        """Write what waits, at any rate, for so long at most. Returns whether all is written; what isn't is lost."""
        until = time.monotonic() + seconds
        self._end_is_near.set()
        self._work.set()
        try:
            while not self._is_idle() and time.monotonic() < until:
                if self._thread is None or not self._thread.is_alive():
                    # No new thread can be begun when the interpreter ends.
                    self._pump()
                else:
                    time.sleep(0.005)
            return self._is_idle()
        finally:
            self._end_is_near.clear()

    def tell_losses(self) -> None:
        """The last word on a sink that failed, before the process ends. After C(drain)."""
        self._trouble.end(self._buffer.left_out_ever)

    def close(self, seconds: float) -> None:
        """Drain it and end its thread. For a pipe that isn't needed until the process ends."""
        self.drain(seconds)
        self._closed = True
        self._work.set()

    def _is_idle(self) -> bool:
        return self._buffer.is_empty and not self._writing.locked()

    def _wake(self) -> None:
        self._work.set()
        if self._thread is None:
            self._begin()

    def _begin(self) -> None:
        with self._beginning:
            if self._thread is None:
                thread = threading.Thread(target=self._run, name=f"records-{self._name}", daemon=True)
                # "can't start new thread": no memory, or the interpreter ends. drain does its work.
                with contextlib.suppress(RuntimeError):
                    thread.start()
                    self._thread = thread

    def _run(self) -> None:
        own_threads.add(threading.get_ident())
        try:
            while not self._closed:
                self._work.wait()
                self._work.clear()
                self._end_is_near.wait(self._sink.pause)
                while not self._buffer.is_empty:
                    if not self._pump():
                        self._end_is_near.wait(RATE_SECONDS)
        finally:
            own_threads.discard(threading.get_ident())
            # Whatever ended it, Python has shown: the next line begins another thread.
            self._thread = None

    def _pump(self) -> bool:
        """Write what the rate allows. False: nothing, just now."""
        with self._writing:
            lines = self._buffer.take(self._end_is_near.is_set())
            for begin in range(0, len(lines), self._sink.batch):
                self._write(lines[begin : begin + self._sink.batch])
        return bool(lines)

    def _write(self, lines: list[Line]) -> None:
        tries = 0
        while lines:
            try:
                self._sink.write(lines)
            except SinkError as error:
                if error.permanent and len(lines) > 1:
                    self._one_by_one(lines)
                    return
                is_lost = error.permanent or (tries > 0 and self._end_is_near.is_set())
                self._trouble.failed(str(error), len(lines) if is_lost else 0, self._buffer.left_out_ever)
                if is_lost:
                    return
                self._end_is_near.wait(RETRY_SECONDS[min(tries, len(RETRY_SECONDS) - 1)])
                tries += 1
            else:
                self._trouble.over(self._buffer.left_out_ever)
                return

    def _one_by_one(self, lines: list[Line]) -> None:
        for line in lines:
            self._write([line])
