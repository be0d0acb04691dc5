# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may use a workspace: user_access, bot_access, team_access, and all of it in one list."""

from __future__ import annotations

import uuid
from typing import Any, Literal

from fastapi import APIRouter

from prefect_cloud.access import WORKSPACE, Asked, Call, scope
from prefect_cloud.bodies import AnyId, Page, Strict, matches, ordered
from prefect_cloud.errors import not_found
from prefect_cloud.routes.bots import BotFilter
from prefect_cloud.routes.teams import UserFilter
from prefect_cloud.store import Record

router = APIRouter(prefix=WORKSPACE)
_USERS = "manage_workspace_users"
_BOTS = "manage_workspace_service_accounts"
_TEAMS = "manage_workspace_teams"


class UserGrant(Strict):
    user_id: uuid.UUID
    workspace_role_id: uuid.UUID


class BotGrant(Strict):
    bot_id: uuid.UUID
    workspace_role_id: uuid.UUID


class TeamGrant(Strict):
    team_id: uuid.UUID
    workspace_role_id: uuid.UUID


class GrantFilter(Strict):
    workspace_role_id: AnyId | None = None
    actor_id: AnyId | None = None

    def takes(self, grant: Record) -> bool:
        return matches([(self.workspace_role_id, grant["workspace_role_id"]), (self.actor_id, grant["actor_id"])])


class UserGrants(Page):
    workspace_accesses: GrantFilter | None = None
    users: UserFilter | None = None
    sort: (
        Literal[
            "CREATED_ASC",
            "CREATED_DESC",
            "NAME_ASC",
            "NAME_DESC",
            "EMAIL_ASC",
            "EMAIL_DESC",
            "HANDLE_ASC",
            "HANDLE_DESC",
        ]
        | None
    ) = None


class BotGrants(Page):
    workspace_accesses: GrantFilter | None = None
    bots: BotFilter | None = None
    sort: Literal["CREATED_ASC", "CREATED_DESC", "BOT_NAME_ASC", "BOT_NAME_DESC"] | None = None


def _shown(grant: Record, **more: Any) -> dict[str, Any]:
    names = ("id", "created", "updated", "workspace_id", "workspace_role_id")
    return {**{name: grant[name] for name in names}, **more}


def _user(asked: Asked, grant: Record) -> dict[str, Any]:
    user = asked.cloud.user_of(grant["actor_id"])
    names = ("first_name", "last_name", "email", "handle", "actor_id")
    if user is None:
        raise not_found("User")
    return _shown(grant, user_id=user["id"], **{name: user[name] for name in names})


def _bot(asked: Asked, grant: Record) -> dict[str, Any]:
    bot = asked.cloud.bot_of(grant["actor_id"])
    if bot is None:
        raise not_found("Service account")
    return _shown(grant, bot_id=bot["id"], bot_name=bot["name"], actor_id=bot["actor_id"])


def _grant(asked: Asked, kind: str, holder: dict[str, str], role_id: uuid.UUID) -> Record:
    """One grant a holder and workspace: a second one changes the role."""
    role = asked.find("workspace_roles", role_id, "Workspace role")
    field, value = next(iter(holder.items()))
    for old in asked.store.grants_in(asked.workspace_id, kind):
        if old[field] == value:
            kept = asked.store.grants.change(old["id"], workspace_role_id=role["id"])
            asked.record("workspace-access.updated", kept, workspace_role=role["name"], **holder)
            return kept
    new = {"id": str(uuid.uuid4()), "kind": kind, "workspace_id": asked.workspace_id, **holder}
    kept = asked.store.grants.put({**new, "workspace_role_id": role["id"]})
    asked.record("workspace-access.created", kept, workspace_role=role["name"], **holder)
    return kept


def _member(asked: Asked, table: str, key: uuid.UUID, what: str) -> dict[str, str]:
    actor_id = asked.find(table, key, what)["actor_id"]
    if not any(member["actor_id"] == actor_id for member in asked.store.members.values()):
        raise not_found("Account membership")
    return {"actor_id": actor_id}


def _check(asked: Asked, table: str, what: str, wanted: list[tuple[uuid.UUID, uuid.UUID]]) -> None:
    """All or nothing: everything is looked up before the first write."""
    for holder, role_id in wanted:
        asked.find(table, holder, what)
        asked.find("workspace_roles", role_id, "Workspace role")


def _find(asked: Asked, key: uuid.UUID, kind: str, late: bool = False) -> Record:
    grant = (asked.read if late else asked.find)("grants", key, "Workspace access")
    if grant["kind"] != kind:
        raise not_found("Workspace access")
    return grant


def _revoke(asked: Asked, grant: Record) -> None:
    asked.store.grants.drop(grant["id"])
    asked.record("workspace-access.deleted", grant)


def _all(asked: Asked, kind: str) -> list[Record]:
    return list(asked.store.grants_in(asked.workspace_id, kind, asked.cloud.late))


