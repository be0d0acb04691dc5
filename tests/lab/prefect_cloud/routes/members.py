# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who belongs to the account: A/account_memberships and A/account_roles."""

from __future__ import annotations

import uuid
from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel

from prefect_cloud import permissions, seed
from prefect_cloud.access import ACCOUNT, Asked, Call, permission
from prefect_cloud.bodies import AnyId, AnyOf, AnyOrLike, Like, Page, SomeIds, Strict, Text, matches, ordered
from prefect_cloud.cloud import owners
from prefect_cloud.errors import conflict, forbidden, invalid, not_found
from prefect_cloud.routes.bots import remove_actor
from prefect_cloud.store import Record

router = APIRouter(prefix=ACCOUNT)
_MEMBERS = "/account_memberships"
_ROLES = "/account_roles"


class MemberFilter(Strict):
    operator: Literal["and_", "or_"] = "and_"
    account_role_id: AnyId | None = None
    user_id: SomeIds | None = None
    email: AnyOrLike | None = None
    handle: AnyOrLike | None = None
    name: Like | None = None
    actor_id: AnyId | None = None

    def takes(self, shown: dict[str, Any]) -> bool:
        name = f"{shown['first_name'] or ''} {shown['last_name'] or ''}".strip()
        values = {**shown, "name": name or shown["handle"]}
        wanted = [(getattr(self, field), values[field]) for field in type(self).model_fields if field != "operator"]
        given = [one.takes(value) for one, value in wanted if one is not None]
        return any(given) if given and self.operator == "or_" else all(given)


class Chosen(BaseModel):
    account_memberships: MemberFilter | None = None
    only_users: bool = False
    only_bots: bool = False
    active: bool | None = None

    def takes(self, member: Record, shown: dict[str, Any]) -> bool:
        kinds = {kind for kind, only in (("user", self.only_users), ("bot", self.only_bots)) if only}
        if kinds and member["kind"] not in kinds:
            return False
        if self.active is not None and member["active"] != self.active:
            return False
        return matches([(self.account_memberships, shown)])


class Counted(Chosen):
    """C(count) knows the filter by two names."""

    filter: MemberFilter | None = None


class Members(Page, Chosen):
    sort: (
        Literal[
            "CREATED_ASC",
            "CREATED_DESC",
            "LAST_LOGIN_ASC",
            "LAST_LOGIN_DESC",
            "NAME_ASC",
            "NAME_DESC",
            "HANDLE_ASC",
            "HANDLE_DESC",
            "EMAIL_ASC",
            "EMAIL_DESC",
            "ACCOUNT_ROLE_NAME_ASC",
            "ACCOUNT_ROLE_NAME_DESC",
        ]
        | None
    ) = None


class RoleGiven(Strict):
    account_role_id: uuid.UUID


class Active(Strict):
    active: bool


class ManyActive(Active):
    membership_ids: list[uuid.UUID]


class RoleFilter(Strict):
    name: AnyOf | None = None


class Roles(Page):
    account_roles: RoleFilter | None = None


class RoleUpdate(Strict):
    name: Text | None = None
    permissions: list[str] | None = None


def shown(asked: Asked, member: Record) -> dict[str, Any]:
    """A line of the member list. A bot has no user, and its name for a handle."""
    user = asked.cloud.user_of(member["actor_id"]) or {}
    bot = asked.cloud.bot_of(member["actor_id"]) or {}
    role = asked.store.account_roles[member["account_role_id"]]
    return {
        "id": member["id"],
        "actor_id": member["actor_id"],
        "user_id": user.get("id"),
        "first_name": user.get("first_name"),
        "last_name": user.get("last_name"),
        "handle": user.get("handle") or bot.get("name"),
        "email": user.get("email"),
        "account_role_name": role["name"],
        "account_role_id": role["id"],
        "last_login": user.get("last_login"),
        "active": member["active"],
    }


def _summary(asked: Asked, member: Record) -> dict[str, Any]:
    line = shown(asked, member)
    line.pop("last_login")
    more = {"created": member["created"], "updated": member["updated"], "account_id": seed.ACCOUNT_ID}
    teams = [{"id": team["id"], "name": team["name"]} for team in asked.cloud.teams_of(member["actor_id"])]
    return {**line, **more, "handle": line["handle"] or "", "directory_id": None, "timezone": None, "teams": teams}


def _chosen(asked: Asked, wanted: Chosen) -> list[tuple[Record, dict[str, Any]]]:
    pairs = [(member, shown(asked, member)) for member in asked.list("members")]
    return [pair for pair in pairs if wanted.takes(*pair)]


@router.post(f"{_MEMBERS}/filter", dependencies=[permission("read:account_membership")])
async def filter_members(asked: Call, body: Members | None = None) -> list[dict[str, Any]]:
    wanted = body or Members()
    found = [{**line, "created": member["created"]} for member, line in _chosen(asked, wanted)]
    by_name = {"NAME": lambda line: f"{line['first_name'] or ''} {line['last_name'] or ''}".strip() or line["handle"]}
    page = wanted.of(ordered(found, wanted.sort, "CREATED_ASC", by_name))
    return [{name: value for name, value in line.items() if name != "created"} for line in page]


@router.post(f"{_MEMBERS}/count", dependencies=[permission("read:account_membership")])
async def count_members(asked: Call, body: Counted | None = None) -> int:
    wanted = body or Counted()
    return len([line for _member, line in _chosen(asked, wanted) if matches([(wanted.filter, line)])])


