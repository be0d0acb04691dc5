# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a new flow run is made of. For internal use by this collection only."""

from __future__ import annotations

import typing as t

from .._engine.masking import MASK
from .._engine.plan import merged
from .clock import point, stamp
from .requester import login_name
from .runs import Object

# Options that describe a new flow run, and nothing else.
OPTIONS: dict[str, dict[str, t.Any]] = {
    "name": {"type": "str"},
    "parameters": {"type": "dict"},
    "secret_parameters": {"type": "dict", "no_log": True},
    "job_variables": {"type": "dict"},
    "tags": {"type": "list", "elements": "str"},
    "labels": {"type": "dict"},
    "work_queue": {"type": "str"},
    "scheduled_time": {"type": "str"},
    "project": {"type": "str"},
}
# Stands in the diff for the part of a name that only the real run knows.
_LATER = "<time>"


class NewRun:
    """A flow run as the options of C(flow_run) describe it; an empty text is null in them."""

    def __init__(self, params: Object) -> None:
        self.params = params
        self.requested_by: str = params["requested_by"] or login_name()
        self._secrets: Object = params["secret_parameters"] or {}
        self._parameters: Object = merged(params["parameters"] or {}, self._secrets)
        own = {"requested-by": self.requested_by, "project": params["project"]}
        self._own = {name: value for name, value in own.items() if value}

    def body(self, deployment: Object, now: float, key: str, server: str) -> Object:
        """What the API takes.

        now  for the name, in seconds since 1970
        key  the idempotency key
        """
        body: Object = {
            "name": self._name(deployment["name"], stamp(now)),
            "parameters": self._parameters,
            "job_variables": self.params["job_variables"],
            "tags": self._tags(),
            "labels": self._labels(),
            "work_queue_name": self.params["work_queue"],
            "idempotency_key": key,
        }
        if self.params["scheduled_time"]:
            details = {"scheduled_time": point("scheduled_time", self.params["scheduled_time"], server)}
            body["state"] = {"type": "SCHEDULED", "name": "Scheduled", "state_details": details}
        return _given(body)

    def in_words(self, deployment: Object) -> Object:
        """The same for people, with what it takes over from its deployment, and with secrets masked."""
        wanted = {
            "deployment": self.params["deployment"],
            "name": self._name(deployment.get("name") or self.params["deployment"].rpartition("/")[2], _LATER),
            "parameters": self.masked(self._parameters) or None,
            "job_variables": self.params["job_variables"],
            "tags": sorted({*(deployment.get("tags") or []), *self._tags()}),
            "labels": {**(deployment.get("labels") or {}), **self._labels()},
            "work_queue": self.params["work_queue"],
            "scheduled_time": self.params["scheduled_time"],
            "idempotency_key": self.params["idempotency_key"],
        }
        return _given(wanted)

    def masked(self, parameters: Object) -> Object:
        """Parameters with everything masked that the options call secret."""
        return _masked(parameters, self._secrets)

    def _name(self, deployment: str, moment: str) -> str:
        parts = (self.params["project"], deployment, self.requested_by, moment)
        return self.params["name"] or "-".join(part for part in parts if part)

    def _labels(self) -> Object:
        return {**(self.params["labels"] or {}), **self._own}

    def _tags(self) -> list[str]:
        return sorted({*(self.params["tags"] or []), *(f"{name}:{value}" for name, value in self._own.items())})


def _given(values: Object) -> Object:
    return {name: value for name, value in values.items() if value is not None}


def _masked(value: t.Any, secret: t.Any) -> t.Any:
    if isinstance(value, dict) and isinstance(secret, dict):
        return {key: _masked(item, secret[key]) if key in secret else item for key, item in value.items()}
    return MASK