@router.post("/user_access/", dependencies=[scope(_USERS)])
async def grant_users(asked: Call, body: UserGrant | list[UserGrant]) -> dict[str, Any] | list[dict[str, Any]]:
    wanted = body if isinstance(body, list) else [body]
    _check(asked, "users", "User", [(one.user_id, one.workspace_role_id) for one in wanted])
    made = [
        _user(asked, _grant(asked, "user", _member(asked, "users", one.user_id, "User"), one.workspace_role_id))
        for one in wanted
    ]
    return made if isinstance(body, list) else made[0]


@router.post("/user_access/filter", dependencies=[scope("see_workspace_users")])
async def filter_users(asked: Call, body: UserGrants | None = None) -> list[dict[str, Any]]:
    wanted = body or UserGrants()
    found = [
        _user(asked, grant)
        for grant in _all(asked, "user")
        if matches([(wanted.workspace_accesses, grant), (wanted.users, asked.cloud.user_of(grant["actor_id"]))])
    ]
    names = {"NAME": lambda one: f"{one['first_name']} {one['last_name']}"}
    return wanted.of(ordered(found, wanted.sort, "CREATED_ASC", names))


@router.get("/user_access/{which}", dependencies=[scope("see_workspace_users")])
async def read_user(asked: Call, which: uuid.UUID) -> dict[str, Any]:
    return _user(asked, _find(asked, which, "user", late=True))


@router.delete("/user_access/{which}", status_code=204, dependencies=[scope(_USERS)])
async def revoke_user(asked: Call, which: uuid.UUID) -> None:
    _revoke(asked, _find(asked, which, "user"))


@router.post("/bot_access/", dependencies=[scope(_BOTS)])
async def grant_bots(asked: Call, body: BotGrant | list[BotGrant]) -> dict[str, Any] | list[dict[str, Any]]:
    wanted = body if isinstance(body, list) else [body]
    _check(asked, "bots", "Service account", [(one.bot_id, one.workspace_role_id) for one in wanted])
    made = [
        _bot(asked, _grant(asked, "bot", _member(asked, "bots", one.bot_id, "Service account"), one.workspace_role_id))
        for one in wanted
    ]
    return made if isinstance(body, list) else made[0]


@router.post("/bot_access/filter", dependencies=[scope("see_workspace_service_accounts")])
async def filter_bots(asked: Call, body: BotGrants | None = None) -> list[dict[str, Any]]:
    wanted = body or BotGrants()
    there = [(grant, asked.cloud.bot_of(grant["actor_id"])) for grant in _all(asked, "bot")]
    found = [
        _bot(asked, grant)
        for grant, bot in there
        if bot and matches([(wanted.workspace_accesses, grant), (wanted.bots, bot)])
    ]
    return wanted.of(ordered(found, wanted.sort, "CREATED_ASC", {}))


@router.get("/bot_access/{which}", dependencies=[scope("see_workspace_service_accounts")])
async def read_bot(asked: Call, which: uuid.UUID) -> dict[str, Any]:
    return _bot(asked, _find(asked, which, "bot", late=True))


@router.delete("/bot_access/{which}", status_code=204, dependencies=[scope(_BOTS)])
async def revoke_bot(asked: Call, which: uuid.UUID) -> None:
    _revoke(asked, _find(asked, which, "bot"))


@router.put("/team_access/", dependencies=[scope(_TEAMS)])
async def grant_teams(asked: Call, body: list[TeamGrant]) -> list[dict[str, Any]]:
    _check(asked, "teams", "Team", [(one.team_id, one.workspace_role_id) for one in body])
    made = [_grant(asked, "team", {"team_id": str(one.team_id)}, one.workspace_role_id) for one in body]
    return [_shown(grant, team_id=grant["team_id"]) for grant in made]


@router.post("/team_access/filter", dependencies=[scope(_TEAMS)])
async def filter_teams(asked: Call, body: Page | None = None) -> list[dict[str, Any]]:
    found = [
        _shown(grant, team_id=grant["team_id"], team_name=asked.store.teams[grant["team_id"]]["name"])
        for grant in _all(asked, "team")
        if grant["team_id"] in asked.store.teams
    ]
    return (body or Page()).of(found)


@router.delete("/team_access/{team_id}", status_code=204, dependencies=[scope(_TEAMS)])
async def revoke_team(asked: Call, team_id: uuid.UUID) -> None:
    for grant in asked.store.grants_in(asked.workspace_id, "team"):
        if grant["team_id"] == str(team_id):
            _revoke(asked, grant)
            return
    raise not_found("Workspace access")


@router.get("/access/", dependencies=[scope("see_workspace_users", "see_workspace_service_accounts")])
async def read_all(asked: Call) -> list[dict[str, Any]]:
    """Everybody who can be named in the access list of an object."""
    shown = []
    for grant in asked.store.grants_in(asked.workspace_id, seconds=asked.cloud.late):
        if grant["kind"] == "team":
            team = asked.store.teams.get(grant["team_id"])
            shown += [{"id": team["id"], "name": team["name"], "email": None, "type": "team"}] if team else []
        else:
            actor = asked.cloud.actor(grant["actor_id"])
            shown += [{name: actor[name] for name in ("id", "name", "email", "type")}] if actor else []
    return shown
