# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The account's audit events: A/events/filter and its pages."""

from __future__ import annotations

import base64
import datetime
import json
import uuid
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from prefect_cloud import clock
from prefect_cloud.access import ACCOUNT, Asked, Call, permission
from prefect_cloud.bodies import Strict
from prefect_cloud.errors import invalid
from prefect_cloud.store import Record

router = APIRouter(prefix=f"{ACCOUNT}/events")
_PAGE = 50
_WINDOW = datetime.timedelta(days=14)


class Occurred(Strict):
    since: datetime.datetime | None = None
    until: datetime.datetime | None = None

    def takes(self, value: str) -> bool:
        moment = clock.now()
        since = clock.text(self.since or moment - _WINDOW) or ""
        return since <= value <= (clock.text(self.until or moment) or "")


class Names(Strict):
    prefix: list[str] | None = None
    exclude_prefix: list[str] | None = None
    name: list[str] | None = None
    exclude_name: list[str] | None = None

    def takes(self, value: str) -> bool:
        begins = [value.startswith(tuple(names)) if names is not None else None for names in (self.prefix,)]
        wanted = [one for one in (*begins, value in self.name if self.name is not None else None) if one is not None]
        unwanted = value.startswith(tuple(self.exclude_prefix or ())) or value in (self.exclude_name or ())
        return (not wanted or any(wanted)) and not unwanted


class Resource(Strict):
    id: list[str] | None = None
    id_prefix: list[str] | None = None
    labels: dict[str, str | list[str]] | None = None
    distinct: bool = False

    def takes(self, value: dict[str, str]) -> bool:
        key = value.get("prefect.resource.id", "")
        if self.id is not None and key not in self.id:
            return False
        if self.id_prefix is not None and not key.startswith(tuple(self.id_prefix)):
            return False
        pairs = (self.labels or {}).items()
        return all(value.get(label) in ([one] if isinstance(one, str) else one) for label, one in pairs)


class Related(Resource):
    role: list[str] | None = None
    resources_in_roles: list[tuple[str, str]] | None = None

    def takes(self, value: dict[str, str]) -> bool:
        role = value.get("prefect.resource.role", "")
        if self.role is not None and role not in self.role:
            return False
        pairs = self.resources_in_roles
        key = value.get("prefect.resource.id", "")
        return super().takes(value) and (pairs is None or (key, role) in pairs)


class Place(Strict):
    account: uuid.UUID | None = None
    workspace: list[uuid.UUID] | None = None


class Ids(Strict):
    id: list[uuid.UUID] | None = None


class Words(Strict):
    query: str


class EventFilter(Strict):
    occurred: Occurred = Field(default_factory=Occurred)
    event: Names | None = None
    resource: Resource | None = None
    related: Related | list[Related] | None = None
    any_resource: Resource | list[Resource] | None = None
    scope: Place = Field(default_factory=Place)
    id: Ids = Field(default_factory=Ids)
    text: Words | None = None
    order: Literal["ASC", "DESC"] = "DESC"
    limit: int | None = None
    offset: int | None = None

    def takes(self, event: Record) -> bool:
        everything = [event["resource"], *event["related"]]
        return (
            self.occurred.takes(event["occurred"])
            and (self.event is None or self.event.takes(event["event"]))
            and (self.resource is None or self.resource.takes(event["resource"]))
            and all(any(one.takes(other) for other in event["related"]) for one in _many(self.related))
            and all(any(one.takes(other) for other in everything) for one in _many(self.any_resource))
            and (self.scope.workspace is None or event["workspace"] in [str(key) for key in self.scope.workspace])
            and (self.id.id is None or event["id"] in [str(key) for key in self.id.id])
            and (self.text is None or self.text.query.lower() in json.dumps(event).lower())
        )


class Events(BaseModel):
    limit: Annotated[int, Field(ge=0, le=_PAGE)] = _PAGE
    filter: EventFilter | None = None


def _many(one: Any) -> list[Any]:
    return [] if one is None else one if isinstance(one, list) else [one]


def _page(asked: Asked, wanted: Events, offset: int) -> dict[str, Any]:
    chosen = wanted.filter or EventFilter()
    found = [event for event in asked.store.events if chosen.takes(event)]
    if chosen.order == "DESC":
        found.reverse()
    end = offset + wanted.limit
    token = base64.urlsafe_b64encode(json.dumps([wanted.model_dump(mode="json"), end]).encode()).decode()
    next_page = f"{asked.cloud.base_url}/api/accounts/{asked.cloud.account['id']}/events/filter/next?page-token={token}"
    more = wanted.limit and end < len(found)
    return {"events": found[offset:end], "total": len(found), "next_page": next_page if more else None}


@router.post("/filter", dependencies=[permission("read:audit_event")])
async def filter_events(asked: Call, body: Events | None = None) -> dict[str, Any]:
    return _page(asked, body or Events(), 0)


@router.get("/filter/next", dependencies=[permission("read:audit_event")])
async def next_events(asked: Call, token: Annotated[str, Query(alias="page-token")]) -> dict[str, Any]:
    try:
        wanted, offset = json.loads(base64.urlsafe_b64decode(token))
        return _page(asked, Events.model_validate(wanted), int(offset))
    except ValueError:
        raise invalid(["query", "page-token"], "Not a page token of this API", token) from None
