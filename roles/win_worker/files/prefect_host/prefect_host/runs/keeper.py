# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The worker's side of the journal: claims, starts and ends of its runs. Plain Python; a call may block for a second.

A journal that can't be written keeps the worker from claiming a run (it stays scheduled, for this worker later or for
another one now). Any other failure here is logged, and the run goes on without an entry, as with Prefect's own worker.
"""

from __future__ import annotations

import threading
import time
import typing as t

from prefect_host.runs import server
from prefect_host.runs.repair import Repairer

if t.TYPE_CHECKING:
    import logging

    from prefect_host.runs.journal import Entry, Journal
    from prefect_host.runs.repair import Events

# Prefect's own way of ending a run, and records of its tasks that are still on their way, get this time.
SETTLE_SECONDS = 10.0
ENDED = "the process ended without telling Prefect how the run ended"


class RunKeeper:
    """Every attempt at a run has a number; what arrives late for an earlier attempt changes nothing."""

    def __init__(
        self,
        journal: Journal,
        api: server.Api,
        logger: logging.Logger,
        events: Events,
        clock: t.Callable[[], float] = time.monotonic,
    ) -> None:
        self._journal, self._api, self._logger, self._clock = journal, api, logger, clock
        # Claims and starts must not wait for Prefect: what asks it does so outside of this lock.
        self._lock = threading.RLock()
        self._repairer = Repairer(journal, api, ENDED, logger, events, named=True, lock=self._lock)
        self._attempts: dict[str, int] = {}
        self._doubtful: dict[str, tuple[Entry, int, float]] = {}
        # Over, but somebody held the entry's file: it would count as a run that a drain has to wait for.
        self._undeleted: set[str] = set()
        self._last = 0

    def claim(self, entry: Entry) -> int | None:
        """Number of the attempt; None when it can't be written down and the run must not be claimed."""
        with self._lock:
            try:
                self._journal.claim(entry)
            except OSError as error:
                self._logger.error(
                    "flow run %s is not claimed: its journal entry can't be written (%s); is the disk full?",
                    entry.flow_run_id, error,
                )  # fmt: skip
                return None
            except Exception:
                self._logger.exception("flow run %s is claimed without a journal entry", entry.flow_run_id)
            self._last += 1
            self._doubtful.pop(entry.flow_run_id, None)
            self._undeleted.discard(entry.flow_run_id)
            self._attempts[entry.flow_run_id] = self._last
            return self._last

    def note(self, flow_run_id: str, **changes: t.Any) -> None:
        """What became known of a claimed run."""
        self._tolerate(flow_run_id, lambda: self._journal.update(flow_run_id, **changes))

    def started(self, flow_run_id: str, pid: int) -> None:
        """The run has a process."""
        self._tolerate(flow_run_id, lambda: self._journal.started(flow_run_id, pid))

    def not_ours(self, flow_run_id: str, attempt: int) -> None:
        """Prefect said no to the claim."""
        with self._lock:
            if self._attempts.get(flow_run_id) == attempt:
                self._forget(flow_run_id)

    def ended(self, entry: Entry, attempt: int, clean: bool) -> bool:
        """The run's process is gone; C(clean) when it said that it was fine. False when C(settle) has to look at it."""
        if not self._is_latest(entry.flow_run_id, attempt):
            return True
        is_over = clean and self._is_over(entry.flow_run_id)
        with self._lock:
            if not self._is_latest(entry.flow_run_id, attempt):
                return True
            if is_over:
                self._forget(entry.flow_run_id)
                return True
            self._doubtful[entry.flow_run_id] = (entry, attempt, self._clock() + SETTLE_SECONDS)
            return False

    def settle(self) -> None:
        """Bring runs to an end whose processes are gone and whose state in Prefect may not be the last one. Those that
        can't be settled are kept for the next time. Never raises."""
        with self._lock:
            for flow_run_id in list(self._undeleted):
                self._tolerate(flow_run_id, lambda flow_run_id=flow_run_id: self._delete(flow_run_id))
            doubtful = list(self._doubtful)
        for flow_run_id in doubtful:
            self._tolerate(flow_run_id, lambda flow_run_id=flow_run_id: self._settle(flow_run_id))

    def _settle(self, flow_run_id: str) -> None:
        with self._lock:
            # Gone when the run was claimed again: then its entry is the new attempt's.
            entry, attempt, not_before = self._doubtful.get(flow_run_id, (None, 0, 0.0))
            if entry is None or self._clock() < not_before:
                return
            found = self._journal.read(flow_run_id)
            entry = found if found is not None and found.readable else entry
        try:
            self._repairer.end(entry)
        except (OSError, server.Refused) as error:
            self._logger.warning("flow run %s can't be settled yet: %s", flow_run_id, error)
            return
        with self._lock:
            if self._is_latest(flow_run_id, attempt):
                self._forget(flow_run_id)

    def _is_latest(self, flow_run_id: str, attempt: int) -> bool:
        return self._attempts.get(flow_run_id) == attempt

    def _is_over(self, flow_run_id: str) -> bool:
        try:
            run = server.read_run(self._api, flow_run_id)
        except (OSError, server.Refused):
            return False
        return run is None or (run.get("state") or {}).get("type") in server.TERMINAL

    def _forget(self, flow_run_id: str) -> None:
        self._attempts.pop(flow_run_id, None)
        self._doubtful.pop(flow_run_id, None)
        self._undeleted.add(flow_run_id)
        self._tolerate(flow_run_id, lambda: self._delete(flow_run_id))

    def _delete(self, flow_run_id: str) -> None:
        self._journal.done(flow_run_id)
        self._undeleted.discard(flow_run_id)

    def _tolerate(self, flow_run_id: str, action: t.Callable[[], object]) -> None:
        try:
            action()
        except OSError as error:
            self._logger.warning("the journal entry of flow run %s stays as it is: %s", flow_run_id, error)
        except Exception:
            self._logger.exception("the journal entry of flow run %s stays as it is", flow_run_id)
