# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every route of the API declares: whose call it is and what the caller must be allowed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request
from fastapi.params import Depends as Dependency

from prefect_cloud.cloud import Caller, Cloud
from prefect_cloud.errors import Problem, forbidden, not_found
from prefect_cloud.store import Record, Store

ACCOUNT = "/api/accounts/{account_id}"
WORKSPACE = "/api/accounts/{account_id}/workspaces/{workspace_id}"


@dataclass(frozen=True)
class Asked:
    """One authenticated call; workspace_id is empty outside of a workspace."""

    cloud: Cloud
    caller: Caller
    workspace_id: str
    address: str

    @property
    def store(self) -> Store:
        return self.cloud.store

    @property
    def workspace(self) -> Record:
        return self.store.workspaces[self.workspace_id]

    def find(self, table: str, key: UUID | str, what: str) -> Record:
        """A record as it is now, for a write; Problem 404."""
        record = getattr(self.store, table).get(str(key))
        if record is None or record.get("workspace_id", self.workspace_id) != self.workspace_id:
            raise not_found(what)
        return record

    def read(self, table: str, key: UUID | str, what: str) -> Record:
        """A record as reads see it, which may lag; Problem 404."""
        record = getattr(self.store, table).seen(self.cloud.late).get(str(key))
        if record is None or record.get("workspace_id", self.workspace_id) != self.workspace_id:
            raise not_found(what)
        return record

    def list(self, table: str) -> list[Record]:
        """The records that reads see, oldest first; in a workspace, its own."""
        found = getattr(self.store, table).seen(self.cloud.late).values()
        return [one for one in found if one.get("workspace_id", self.workspace_id) == self.workspace_id]

    def record(self, event: str, thing: Record, **payload: Any) -> None:
        """An audit event of this call."""
        self.cloud.record(self.caller, event, thing, workspace_id=self.workspace_id or None, **payload)


def cloud_of(request: Request) -> Cloud:
    return request.app.state.cloud


async def authenticate(request: Request) -> Asked:
    """401 before anything else, then 404 for an account that is not there, 403 for one that is closed to the caller."""
    cloud = cloud_of(request)
    caller = cloud.caller(request.headers.get("Authorization"))
    address = request.client.host if request.client else "127.0.0.1"
    account_id = request.path_params.get("account_id")
    if account_id is not None and account_id not in cloud.store.account:
        raise not_found("Account")
    if account_id is not None and not caller.is_active:
        raise forbidden("No access to this account")
    _check_allowlist(cloud, caller, address)
    workspace_id = request.path_params.get("workspace_id", "")
    if workspace_id and workspace_id not in cloud.store.workspaces and not _is_late_read(cloud, request, workspace_id):
        raise not_found("Workspace")
    return Asked(cloud, caller, workspace_id, address)


def _is_late_read(cloud: Cloud, request: Request, workspace_id: str) -> bool:
    """Of a workspace that is gone, only itself is still seen for a while."""
    alone = request.method == "GET" and request.url.path.endswith(f"/workspaces/{workspace_id}")
    return alone and workspace_id in cloud.store.workspaces.seen(cloud.late)


def _check_allowlist(cloud: Cloud, caller: Caller, address: str) -> None:
    if not cloud.account["settings"]["enforce_ip_allowlist"]:
        return
    if cloud.admits(address):
        cloud.note_address(address)
        return
    cloud.record(caller, "request.access-denied.ip-allowlist", {"id": caller.actor_id}, address=address)
    raise Problem(403, f"IP address {address} is not on the account's allowlist")


Call = Annotated[Asked, Depends(authenticate)]


def permission(name: str) -> Dependency:
    """The account permission that a route needs."""

    async def check(asked: Call) -> None:
        asked.caller.need(name)

    return Depends(check)


def scope(*names: str) -> Dependency:
    """The workspace scopes that a route needs."""

    async def check(asked: Call) -> None:
        for name in names:
            asked.caller.need_scope(asked.workspace_id, name)

    return Depends(check)
