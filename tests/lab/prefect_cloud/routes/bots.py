# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Service accounts: A/bots, with keys that rotate with overlap."""

from __future__ import annotations

import datetime
import uuid
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field

from prefect_cloud import clock, keys, seed
from prefect_cloud.access import ACCOUNT, Asked, Call, permission
from prefect_cloud.bodies import AnyId, AnyOrLike, Page, Strict, Text, matches
from prefect_cloud.errors import conflict, not_found
from prefect_cloud.store import Record

router = APIRouter(prefix=f"{ACCOUNT}/bots")
_LONGEST_OVERLAP = 172_800


class BotCreate(Strict):
    name: Text
    api_key_expiration: datetime.datetime | None = None
    account_role_id: uuid.UUID | None = None


class BotUpdate(Strict):
    name: Text | None = None
    account_role_id: uuid.UUID | None = None


class Rotation(Strict):
    """Without old_key_expires_in_seconds the old key ends at once."""

    api_key_expiration: datetime.datetime | None = None
    old_key_expires_in_seconds: Annotated[int, Field(ge=0, le=_LONGEST_OVERLAP)] | None = None


class BotFilter(Strict):
    id: AnyId | None = None
    name: AnyOrLike | None = None

    def takes(self, bot: Record) -> bool:
        return matches([(self.id, bot["id"]), (self.name, bot["name"])])


class Bots(Page):
    service_accounts: BotFilter | None = None


def member_of(asked: Asked, bot: Record) -> Record:
    return next(member for member in asked.store.members.values() if member["actor_id"] == bot["actor_id"])


def _shown(asked: Asked, bot: Record, api_key: dict[str, Any]) -> dict[str, Any]:
    role = (
        asked.store.account_roles[member_of(asked, bot)["account_role_id"]] if asked.store.bots.get(bot["id"]) else None
    )
    shown = {name: bot[name] for name in ("id", "created", "updated", "actor_id", "name")}
    return {
        **shown,
        "account_id": seed.ACCOUNT_ID,
        "account_role_name": role["name"] if role else "",
        "api_key": api_key,
    }


def _read(asked: Asked, bot: Record) -> dict[str, Any]:
    """A bot as it is read; one that was deleted meanwhile (late reads) has a key without a trace."""
    active = keys.of_actor(asked.store, bot["actor_id"])
    gone = {"id": str(uuid.uuid4()), "created": None, "name": bot["name"], "expiration": None, "masked_key": None}
    return _shown(asked, bot, keys.shown(active[0]) if active else gone)


def _check_name(asked: Asked, name: str, but: str = "") -> None:
    if any(bot["name"] == name and bot["id"] != but for bot in asked.store.bots.values()):
        raise conflict(f'A service account named "{name}" already exists')


@router.post("/", status_code=201, dependencies=[permission("create:bot")])
async def create(asked: Call, body: BotCreate) -> dict[str, Any]:
    _check_name(asked, body.name)
    role_id = str(body.account_role_id or seed.account_role_id("Member"))
    asked.caller.need_to_hand_out(asked.find("account_roles", role_id, "Account role"))
    bot = asked.store.bots.put({"id": str(uuid.uuid4()), "actor_id": str(uuid.uuid4()), "name": body.name})
    member = {"id": str(uuid.uuid4()), "actor_id": bot["actor_id"], "kind": "bot"}
    asked.store.members.put({**member, "account_role_id": role_id, "active": True})
    record, key = keys.create(asked.store, "bot", bot["actor_id"], body.name, clock.text(body.api_key_expiration))
    asked.record("service-account.created", bot)
    asked.record("api-key.created", record)
    return _shown(asked, bot, keys.shown_once(record, key))


@router.post("/filter", dependencies=[permission("read:bot")])
async def filter_bots(asked: Call, body: Bots | None = None) -> list[dict[str, Any]]:
    chosen = body or Bots()
    found = [bot for bot in asked.list("bots") if matches([(chosen.service_accounts, bot)])]
    return [_read(asked, bot) for bot in chosen.of(found)]


