# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the service is, in the words of C(status.json), the Event Log and Windows: from what the loop finds."""

from __future__ import annotations

import typing as t

from prefect_host import prefect_probe, status
from prefect_host.markers import DRAINING
from prefect_host.records.event_ids import HostEvent
from prefect_host.settled import Settled

if t.TYPE_CHECKING:
    from prefect_host.credential.providers import Found
    from prefect_host.parts import Parts
    from prefect_host.prefect_probe import Answer

# What a drain is told instead of.
_BENEATH_A_DRAIN = (status.STARTING, status.WAITING, status.RUNNING)


class Reporter:
    """C(is_refused): Prefect doesn't take the credential. C(settled): no flow runs any more."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._found_state, self._reason = status.STARTING, ""
        self.settled = Settled(parts)
        self._drain: str | None = None
        self._marker: dict[str, t.Any] | None = None
        self._drain_began = 0.0
        self.is_refused = False

    def enter(self, name: str, reason: str = "") -> bool:
        """What the loop finds, and why. Whether it is news. While a drain is on, that is what is shown."""
        is_news = name != self._found_state
        self._found_state, self._reason = name, reason
        self._show()
        return is_news

    def wait_for(self, reason: str, event: HostEvent | None = None) -> None:
        """No worker runs, and why: written down once for each reason."""
        if self._found_state != status.WAITING or self._reason != reason:
            self._parts.logger.info("waiting: %s", reason)
            if event is not None:
                self._parts.events.write(event, reason)
        self.enter(status.WAITING, reason)

    def note(self, answer: Answer) -> None:
        """Whether Prefect takes the credential; a server that is away says nothing about it."""
        was_refused = self.is_refused
        if answer.kind == prefect_probe.CREDENTIAL_REFUSED:
            self.is_refused = True
        elif answer.kind != prefect_probe.UNREACHABLE:
            self.is_refused = False
        if self.is_refused and not was_refused:
            self._parts.logger.error("%s", answer.reason)
            self._parts.events.write(HostEvent.CREDENTIAL_REFUSED, answer.reason)

    def look_for_drain(self) -> None:
        """Begun, done, over: each is said once."""
        parts, marker = self._parts, self._parts.control.read(DRAINING)
        if marker is not None and self._drain is None:
            # Counted anew: what was empty before the marker says nothing.
            self.settled.count_anew()
            self._drain, self._marker, self._drain_began = status.DRAINING, marker, parts.clock()
            text = f"this worker takes no new runs: {marker['why'] or 'no reason given'}"
            parts.logger.info("%s (%s)", text, marker["by"])
            parts.events.write(HostEvent.DRAIN_BEGUN, text, by=marker["by"])
        elif marker is None and self._drain is not None:
            self._drain = None
            parts.logger.info("this worker takes runs again")
            parts.events.write(HostEvent.RESUMED, "this worker takes runs again")
        if self._drain == status.DRAINING and self.settled.holds():
            self._drain = status.DRAINED
            parts.logger.info("drained: no flow of this worker runs any more")
            parts.events.write(HostEvent.DRAINED, "no flow of this worker runs any more")
        self._show()

    def is_still_drained(self) -> bool:
        """Whether no flow has run since the drain was done, and by the same marker: what keeps runs away from now on
        need not be waited for."""
        return self._drain == status.DRAINED and self._is_same_drain()

    def drained_for(self) -> float:
        """Seconds since this worker was first seen to take no new runs, by the same marker."""
        return self._parts.clock() - self._drain_began if self._is_same_drain() else 0.0

    def _is_same_drain(self) -> bool:
        """One that was taken back and begun anew since the last look may have let a run through."""
        return self._drain is not None and self._parts.control.read(DRAINING) == self._marker

    def runs(self) -> list[str] | None:
        """Ids of the claimed runs; None when the journal can't be read."""
        try:
            return [entry.flow_run_id for entry in self._parts.journal.entries()]
        except OSError as error:
            self._parts.logger.warning("the journal can't be read: %s", error)
            return None

    def tell(self, found: Found) -> None:
        """Into C(status.json)."""
        parts, is_running = self._parts, self._parts.worker.is_running
        last_poll = parts.watch.last()
        worker = {
            "pid": parts.worker.pid,
            "starts": parts.worker.starts,
            "online_since": parts.watch.first_at if is_running else None,
            "last_poll": last_poll,
        }
        injector = {"pid": parts.injector.pid, "port": parts.injector.port}
        credential = "refused" if self.is_refused else found.state
        parts.status.tell(worker, injector, parts.health_port(), self.runs(), found, credential)

    def _show(self) -> None:
        name = self._found_state
        if self._drain is not None and name in _BENEATH_A_DRAIN:
            name = self._drain
        if self._parts.status.enter(name, self._reason):
            self._parts.entered(name)
