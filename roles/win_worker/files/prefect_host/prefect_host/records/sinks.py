# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sinks that need no Prefect: the Windows Event Log, and a stream or log that ends in a file."""

from __future__ import annotations

import datetime
import typing as t

from prefect_host.records import event_strings
from prefect_host.records.event_ids import Source, kind_of, record_event
from prefect_host.records.failure import SinkError
from prefect_host.records.text import cut

if t.TYPE_CHECKING:
    from prefect_host.records.fields import ProcessFields
    from prefect_host.records.line import Line
    from prefect_host.records.windows_log import WindowsSource

    Mask = t.Callable[[str], str]


class EventLogSink:
    """Each line an event of C(<log>-Worker), C(-FlowRun), C(-TaskRun) or, about records themselves, C(-Host)."""

    batch = 1
    pause = 0.05

    def __init__(self, log_name: str, fields: ProcessFields, mask: Mask, longest_text: int) -> None:
        self._log_name, self._fields, self._mask, self._longest = log_name, fields, mask, longest_text
        self._sources: dict[Source, WindowsSource] = {}

    def write(self, lines: list[Line]) -> None:
        for line in lines:
            source = line.source(bool(self._fields.flow_run_id))
            if line.event is None:
                event_id, kind = record_event(source, line.level)
            else:
                event_id, kind = line.event.value, kind_of(line.event)
            fields = self._fields.of(line, self._mask)
            strings = event_strings.strings(line.shown(self._mask), fields, self._longest, line.missing)
            self._open(source).write(kind, event_id, strings)

    def _open(self, source: Source) -> WindowsSource:
        if source not in self._sources:
            try:
                # Not at the top: this module is imported where no Windows is.
                from prefect_host.records.windows_log import WindowsSource
            except ImportError as error:
                raise SinkError(str(error)) from error
            self._sources[source] = WindowsSource(source.name_in(self._log_name))
        return self._sources[source]


class StreamSink:
    """One line per record on standard error, from where the service copies it into worker.log.

    Further lines of a record are indented: none can pass for a record of its own. C(stream) is None where a
    program has neither console nor pipes.
    """

    batch = 200
    pause = 0.05

    def __init__(self, stream: t.TextIO | None, mask: Mask, longest_text: int) -> None:
        self._stream, self._mask, self._longest = stream, mask, longest_text

    def write(self, lines: list[Line]) -> None:
        if self._stream is None:
            return
        try:
            self._stream.write("".join(f"{self._shown(line)}\n" for line in lines))
            self._stream.flush()
        except (OSError, ValueError) as error:
            # ValueError: the stream is closed.
            raise SinkError(str(error), permanent=True) from error

    def _shown(self, line: Line) -> str:
        when = datetime.datetime.fromtimestamp(line.created, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
        text = cut(line.shown(self._mask), self._longest, missing=line.missing)
        return f"{when}Z | {line.level_name:<7} | {_speaker(line)} - {text}".replace("\n", "\n    ")


def _speaker(line: Line) -> str:
    if line.fields.get("task_run_name"):
        return f"Task run {line.fields['task_run_name']!r}"
    if line.fields.get("flow_run_name"):
        return f"Flow run {line.fields['flow_run_name']!r}"
    return line.logger
