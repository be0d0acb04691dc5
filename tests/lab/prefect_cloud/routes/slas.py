# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Service level agreements of deployments: kept, merged by name, never evaluated."""

from __future__ import annotations

import datetime
import uuid
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query

from prefect_cloud import clock, seed
from prefect_cloud.access import WORKSPACE, Asked, Call, scope
from prefect_cloud.bodies import AnyOf, Page, Strict, matches, ordered
from prefect_cloud.store import Record

router = APIRouter(prefix=f"{WORKSPACE}/slas")
Severity = Literal["minor", "low", "moderate", "high", "critical"]
Order = Literal["CREATED_DESC", "UPDATED_DESC", "NAME_ASC", "NAME_DESC"]
_ENDED = [f"prefect.flow-run.{state}" for state in ("Completed", "Failed", "Crashed", "Cancelled")]


class Sla(Strict):
    name: str
    severity: Severity = "high"
    enabled: bool | None = True
    owner_resource: str | None = None


class TimeToCompletion(Sla):
    duration: int

    def trigger(self) -> dict[str, Any]:
        return {"after": ["prefect.flow-run.Running"], "expect": _ENDED, "within": float(self.duration)}


class Frequency(Sla):
    stale_after: float

    def trigger(self) -> dict[str, Any]:
        completed = ["prefect.flow-run.Completed"]
        return {"after": completed, "expect": completed, "within": self.stale_after}


class Freshness(Sla):
    within: float
    resource_match: dict[str, Any]
    expected_event: str

    def trigger(self) -> dict[str, Any]:
        shared = {"after": [self.expected_event], "expect": [self.expected_event], "within": self.within}
        return {**shared, "match": self.resource_match}


class Lateness(Sla):
    within: float

    def trigger(self) -> dict[str, Any]:
        return {"after": ["prefect.flow-run.Scheduled"], "expect": ["prefect.flow-run.Running"], "within": self.within}


AnySla = TimeToCompletion | Frequency | Freshness | Lateness
_TYPES = {
    TimeToCompletion: "TimeToCompletionSla",
    Frequency: "FrequencySla",
    Freshness: "FreshnessSla",
    Lateness: "LatenessSla",
}


class Before(Strict):
    before_: datetime.datetime | None = None

    def takes(self, value: str) -> bool:
        return self.before_ is None or value < str(clock.text(self.before_))


class Tags(Strict):
    operator: Literal["and_", "or_"] = "and_"
    all_: list[str] | None = None
    any_: list[str] | None = None
    is_null_: bool | None = None

    def takes(self, value: list[str]) -> bool:
        has_all = self.all_ is None or set(self.all_) <= set(value)
        has_any = self.any_ is None or bool(set(self.any_) & set(value))
        return has_all and has_any and self.is_null_ in (None, not value)


class SlaFilter(Strict):
    operator: Literal["and_", "or_"] = "and_"
    name: AnyOf | None = None
    created: Before | None = None
    tags: Tags | None = None
    severity: str | None = None

    def takes(self, sla: Record) -> bool:
        if self.severity not in (None, sla["severity"]):
            return False
        return matches([(self.name, sla["name"]), (self.created, sla["created"]), (self.tags, sla["tags"])])


class Slas(Page):
    filter: SlaFilter | None = None


class Enabled(Strict):
    enabled: bool


def _shown(sla: Record) -> dict[str, Any]:
    shown = {name: value for name, value in sla.items() if name not in ("workspace_id", "owner_resource")}
    return {**shown, "account": seed.ACCOUNT_ID, "workspace": sla["workspace_id"]}


