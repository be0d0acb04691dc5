# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fields of an event: which run, whose, where. From the record, and from what the worker tells a run's process."""

from __future__ import annotations

import json
import os
import typing as t

if t.TYPE_CHECKING:
    from prefect_host.records.line import Line

# Field and the variables that may hold it, the first one that isn't empty.
_OF_PROCESS = {
    "account": ("FLOWOPS_ACCOUNT",),
    "host": ("FLOWOPS_HOST", "COMPUTERNAME"),
    "instance": ("FLOWOPS_INSTANCE",),
    "worker": ("FLOWOPS_WORKER", "PREFECT__WORKER_NAME"),
    "work_pool": ("FLOWOPS_WORK_POOL",),
    "project": ("FLOWOPS_PROJECT",),
    "requested_by": ("FLOWOPS_REQUESTED_BY",),
}
# Of the one run that this process was made for: a subflow has others.
_OF_RUN = {
    "flow_run_id": ("PREFECT__FLOW_RUN_ID",),
    "flow_run_name": ("FLOWOPS_RUN_NAME",),
    "flow": ("FLOWOPS_RUN_FLOW", "PREFECT__FLOW_NAME"),
    "deployment": ("FLOWOPS_RUN_DEPLOYMENT", "PREFECT__DEPLOYMENT_NAME"),
    "tags": ("FLOWOPS_RUN_TAGS",),
}
# Field and the record's attribute.
_OF_RECORD = {
    "flow_run_id": "flow_run_id",
    "flow_run_name": "flow_run_name",
    "flow": "flow_name",
    "deployment": "deployment_name",
    "task_run_id": "task_run_id",
    "task_run_name": "task_run_name",
    "task": "task_name",
    "worker": "worker_name",
    "work_pool": "work_pool_name",
    "requested_by": "requested_by",
    "project": "project",
}
# As they stand in the event. New ones go to the end: who reads events by position relies on it.
ORDER = (
    "level", "logger", "flow_run_id", "flow_run_name", "flow", "deployment", "task_run_id", "task_run_name", "task",
    "work_pool", "worker", "tags", "account", "host", "requested_by", "project", "instance", "pid",
)  # fmt: skip


class ProcessFields:
    """What this process knows about itself. C(of(line)): the fields of one record, in order."""

    def __init__(self, environment: t.Mapping[str, str]) -> None:
        self._process = _first_of(_OF_PROCESS, environment) | {"pid": str(os.getpid())}
        self._run = _first_of(_OF_RUN, environment)
        if "tags" in self._run:
            self._run["tags"] = _joined(self._run["tags"])

    @property
    def flow_run_id(self) -> str:
        """Of the run that this process was made for; empty in a worker."""
        return self._run.get("flow_run_id", "")

    def of(self, line: Line, mask: t.Callable[[str], str] = str) -> dict[str, str]:
        """Fields without a value are left out."""
        said = {field: line.fields[name] for field, name in _OF_RECORD.items() if line.fields.get(name)}
        said = {field: mask(value) for field, value in said.items() if value != "<unknown>"}
        run = self._run if said.get("flow_run_id", self.flow_run_id) == self.flow_run_id else {}
        found = self._process | run | said | {"level": line.level_name, "logger": line.logger}
        return {name: found[name] for name in ORDER if found.get(name)}


def _first_of(wanted: t.Mapping[str, tuple[str, ...]], environment: t.Mapping[str, str]) -> dict[str, str]:
    found = {field: next(filter(None, map(environment.get, names)), "") for field, names in wanted.items()}
    return {field: value for field, value in found.items() if value}


def _joined(tags: str) -> str:
    try:
        document = json.loads(tags)
    except ValueError:
        return tags
    return ",".join(str(tag) for tag in document) if isinstance(document, list) else tags
