# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The handlers to Prefect's API: they find the run as Prefect's own handlers do, and send in their own way."""

from __future__ import annotations

import logging
import typing as t

from prefect.context import FlowRunContext, get_run_context
from prefect.exceptions import MissingContextError
from prefect.logging.handlers import APILogHandler

from prefect_host.records.handlers import Unlocked
from prefect_host.records.line import line_of
from prefect_host.records.outlets import outlets
from prefect_host.records.pipe import own_threads


class PrefectHandler(Unlocked, APILogHandler):
    """Records of flow runs and task runs."""

    def __init__(self, level: int | str = logging.NOTSET) -> None:
        super().__init__(level)
        self._pipe = outlets().prefect

    def flush(self) -> None:
        """The pipe has its own pace, and is emptied when the process ends."""

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread in own_threads or not getattr(record, "send_to_api", True):
            return
        line = line_of(record)
        if "flow_run_id" not in line.fields:
            try:
                line.fields.update(_run_of_context())
            except MissingContextError:
                # By PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW: warn, ignore or raise.
                self.handleError(record)
                return
        self._pipe.put(line)


class WorkerPrefectHandler(PrefectHandler):
    """Records of a worker: only Prefect Cloud gives it the id under which it keeps them."""

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread not in own_threads and getattr(record, "worker_id", None):
            self._pipe.put(line_of(record))


def _run_of_context() -> dict[str, str]:
    """Of a logger that isn't Prefect's, within a run."""
    context: t.Any = get_run_context()
    found: dict[str, t.Any] = {}
    if (task_run := getattr(context, "task_run", None)) is not None:
        found = {"flow_run_id": task_run.flow_run_id, "task_run_id": task_run.id, "task_run_name": task_run.name}
    flow_context = FlowRunContext.get()
    if flow_context is not None and (flow_run := flow_context.flow_run) is not None:
        found = {"flow_run_id": flow_run.id, "flow_run_name": flow_run.name, **found}
    return {name: str(value) for name, value in found.items() if value is not None}
