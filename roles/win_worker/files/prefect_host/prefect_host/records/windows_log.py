# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One source of the Windows Event Log. The role has registered it: a service account may not do that.

Under Wine the calls succeed and nothing is kept, so only a real Windows can show that an event arrives.
"""

from __future__ import annotations

import typing as t

import win32evtlog

from prefect_host.records.failure import SinkError

# One record can't be written, others can: wrong parameter, too long (array bounds, message, buffer).
_THIS_RECORD_ONLY = {87, 122, 1502, 1734}


class WindowsSource:
    """Keeps its handle open; opens it once more when Windows refuses an event (the Event Log service was restarted)."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._handle: t.Any = None

    def write(self, kind: int, event_id: int, strings: list[str]) -> None:
        """Raises SinkError. C(strings) hold no NUL and, together, no more than 31,839 UTF-16 units."""
        for last_try in (False, True):
            try:
                if self._handle is None:
                    self._handle = win32evtlog.RegisterEventSource(None, self._name)
                win32evtlog.ReportEvent(self._handle, kind, 0, event_id, None, strings, None)
            except win32evtlog.error as error:
                self.close()
                if last_try:
                    raise SinkError(
                        f"source {self._name}: {error.strerror} ({error.winerror})",
                        permanent=error.winerror in _THIS_RECORD_ONLY,
                    ) from error
            else:
                return

    def close(self) -> None:
        """Give the handle back. The next event opens another one."""
        handle, self._handle = self._handle, None
        if handle is not None:
            try:
                win32evtlog.DeregisterEventSource(handle)
            except win32evtlog.error:
                # It was broken, that is why it is closed.
                return
