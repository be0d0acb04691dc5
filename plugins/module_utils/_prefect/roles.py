# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Roles in the account and roles in workspaces. For internal use by this collection only."""

from __future__ import annotations

import typing as t

from .._engine.errors import Forbidden, InvalidInput
from .._engine.spec import Compare, Field
from .answers import Errand
from .cloud import CloudSpec, CloudStore
from .connection import Place
from .kind import Kind, Routes
from .names import filled
from .store import Object

if t.TYPE_CHECKING:
    from .._engine.plan import Plan
    from .rest import RestBackend

_LONGEST_DESCRIPTION = 140


def _refuse_built_in(backend: RestBackend, plan: Plan, kind: str, name: str, built_in: bool) -> None:
    if built_in and plan.action in ("update", "delete"):
        raise Forbidden(
            f"{plan.action} {kind}",
            obj=name,
            server=backend.server,
            why="it is one of Prefect's own roles, which nobody can change",
            todo="Make a role of your own under another name",
        )


def _expect_known(backend: RestBackend, plan: Plan, kind: str, name: str, key: str, path: str) -> None:
    """Names that the server does not have are refused before anything is written, as the server would do."""
    change = plan.changes.get(key)
    if change is None or not change.value:
        return
    listed = backend.stores.client.at(Place.API, f"{kind}s").read_value(path, Errand(f"read what a {kind} may hold"))
    known = {one["name"] if isinstance(one, dict) else one for one in listed}
    unknown = sorted(set(change.value) - known)
    if unknown:
        raise InvalidInput(
            f"{plan.action} {kind}",
            obj=name,
            server=backend.server,
            why=f"Prefect Cloud knows no {key} {', '.join(unknown)}",
            todo=f"Use some of these: {', '.join(sorted(known))}",
        )


class AccountRoleStore(CloudStore):
    """Prefect's own roles can be referred to and not be managed."""

    def unmanaged(self, found: Object) -> str:
        return " " if found.get("is_system_role") else ""


def _guard_account_role(backend: RestBackend, plan: Plan, current: Object | None, params: Object) -> list[str]:
    name = params["name"]
    if plan.action == "create":
        raise Forbidden(
            "create account role",
            obj=name,
            server=backend.server,
            why="Prefect Cloud has no API that creates account roles",
            todo="Create it on the account's settings page in Prefect Cloud; from then on this module keeps it",
        )
    _refuse_built_in(backend, plan, "account role", name, bool((current or {}).get("is_system_role")))
    _expect_known(backend, plan, "account role", name, "permissions", "/accounts/permissions")
    if plan.action == "delete" and current:
        _refuse_used(backend, current)
    return []


def _refuse_used(backend: RestBackend, role: Object) -> None:
    query = {"account_memberships": {"account_role_id": {"any_": [role["id"]]}}}
    account = backend.stores.client.at(Place.ACCOUNT, "account roles")
    holders = account.read_all(
        "/account_memberships/filter", query, Errand("read members with account role", role["name"])
    )
    if holders:
        names = ", ".join(sorted(str(one.get("email") or one.get("handle")) for one in holders))
        raise Forbidden(
            "delete account role",
            obj=role["name"],
            server=backend.server,
            why=f"{len(holders)} members have it: {names}",
            todo="Give them another role first",
        )


ACCOUNT_ROLE = Kind(
    plural="account_roles",
    routes=Routes(filter="/account_roles/filter", change="/account_roles/{id}"),
    place=Place.ACCOUNT,
    reference="name",
    store=AccountRoleStore,
    spec=CloudSpec(
        kind="account role",
        result="account_role",
        fields=(
            Field("name", required=True, identity=True, problem=filled),
            Field("permissions", "list", elements="str", compare=Compare.SET),
        ),
        guard=_guard_account_role,
    ),
)


class WorkspaceRoleStore(CloudStore):
    """Scopes are those that a role has beside what it inherits, whichever of the two the server returns. A change says
    all, since scopes that are not sent would be taken for none."""

    def load(self) -> list[Object]:
        found = self.client.read_all(self.routes.filter, {}, Errand("read all workspace roles"))
        scopes = {role["id"]: set(role.get("scopes") or []) for role in found}
        return [
            {**role, "scopes": sorted(scopes[role["id"]] - scopes.get(role.get("inherited_role_id") or "", set()))}
            for role in found
        ]

    def encode(self, body: Object, current: Object | None) -> Object:
        if current is None:
            return body
        sent = ("name", "description", "scopes", "inherited_role_id")
        return {key: value for key, value in {**current, **body}.items() if key in sent}

    def unmanaged(self, found: Object) -> str:
        return "" if found.get("account_id") else " "


def _description_problem(text: str) -> str:
    if len(text) <= _LONGEST_DESCRIPTION:
        return ""
    return f"{len(text)} characters are more than the {_LONGEST_DESCRIPTION} that a description may have"


def _guard_workspace_role(backend: RestBackend, plan: Plan, current: Object | None, params: Object) -> list[str]:
    name = params["name"]
    _refuse_built_in(
        backend, plan, "workspace role", name, current is not None and current.get("account_id", "") is None
    )
    _expect_known(backend, plan, "workspace role", name, "scopes", "/workspace_scopes")
    after = {**(current or {}), **{key: change.value for key, change in plan.changes.items()}}
    base = next(iter(backend.related("workspace role", "id", after.get("inherited_role_id") or "")), None)
    twice = sorted(set(after.get("scopes") or []) & set(base["scopes"])) if base and plan.action != "delete" else []
    if twice:
        raise InvalidInput(
            f"{plan.action} workspace role",
            obj=name,
            server=backend.server,
            why=f"it has {', '.join(twice)} already from the role '{base['name']}' that it inherits",
            todo="Leave them out of scopes",
        )
    return []


WORKSPACE_ROLE = Kind(
    plural="workspace_roles",
    routes=Routes(all="/workspace_roles/", filter="/workspace_roles/filter", change="/workspace_roles/{id}"),
    place=Place.ACCOUNT,
    store=WorkspaceRoleStore,
    spec=CloudSpec(
        kind="workspace role",
        result="workspace_role",
        fields=(
            Field("name", required=True, identity=True, problem=filled),
            Field("description", problem=_description_problem),
            Field("scopes", "list", elements="str", compare=Compare.SET),
            Field("inherited_role", wire="inherited_role_id", reference="workspace role", clears=""),
        ),
        guard=_guard_workspace_role,
    ),
)
