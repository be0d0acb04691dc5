# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Windows asks of the service, from its own thread: heard by the service's loop within a moment."""

from __future__ import annotations

import threading


class Orders:
    """Any thread, at any time, any number of times."""

    def __init__(self) -> None:
        self._wake = threading.Event()
        self.stop_limit: float | None = None
        self.grace_limit = 0.0
        self.stop_reason = ""

    @property
    def is_stop(self) -> bool:
        return self.stop_limit is not None

    def stop(self, limit_seconds: float, grace_seconds: float, reason: str) -> bool:
        """End the service: running flows have C(limit_seconds), then the worker C(grace_seconds). A second order can
        only shorten the first. Whether this one counts."""
        counts = self.stop_limit is None or limit_seconds < self.stop_limit
        if counts:
            self.stop_limit, self.grace_limit, self.stop_reason = limit_seconds, grace_seconds, reason
        self._wake.set()
        return counts

    def wait(self, seconds: float) -> None:
        """Until something was ordered, at most this long. While the service stops, every wait is a whole one."""
        if self._wake.wait(seconds):
            self._wake.clear()
