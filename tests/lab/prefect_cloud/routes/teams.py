# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Teams and their members. Where a directory governs them (SCIM), people come and go there only."""

from __future__ import annotations

import uuid
from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel

from prefect_cloud import seed
from prefect_cloud.access import ACCOUNT, Asked, Call, permission
from prefect_cloud.bodies import AnyId, AnyOf, AnyOrLike, Like, Page, SomeIds, Strict, Text, matches, ordered
from prefect_cloud.errors import conflict, forbidden, not_found
from prefect_cloud.routes.bots import BotFilter
from prefect_cloud.store import Record

router = APIRouter(prefix=f"{ACCOUNT}/teams")


class TeamCreate(Strict):
    name: Text
    description: Text | None = ""


class TeamUpdate(TeamCreate):
    workos_directory_group_id: Text | None = None


class Member(Strict):
    member_id: uuid.UUID
    member_type: Literal["user", "service_account"]


class Members(BaseModel):
    members: list[Member]


class UserFilter(Strict):
    id: SomeIds | None = None
    email: AnyOrLike | None = None
    handle: AnyOrLike | None = None
    name: Like | None = None

    def takes(self, user: Record) -> bool:
        name = f"{user['first_name']} {user['last_name']}"
        return matches([(getattr(self, field), {**user, "name": name}[field]) for field in type(self).model_fields])


class TeamFilter(Strict):
    id: AnyId | None = None
    name: AnyOrLike | None = None
    directory_id: AnyOf | None = None
    workspace_id: AnyId | None = None
    workspace_role_id: AnyId | None = None
    member_id: AnyId | None = None


class Teams(Page):
    teams: TeamFilter = TeamFilter()
    users: UserFilter = UserFilter()
    bots: BotFilter = BotFilter()
    sort: Literal["NAME_ASC", "NAME_DESC", "CREATED_ASC", "CREATED_DESC"] | None = None


def _shown(asked: Asked, team: Record) -> dict[str, Any]:
    members = [asked.cloud.actor(actor_id) for actor_id in team["actor_ids"]]
    grants = [
        grant for grant in asked.store.grants.seen(asked.cloud.late).values() if grant.get("team_id") == team["id"]
    ]
    return {
        **{name: value for name, value in team.items() if name != "actor_ids"},
        "account_id": seed.ACCOUNT_ID,
        "memberships": [member for member in members if member],
        "workspaces": [_workspace(asked, grant) for grant in grants if grant["workspace_id"] in asked.store.workspaces],
    }


def _workspace(asked: Asked, grant: Record) -> dict[str, Any]:
    return {
        "workspace_id": grant["workspace_id"],
        "workspace_handle": asked.store.workspaces[grant["workspace_id"]]["handle"],
        "workspace_role_id": grant["workspace_role_id"],
        "workspace_role_name": asked.store.workspace_roles.get(grant["workspace_role_id"], {}).get("name", ""),
    }


def _check_name(asked: Asked, name: str, but: str = "") -> None:
    if any(team["name"] == name and team["id"] != but for team in asked.store.teams.values()):
        raise conflict(f'A team named "{name}" already exists')


def _governed(asked: Asked) -> bool:
    return asked.cloud.account["scim_state"] == "ENABLED"


def _check_not_governed(asked: Asked, team: Record) -> None:
    if _governed(asked) and team["workos_directory_group_id"]:
        raise forbidden("This team is managed by the account's directory (SCIM)")


def _check_members(asked: Asked, kinds: set[str]) -> None:
    if _governed(asked) and "user" in kinds:
        raise forbidden("The members of teams are managed by the account's directory (SCIM); service accounts are not")


@router.post("/", status_code=201, dependencies=[permission("create:team")])
async def create(asked: Call, body: TeamCreate) -> dict[str, Any]:
    _check_name(asked, body.name)
    team = {"id": str(uuid.uuid4()), "name": body.name, "description": body.description}
    team = asked.store.teams.put({**team, "workos_directory_group_id": None, "actor_ids": []})
    asked.record("team.created", team)
    return _shown(asked, team)


