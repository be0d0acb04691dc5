# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes that are under way at the same time. For internal use by this collection only.

A Prefect server on SQLite answers 503 to one of two writes that meet. Waiting longer does not help there, taking turns
does: after the first such answer all writes of the session go one after the other.
"""

from __future__ import annotations

import contextlib
import threading
import typing as t

BUSY = 503
# The other write is done by then, so nothing is gained by a longer pause.
TURN_SECONDS = 0.05


class Crowd:
    """All writes of one session."""

    def __init__(self) -> None:
        self._count, self._turn = threading.Lock(), threading.Lock()
        self._inside = 0
        self._crowded = False
        self.one_by_one = False

    @contextlib.contextmanager
    def write(self) -> t.Iterator[None]:
        """Around a write: waits for its turn, if turns are taken."""
        with self._turn if self.one_by_one else contextlib.nullcontext():
            with self._count:
                self._inside += 1
                self._crowded = self._crowded or self._inside > 1
            try:
                yield
            finally:
                with self._count:
                    self._inside -= 1

    def take_turns(self, status: int) -> bool:
        """Told the status of the answer to a write: whether it is worth another attempt almost at once, because the
        server was busy with another write of ours."""
        if status == BUSY and self._crowded:
            self.one_by_one = True
        return status == BUSY and self.one_by_one