def _kept(asked: Asked, wanted: AnySla, owner: str | None, key: str) -> Record:
    resources = {"prefect.resource.id": "prefect.flow-run.*"}
    trigger = {
        "type": "event",
        "id": str(uuid.uuid5(uuid.UUID(key), "trigger")),
        "posture": "Proactive",
        "match": resources,
        "match_related": {"prefect.resource.id": owner} if owner else {},
        "for_each": ["prefect.resource.id"],
        "threshold": 1,
        **wanted.trigger(),
    }
    violation = {"type": "sla-violation", "source": "inferred", "sla_severity": wanted.severity, "sla_payload": {}}
    return {
        "id": key,
        "workspace_id": asked.workspace_id,
        "owner_resource": owner,
        "name": wanted.name,
        "description": "",
        "enabled": wanted.enabled is not False,
        "severity": wanted.severity,
        "type": _TYPES[type(wanted)],
        "trigger": trigger,
        "actions": [violation],
        "actions_on_trigger": [],
        "actions_on_resolve": [],
        "labels": {},
        "tags": [],
        "actor": None,
    }


def _new(asked: Asked, wanted: AnySla, owner: str | None) -> Record:
    sla = asked.store.slas.put(_kept(asked, wanted, owner, str(uuid.uuid4())))
    asked.record("automation.created", sla)
    return sla


@router.post("/", status_code=201, dependencies=[scope("manage_automations")])
async def create(asked: Call, body: AnySla) -> dict[str, Any]:
    return _shown(_new(asked, body, body.owner_resource))


@router.post("/apply-resource-slas/{resource_id}", dependencies=[scope("manage_automations")])
async def apply(asked: Call, resource_id: str, body: list[AnySla]) -> dict[str, list[dict[str, Any]]]:
    """The resource has exactly these afterwards; the same name is the same agreement."""
    old = {sla["name"]: sla for sla in asked.list("slas") if sla["owner_resource"] == resource_id}
    done: dict[str, list[dict[str, Any]]] = {"created": [], "updated": [], "deleted": []}
    for wanted in body:
        known = old.pop(wanted.name, None)
        if known is None:
            done["created"].append(_shown(_new(asked, wanted, resource_id)))
            continue
        fields = _kept(asked, wanted, resource_id, known["id"])
        kept = asked.store.slas.change(known["id"], **fields)
        asked.record("automation.updated", kept)
        done["updated"].append(_shown(kept))
    for sla in old.values():
        asked.store.slas.drop(sla["id"])
        asked.record("automation.deleted", sla)
        done["deleted"].append(_shown(sla))
    return done


def _page(wanted: Slas, found: list[Record], sort: Order | None) -> list[dict[str, Any]]:
    chosen = [sla for sla in found if matches([(wanted.filter, sla)])]
    return [_shown(sla) for sla in wanted.of(ordered(chosen, sort, "NAME_ASC", {}))]


@router.post("/filter", dependencies=[scope("see_automations")])
async def filter_slas(
    asked: Call, body: Slas | None = None, sort: Annotated[Order | None, Query()] = None
) -> list[dict[str, Any]]:
    return _page(body or Slas(), asked.list("slas"), sort)


@router.post("/by-owner/{owner_resource}", dependencies=[scope("see_automations")])
async def filter_by_owner(
    asked: Call, owner_resource: str, body: Slas | None = None, sort: Annotated[Order | None, Query()] = None
) -> list[dict[str, Any]]:
    return _page(body or Slas(), [sla for sla in asked.list("slas") if sla["owner_resource"] == owner_resource], sort)


@router.get("/{sla_id}", dependencies=[scope("see_automations")])
async def read(asked: Call, sla_id: uuid.UUID) -> dict[str, Any]:
    return _shown(asked.read("slas", sla_id, "SLA"))


@router.patch("/{sla_id}", dependencies=[scope("manage_automations")])
async def enable(asked: Call, sla_id: uuid.UUID, body: Enabled) -> bool:
    sla = asked.find("slas", sla_id, "SLA")
    asked.record("automation.updated", asked.store.slas.change(sla["id"], enabled=body.enabled))
    return True


@router.delete("/{sla_id}", dependencies=[scope("manage_automations")])
async def delete(asked: Call, sla_id: uuid.UUID) -> bool:
    sla = asked.find("slas", sla_id, "SLA")
    asked.store.slas.drop(sla["id"])
    asked.record("automation.deleted", sla)
    return True
