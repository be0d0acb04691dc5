# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Workspaces, and who may use them. For internal use by this collection only."""

from __future__ import annotations

import re
import typing as t

from .._engine.errors import Forbidden, InvalidInput
from .._engine.spec import Field
from .answers import Errand
from .cloud import CloudSpec, CloudStore, email_problem, expect_existing, fold
from .connection import Place
from .kind import Kind, Routes
from .names import filled
from .store import Key, Object

if t.TYPE_CHECKING:
    from .._engine.plan import Plan
    from .rest import RestBackend

_HANDLE = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$")


def _handle_problem(handle: str) -> str:
    return "" if _HANDLE.match(handle) else "a handle is made of lowercase letters, digits and single dashes between"


class WorkspaceStore(CloudStore):
    """The default role is taken on change only."""

    def candidates(self, identity: Object) -> list[Object]:
        query = {"workspaces": {"handle": {"any_": [identity["handle"]]}}}
        return self.client.read_all(self.routes.filter, query, self.errand("read", identity))

    def create(self, body: Object, identity: Object) -> Object | None:
        late = {key: value for key, value in body.items() if key == "default_workspace_role_id" and value is not None}
        found = super().create({key: value for key, value in body.items() if key not in late}, identity)
        if late and found is not None:
            self.change(found, late, identity)
        return found

    def encode(self, body: Object, current: Object | None) -> Object:
        if current is None:
            return {key: value for key, value in body.items() if key != "default_workspace_role_id"}
        # a description that is not sent could be taken for an empty one
        sent = ("name", "description", "default_workspace_role_id")
        return {key: value for key, value in {**current, **body}.items() if key in sent}


def _refuse_to_empty(backend: RestBackend, plan: Plan, current: Object | None, params: Object) -> list[str]:
    if plan.action != "delete" or not current:
        return []
    what = "its flows, deployments, runs, work pools, blocks, variables and automations"
    if not params.get("delete_content"):
        raise Forbidden(
            "delete workspace",
            obj=current["handle"],
            server=backend.server,
            why=f"{what} would be removed with it, for ever",
            todo="Set delete_content: true if that is what you want",
        )
    return [f"The workspace '{current['handle']}' is removed with all that is in it: {what}"]


WORKSPACE = Kind(
    plural="workspaces",
    routes=Routes(all="/workspaces/", filter="/workspaces/filter", change="/workspaces/{id}"),
    place=Place.ACCOUNT,
    store=WorkspaceStore,
    spec=CloudSpec(
        kind="workspace",
        result="workspace",
        title="handle",
        fields=(
            Field("handle", required=True, identity=True, problem=_handle_problem),
            Field("name", required_on_create=True, problem=filled),
            Field("description"),
            Field(
                "default_workspace_role",
                wire="default_workspace_role_id",
                reference="workspace role",
                clears="",
            ),
            Field("delete_content", "bool", default=False, control=True),
        ),
        guard=_refuse_to_empty,
    ),
)

# option: path of the routes, name of who it is in the answer, name of the identifier in the body, kind, its identifier
_HOLDERS = {
    "user": ("user_access", "email", "user_id", "account member", "user_id"),
    "service_account": ("bot_access", "bot_name", "bot_id", "service account", "id"),
    "team": ("team_access", "team_name", "team_id", "team", "id"),
}


