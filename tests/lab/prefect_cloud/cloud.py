# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One running double: its state, its switches, the servers behind its workspaces, and who may do what."""

from __future__ import annotations

import ipaddress
import uuid
from dataclasses import dataclass
from typing import Any

from prefect_cloud import clock, keys, permissions, scopes, seed
from prefect_cloud.backends import Backends
from prefect_cloud.controls import Controls
from prefect_cloud.errors import forbidden, unauthorized
from prefect_cloud.store import Record, Store


class Cloud:
    """Everything that the routes work on."""

    def __init__(self, store: Store, backends: Backends, base_url: str) -> None:
        self.store, self.backends, self.base_url = store, backends, base_url
        self.controls = Controls()
        self.judged = False
        self.plant()

    def plant(self) -> None:
        if not self.store.account:
            seed.plant(self.store)
        seed.write_estate(self.store, self.base_url)

    @property
    def account(self) -> Record:
        return self.store.account[seed.ACCOUNT_ID]

    @property
    def late(self) -> float:
        """Seconds that reads lag behind."""
        return self.controls.late

    def caller(self, header: str | None) -> Caller:
        """Whose key it is; Problem 401 when it is nobody's or no longer valid."""
        scheme, _blank, key = (header or "").partition(" ")
        record = keys.find(self.store, key.strip()) if scheme.lower() == "bearer" else None
        if record is None:
            raise unauthorized()
        member = next(
            (member for member in self.store.members.values() if member["actor_id"] == record["actor_id"]), None
        )
        return Caller(self, record["actor_id"], member)

    def user_of(self, actor_id: str) -> Record | None:
        return next((user for user in self.store.users.values() if user["actor_id"] == actor_id), None)

    def bot_of(self, actor_id: str) -> Record | None:
        return next((bot for bot in self.store.bots.values() if bot["actor_id"] == actor_id), None)

    def actor(self, actor_id: str) -> Record | None:
        """An actor as access lists show it: id, name, email, type, and the handle."""
        user = self.user_of(actor_id)
        if user:
            name = f"{user['first_name']} {user['last_name']}".strip()
            shown = {"id": actor_id, "name": name, "email": user["email"], "type": "user"}
            return {**shown, "handle": user["handle"]}
        bot = self.bot_of(actor_id)
        if bot:
            shown = {"id": actor_id, "name": bot["name"], "email": None, "type": "service_account"}
            return {**shown, "handle": bot["name"]}
        return None

    def teams_of(self, actor_id: str) -> list[Record]:
        return [team for team in self.store.teams.values() if actor_id in team["actor_ids"]]

    def role_scopes(self, role_id: str) -> frozenset[str]:
        role = self.store.workspace_roles.get(role_id)
        return scopes.closure(role["scopes"]) if role else frozenset()

    def admits(self, address: str) -> bool:
        """Whether the allowlist, enforced or not, holds this address."""
        return any(entry["enabled"] and _holds(entry, address) for entry in self.account["_allowlist"])

    def note_address(self, address: str) -> None:
        """The allowlist says when an entry was last of use, to the minute."""
        minute = clock.stamp()[:16] + ":00Z"
        entries = self.account["_allowlist"]
        if any(_holds(entry, address) and entry["last_seen"] != minute for entry in entries):
            noted = [{**entry, "last_seen": minute} if _holds(entry, address) else entry for entry in entries]
            self.store.account.change(seed.ACCOUNT_ID, _allowlist=noted)

    def record(
        self, caller: Caller | None, event: str, thing: Record, *, workspace_id: str | None = None, **payload: Any
    ) -> None:
        """An audit event: C(prefect-cloud.KIND.ACTION) about a record, with the actor in its related resources."""
        kind = event.rpartition(".")[0]
        resource = {"prefect.resource.id": f"prefect-cloud.{kind}.{thing['id']}"}
        if thing.get("name"):
            resource["prefect.resource.name"] = thing["name"]
        related = [_related("account", seed.ACCOUNT_ID, self.account["name"])]
        if caller:
            who = self.actor(caller.actor_id) or {"name": "", "handle": "", "type": "user", "email": None}
            more = {"prefect-cloud.handle": who["handle"], "prefect-cloud.actor-type": who["type"]}
            if who["email"]:
                more["prefect-cloud.email"] = who["email"]
            related.append({**_related("actor", caller.actor_id, who["name"]), **more})
        if workspace_id:
            related.append(
                _related("workspace", workspace_id, self.store.workspaces.get(workspace_id, {}).get("name", ""))
            )
        moment = clock.stamp()
        self.store.append_event(
            {
                "id": str(uuid.uuid4()),
                "occurred": moment,
                "received": moment,
                "event": f"prefect-cloud.{event}",
                "resource": resource,
                "related": related,
                "payload": payload,
                "follows": None,
                "account": seed.ACCOUNT_ID,
                "workspace": workspace_id,
            }
        )


def _holds(entry: Record, address: str) -> bool:
    return ipaddress.ip_address(address) in ipaddress.ip_network(entry["ip_network"])


def _related(role: str, key: str, name: str) -> dict[str, str]:
    return {
        "prefect.resource.id": f"prefect-cloud.{role}.{key}",
        "prefect.resource.role": role,
        "prefect.resource.name": name,
    }


@dataclass(frozen=True)
class Caller:
    """Who asks. member is None for an actor that is no member of the account."""

    cloud: Cloud
    actor_id: str
    member: Record | None

    @property
    def is_active(self) -> bool:
        return self.member is not None and self.member["active"]

    @property
    def permissions(self) -> frozenset[str]:
        """Account permissions; none for a member that is switched off."""
        if self.member is None or not self.member["active"]:
            return frozenset()
        role = self.cloud.store.account_roles.get(self.member["account_role_id"])
        return frozenset(role["permissions"]) if role else frozenset()

    def need(self, permission: str) -> None:
        if permission not in self.permissions:
            raise forbidden(f"Missing account permission: {permission}")

    def need_to_hand_out(self, role: Record) -> None:
        """Nobody gives away more than they have."""
        if not set(role["permissions"]) <= self.permissions:
            raise forbidden(f'Only a holder of all its permissions can deal with the account role "{role["name"]}"')

    def scopes(self, workspace_id: str) -> frozenset[str]:
        """Scopes in a workspace: all for who administers the account's workspaces, else those of every grant."""
        allowed = self.permissions
        if "administrate:workspace" in allowed:
            return scopes.OWNER
        if not allowed:
            return frozenset()
        teams = {team["id"] for team in self.cloud.teams_of(self.actor_id)}
        grants = [
            grant
            for grant in self.cloud.store.grants_in(workspace_id)
            if grant.get("actor_id") == self.actor_id or grant.get("team_id") in teams
        ]
        roles = {grant["workspace_role_id"] for grant in grants}
        default = self.cloud.store.workspaces.get(workspace_id, {}).get("default_workspace_role_id")
        if default and self.cloud.user_of(self.actor_id):
            roles.add(default)
        return frozenset().union(*(self.cloud.role_scopes(role) for role in roles))

    def need_scope(self, workspace_id: str, scope: str) -> None:
        held = self.scopes(workspace_id)
        if not held:
            raise forbidden("No access to this workspace")
        if scope and scope not in held:
            raise forbidden(f"Missing workspace scope: {scope}")


def owners(store: Store) -> list[Record]:
    """Members that can do everything and are active."""
    role = seed.account_role_id(permissions.OWNER)
    return [member for member in store.members.values() if member["account_role_id"] == role and member["active"]]