@router.get("/{which}", dependencies=[permission("read:bot")])
async def read(asked: Call, which: uuid.UUID) -> dict[str, Any]:
    return _read(asked, asked.read("bots", which, "Service account"))


@router.patch("/{which}", status_code=204, dependencies=[permission("update:bot")])
async def update(asked: Call, which: uuid.UUID, body: BotUpdate) -> None:
    bot = asked.find("bots", which, "Service account")
    if body.name is not None:
        _check_name(asked, body.name, bot["id"])
        bot = asked.store.bots.change(bot["id"], name=body.name)
    if body.account_role_id is not None:
        role = asked.find("account_roles", body.account_role_id, "Account role")
        asked.caller.need_to_hand_out(role)
        asked.store.members.change(member_of(asked, bot)["id"], account_role_id=role["id"])
        bot = asked.store.bots.change(bot["id"])
    asked.record("service-account.updated", bot)


@router.delete("/{which}", status_code=204, dependencies=[permission("delete:bot")])
async def delete(asked: Call, which: uuid.UUID) -> None:
    bot = asked.find("bots", which, "Service account")
    remove_actor(asked, bot["actor_id"])
    asked.store.bots.drop(bot["id"])
    for webhook in list(asked.store.webhooks.values()):
        if webhook["service_account_id"] == bot["id"]:
            asked.store.webhooks.change(webhook["id"], service_account_id=None)
    asked.record("service-account.deleted", bot)


def remove_actor(asked: Asked, actor_id: str) -> None:
    """Take an actor out of the account: membership, keys of a bot, grants, teams."""
    store = asked.store
    if asked.cloud.bot_of(actor_id):
        keys.drop_all(store, actor_id)
    for table in (store.members, store.grants):
        for record in [record for record in table.values() if record.get("actor_id") == actor_id]:
            table.drop(record["id"])
    for team in asked.cloud.teams_of(actor_id):
        store.teams.change(team["id"], actor_ids=[one for one in team["actor_ids"] if one != actor_id])


@router.post("/{which}/rotate_api_key", status_code=201, dependencies=[permission("update:bot")])
async def rotate(asked: Call, which: uuid.UUID, body: Rotation | None = None) -> dict[str, Any]:
    bot = asked.find("bots", which, "Service account")
    wanted = body or Rotation()
    for old in keys.of_actor(asked.store, bot["actor_id"]):
        _retire(asked, old, wanted.old_key_expires_in_seconds)
    record, key = keys.create(asked.store, "bot", bot["actor_id"], bot["name"], clock.text(wanted.api_key_expiration))
    asked.store.bots.change(bot["id"])
    asked.record("api-key.created", record)
    return _shown(asked, bot, keys.shown_once(record, key))


def _retire(asked: Asked, old: Record, seconds: int | None) -> None:
    """The overlap never lengthens the life of a key."""
    if not seconds:
        asked.store.keys.drop(old["id"])
        asked.record("api-key.deleted", old)
        return
    end = clock.after(seconds)
    asked.store.keys.change(old["id"], rotating=True, expiration=min(end, old["expiration"] or end))


@router.get("/{which}/read_bot_api_keys", dependencies=[permission("read:bot")])
async def read_keys(asked: Call, which: uuid.UUID) -> dict[str, Any]:
    bot = asked.read("bots", which, "Service account")
    rotating = keys.of_actor(asked.store, bot["actor_id"], rotating=True)
    return {"active_key": _read(asked, bot)["api_key"], "rotating_keys": [keys.shown(record) for record in rotating]}


@router.delete("/{which}/delete_bot_api_key/{api_key_id}", dependencies=[permission("update:bot")])
async def delete_key(asked: Call, which: uuid.UUID, api_key_id: uuid.UUID) -> None:
    bot = asked.find("bots", which, "Service account")
    record = asked.store.keys.get(str(api_key_id))
    if record is None or record["actor_id"] != bot["actor_id"]:
        raise not_found("API key")
    if not record["rotating"]:
        raise conflict("The active API key can't be deleted; rotate it")
    asked.store.keys.drop(record["id"])
    asked.record("api-key.deleted", record)
