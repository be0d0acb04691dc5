# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ids of our events. They are stable: monitoring filters by them. C(guide_event_log) documents each."""

from __future__ import annotations

import enum

DEFAULT_LOG = "FlowOps-Prefect"


class Kind(enum.IntEnum):
    """Windows' event types (winnt.h)."""

    ERROR = 1
    WARNING = 2
    INFORMATION = 4


class Source(enum.StrEnum):
    """Who speaks. The registered name of a source begins with the name of its log."""

    HOST = "Host"
    WORKER = "Worker"
    FLOW_RUN = "FlowRun"
    TASK_RUN = "TaskRun"

    def name_in(self, log_name: str) -> str:
        """Name of this source in a log: FlowOps-Prefect-Host."""
        return f"{log_name}-{self.value}"


class HostEvent(enum.IntEnum):
    """What the service itself, or one of its processes about its own records, has to say."""

    STARTING = 100
    RUNNING = 101
    STOPPING = 102
    STOPPED = 103
    STOPPED_BY_ITSELF = 104
    WORKER_STARTED = 110
    WORKER_ENDED = 111
    WORKER_SILENT = 113
    DRAIN_BEGUN = 120
    DRAINED = 121
    DRAIN_LIMIT_REACHED = 122
    RESUMED = 123
    RUN_CRASHED = 130
    RUN_GIVEN_BACK = 131
    CREDENTIAL_TAKEN_OVER = 140
    CREDENTIAL_REFUSED = 141
    CREDENTIAL_MISSING = 142
    EVENT_LOG_FAILED = 150
    PREFECT_LOG_FAILED = 151
    RECORDS_LEFT_OUT = 152
    INJECTOR_ENDED = 160


_ERRORS = {HostEvent.STOPPED_BY_ITSELF, HostEvent.CREDENTIAL_REFUSED}
_WARNINGS = {
    HostEvent.WORKER_ENDED,
    HostEvent.WORKER_SILENT,
    HostEvent.DRAIN_LIMIT_REACHED,
    HostEvent.RUN_CRASHED,
    HostEvent.RUN_GIVEN_BACK,
    HostEvent.CREDENTIAL_MISSING,
    HostEvent.EVENT_LOG_FAILED,
    HostEvent.PREFECT_LOG_FAILED,
    HostEvent.RECORDS_LEFT_OUT,
    HostEvent.INJECTOR_ENDED,
}
_FIRST_RECORD = {Source.WORKER: 1000, Source.FLOW_RUN: 2000, Source.TASK_RUN: 3000}
# logging's levels, the highest first, with the last digit of the id.
_LEVELS = ((50, 4, Kind.ERROR), (40, 3, Kind.ERROR), (30, 2, Kind.WARNING), (20, 1, Kind.INFORMATION))


def kind_of(event: HostEvent) -> Kind:
    """Whether Windows shows this event as error, warning or information."""
    if event in _ERRORS:
        return Kind.ERROR
    return Kind.WARNING if event in _WARNINGS else Kind.INFORMATION


def record_event(source: Source, level: int) -> tuple[int, Kind]:
    """Id and kind of a record of this source with a level of C(logging): 2003, ERROR. Between two levels the lower
    one counts."""
    first = _FIRST_RECORD[source]
    for lowest, digit, kind in _LEVELS:
        if level >= lowest:
            return first + digit, kind
    return first, Kind.INFORMATION
