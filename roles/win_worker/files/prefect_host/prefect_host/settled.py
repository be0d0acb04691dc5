# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether no flow runs any more, once a marker keeps new runs away.

An answer with runs may have been on its way to the worker when the marker was made. The worker asks one question after
the other, and touches its file before each: a touch after the marker says that every older answer was taken or given
up, also when it belongs to a request that is only tried again. What was taken is in the journal a moment later.
"""

from __future__ import annotations

import typing as t

from prefect_host.markers import SETTLE_SECONDS

if t.TYPE_CHECKING:
    from prefect_host.parts import Parts


class Settled:
    """Look at it about once a second."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self.count_anew()

    def count_anew(self) -> None:
        """From now on the injector hands out no run."""
        self._began, self._stamp = self._parts.clock(), self._parts.watch.stamp()
        self._has_asked = False
        self._empty_since: float | None = None

    def holds(self) -> bool:
        """Whether there is no run, for long enough that none can be on its way."""
        now = self._parts.clock()
        if not self._is_known() or self.claimed() != []:
            self._empty_since = None
        elif self._empty_since is None:
            self._empty_since = now
        return self._empty_since is not None and now - self._empty_since >= SETTLE_SECONDS

    def claimed(self) -> list[str] | None:
        """Ids of the runs that have a process, or may get one. None for a journal that can't be read: it is not empty.

        What a process that is gone has left waits for Prefect, and nobody waits for it. Without a worker there is no
        process: all that a worker started ends with it.
        """
        parts = self._parts
        if not parts.worker.is_running:
            return []
        try:
            entries = parts.journal.entries()
        except OSError:
            return None
        return [entry.flow_run_id for entry in entries if entry.pid is None or parts.alive(entry.pid)]

    def _is_known(self) -> bool:
        """Whether the worker has asked since. One that asks no more is not waited for longer than it may be silent."""
        parts = self._parts
        if not parts.worker.is_running or self._has_asked:
            return True
        stamp = parts.watch.stamp()
        self._has_asked = stamp is not None and stamp != self._stamp
        return self._has_asked or parts.clock() - self._began >= parts.settings.health.poll_timeout_seconds