@router.post("/filter", dependencies=[permission("read:team")])
async def filter_teams(asked: Call, body: Teams | None = None) -> list[dict[str, Any]]:
    wanted = body or Teams()
    found = [_shown(asked, team) for team in ordered(asked.list("teams"), wanted.sort, "NAME_ASC", {})]
    return wanted.of(team for team in found if _takes(asked, wanted, team))


def _takes(asked: Asked, wanted: Teams, team: dict[str, Any]) -> bool:
    chosen = wanted.teams
    actors = {member["id"] for member in team["memberships"]}
    users = [user for user in asked.store.users.values() if user["actor_id"] in actors]
    bots = [bot for bot in asked.store.bots.values() if bot["actor_id"] in actors]
    own = [
        (chosen.id, team["id"]),
        (chosen.name, team["name"]),
        (chosen.directory_id, team["workos_directory_group_id"]),
    ]
    many = [
        (chosen.workspace_id, [place["workspace_id"] for place in team["workspaces"]]),
        (chosen.workspace_role_id, [place["workspace_role_id"] for place in team["workspaces"]]),
        (chosen.member_id, [*actors, *(one["id"] for one in [*users, *bots])]),
    ]
    return (
        matches(own)
        and all(one is None or one.takes_one_of(values) for one, values in many)
        and (not wanted.users.model_fields_set or any(wanted.users.takes(user) for user in users))
        and (not wanted.bots.model_fields_set or any(wanted.bots.takes(bot) for bot in bots))
    )


@router.get("/{which}", dependencies=[permission("read:team")])
async def read(asked: Call, which: uuid.UUID) -> dict[str, Any]:
    return _shown(asked, asked.read("teams", which, "Team"))


@router.put("/{which}", dependencies=[permission("update:team")])
async def update(asked: Call, which: uuid.UUID, body: TeamUpdate) -> dict[str, Any]:
    team = asked.find("teams", which, "Team")
    _check_not_governed(asked, team)
    _check_name(asked, body.name, team["id"])
    team = asked.store.teams.change(team["id"], **body.given())
    asked.record("team.updated", team)
    return _shown(asked, team)


@router.delete("/{which}", status_code=204, dependencies=[permission("delete:team")])
async def delete(asked: Call, which: uuid.UUID) -> None:
    team = asked.find("teams", which, "Team")
    _check_not_governed(asked, team)
    for grant in [grant for grant in asked.store.grants.values() if grant.get("team_id") == team["id"]]:
        asked.store.grants.drop(grant["id"])
    asked.store.teams.drop(team["id"])
    asked.record("team.deleted", team)


@router.put("/{which}/members", dependencies=[permission("update:team")])
async def add_members(asked: Call, which: uuid.UUID, body: Members) -> dict[str, Any]:
    team = asked.find("teams", which, "Team")
    _check_members(asked, {member.member_type for member in body.members})
    actors = list(team["actor_ids"])
    members = {member["actor_id"] for member in asked.store.members.values()}
    for member in body.members:
        table, what = ("users", "User") if member.member_type == "user" else ("bots", "Service account")
        actor_id = asked.find(table, member.member_id, what)["actor_id"]
        if actor_id not in members:
            raise not_found("Account membership")
        if actor_id not in actors:
            actors.append(actor_id)
            asked.record("team-membership.created", {"id": actor_id}, team=team["id"])
    return _shown(asked, asked.store.teams.change(team["id"], actor_ids=actors))


@router.delete("/{team_id}/members/{actor_id}", status_code=204, dependencies=[permission("update:team")])
async def remove_member(asked: Call, team_id: uuid.UUID, actor_id: uuid.UUID) -> None:
    team = asked.find("teams", team_id, "Team")
    who = asked.cloud.actor(str(actor_id))
    if str(actor_id) not in team["actor_ids"]:
        raise not_found("Team membership")
    _check_members(asked, {who["type"]} if who else set())
    left = [one for one in team["actor_ids"] if one != str(actor_id)]
    asked.store.teams.change(team["id"], actor_ids=left)
    asked.record("team-membership.deleted", {"id": str(actor_id)}, team=team["id"])
