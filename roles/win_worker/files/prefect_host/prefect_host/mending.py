# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When runs are repaired: all of the journal while no worker runs, and afterwards only what that had to leave."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from prefect_host.parts import Parts

AGAIN_SECONDS = 30.0
# The loop has more to do than to wait for Prefect, and Windows does not wait for ever.
LOOP_SECONDS = 20.0
END_SECONDS = 30.0


class Mending:
    """C(reason): why the journal is looked at before the first worker."""

    def __init__(self, parts: Parts, reason: str) -> None:
        self._parts = parts
        self._reason: str | None = reason
        self._left: t.Mapping[str, str] = {}
        self._left_reason = ""
        self._again_at = 0.0

    def because(self, reason: str) -> None:
        """A worker has ended, with all that it ran."""
        self._reason = reason

    def before_a_worker(self) -> None:
        """Once for each end of a worker. Raises OSError when the journal can't be listed: then it is still to be
        done."""
        if self._reason is not None:
            self._everything(self._reason, LOOP_SECONDS)
            self._reason = None

    def leftovers(self) -> None:
        """At any time: a run that a worker has claimed since has another entry. Raises OSError as above."""
        parts = self._parts
        if self._left and parts.clock() >= self._again_at:
            self._again_at = parts.clock() + AGAIN_SECONDS
            self._left = parts.repair(self._left_reason, self._left, parts.clock() + LOOP_SECONDS).left_entries

    def last(self, reason: str) -> None:
        """At the end of the service, while no worker runs. C(reason) is for what was not to be repaired before."""
        try:
            if self._parts.journal.count() and self._parts.injector.is_up:
                self._everything(self._reason or reason, END_SECONDS)
        except OSError as error:
            self._parts.logger.error("the journal can't be read: %s; the next start repairs what is in it", error)

    def _everything(self, reason: str, seconds: float) -> None:
        repair, until = self._parts.repair, self._parts.clock() + seconds
        if self._left:
            # They ended for a reason of their own.
            self._left = repair(self._left_reason, self._left, until).left_entries
        self._left, self._left_reason = repair(reason, None, until).left_entries, reason
        self._again_at = self._parts.clock() + AGAIN_SECONDS