@router.post(f"{_MEMBERS}/set_active", status_code=204, dependencies=[permission("update:account_membership")])
async def set_many_active(asked: Call, body: ManyActive) -> None:
    found = [asked.find("members", key, "Account membership") for key in body.membership_ids]
    for member in found:
        _set_active(asked, member, body.active)


def _by_actor(asked: Asked, actor_id: str | None) -> Record:
    found = [member for member in asked.list("members") if member["actor_id"] == actor_id]
    if not found:
        raise not_found("Account membership")
    return found[0]


@router.get(f"{_MEMBERS}/by-user/{{user_id}}", dependencies=[permission("read:account_membership")])
async def read_by_user(asked: Call, user_id: uuid.UUID) -> dict[str, Any]:
    return _summary(asked, _by_actor(asked, asked.find("users", user_id, "User")["actor_id"]))


@router.get(f"{_MEMBERS}/by-bot/{{bot_id}}", dependencies=[permission("read:account_membership")])
async def read_by_bot(asked: Call, bot_id: uuid.UUID) -> dict[str, Any]:
    return _summary(asked, _by_actor(asked, asked.find("bots", bot_id, "Service account")["actor_id"]))


@router.get(f"{_MEMBERS}/{{which}}", dependencies=[permission("read:account_membership")])
async def read_member(asked: Call, which: uuid.UUID) -> dict[str, Any]:
    return _summary(asked, asked.read("members", which, "Account membership"))


def _keep_an_owner(asked: Asked, member: Record) -> None:
    if [owner["id"] for owner in owners(asked.store)] == [member["id"]]:
        raise conflict("An account needs an active owner")


@router.patch(f"{_MEMBERS}/{{which}}", status_code=204, dependencies=[permission("update:account_membership")])
async def update_member(asked: Call, which: uuid.UUID, body: RoleGiven) -> None:
    member = asked.find("members", which, "Account membership")
    role = asked.find("account_roles", body.account_role_id, "Account role")
    asked.caller.need_to_hand_out(role)
    asked.caller.need_to_hand_out(asked.store.account_roles[member["account_role_id"]])
    if role["name"] != permissions.OWNER:
        _keep_an_owner(asked, member)
    asked.record("account-membership.updated", asked.store.members.change(member["id"], account_role_id=role["id"]))


@router.delete(f"{_MEMBERS}/{{which}}", status_code=204, dependencies=[permission("delete:account_membership")])
async def delete_member(asked: Call, which: uuid.UUID) -> None:
    member = asked.find("members", which, "Account membership")
    if member["kind"] == "bot":
        raise conflict("This is the membership of a service account: delete the service account")
    asked.caller.need_to_hand_out(asked.store.account_roles[member["account_role_id"]])
    _keep_an_owner(asked, member)
    remove_actor(asked, member["actor_id"])
    asked.record("account-membership.deleted", member)


@router.patch(f"{_MEMBERS}/{{which}}/active", status_code=204, dependencies=[permission("update:account_membership")])
async def set_active(asked: Call, which: uuid.UUID, body: Active) -> None:
    _set_active(asked, asked.find("members", which, "Account membership"), body.active)


def _set_active(asked: Asked, member: Record, active: bool) -> None:
    if not active:
        asked.caller.need_to_hand_out(asked.store.account_roles[member["account_role_id"]])
        _keep_an_owner(asked, member)
    asked.record("account-membership.updated", asked.store.members.change(member["id"], active=active))


@router.post(f"{_ROLES}/filter", dependencies=[permission("read:account_role")])
async def filter_roles(asked: Call, body: Roles | None = None) -> list[Record]:
    wanted = body or Roles()
    chosen = wanted.account_roles or RoleFilter()
    return wanted.of(role for role in asked.list("account_roles") if matches([(chosen.name, role["name"])]))


@router.get(f"{_ROLES}/{{which}}", dependencies=[permission("read:account_role")])
async def read_role(asked: Call, which: uuid.UUID) -> Record:
    return asked.read("account_roles", which, "Account role")


def _custom(asked: Asked, key: uuid.UUID) -> Record:
    role = asked.find("account_roles", key, "Account role")
    if role["is_system_role"]:
        raise forbidden("Built-in account roles can't be changed")
    return role


@router.patch(f"{_ROLES}/{{which}}", status_code=204, dependencies=[permission("update:account_role")])
async def update_role(asked: Call, which: uuid.UUID, body: RoleUpdate) -> None:
    role = _custom(asked, which)
    fields = {name: value for name, value in body.given().items() if value is not None}
    check_permissions(body.permissions or [])
    check_role_name(asked, fields.get("name", role["name"]), role["id"])
    asked.caller.need_to_hand_out({**role, **fields})
    asked.record("account-role.updated", asked.store.account_roles.change(role["id"], **fields))


def check_permissions(names: list[str]) -> None:
    unknown = sorted(set(names) - set(permissions.PERMISSIONS))
    if unknown:
        raise invalid(["body", "permissions"], f"Unknown permissions: {', '.join(unknown)}", names)


def check_role_name(asked: Asked, name: str, but: str = "") -> None:
    if any(role["name"] == name and role["id"] != but for role in asked.store.account_roles.values()):
        raise conflict(f'An account role named "{name}" already exists')


@router.delete(f"{_ROLES}/{{which}}", status_code=204, dependencies=[permission("delete:account_role")])
async def delete_role(asked: Call, which: uuid.UUID) -> None:
    role = _custom(asked, which)
    if any(member["account_role_id"] == role["id"] for member in asked.store.members.values()):
        raise conflict(f'The account role "{role["name"]}" is in use')
    asked.store.account_roles.drop(role["id"])
    asked.record("account-role.deleted", role)
