# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One sink says on the others that it fails: when it begins, once a minute, and when it is over."""

from __future__ import annotations

import logging
import time
import typing as t

from prefect_host.records.line import Line

if t.TYPE_CHECKING:
    from prefect_host.records.event_ids import HostEvent

AGAIN_SECONDS = 60.0


class Trouble:
    """Of one sink. C(what) is its state in words ("the Windows Event Log can't be written"), C(others) tells the other
    sinks. Used by the sink's own thread only.
    """

    def __init__(
        self,
        what: str,
        event: HostEvent | None,
        others: t.Callable[[Line], None],
        clock: t.Callable[[], float] = time.monotonic,
    ) -> None:
        self._what, self._event, self._others, self._clock = what, event, others, clock
        self._failing = self._told = False
        self._not_before = float("-inf")
        self._lost = self._left_out_before = 0

    def failed(self, reason: str, lost: int, left_out_ever: int) -> None:
        """A write failed and C(lost) lines with it. C(left_out_ever): what the buffer had no room for, since ever."""
        now = self._clock()
        if not self._failing:
            self._failing, self._left_out_before = True, left_out_ever
        self._lost += lost
        if now >= self._not_before:
            self._told, self._not_before = True, now + AGAIN_SECONDS
            missing = self._missing(left_out_ever)
            self._tell(f"{self._what}: {reason}" + (f"; {missing} records are lost so far" if missing else ""))

    def over(self, left_out_ever: int) -> None:
        """A write succeeded."""
        if not self._failing:
            return
        missing = self._missing(left_out_ever)
        self._failing = False
        if self._told:
            self._told, self._lost = False, 0
            self._tell(f"over: {self._what}; {missing} records were lost")
        else:
            # Too soon to say it again: it is in the next number.
            self._lost = missing

    def end(self, left_out_ever: int) -> None:
        """The process ends: what is lost by now stays lost."""
        missing = self._missing(left_out_ever) if self._failing else self._lost
        if missing:
            self._failing, self._lost = False, 0
            self._tell(f"{self._what}: at the end of the process {missing} records are lost")

    def _missing(self, left_out_ever: int) -> int:
        return self._lost + left_out_ever - self._left_out_before

    def _tell(self, text: str) -> None:
        self._others(Line(text, logging.WARNING, event=self._event, created=time.time()))
