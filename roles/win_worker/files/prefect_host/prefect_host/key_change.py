# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A new key while a worker runs: no new runs, running flows end, then the injector starts anew with it.

The worker stays. Its flows would not survive the moment without an injector: Prefect's clients try a refused connection
again only after a first success.
"""

from __future__ import annotations

import typing as t

from prefect_host.credential.providers import PRESENT, Found
from prefect_host.markers import RENEWING
from prefect_host.records.event_ids import HostEvent
from prefect_host.settled import Settled

if t.TYPE_CHECKING:
    from prefect_host.parts import Parts


class KeyChange:
    """One at a time; a key that arrives during a change takes its place."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._in_use: str | None = None
        self._settled = Settled(parts)
        self._is_waiting = False
        self._until = 0.0
        self._is_marked = False

    def begin(self, found: Found) -> None:
        """A key was taken over."""
        parts = self._parts
        text = "a new API key was taken over"
        parts.logger.info("%s, fingerprint %s", text, found.fingerprint[:12])
        parts.events.write(HostEvent.CREDENTIAL_TAKEN_OVER, text, fingerprint=found.fingerprint)
        if not parts.injector.is_up:
            # It starts with the new one.
            return
        if not self._is_waiting:
            self._until = parts.clock() + parts.settings.drain.limit_seconds
        self._is_waiting = True
        if parts.worker.is_running:
            try:
                parts.control.put(RENEWING, "service", text)
                self._is_marked = True
            finally:
                self._settled.count_anew()

    def authorization(self, found: Found) -> str | None:
        """What the injector is to show now: until its change, and while there is none, what it showed before."""
        if not self._is_waiting and found.state == PRESENT:
            self._in_use = found.authorization
        return self._in_use if self._in_use is not None else found.authorization

    def step(self, found: Found) -> None:
        """Once a second, while the injector is up. Raises OSError when the marker can't be taken away yet."""
        parts = self._parts
        if self._is_waiting:
            if parts.worker.is_running and not self._settled.holds() and parts.clock() < self._until:
                return
            self._is_waiting = False
            if not parts.injector.restart(self.authorization(found)):
                return
            parts.logger.info("the injector shows the new API key")
        if self._is_marked:
            parts.control.take_away(RENEWING)
            self._is_marked = False
