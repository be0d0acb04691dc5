# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How often and how fast a request is repeated. For internal use by this collection only."""

from __future__ import annotations

import typing as t

_FIRST_PAUSE_SECONDS = 0.5


class Pacing:
    """A few attempts with pauses that double, all within a time that runs from now on.

    seconds       for all pauses together
    attempts      the first one included
    clock, sleep  seconds
    """

    def __init__(
        self, seconds: float, attempts: int, clock: t.Callable[[], float], sleep: t.Callable[[float], None]
    ) -> None:
        self._clock, self._sleep = clock, sleep
        self._deadline = clock() + seconds
        self._left = attempts - 1
        self._pause = _FIRST_PAUSE_SECONDS

    def wait(self, least: float = 0.0) -> bool:
        """Pause before another attempt, for at least the seconds that the server asks for.

        False, and at once, if there shall be no other attempt.
        """
        pause = max(self._pause, least)
        if self._left < 1 or self._clock() + pause > self._deadline:
            return False
        self._sleep(pause)
        self._left -= 1
        self._pause *= 2
        return True