class WorkspaceAccessStore(CloudStore):
    """Three families of routes. Who has access gets another role by getting access once more."""

    words = "workspaces"

    def load(self) -> list[Object]:
        whole = self.stores.whole
        found = self.stores.index("workspace").all() if whole else self.stores.store("workspace").load()
        return [grant for workspace in found for who in _HOLDERS for grant in self._grants(workspace["id"], who, {})]

    def candidates(self, identity: Object) -> list[Object]:
        who = next(name for name in _HOLDERS if identity.get(name))
        query: Object = {}
        if who == "user":
            query = {"users": {"email": {"like_": identity[who].strip()}}}
        elif who == "service_account":
            query = {"bots": {"name": {"any_": [identity[who]]}}}
        return self._grants(self._workspace(identity), who, query)

    def _grants(self, workspace: str, who: str, query: Object) -> list[Object]:
        path = self.path("/workspaces/{workspace}/", {"workspace": workspace}) + f"{_HOLDERS[who][0]}/filter"
        return self.client.read_all(path, query, Errand("read the access to a workspace"))

    def _workspace(self, identity: Object) -> str:
        """Identifier of the workspace that is meant; empty if there is none of this handle."""
        if identity.get("workspace"):
            return self.stores.resolve("workspace", identity["workspace"]) or ""
        found = self.stores.client.connection.workspace_id
        if not found:
            raise InvalidInput(
                "manage workspace access",
                obj=self.spec.name_of(identity),
                server=self.stores.server,
                why="api_url names an account and no workspace",
                todo="Give workspace, or an api_url that names one",
            )
        return found

    def key_of(self, identity: Object) -> Key | None:
        workspace = self._workspace(identity)
        return super().key_of({**identity, "workspace": workspace}) if workspace else None

    def create(self, body: Object, identity: Object) -> Object | None:
        who = next(name for name in _HOLDERS if identity.get(name))
        path, _answer, key, kind, identifier = _HOLDERS[who]
        holder = self.stores.look_up(kind, identity[who]) or {}
        grant = {key: holder.get(identifier), "workspace_role_id": body["workspace_role_id"]}
        workspace = body.get("workspace_id") or self._workspace(identity)
        path = self.path("/workspaces/{workspace}/", {"workspace": workspace}) + f"{path}/"
        # who has access already keeps one: asking twice does no harm
        many, method = ([grant], "PUT") if who == "team" else (grant, "POST")
        self.client.change(path, many, self.errand("create", identity), method)
        return None

    def change(self, current: Object, body: Object, identity: Object) -> None:
        self.create({"workspace_id": current["workspace_id"], **body}, identity)

    def remove(self, current: Object, identity: Object) -> None:
        who = next(name for name, facts in _HOLDERS.items() if current.get(facts[1]))
        key = current["team_id"] if who == "team" else current["id"]
        path = self.path("/workspaces/{workspace_id}/", current) + f"{_HOLDERS[who][0]}/{key}"
        self.client.remove(path, self.errand("delete", identity))

    def options(self, found: Object) -> Object | None:
        workspace = self.stores.name_of("workspace", found["workspace_id"])
        return workspace and {"workspace": workspace, **{who: found.get(facts[1]) for who, facts in _HOLDERS.items()}}

    def label(self, identity: Object) -> str:
        who = next(name for name in _HOLDERS if identity.get(name))
        here = self.stores.client.connection.workspace_id
        workspace = identity.get("workspace") or self.stores.name_of("workspace", here or None) or ""
        return f"{workspace}/{who}:{fold(identity[who]) if who == 'user' else identity[who]}"


def _expect_member(backend: RestBackend, plan: Plan, _current: Object | None, params: Object) -> list[str]:
    expect_existing(WORKSPACE_ACCESS.spec, backend, plan, params)
    return []


WORKSPACE_ACCESS = Kind(
    plural="workspace_access",
    place=Place.ACCOUNT,
    store=WorkspaceAccessStore,
    spec=CloudSpec(
        kind="workspace access",
        result="workspace_access",
        title="user",
        fields=(
            Field(
                "user",
                wire="email",
                identity=True,
                reference="account member",
                problem=lambda email: email_problem(email) if email else "",
                normalize=fold,
            ),
            Field("service_account", wire="bot_name", identity=True, reference="service account"),
            Field("team", wire="team_name", identity=True, reference="team"),
            Field("workspace", wire="workspace_id", identity=True, reference="workspace"),
            Field("role", wire="workspace_role_id", reference="workspace role", required_on_create=True),
        ),
        mutually_exclusive=(("user", "service_account", "team"),),
        required_one_of=(("user", "service_account", "team"),),
        guard=_expect_member,
    ),
)
