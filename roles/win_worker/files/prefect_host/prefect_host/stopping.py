# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of the service: no new runs, running flows end, then the worker, then what is left is told to Prefect."""

from __future__ import annotations

import typing as t

from prefect_host import status
from prefect_host.markers import STOPPING
from prefect_host.records.event_ids import HostEvent

if t.TYPE_CHECKING:
    from prefect_host.parts import Parts
    from prefect_host.reporter import Reporter

TICK_SECONDS = 0.5


class Stopping:
    """C(keep) keeps the injector up: flows that end need it. C(tell) writes the status. C(mend) takes a
    reason, and tells Prefect what became of the runs that are left."""

    def __init__(
        self,
        parts: Parts,
        reporter: Reporter,
        keep: t.Callable[[], t.Any],
        tell: t.Callable[[], None],
        mend: t.Callable[[str], None],
    ) -> None:
        self._parts, self._reporter, self._keep, self._tell, self._mend = parts, reporter, keep, tell, mend

    def run(self) -> None:
        parts, why = self._parts, self._parts.orders.stop_reason
        self._reporter.enter(status.STOPPING, why)
        parts.logger.info("stopping: %s", why)
        parts.events.write(HostEvent.STOPPING, f"the service stops: {why}")
        try:
            parts.control.put(STOPPING, "service", why)
        except OSError as error:
            parts.logger.error("%s; until the worker is stopped it may take new runs", error)
        if not self._reporter.is_still_drained():
            self._reporter.settled.count_anew()
        reason = self._let_finish()
        self._stop_worker()
        self._mend(reason)
        parts.injector.end()
        self._reporter.enter(status.STOPPED, why)
        self._tell()

    def _let_finish(self) -> str:
        """Wait for running flows. What to say of those that still run then. A drain before the stop counts: both have
        one limit."""
        parts, began = self._parts, self._parts.clock() - self._reporter.drained_for()
        while parts.worker.is_running and not self._reporter.settled.holds():
            limit = parts.orders.stop_limit or 0.0
            if parts.clock() - began >= limit:
                runs = self._reporter.settled.claimed()
                if runs == []:
                    break
                text = f"still running when the drain limit of {limit:.0f} s was reached: {parts.orders.stop_reason}"
                parts.logger.warning("%s", text)
                parts.events.write(HostEvent.DRAIN_LIMIT_REACHED, text, flow_run_ids=",".join(runs or []))
                return text
            self._keep()
            if parts.worker.has_ended():
                return f"the worker's process {parts.worker.last_end} while the service stopped"
            self._tell()
            parts.orders.wait(TICK_SECONDS)
        return f"the worker was stopped: {parts.orders.stop_reason}"

    def _stop_worker(self) -> None:
        parts = self._parts
        if not parts.worker.is_running:
            return
        grace = parts.orders.grace_limit
        parts.logger.info("stopping worker %s, at most %.0f s", parts.worker.pid, grace)
        until = parts.clock() + grace
        if parts.worker.ask_to_stop():
            while parts.clock() < until and not parts.worker.has_stopped():
                self._keep()
                self._tell()
                parts.orders.wait(TICK_SECONDS)
        if parts.worker.is_running:
            parts.logger.warning("worker %s is still there: ending it with all it started", parts.worker.pid)
        parts.worker.end()
