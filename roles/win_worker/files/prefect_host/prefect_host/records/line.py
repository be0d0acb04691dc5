# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One record on its way: taken from C(logging) in microseconds, made ready for a sink in the sink's own thread."""

from __future__ import annotations

import contextlib
import logging
import os
import typing as t

from prefect_host.records.event_ids import HostEvent, Source
from prefect_host.records.limits import from_environment
from prefect_host.records.text import printable

# A secret that the cut has left without its end can't be recognised: drop it with the end.
DOUBTFUL = 512
# Attributes that Prefect, and our worker, give their records.
ATTRIBUTES = frozenset({
    "flow_run_id", "flow_run_name", "flow_name", "task_run_id", "task_run_name", "task_name", "deployment_name",
    "worker_id", "worker_name", "work_pool_name", "requested_by", "project",
})  # fmt: skip
_KEPT_AT = "_flowops_line"
_FORMATTER = logging.Formatter()


def longest_text(environment: t.Mapping[str, str]) -> int:
    """Characters that any sink may want to show. What is longer is cut before it waits anywhere, and before secrets are
    looked for: a thousand of them must fit into memory, and each takes the flow's time while its secrets are masked."""
    limits, _complaint = from_environment(environment)
    return max(limit.text for limit in limits.values()) + DOUBTFUL


LONGEST_TEXT = longest_text(os.environ)


class Line:
    """A record without the objects it was made of. C(fields) are what it says about itself."""

    __slots__ = (
        "_shown",
        "created",
        "event",
        "fields",
        "in_event_log",
        "level",
        "level_name",
        "logger",
        "text",
        "whole",
    )

    def __init__(
        self, text: str, level: int = logging.WARNING, fields: dict[str, str] | None = None,
        event: HostEvent | None = None, logger: str = "prefect_host.records", created: float = 0.0,
        level_name: str = "WARNING",
    ) -> None:  # fmt: skip
        self.whole = len(text)
        self.text = text if self.whole <= LONGEST_TEXT else text[:LONGEST_TEXT]
        self.level, self.level_name = level, level_name
        self.fields = {} if fields is None else fields
        self.event, self.logger, self.created = event, logger, created
        self.in_event_log = False
        self._shown: str | None = None

    def shown(self, mask: t.Callable[[str], str]) -> str:
        """The text without secrets and control characters. Worked out once for all sinks."""
        if self._shown is None:
            text = printable(mask(self.text))
            self._shown = text if self.whole == len(self.text) else text[:-DOUBTFUL]
        return self._shown

    @property
    def missing(self) -> int:
        """Characters of the record that C(shown) never had."""
        return self.whole - len(self.text) + DOUBTFUL if self.whole > len(self.text) else 0

    def source(self, in_flow_run: bool) -> Source:
        """Who speaks; C(in_flow_run): this process is a flow run's."""
        if self.event is not None:
            return Source.HOST
        if "task_run_id" in self.fields or self.logger.startswith("prefect.task_runs"):
            return Source.TASK_RUN
        if in_flow_run or "flow_run_id" in self.fields or self.logger.startswith("prefect.flow_runs"):
            return Source.FLOW_RUN
        return Source.WORKER


def line_of(record: logging.LogRecord) -> Line:
    """The line of this record; the handlers of one record share it. Never raises."""
    values = record.__dict__
    known: Line | None = values.get(_KEPT_AT)
    if known is not None:
        return known
    fields = {name: str(values[name]) for name in ATTRIBUTES & values.keys() if values[name]}
    line = Line(_text(record), record.levelno, fields, None, record.name, record.created, record.levelname)
    values[_KEPT_AT] = line
    return line


def _text(record: logging.LogRecord) -> str:
    try:
        text = record.getMessage()
    except BaseException as error:
        # The flow's own objects, in their __str__: anything can be raised. Only what ends the process is not ours.
        if not isinstance(error, Exception):
            raise
        text = _without_arguments(record)
    if not (record.exc_info or record.exc_text or record.stack_info):
        return text
    if record.exc_info and not record.exc_text:
        record.exc_text = _FORMATTER.formatException(record.exc_info)
    parts = [text, record.exc_text, record.stack_info and _FORMATTER.formatStack(record.stack_info)]
    return "\n".join(part for part in parts if part)


def _without_arguments(record: logging.LogRecord) -> str:
    with contextlib.suppress(Exception):
        return f"{record.msg!r} (its arguments don't fit)"
    return "a record that can't be shown: its arguments don't fit its text"
