# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""People of an account, and those who were asked to join. For internal use by this collection only."""

from __future__ import annotations

import typing as t

from .._engine.errors import Forbidden, NotFound
from .._engine.spec import Field
from .answers import Errand
from .cloud import CloudSpec, CloudStore, ModuleStore, caller_of, email_problem, expect_existing, fold
from .connection import Place
from .kind import Kind, Routes
from .moments import age_of
from .store import Object

if t.TYPE_CHECKING:
    from .._engine.plan import Plan
    from .rest import RestBackend
    from .stores import Stores

_OWNER = "Owner"
_MEMBER = "MEMBER"
_PENDING = {"status": {"any_": ["PENDING"]}}


class AccountMemberStore(CloudStore):
    """Service accounts are members as well, and are left out here."""

    def query(self) -> Object:
        return {"only_users": True}

    def candidates(self, identity: Object) -> list[Object]:
        # finds more than the one, and finds it whatever its case is
        query = {**self.query(), "account_memberships": {"email": {"like_": identity["email"].strip()}}}
        return self.client.read_all(self.routes.filter, query, self.errand("read", identity))

    def key(self, found: Object) -> tuple[t.Any, ...] | None:
        return super().key(found) if found.get("email") else None

    def label(self, identity: Object) -> str:
        return fold(identity["email"])

    def change(self, current: Object, body: Object, identity: Object) -> None:
        path, errand = self.path(self.routes.written, current), self.errand("update", identity)
        if "account_role_name" in body:
            role = self.stores.resolve("account role id", body["account_role_name"])
            self.client.change(path, {"account_role_id": role}, errand)
        if "active" in body:
            self.client.change(f"{path}/active", {"active": body["active"]}, errand)


def _protect_members(backend: RestBackend, plan: Plan, current: Object | None, params: Object) -> list[str]:
    """Nobody joins without an invitation; nobody shuts out themselves or the last owner."""
    facts = {"obj": params["email"], "server": backend.server}
    if current is None:
        raise NotFound(
            "create account member",
            why="nobody with this address is a member of the account, and who is not there cannot be made one",
            todo="Invite them with account_invitation; they are members once they have accepted",
            **facts,
        )
    expect_existing(ACCOUNT_MEMBER.spec, backend, plan, params)
    weaker = plan.action == "delete" or "account_role_name" in plan.changes
    weaker = weaker or ("active" in plan.changes and not plan.changes["active"].value)
    if not weaker:
        return []
    if caller_of(backend.stores).actor_id == current.get("actor_id"):
        raise Forbidden(
            f"{plan.action} account member",
            why="this is the user whose key this task uses",
            todo="Let another owner do this, or use the key of another user or of a service account",
            **facts,
        )
    owners = backend.related("account member", "account_role_name", _OWNER)
    others = [one for one in owners if one["active"] and one["id"] != current["id"]]
    if current.get("account_role_name") == _OWNER and current.get("active") and not others:
        raise Forbidden(
            f"{plan.action} account member",
            why="this is the last active owner of the account",
            todo=f"Give another member the role {_OWNER} first",
            **facts,
        )
    return []


ACCOUNT_MEMBER = Kind(
    plural="account_members",
    routes=Routes(filter="/account_memberships/filter", change="/account_memberships/{id}"),
    place=Place.ACCOUNT,
    reference="email",
    store=AccountMemberStore,
    spec=CloudSpec(
        kind="account member",
        result="account_member",
        title="email",
        fields=(
            Field("email", required=True, identity=True, problem=email_problem, normalize=fold),
            Field("account_role", wire="account_role_name", reference="account role"),
            Field("active", "bool"),
        ),
        guard=_protect_members,
    ),
)


class AccountInvitationStore(ModuleStore):
    """Pending invitations, and in their place the members that once were invited: those need none any more."""

    def __init__(self, stores: Stores, kind: Kind) -> None:
        super().__init__(stores, kind)
        self._expired: dict[str, Object] = {}

    def load(self) -> list[Object]:
        return self._together({}, self.stores.store("account member").load(), Errand("read all account invitations"))

    def candidates(self, identity: Object) -> list[Object]:
        member = None
        # that there is no invitation is all that is asked for, whoever is a member
        if self.asked.get("state") != "absent":
            member = self.stores.look_up("account member", identity["email"])
        query = {"email": {"like_": identity["email"].strip()}}
        return self._together(query, [member] if member else [], self.errand("read", identity))

    def _together(self, query: Object, members: list[Object], errand: Errand) -> list[Object]:
        found = self.client.read_all(self.routes.filter, {"invitations": {**_PENDING, **query}}, errand)
        self._expired = {fold(one["email"]): one for one in found if self._is_past(one)}
        joined = {fold(one["email"]): self._joined(one) for one in members if one.get("email")}
        pending = {fold(one["email"]): one for one in found if not self._is_past(one)}
        return list({**pending, **joined}.values())

    def _is_past(self, invitation: Object) -> bool:
        return age_of(invitation["expiration"], self.client.server_time) >= 0

    def _joined(self, member: Object) -> Object:
        # the role of a member is another module's business, so that of the module's options counts as theirs
        role = self.asked.get("account_role") or member["account_role_name"]
        return {
            "id": member["id"],
            "email": member["email"],
            "account_role_id": self.stores.resolve("account role id", role),
            "status": _MEMBER,
        }

    def create(self, body: Object, identity: Object) -> Object | None:
        expired = self._expired.get(fold(identity["email"]))
        if expired:
            self.remove(expired, identity)
        sent = [{"email": identity["email"].strip(), "account_role_id": body["account_role_id"]}]
        created = self.client.create(
            self.routes.all, sent, self.errand("create", identity), lambda: self.read(identity)
        )
        return created.value[0] if isinstance(created.value, list) else created.value

    def change(self, current: Object, body: Object, identity: Object) -> None:
        self.remove(current, identity)
        self.create({"account_role_id": current["account_role_id"], **body}, identity)

    def remove(self, current: Object, identity: Object) -> None:
        self.client.act(f"{self.path('/invitations/{id}', current)}/revoke", None, self.errand("revoke", identity))

    def unmanaged(self, found: Object) -> str:
        return " " if found.get("status") == _MEMBER else ""

    def label(self, identity: Object) -> str:
        return fold(identity["email"])


def _leave_members(backend: RestBackend, plan: Plan, current: Object | None, params: Object) -> list[str]:
    expect_existing(ACCOUNT_INVITATION.spec, backend, plan, params)
    if current and current.get("status") == _MEMBER:
        raise Forbidden(
            f"{plan.action} account invitation",
            obj=params["email"],
            server=backend.server,
            why="this is a member already, and there is no invitation any more",
            todo="Use account_member for the role or the removal of a member",
        )
    return ["The pending invitation is revoked and sent anew"] if plan.action == "update" else []


ACCOUNT_INVITATION = Kind(
    plural="account_invitations",
    routes=Routes(all="/invitations/", filter="/invitations/filter"),
    place=Place.ACCOUNT,
    store=AccountInvitationStore,
    needs=("account member",),
    spec=CloudSpec(
        kind="account invitation",
        result="account_invitation",
        title="email",
        fields=(
            Field("email", required=True, identity=True, problem=email_problem, normalize=fold),
            Field("account_role", wire="account_role_id", reference="account role id", required_on_create=True),
        ),
        guard=_leave_members,
    ),
)
