# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What waits for a sink. Putting a line in costs next to nothing and never blocks; memory is bounded."""

from __future__ import annotations

import collections
import logging
import threading
import time
import typing as t

from prefect_host.records.event_ids import HostEvent
from prefect_host.records.line import Line

if t.TYPE_CHECKING:
    from prefect_host.records.limits import Limits


# Characters of the first lines, and of the last ones, that may wait, whatever their number.
MOST_CHARACTERS = 4_000_000
# A longer line takes the time of several.
CHARACTERS_OF_A_TURN = 1000


class Buffer:
    """The first C(burst) lines pass at once. Later ones wait in a ring of C(burst) lines for their turn, C(per_second).
    A line of more than CHARACTERS_OF_A_TURN takes several turns.

    In a flood the ring loses its oldest lines. It is then held back until it may pass as a whole: one line that says
    how many records were left out, and after it the last ones, in order and without another gap.
    """

    def __init__(self, limits: Limits, clock: t.Callable[[], float] = time.monotonic) -> None:
        self._limits, self._clock = limits, clock
        self._lock = threading.Lock()
        self._first: collections.deque[Line] = collections.deque()
        self._may_pass = limits.burst
        self._ring: collections.deque[Line] = collections.deque()
        self._left_out = 0
        self._turns = 0.0
        self._counted_at = clock()
        self._first_characters = self._ring_characters = 0
        self.left_out_ever = 0

    def put(self, line: Line) -> None:
        """From any thread."""
        with self._lock:
            if self._may_pass and not self._ring and self._first_characters <= MOST_CHARACTERS:
                self._may_pass = max(self._may_pass - self._weight(line), 0)
                self._first_characters += len(line.text)
                self._first.append(line)
                return
            self._ring_characters += len(line.text)
            self._ring.append(line)
            while len(self._ring) > self._limits.burst or self._ring_characters > MOST_CHARACTERS:
                self._ring_characters -= len(self._ring.popleft().text)
                self._left_out += 1
                self.left_out_ever += 1

    def put_first(self, line: Line) -> None:
        """Ahead of all others, whatever the rate."""
        with self._lock:
            self._first.appendleft(line)

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits at all."""
        return not self._first and not self._ring

    def take(self, all_of_it: bool = False) -> list[Line]:
        """What may be written now, in order. C(all_of_it): the process ends, so the rate doesn't count."""
        with self._lock:
            if self._first:
                taken = list(self._first)
                self._first.clear()
                self._first_characters = 0
            else:
                taken = self._take_ring(all_of_it)
                if taken and self._left_out:
                    taken.insert(0, self._note(taken[0]))
                    self._left_out = 0
            return taken

    def _take_ring(self, all_of_it: bool) -> list[Line]:
        self._count_turns()
        wanted = self._weights() if self._left_out else 0
        if not self._ring or (not all_of_it and self._turns < wanted):
            return []
        taken: list[Line] = []
        while self._ring and (all_of_it or wanted or self._turns >= self._weight(self._ring[0])):
            taken.append(self._ring.popleft())
            self._turns = max(self._turns - self._weight(taken[-1]), 0.0)
        self._ring_characters -= sum(len(line.text) for line in taken)
        return taken

    def _weight(self, line: Line) -> int:
        """How many turns the line takes; never more than there can be."""
        return min(1 + len(line.text) // CHARACTERS_OF_A_TURN, self._limits.burst)

    def _weights(self) -> int:
        return min(sum(self._weight(line) for line in self._ring), self._limits.burst)

    def _count_turns(self) -> None:
        now = self._clock()
        self._turns = min(
            self._turns + (now - self._counted_at) * self._limits.per_second, float(self._limits.burst)
        )  # fmt: skip
        self._counted_at = now

    def _note(self, following: Line) -> Line:
        return Line(
            f"{self._left_out} records left out: more than can be written ({self._limits.per_second} a second)",
            logging.WARNING, following.fields, HostEvent.RECORDS_LEFT_OUT, created=following.created,
        )  # fmt: skip
