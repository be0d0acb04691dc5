# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The account itself: profile, settings, domains, the allowlist of addresses, limits, single sign-on."""

from __future__ import annotations

import ipaddress
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import AfterValidator, BaseModel, Field

from prefect_cloud import clock, permissions, scopes, seed
from prefect_cloud.access import ACCOUNT, Asked, Call, permission
from prefect_cloud.bodies import Strict, Text
from prefect_cloud.errors import forbidden, invalid
from prefect_cloud.store import Record, seeded_id

router = APIRouter()
_MOST_ENTRIES = 25


def _network(value: str) -> str:
    return str(ipaddress.ip_network(value, strict=False))


class ResultStorage(BaseModel):
    block_type: dict[str, Any]
    block_schema: dict[str, Any]
    data: dict[str, Any] = Field(default_factory=dict)
    block_document_references: dict[str, Any] = Field(default_factory=dict)


class SettingsUpdate(Strict):
    allow_public_workspaces: bool | None = None
    ai_log_summaries: bool | None = None
    managed_execution: bool | None = None
    enforce_ip_allowlist: bool | None = None
    enforce_webhook_authentication: bool | None = None
    self_healing_enabled: bool | None = None
    default_result_storage: ResultStorage | None = None


class AllSettings(BaseModel):
    """The settings inside of an account's update: a whole, in which what is missing has its default."""

    allow_public_workspaces: bool = False
    ai_log_summaries: bool = False
    managed_execution: bool = True
    enforce_ip_allowlist: bool = False
    enforce_webhook_authentication: bool = False
    self_healing_enabled: bool = False
    enabled_feature_flags: list[str] = Field(default_factory=list)
    default_result_storage: ResultStorage | None = None


class AccountUpdate(Strict):
    name: Text | None = None
    handle: Text | None = None
    location: Text | None = None
    link: Text | None = None
    workos_directory_ids: list[str] | None = None
    workos_organization_id: Text | None = None
    workos_connection_ids: list[str] | None = None
    auth_expiration_seconds: int | None = None
    settings: AllSettings | None = None
    billing_email: Text | None = None


class Domains(BaseModel):
    domain_names: list[str]


class Entry(BaseModel):
    ip_network: Annotated[str, AfterValidator(_network)]
    enabled: bool
    description: str | None = None
    last_seen: str | None = None


class Allowlist(BaseModel):
    entries: Annotated[list[Entry], Field(max_length=_MOST_ENTRIES)]


def _shown(account: Record) -> dict[str, Any]:
    return {name: value for name, value in account.items() if not name.startswith("_")}


def _change(asked: Asked, event: str, **fields: Any) -> None:
    asked.record(event, asked.store.account.change(seed.ACCOUNT_ID, **fields))


def _check_way_in(asked: Asked, entries: list[dict[str, Any]], place: list[str | int]) -> None:
    """Nobody locks themselves out."""
    address = ipaddress.ip_address(asked.address)
    inside = any(entry["enabled"] and address in ipaddress.ip_network(entry["ip_network"]) for entry in entries)
    if not inside:
        raise invalid(place, f"Your current IP address ({address}) must be on the allowlist while it is enforced")


@router.get("/api/accounts/permissions")
async def list_permissions(asked: Call) -> list[str]:
    return list(permissions.PERMISSIONS) if asked.caller.actor_id else []


@router.get("/api/workspace_scopes")
async def list_scopes(asked: Call) -> list[dict[str, object]]:
    return scopes.catalogue() if asked.caller.actor_id else []


@router.get(ACCOUNT, dependencies=[permission("read:account")])
async def read(asked: Call) -> dict[str, Any]:
    return _shown(asked.cloud.account)


@router.patch(ACCOUNT, status_code=204, dependencies=[permission("update:account")])
async def update(asked: Call, body: AccountUpdate) -> None:
    fields = body.given()
    for name in ("name", "handle", "settings", "workos_directory_ids", "workos_connection_ids"):
        if fields.get(name, "") is None:
            del fields[name]
    if body.settings is not None:
        fields["settings"] = body.settings.model_dump(mode="json")
        if body.settings.enforce_ip_allowlist:
            _check_way_in(asked, asked.cloud.account["_allowlist"], ["body", "settings"])
    _change(asked, "account.updated", **fields)


