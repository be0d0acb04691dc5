# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Teams and who is in them. For internal use by this collection only."""

from __future__ import annotations

import typing as t

from .._engine.errors import Forbidden
from .._engine.spec import Compare, Field
from .cloud import CloudSpec, CloudStore, account_of, elements_problem, email_problem, expect_existing, fold
from .connection import Place
from .kind import Kind, Routes
from .names import filled
from .store import Object

if t.TYPE_CHECKING:
    from .._engine.plan import Change, Plan
    from .rest import RestBackend

_GOVERNED = "ENABLED"


class TeamStore(CloudStore):
    """A change replaces the team, its tie to a group of the directory included."""

    def candidates(self, identity: Object) -> list[Object]:
        query = {"teams": {"name": {"any_": [identity["name"]]}}}
        return self.client.read_all(self.routes.filter, query, self.errand("read", identity))

    def encode(self, body: Object, current: Object | None) -> Object:
        if current is None:
            return body
        sent = ("name", "description", "workos_directory_group_id")
        return {key: value for key, value in {**current, **body}.items() if key in sent}


def _refuse_governed_team(backend: RestBackend, plan: Plan, current: Object | None, _params: Object) -> list[str]:
    if not current:
        return []
    if current.get("workos_directory_group_id") and account_of(backend.stores).get("scim_state") == _GOVERNED:
        raise Forbidden(
            f"{plan.action} team",
            obj=current["name"],
            server=backend.server,
            why="it comes from the account's directory (SCIM)",
            todo="Change the group in the identity provider",
        )
    places = sorted(place["workspace_handle"] for place in current.get("workspaces") or [])
    if plan.action != "delete" or not places:
        return []
    return [f"The access of team '{current['name']}' to the workspaces {', '.join(places)} goes with it"]


TEAM = Kind(
    plural="teams",
    routes=Routes(all="/teams/", filter="/teams/filter", change="/teams/{id}", method="PUT"),
    place=Place.ACCOUNT,
    reference="name",
    store=TeamStore,
    spec=CloudSpec(
        kind="team",
        result="team",
        fields=(
            Field("name", required=True, identity=True, problem=filled),
            Field("description"),
        ),
        guard=_refuse_governed_team,
    ),
)

# property: the type of a member in the API, kind of the object, its identifier for the API
_MEMBERS = {
    "users": ("user", "account member", "user_id"),
    "service_accounts": ("service_account", "service account", "id"),
}


class TeamMembersStore(CloudStore):
    """Members come with their team. They are added by their own identifier and removed by that of their actor."""

    def load(self) -> list[Object]:
        found = self.stores.index("team").all() if self.stores.whole else self.stores.store("team").load()
        return [self.decode(team) for team in found]

    def read(self, identity: Object) -> Object | None:
        team = self.stores.look_up("team", identity["team"])
        return None if team is None else self.decode(team)

    def decode(self, found: Object) -> Object:
        members = found.get("memberships") or []
        names = {
            key: [_name(member) for member in members if member["type"] == member_type]
            for key, (member_type, _kind, _identifier) in _MEMBERS.items()
        }
        return {"id": found["id"], "team_name": found["name"], **names, "memberships": members}

    def write(self, plan: Plan, identity: Object, current: Object | None) -> Object | None:
        team = current or self.stores.look_up("team", identity["team"]) or {}
        changes = {key: change for key, change in plan.changes.items() if key in _MEMBERS}
        added = [self._member(key, name) for key, change in changes.items() for name in _added(plan, change)]
        path, errand = self.path("/teams/{id}/members", team), self.errand("update", identity)
        if added:
            self.client.change(path, {"members": added}, errand, "PUT")
        removed = {(_MEMBERS[key][0], name) for key, change in changes.items() for name in change.removed}
        for member in team.get("memberships") or []:
            if (member["type"], _name(member)) in removed:
                self.client.remove(f"{path}/{member['id']}", errand)
        return None

    def _member(self, key: str, name: str) -> Object:
        member_type, kind, identifier = _MEMBERS[key]
        return {"member_id": (self.stores.look_up(kind, name) or {}).get(identifier), "member_type": member_type}


def _name(member: Object) -> str:
    """What a member of a team is called here."""
    return (member.get("email") if member["type"] == "user" else member.get("name")) or member["handle"]


def _added(plan: Plan, change: Change) -> t.Iterable[str]:
    return change.value if plan.action == "create" else change.added


def _refuse_governed_users(backend: RestBackend, plan: Plan, _current: Object | None, params: Object) -> list[str]:
    expect_existing(TEAM_MEMBERS.spec, backend, plan, params)
    if "users" in plan.changes and account_of(backend.stores).get("scim_state") == _GOVERNED:
        raise Forbidden(
            "update team members",
            obj=params["team"],
            server=backend.server,
            why="the users of teams come from the account's directory (SCIM)",
            todo="Change the group in the identity provider; service accounts may be changed here",
        )
    return []


TEAM_MEMBERS = Kind(
    plural="team_members",
    place=Place.ACCOUNT,
    store=TeamMembersStore,
    read_from=("team",),
    spec=CloudSpec(
        kind="team members",
        result="team_members",
        title="team",
        fields=(
            Field("team", wire="team_name", required=True, identity=True, reference="team", problem=filled),
            Field(
                "users",
                "dict",
                elements="str",
                compare=Compare.MEMBERSHIP,
                reference="account member",
                problem=lambda lists: elements_problem(lists, email_problem),
                normalize=fold,
            ),
            Field(
                "service_accounts",
                "dict",
                elements="str",
                compare=Compare.MEMBERSHIP,
                reference="service account",
                problem=lambda lists: elements_problem(lists, filled),
            ),
        ),
        removable=False,
        guard=_refuse_governed_users,
    ),
)
