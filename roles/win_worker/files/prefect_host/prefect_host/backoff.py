# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long to wait before the worker is started again."""

from __future__ import annotations

import secrets
import typing as t

if t.TYPE_CHECKING:
    from prefect_host.configuration import Restart


class Backoff:
    """Exponential, with jitter, and forgetting after a healthy run.

    C(spread) returns a number in [-1, 1]; it is a parameter so that tests need no luck.
    """

    def __init__(self, restart: Restart, spread: t.Callable[[], float] | None = None) -> None:
        self._restart = restart
        self._spread = spread or (lambda: secrets.randbelow(2001) / 1000 - 1)
        self.attempts = 0

    def after(self, uptime_seconds: float) -> float:
        """Seconds to wait after a worker that lived for C(uptime_seconds)."""
        if uptime_seconds >= self._restart.healthy_after_seconds:
            self.attempts = 0
        # The exponent is capped: a worker that can't start for weeks must not overflow a float.
        delay = min(
            self._restart.initial_seconds * self._restart.factor ** min(self.attempts, 64),
            self._restart.maximum_seconds,
        )
        self.attempts += 1
        return max(0.0, delay * (1 + self._restart.jitter * self._spread()))
