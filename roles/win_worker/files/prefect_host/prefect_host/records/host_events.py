# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service's own events, source C(<log>-Host)."""

from __future__ import annotations

import threading
import typing as t

from prefect_host.records import event_strings
from prefect_host.records.event_ids import HostEvent, Source, kind_of
from prefect_host.records.failure import SinkError
from prefect_host.records.masking import Masker

if t.TYPE_CHECKING:
    import logging

    from prefect_host.records.windows_log import WindowsSource


class HostEvents:
    """Writes at once: these events are few. C(always) are fields of each event (C(instance="default")).

    An event that can't be written goes to the service's log, and never ends the service.
    """

    def __init__(self, log_name: str, logger: logging.Logger, **always: object) -> None:
        self._name = Source.HOST.name_in(log_name)
        self._logger, self._always, self._mask = logger, always, Masker()
        self._source: WindowsSource | None = None
        self._lock = threading.Lock()

    def write(self, event_id: HostEvent | int, text: str, **fields: object) -> None:
        """One event: readable text, then each field as C(name=value); fields that are None or empty are left out."""
        try:
            event = HostEvent(event_id)
            values = {name: self._masked(value) for name, value in {**self._always, **fields}.items()}
            strings = event_strings.strings(self._mask(text), values)
            with self._lock:
                self._open().write(kind_of(event), event.value, strings)
        except (ImportError, ValueError, SinkError) as error:
            self._logger.warning("no event in the Windows Event Log (id %s; %s): %s", event_id, error, self._mask(text))

    def _masked(self, value: object) -> object:
        if isinstance(value, list | tuple):
            return [self._mask(str(one)) for one in value]
        return None if value is None else self._mask(str(value))

    def _open(self) -> WindowsSource:
        if self._source is None:
            # Not at the top: this module is imported where no Windows is.
            from prefect_host.records.windows_log import WindowsSource

            self._source = WindowsSource(self._name)
        return self._source
