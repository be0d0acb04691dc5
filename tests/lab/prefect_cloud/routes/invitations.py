# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Invitations to the account and to a workspace."""

from __future__ import annotations

import datetime
import uuid
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from prefect_cloud import clock, seed
from prefect_cloud.access import ACCOUNT, WORKSPACE, Asked, Call, permission
from prefect_cloud.bodies import AnyOrLike, Email, Page, Strict, matches
from prefect_cloud.errors import conflict
from prefect_cloud.store import Record

account = APIRouter(prefix=f"{ACCOUNT}/invitations")
workspace = APIRouter(prefix=f"{WORKSPACE}/invitations")
PENDING = "PENDING"
_SECONDS_VALID = 7 * 86_400


class Invitation(Strict):
    email: Email
    account_role_id: uuid.UUID


class WorkspaceInvitation(Strict):
    email: Email


class StatusFilter(Strict):
    any_: list[Literal["ACCEPTED", "PENDING", "REJECTED", "REVOKED"]] | None = None

    def takes(self, value: str) -> bool:
        return self.any_ is None or value in self.any_


class ExpirationFilter(Strict):
    before_: datetime.datetime | None = None
    after_: datetime.datetime | None = None

    def takes(self, value: str) -> bool:
        before, after = clock.text(self.before_), clock.text(self.after_)
        return (before is None or value <= before) and (after is None or value >= after)


class InvitationFilter(Strict):
    status: StatusFilter | None = None
    expiration: ExpirationFilter | None = None
    email: AnyOrLike | None = None

    def takes(self, one: Record) -> bool:
        return matches([(getattr(self, name), one[name]) for name in type(self).model_fields])


class Count(BaseModel):
    invitations: InvitationFilter | None = None


class Invitations(Page, Count):
    pass


class WorkspaceInvitations(Page):
    workspace_invitations: InvitationFilter | None = None


def _check(asked: Asked, table: str, emails: list[str]) -> None:
    """One pending invitation an address, none for a member."""
    pending = {one["email"].lower() for one in asked.list(table) if one["status"] == PENDING}
    if table == "invitations":
        members = {member["actor_id"] for member in asked.store.members.values()}
        pending |= {user["email"].lower() for user in asked.store.users.values() if user["actor_id"] in members}
    for email in emails:
        if email.lower() in pending:
            raise conflict(f"{email} is a member or invited already")
        pending.add(email.lower())


def _new(email: str, role_id: str) -> Record:
    one = {"id": str(uuid.uuid4()), "email": email, "account_id": seed.ACCOUNT_ID, "account_role_id": role_id}
    return {**one, "status": PENDING, "expiration": clock.after(_SECONDS_VALID)}


def _revoke(asked: Asked, table: str, key: uuid.UUID, event: str) -> None:
    one = asked.find(table, key, "Invitation")
    if one["status"] != PENDING:
        raise conflict(f"This invitation is {one['status'].lower()}")
    asked.record(event, getattr(asked.store, table).change(one["id"], status="REVOKED"))


@account.post("/", status_code=201, dependencies=[permission("create:invitation")])
async def create(asked: Call, body: list[Invitation]) -> list[Record]:
    _check(asked, "invitations", [one.email for one in body])
    for one in body:
        asked.caller.need_to_hand_out(asked.find("account_roles", one.account_role_id, "Account role"))
    made = [asked.store.invitations.put(_new(one.email, str(one.account_role_id))) for one in body]
    for one in made:
        asked.record("account-invitation.created", one)
    return made


@account.post("/filter", dependencies=[permission("read:invitation")])
async def filter_invitations(asked: Call, body: Invitations | None = None) -> list[Record]:
    wanted = body or Invitations()
    return wanted.of(one for one in asked.list("invitations") if matches([(wanted.invitations, one)]))


@account.post("/count", dependencies=[permission("read:invitation")])
async def count(asked: Call, body: Count | None = None) -> int:
    wanted = body or Count()
    return len([one for one in asked.list("invitations") if matches([(wanted.invitations, one)])])


@account.get("/{which}", dependencies=[permission("read:invitation")])
async def read(asked: Call, which: uuid.UUID) -> Record:
    return asked.read("invitations", which, "Invitation")


@account.post("/{which}/revoke", status_code=204, dependencies=[permission("update:invitation")])
async def revoke(asked: Call, which: uuid.UUID) -> None:
    _revoke(asked, "invitations", which, "account-invitation.updated")


@workspace.post("/", status_code=201, dependencies=[permission("create:workspace_invitation")])
async def create_in_workspace(asked: Call, body: WorkspaceInvitation) -> Record:
    _check(asked, "workspace_invitations", [body.email])
    role_id = asked.workspace["default_workspace_role_id"] or seed.workspace_role_id("Viewer")
    one = _new(body.email, seed.account_role_id("Member"))
    place = {"workspace_id": asked.workspace_id, "workspace_role_id": role_id}
    made = asked.store.workspace_invitations.put({**one, **place})
    asked.record("workspace-invitation.created", made)
    return made


@workspace.post("/filter", dependencies=[permission("read:workspace_invitation")])
async def filter_in_workspace(asked: Call, body: WorkspaceInvitations | None = None) -> list[Record]:
    wanted = body or WorkspaceInvitations()
    found = asked.list("workspace_invitations")
    return wanted.of(one for one in found if matches([(wanted.workspace_invitations, one)]))


@workspace.get("/{which}", dependencies=[permission("read:workspace_invitation")])
async def read_in_workspace(asked: Call, which: uuid.UUID) -> Record:
    return asked.read("workspace_invitations", which, "Invitation")


@workspace.post("/{which}/revoke", status_code=204, dependencies=[permission("update:workspace_invitation")])
async def revoke_in_workspace(asked: Call, which: uuid.UUID) -> None:
    _revoke(asked, "workspace_invitations", which, "workspace-invitation.updated")
