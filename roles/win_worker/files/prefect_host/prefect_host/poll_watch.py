# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does the worker still ask for runs? It touches a file at every attempt; here the file is looked at."""

from __future__ import annotations

import datetime
import os
import time
import typing as t

# In the second half of the patience Prefect is asked as often as this: what the worker's silence means.
PROBE_SECONDS = 15.0


class PollWatch:
    """C(prefect_answers) asks Prefect: a worker that waits for a server that is away is no silent one.

    Times are those of C(clock): whoever sets the host's clock must not end a worker.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        timeout_seconds: float,
        prefect_answers: t.Callable[[], bool],
        clock: t.Callable[[], float] = time.monotonic,
    ) -> None:
        self._path, self._timeout = path, timeout_seconds
        self._prefect_answers, self._clock = prefect_answers, clock
        self._stamp: int | None = None
        self._changed = self._probe_due = 0.0
        self.first_at: str | None = None

    @property
    def has_polled(self) -> bool:
        """Whether the worker of now has asked at all."""
        return self.first_at is not None

    def begin(self) -> None:
        """A worker was started."""
        self._stamp, self.first_at = self.stamp(), None
        self._changed = self._clock()

    def is_silent(self) -> bool:
        """Whether it made no attempt for the whole timeout, while Prefect answered."""
        stamp, now = self.stamp(), self._clock()
        if stamp is not None and stamp != self._stamp:
            self._stamp, self._changed = stamp, now
            self.first_at = self.first_at or self.last()
        age = now - self._changed
        if age < self._timeout / 2:
            self._probe_due = now
            return False
        if now >= self._probe_due:
            self._probe_due = now + PROBE_SECONDS
            if not self._prefect_answers():
                self._changed = now
                return False
        return age >= self._timeout

    def last(self) -> str | None:
        """When it last asked, UTC; None when it never did."""
        stamp = self.stamp()
        if stamp is None:
            return None
        return datetime.datetime.fromtimestamp(stamp / 1e9, datetime.UTC).isoformat(timespec="seconds")

    def stamp(self) -> int | None:
        """Another one after each attempt; None before the first."""
        try:
            return os.stat(self._path).st_mtime_ns
        except OSError:
            # Also one that can't be looked at: it then counts as unchanged, and Prefect is asked before anything ends.
            return None
