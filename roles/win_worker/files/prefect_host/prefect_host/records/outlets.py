# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The three sinks of a process whose records are ours: the worker's and each flow run's."""

from __future__ import annotations

import atexit
import contextlib
import functools
import os
import sys
import threading
import time
import typing as t

from prefect_host.records.ending import drain_before_the_end
from prefect_host.records.event_ids import DEFAULT_LOG, HostEvent
from prefect_host.records.fields import ProcessFields
from prefect_host.records.limits import from_environment
from prefect_host.records.line import Line
from prefect_host.records.masking import Masker
from prefect_host.records.pipe import Pipe
from prefect_host.records.sinks import EventLogSink, StreamSink
from prefect_host.records.trouble import Trouble

if t.TYPE_CHECKING:
    from prefect_host.records.pipe import Sink

# At the end of a process: how long all sinks together may take for what waits, and each of them.
SECONDS = 30.0
SECONDS_EACH = 15.0


class Outlets:
    """C(event_log), C(prefect) and C(file) are pipes. C(prefect_sink) makes Prefect's: it is imported when needed."""

    def __init__(self, environment: t.Mapping[str, str], stream: t.TextIO, prefect_sink: t.Callable[..., Sink]) -> None:
        limits, complaint = from_environment(environment)
        mask, fields = Masker(environment=environment), ProcessFields(environment)
        self.event_log = Pipe(
            "event-log",
            EventLogSink(
                environment.get("FLOWOPS_EVENT_LOG") or DEFAULT_LOG, fields, mask, limits["event_log"].text
            ),
            limits["event_log"],
            Trouble("the Windows Event Log can't be written", HostEvent.EVENT_LOG_FAILED, self._event_log_failed),
        )  # fmt: skip
        self.prefect = Pipe(
            "prefect",
            prefect_sink(fields.flow_run_id, mask, limits["prefect"].text),
            limits["prefect"],
            Trouble("records don't reach Prefect", HostEvent.PREFECT_LOG_FAILED, self._prefect_failed),
        )
        self.file = Pipe(
            "file",
            StreamSink(stream, mask, limits["file"].text),
            limits["file"],
            Trouble("standard error can't be written", None, lambda _line: None),
        )
        if complaint:
            self.file.put_first(Line(complaint, created=time.time()))

    def _event_log_failed(self, line: Line) -> None:
        self.prefect.put_first(line)
        self.file.put_first(line)

    def _prefect_failed(self, line: Line) -> None:
        self.event_log.put_first(line)
        self.file.put_first(line)

    def drain(self, seconds: float = SECONDS) -> None:
        """Write what waits, and what is to be said about it."""
        until = time.monotonic() + seconds
        for pipe in (self.event_log, self.prefect):
            _drain(pipe, until)
        for pipe in (self.event_log, self.prefect):
            pipe.tell_losses()
        for pipe in (self.event_log, self.prefect, self.file):
            _drain(pipe, until)


def _drain(pipe: Pipe, until: float) -> None:
    # Never without a moment: a sink that hangs must not cost the others their last lines.
    pipe.drain(min(max(until - time.monotonic(), 0.5), SECONDS_EACH))


def _prefect_sink(*arguments: t.Any) -> Sink:
    from prefect_host.records.prefect_sink import PrefectSink

    return PrefectSink(*arguments)


_making = threading.Lock()


def outlets() -> Outlets:
    """Those of this process. They are drained when it ends, however Python ends it."""
    with _making:
        return _outlets()


@functools.cache
def _outlets() -> Outlets:
    made = Outlets(os.environ, sys.stderr, _prefect_sink)
    atexit.register(made.drain)
    if os.environ.get("PREFECT__FLOW_RUN_ID"):
        with contextlib.suppress(ImportError):
            drain_before_the_end(made.drain)
    return made
