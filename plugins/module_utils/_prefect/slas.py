# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Agreements on how deployments run. For internal use by this collection only."""

from __future__ import annotations

import functools
import typing as t

from .._engine.spec import Compare, Field
from .cloud import CloudSpec, CloudStore
from .kind import Kind
from .names import whole_name_problem
from .nested import identifiers
from .store import Object

SEVERITIES = ("minor", "low", "moderate", "high", "critical")
_TIMES = ("duration", "stale_after", "within")
# type on the server: option that holds its time
_TYPES = {
    "TimeToCompletionSla": "duration",
    "FrequencySla": "stale_after",
    "FreshnessSla": "within",
    "LatenessSla": "within",
}


def _plain(sla: t.Any) -> t.Any:
    """An agreement in one form, whatever was left out of it."""
    if not isinstance(sla, dict):
        return sla
    given = {key: value for key, value in sla.items() if value is not None}
    times = {key: float(given[key]) for key in _TIMES if key in given}
    return {"severity": "high", "enabled": True, **given, **times}


def _slas_problem(slas: list[t.Any]) -> str:
    if not slas:
        return "an empty list; state: absent removes all agreements"
    names = [sla["name"] for sla in slas]
    for sla in slas:
        given = [key for key in _TIMES if sla.get(key) is not None]
        events = [sla.get("resource_match") is not None, sla.get("expected_event") is not None]
        if len(given) != 1:
            return f"'{sla['name']}' needs exactly one of duration, stale_after and within"
        if sla[given[0]] <= 0:
            return f"{given[0]} of '{sla['name']}' is not above 0"
        if any(events) and not (all(events) and given == ["within"]):
            return f"'{sla['name']}' needs within, resource_match and expected_event together"
        if names.count(sla["name"]) > 1:
            return f"'{sla['name']}' is there twice"
    return ""


class ResourceSlaStore(CloudStore):
    """All agreements of a deployment are written at once; those of the same name are changed, the others go."""

    words = "service level agreements"

    def load(self) -> list[Object]:
        slas = self.client.read_all("/slas/filter", {}, self.errand("read all", {}))
        left = {sla["id"] for sla in slas}
        found = []
        # an agreement does not say whose it is
        for deployment in self.stores.index("deployment").all() if left else []:
            if left and (one := self._of(deployment["id"])) is not None:
                left -= set(one["sla_ids"])
                found.append(one)
        return found

    def read(self, identity: Object) -> Object | None:
        deployment = self.stores.resolve("deployment", identity["deployment"])
        return None if deployment is None else self._of(deployment)

    def _of(self, deployment: str) -> Object | None:
        path = self.path("/slas/by-owner/{owner}", {"owner": f"prefect.deployment.{deployment}"})
        found = self.client.read_all(path, {}, self.errand("read", {}))
        slas = [_decode(sla) for sla in found]
        ids = [sla["id"] for sla in found]
        return {"id": deployment, "deployment_id": deployment, "slas": slas, "sla_ids": ids} if found else None

    def create(self, body: Object, identity: Object) -> Object | None:
        self._apply(body["deployment_id"], body["slas"], identity)
        return None

    def change(self, current: Object, body: Object, identity: Object) -> None:
        self._apply(current["deployment_id"], body["slas"], identity)

    def remove(self, current: Object, identity: Object) -> None:
        self._apply(current["deployment_id"], [], identity)

    def _apply(self, deployment: str, slas: list[Object], identity: Object) -> None:
        owner = f"prefect.deployment.{deployment}"
        sent = [{**_typed(_plain(sla)), "owner_resource": owner} for sla in slas]
        path = self.path("/slas/apply-resource-slas/{owner}", {"owner": owner})
        self.client.act(path, sent, self.errand("update", identity))


def _typed(sla: Object) -> Object:
    # the one time that has to be whole seconds
    return {**sla, "duration": int(sla["duration"])} if "duration" in sla else sla


def _decode(sla: Object) -> Object:
    """An agreement as the options name it. The server keeps it as an automation with a trigger."""
    trigger, kind = sla.get("trigger") or {}, sla.get("type", "")
    found = {key: sla.get(key) for key in ("name", "severity", "enabled")}
    if kind in _TYPES:
        found[_TYPES[kind]] = trigger.get("within")
    if kind == "FreshnessSla":
        found["resource_match"] = trigger.get("match")
        found["expected_event"] = next(iter(trigger.get("expect") or []), None)
    return _typed(_plain(found))


RESOURCE_SLA = Kind(
    plural="resource_slas",
    store=ResourceSlaStore,
    needs=("cloud",),
    spec=CloudSpec(
        kind="resource SLA",
        result="resource_sla",
        title="deployment",
        fields=(
            Field(
                "deployment",
                wire="deployment_id",
                required=True,
                identity=True,
                reference="deployment",
                problem=functools.partial(whole_name_problem, "flow", "deployment"),
            ),
            Field(
                "slas",
                "list",
                elements="dict",
                compare=Compare.SET,
                required_on_create=True,
                options={
                    "name": {"type": "str", "required": True},
                    "severity": {"type": "str", "choices": list(SEVERITIES), "default": "high"},
                    "enabled": {"type": "bool", "default": True},
                    "duration": {"type": "int"},
                    "stale_after": {"type": "float"},
                    "within": {"type": "float"},
                    "resource_match": {"type": "dict"},
                    "expected_event": {"type": "str"},
                },
                names=identifiers({}, resources=True),
                problem=_slas_problem,
                normalize=_plain,
            ),
        ),
    ),
)
