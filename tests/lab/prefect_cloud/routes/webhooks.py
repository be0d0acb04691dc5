# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Webhooks: W/webhooks, and the addresses that the outside calls, /hooks/SLUG."""

from __future__ import annotations

import secrets
import uuid
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import Field

from prefect_cloud import keys, seed
from prefect_cloud.access import WORKSPACE, Asked, Call, cloud_of, scope
from prefect_cloud.bodies import Page, Strict, Text, ordered
from prefect_cloud.errors import not_found, unauthorized
from prefect_cloud.store import Record

router = APIRouter(prefix=f"{WORKSPACE}/webhooks")
hooks = APIRouter()


class WebhookCreate(Strict):
    name: Text
    description: str = ""
    enabled: bool = True
    service_account_id: uuid.UUID | None = None
    template: Annotated[str, Field(max_length=30_000)]


class Enabled(Strict):
    enabled: bool = True


class Webhooks(Page):
    sort: Literal[
        "CREATED_ASC",
        "CREATED_DESC",
        "UPDATED_ASC",
        "UPDATED_DESC",
        "NAME_ASC",
        "NAME_DESC",
        "KEY_EXPIRATION_ASC",
        "KEY_EXPIRATION_DESC",
    ] = "NAME_ASC"


def _slug() -> str:
    return secrets.token_urlsafe(16)


def _shown(webhook: Record) -> dict[str, Any]:
    shown = {name: value for name, value in webhook.items() if name != "workspace_id"}
    return {**shown, "account": seed.ACCOUNT_ID, "workspace": webhook["workspace_id"]}


def _active_key(asked: Asked, webhook: Record) -> Record | None:
    bot = asked.store.bots.get(webhook["service_account_id"] or "")
    active = keys.of_actor(asked.store, bot["actor_id"]) if bot else []
    return active[0] if active else None


def _read(asked: Asked, webhook: Record) -> dict[str, Any]:
    """With the service account that its callers have to be; of its key everything but the hash."""
    bot, key = asked.store.bots.get(webhook["service_account_id"] or ""), _active_key(asked, webhook)
    partial = None
    if bot and key:
        api_key = {**keys.shown(key), "actor_id": bot["actor_id"], "updated": key["updated"], "hash": ""}
        names = ("id", "created", "updated", "actor_id", "name")
        partial = {**{name: bot[name] for name in names}, "account_id": seed.ACCOUNT_ID, "api_key": api_key}
    return {**_shown(webhook), "service_account": partial}


def _check_bot(asked: Asked, key: uuid.UUID | None) -> None:
    if key is not None:
        asked.find("bots", key, "Service account")


@router.post("/", status_code=201, dependencies=[scope("manage_webhooks")])
async def create(asked: Call, body: WebhookCreate) -> dict[str, Any]:
    _check_bot(asked, body.service_account_id)
    fields = {**body.model_dump(mode="json"), "id": str(uuid.uuid4()), "workspace_id": asked.workspace_id}
    webhook = asked.store.webhooks.put({**fields, "slug": _slug()})
    asked.record("webhook.created", webhook)
    return _shown(webhook)


@router.post("/filter", dependencies=[scope("see_webhooks")])
async def filter_webhooks(asked: Call, body: Webhooks | None = None) -> list[dict[str, Any]]:
    wanted = body or Webhooks()
    expirations = {"KEY_EXPIRATION": lambda webhook: (_active_key(asked, webhook) or {}).get("expiration")}
    found = ordered(asked.list("webhooks"), wanted.sort, "NAME_ASC", expirations)
    return [_read(asked, webhook) for webhook in wanted.of(found)]


@router.get("/{webhook_id}", dependencies=[scope("see_webhooks")])
async def read(asked: Call, webhook_id: uuid.UUID) -> dict[str, Any]:
    return _read(asked, asked.read("webhooks", webhook_id, "Webhook"))


@router.put("/{webhook_id}", status_code=204, dependencies=[scope("manage_webhooks")])
async def replace(asked: Call, webhook_id: uuid.UUID, body: WebhookCreate) -> None:
    webhook = asked.find("webhooks", webhook_id, "Webhook")
    _check_bot(asked, body.service_account_id)
    asked.record("webhook.updated", asked.store.webhooks.change(webhook["id"], **body.model_dump(mode="json")))


@router.patch("/{webhook_id}", status_code=204, dependencies=[scope("manage_webhooks")])
async def enable(asked: Call, webhook_id: uuid.UUID, body: Enabled) -> None:
    webhook = asked.find("webhooks", webhook_id, "Webhook")
    asked.record("webhook.updated", asked.store.webhooks.change(webhook["id"], enabled=body.enabled))


@router.delete("/{webhook_id}", status_code=204, dependencies=[scope("manage_webhooks")])
async def delete(asked: Call, webhook_id: uuid.UUID) -> None:
    webhook = asked.find("webhooks", webhook_id, "Webhook")
    asked.store.webhooks.drop(webhook["id"])
    asked.record("webhook.deleted", webhook)


@router.post("/{webhook_id}/rotate", dependencies=[scope("manage_webhooks")])
async def rotate(asked: Call, webhook_id: uuid.UUID) -> dict[str, Any]:
    webhook = asked.find("webhooks", webhook_id, "Webhook")
    webhook = asked.store.webhooks.change(webhook["id"], slug=_slug())
    asked.record("webhook.updated", webhook)
    return _shown(webhook)


@hooks.api_route("/hooks/{slug}", methods=["GET", "POST", "PUT"], status_code=204)
async def call(request: Request, slug: str) -> Response:
    """The address of a webhook: it counts as received; the template is not rendered here."""
    cloud = cloud_of(request)
    for webhook in cloud.store.webhooks.values():
        if webhook["slug"] == slug and webhook["enabled"]:
            caller = _sender(request, webhook)
            cloud.record(caller, "webhook.received", webhook, workspace_id=webhook["workspace_id"])
            return Response(status_code=204)
    raise not_found("Webhook")


def _sender(request: Request, webhook: Record) -> Any:
    """Who calls: a webhook of a service account, or an account that insists, wants that account's key."""
    cloud = cloud_of(request)
    header = request.headers.get("Authorization")
    if not webhook["service_account_id"]:
        if cloud.account["settings"]["enforce_webhook_authentication"]:
            raise unauthorized()
        return None
    caller = cloud.caller(header)
    if caller.actor_id != cloud.store.bots[webhook["service_account_id"]]["actor_id"]:
        raise unauthorized()
    return caller
