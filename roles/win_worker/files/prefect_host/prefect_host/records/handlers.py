# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The handlers that C(logging.yml) names, but for Prefect's. They hand over and return; nothing in them waits."""

from __future__ import annotations

import logging

from prefect_host.records.line import line_of
from prefect_host.records.outlets import outlets
from prefect_host.records.pipe import own_threads


class Unlocked(logging.Handler):
    """A handler whose C(emit) any number of threads may call at the same time: it takes no lock of its own."""

    def handle(self, record: logging.LogRecord) -> bool | logging.LogRecord:
        passed: bool | logging.LogRecord = self.filter(record) if self.filters else True
        if passed:
            # From 3.12 on a filter may put another record in place of this one.
            self.emit(passed if isinstance(passed, logging.LogRecord) else record)
        return passed


class EventLogHandler(Unlocked):
    """To the Windows Event Log. On several loggers of one branch it takes each record once."""

    def __init__(self, level: int | str = logging.NOTSET) -> None:
        super().__init__(level)
        self._pipe = outlets().event_log

    def emit(self, record: logging.LogRecord) -> None:
        line = line_of(record)
        if line.in_event_log or record.thread in own_threads:
            return
        line.in_event_log = True
        self._pipe.put(line)


class ConsoleHandler(Unlocked):
    """To standard error, and with it into worker.log."""

    def __init__(self, level: int | str = logging.NOTSET) -> None:
        super().__init__(level)
        self._pipe = outlets().file

    def emit(self, record: logging.LogRecord) -> None:
        self._pipe.put(line_of(record))
