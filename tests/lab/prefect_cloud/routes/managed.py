# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Managed automations: the two that Prefect keeps itself, switched on and off by workspace."""

from __future__ import annotations

import uuid
from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from prefect_cloud import seed
from prefect_cloud.access import WORKSPACE, Asked, Call, scope
from prefect_cloud.errors import not_found
from prefect_cloud.store import Record, seeded_id

router = APIRouter(prefix=f"{WORKSPACE}/automations/managed")
Kind = Literal["zombie-cleanup", "stuck-cancelling"]
# what is watched, after how many seconds, what the run becomes
_KINDS = {
    "zombie-cleanup": ("prefect.flow-run.heartbeat", 90.0, "CRASHED"),
    "stuck-cancelling": ("prefect.flow-run.Cancelling", 900.0, "CANCELLED"),
}


class Wanted(BaseModel):
    enabled: bool = True
    settings: dict[str, Any] = Field(default_factory=dict)


def _title(kind: str) -> str:
    return kind.replace("-", " ").capitalize()


def _automation(record: Record) -> dict[str, Any]:
    event, seconds, state = _KINDS[record["type"]]
    trigger = {
        "type": "event",
        "id": seeded_id(f"trigger/{record['id']}"),
        "match": {"prefect.resource.id": "prefect.flow-run.*"},
        "match_related": {},
        "after": [event],
        "expect": ["prefect.flow-run.*"],
        "for_each": ["prefect.resource.id"],
        "posture": "Proactive",
        "threshold": 1,
        "within": float(record["settings"].get("within", seconds)),
    }
    action = {"type": "change-flow-run-state", "state": state, "name": None, "message": None, "force": False}
    return {
        "id": record["automation_id"],
        "created": record["created"],
        "updated": record["updated"],
        "name": _title(record["type"]),
        "description": "",
        "enabled": record["enabled"],
        "trigger": trigger,
        "actions": [action],
        "actions_on_trigger": [],
        "actions_on_resolve": [],
        "labels": {},
        "tags": [],
        "account": seed.ACCOUNT_ID,
        "workspace": record["workspace_id"],
        "actor": None,
    }


def _shown(record: Record) -> dict[str, Any]:
    fields = {name: record[name] for name in ("type", "settings", "enabled")}
    return {**fields, "automation": _automation(record)}


def _key(asked: Asked, kind: str) -> str:
    return f"{asked.workspace_id}/{kind}"


@router.get("/", dependencies=[scope("see_automations")])
async def read_all(asked: Call) -> list[dict[str, Any]]:
    return [_shown(record) for record in asked.list("managed")]


@router.get("/types", dependencies=[scope("see_automations")])
async def read_types() -> list[dict[str, Any]]:
    return [
        {
            "type": kind,
            "name": _title(kind),
            "description": f"Runs become {state} after {seconds:.0f} s",
            "defaults": {"within": seconds},
            "settings_schema": {"type": "object", "properties": {"within": {"type": "number"}}},
        }
        for kind, (_event, seconds, state) in _KINDS.items()
    ]


@router.put("/{automation_type}", dependencies=[scope("manage_automations")])
async def switch(asked: Call, automation_type: Kind, body: Wanted | None = None) -> dict[str, Any]:
    known = asked.store.managed.get(_key(asked, automation_type))
    place = {"id": _key(asked, automation_type), "workspace_id": asked.workspace_id, "type": automation_type}
    identity = known or {**place, "automation_id": str(uuid.uuid4())}
    record = asked.store.managed.put({**identity, **(body or Wanted()).model_dump(mode="json")})
    thing = {"id": record["automation_id"], "name": _title(automation_type)}
    asked.record("automation.updated" if known else "automation.created", thing)
    return _shown(record)


@router.delete("/{automation_type}", status_code=204, dependencies=[scope("manage_automations")])
async def remove(asked: Call, automation_type: Kind) -> None:
    record = asked.store.managed.get(_key(asked, automation_type))
    if record is None:
        raise not_found("Managed automation")
    asked.store.managed.drop(record["id"])
    asked.record("automation.deleted", {"id": record["automation_id"], "name": _title(automation_type)})
