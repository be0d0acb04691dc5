# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows' application event log. The role has registered the source: a service account may not do that.

Under Wine the calls succeed and nothing is kept, so only a real Windows can show that an event arrives.
"""

from __future__ import annotations

import typing as t

import win32evtlog

if t.TYPE_CHECKING:
    import logging

INFORMATION = win32evtlog.EVENTLOG_INFORMATION_TYPE
WARNING = win32evtlog.EVENTLOG_WARNING_TYPE
ERROR = win32evtlog.EVENTLOG_ERROR_TYPE
# In the message file of the source, win32service.pyd, this one is nothing but its first string.
PLAIN_TEXT = 1


class EventLog:
    """Writes to one source. An event that can't be written goes to the service's log, and never ends the service."""

    def __init__(self, source: str, logger: logging.Logger) -> None:
        self._source, self._logger = source, logger

    def write(self, kind: int, text: str) -> None:
        """One event. C(kind) is INFORMATION, WARNING or ERROR."""
        try:
            handle = win32evtlog.RegisterEventSource(None, self._source)
            try:
                win32evtlog.ReportEvent(handle, kind, 0, PLAIN_TEXT, None, [text], None)
            finally:
                win32evtlog.DeregisterEventSource(handle)
        except win32evtlog.error as error:
            self._logger.warning("no event in the event log (%s): %s", error.strerror, text)