@router.delete(ACCOUNT, status_code=204, dependencies=[permission("delete:account")])
async def delete() -> None:
    raise forbidden("The double keeps its account: POST /lab/reset gives a new one")


@router.get(f"{ACCOUNT}/settings", dependencies=[permission("read:account")])
async def read_settings(asked: Call) -> dict[str, Any]:
    return asked.cloud.account["settings"]


@router.patch(f"{ACCOUNT}/settings", status_code=204, dependencies=[permission("update:account")])
async def update_settings(asked: Call, body: SettingsUpdate) -> None:
    given = body.given()
    fields = {name: value for name, value in given.items() if value is not None or name == "default_result_storage"}
    if fields.get("enforce_ip_allowlist"):
        _check_way_in(asked, asked.cloud.account["_allowlist"], ["body", "enforce_ip_allowlist"])
    _change(asked, "account-settings.updated", settings={**asked.cloud.account["settings"], **fields})


@router.get(f"{ACCOUNT}/domains", dependencies=[permission("read:account")])
async def read_domains(asked: Call) -> list[dict[str, Any]]:
    moment = asked.cloud.account["updated"]
    return [
        {
            "id": seeded_id(f"domain/{name}"),
            "created": moment,
            "updated": moment,
            "account_id": seed.ACCOUNT_ID,
            "name": name,
        }
        for name in asked.cloud.account["_domains"]
    ]


@router.patch(f"{ACCOUNT}/domains", status_code=204, dependencies=[permission("update:account")])
async def update_domains(asked: Call, body: Domains) -> None:
    _change(asked, "account-domain-names.updated", _domains=list(dict.fromkeys(body.domain_names)))


@router.get(f"{ACCOUNT}/ip_allowlist", dependencies=[permission("read:ip_allowlist")])
async def read_allowlist(asked: Call) -> dict[str, Any]:
    return {"entries": asked.cloud.account["_allowlist"]}


@router.put(f"{ACCOUNT}/ip_allowlist", status_code=204, dependencies=[permission("update:ip_allowlist")])
async def replace_allowlist(asked: Call, body: Allowlist) -> None:
    entries = [entry.model_dump(exclude={"last_seen"}) for entry in body.entries]
    networks = [entry["ip_network"] for entry in entries]
    if len(set(networks)) < len(networks):
        raise invalid(["body", "entries"], "An IP network stands in the list twice", networks)
    if asked.cloud.account["settings"]["enforce_ip_allowlist"]:
        _check_way_in(asked, entries, ["body", "entries"])
    seen = {entry["ip_network"]: entry["last_seen"] for entry in asked.cloud.account["_allowlist"]}
    kept = [{**entry, "last_seen": seen.get(entry["ip_network"])} for entry in entries]
    _change(asked, "account.updated", _allowlist=kept)


@router.get(f"{ACCOUNT}/ip_allowlist/my_access")
async def read_my_access(asked: Call) -> dict[str, Any]:
    if asked.cloud.admits(asked.address):
        return {"allowed": True, "detail": f"{asked.address} is on the allowlist"}
    return {"allowed": False, "detail": f"{asked.address} is not on the allowlist"}


@router.get(f"{ACCOUNT}/rate-limits/status", dependencies=[permission("read:account")])
async def read_rate_limits(asked: Call) -> dict[str, Any]:
    return {"exceeded_buckets": ["orchestration-api"] if asked.cloud.controls.exhausted else []}


@router.get(f"{ACCOUNT}/rate-limits/usage", dependencies=[permission("read:account")])
async def read_usage(asked: Call) -> dict[str, Any]:
    moment = clock.stamp()
    limit = asked.cloud.controls.rate_limit_per_minute
    used = {"limit": [limit], "usage": [0], "requested": [0], "granted": [0]}
    window = {"since": clock.after(-60), "until": moment, "minutes": [moment]}
    return {"account": seed.ACCOUNT_ID, **window, "keys": {"orchestration-api": used}}


@router.get(f"{ACCOUNT}/sso/integrations", dependencies=[permission("administrate:sso")])
async def read_integrations(asked: Call) -> dict[str, Any]:
    account = asked.cloud.account
    return {
        "organization_id": account["workos_organization_id"],
        "connections": [{"id": key} for key in account["workos_connection_ids"]],
        "directories": [{"id": key} for key in account["workos_directory_ids"]],
    }
