# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the kinds that only Prefect Cloud has share. For internal use by this collection only."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .._engine.backend import Predicted
from .._engine.errors import EngineError, Forbidden, ServerError
from .._engine.reconcile import no_such_reference
from .._engine.spec import ResourceSpec
from .answers import Errand
from .connection import Place
from .kind import BY_ID
from .store import Object, Store

if t.TYPE_CHECKING:
    from .._engine.plan import Plan
    from .._engine.reconcile import Outcome
    from .client import Client
    from .kind import Kind
    from .rest import RestBackend
    from .stores import Stores

# No task creates these, so that in check mode as well they are either there or a mistake.
_NEVER_CREATED = ("account member", "account role")
_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+$")


@dataclasses.dataclass(frozen=True)
class CloudSpec(ResourceSpec):
    """A spec with what only Prefect Cloud's objects need.

    removable  whether there is a C(state); what is always there has none
    public     options that are named like a secret and are none
    """

    removable: bool = True
    public: tuple[str, ...] = ()

    def argument_spec(self) -> dict[str, t.Any]:
        """All options of the object."""
        options = super().argument_spec()
        if not self.removable:
            del options["state"]
        for name in self.public:
            options[name]["no_log"] = False
        return options


class CloudStore(Store):
    """Objects of an account or of a workspace in Prefect Cloud; InvalidInput on a self-hosted server.

    words  what the objects are called together, where the plural of the kind is no name for that
    """

    words = ""

    def __init__(self, stores: Stores, kind: Kind) -> None:
        super().__init__(stores, kind)
        self._what = self.words or kind.words
        # before anything is asked of a server that has no such thing
        stores.client.at(kind.place_in_cloud, self._what)

    @property
    def client(self) -> Client:
        """The session, at the place where this kind lives."""
        return self.stores.client.at(self.kind.place, self._what)

    def remove(self, current: Object, identity: Object) -> None:
        """Remove the object. When an answer got lost, the second request is told that there is no such workspace, which
        could be about the one that we are in; a look tells."""
        try:
            super().remove(current, identity)
        except ServerError:
            if self.read(identity) is not None:
                raise


class SingleStore(CloudStore):
    """What is there once, and always."""

    def load(self) -> list[Object]:
        found = self.read({})
        return [] if found is None else [found]

    def label(self, identity: Object) -> str:
        del identity
        return self.spec.kind


class ModuleStore(CloudStore):
    """A store that is told the options of the module that it works for.

    asked  the options; empty in a desired state, which holds many objects
    """

    def begin(self, options: Object) -> None:
        """Get to know the options, before anything is read."""
        self._asked = options

    @property
    def asked(self) -> Object:
        """The options; empty in a desired state."""
        return getattr(self, "_asked", {})

    def tell(self, outcome: Outcome) -> Object:
        """Further keys of the module's result."""
        del outcome
        return {}

    def explain(self, error: EngineError) -> None:
        """Add to an error what else happened before it."""


@dataclasses.dataclass(frozen=True)
class Caller:
    """Who the key belongs to, as a member of the account. email and user_id are empty for a service account."""

    membership_id: str
    actor_id: str
    user_id: str
    email: str
    teams: tuple[str, ...]


def caller_of(stores: Stores) -> Caller:
    """Who we are; Forbidden if the server does not tell."""
    errand = Errand("find out whose key this is")
    account_id = stores.client.connection.account_id
    accounts = stores.client.at(Place.API, "accounts").read_value("/me/accounts", errand)
    known = [one for one in accounts if isinstance(one, dict)] if isinstance(accounts, list) else []
    mine = next((one for one in known if str(one.get("account_id")).lower() == account_id.lower()), None)
    member = None
    if mine is not None:
        path = f"/account_memberships/{mine['account_membership_id']}"
        member = stores.client.at(Place.ACCOUNT, "accounts").find(path, errand)
    if member is None:
        raise Forbidden(
            errand.what,
            server=stores.server,
            why="its owner is not among the members of the account that api_url names",
            todo="Check the account in api_url, and api_key",
        )
    return Caller(
        membership_id=member["id"],
        actor_id=member["actor_id"],
        user_id=member.get("user_id") or "",
        email=fold(member.get("email")) or "",
        teams=tuple(team["name"] for team in member.get("teams") or []),
    )


def account_of(stores: Stores) -> Object:
    """The account that api_url names."""
    errand = Errand("read the account")
    value = stores.client.at(Place.ACCOUNT, "accounts").read_value("", errand)
    if not isinstance(value, dict):
        raise ServerError(
            errand.what, server=stores.server, why="something else than an account came back", todo="Check api_url"
        )
    return value


def expect_existing(spec: ResourceSpec, backend: RestBackend, plan: Plan, params: Object) -> None:
    """Refuse in check mode as well what names a member or an account role that does not exist."""
    for field in spec.fields:
        kind = field.reference.removesuffix(BY_ID)
        if kind in _NEVER_CREATED and field.key in plan.changes:
            value = plan.changes[field.key].value
            for name in value if isinstance(value, list) else [value]:
                if isinstance(name, Predicted):
                    raise no_such_reference(spec, field, kind, name, spec.name_of(params), backend.server)


def fold(email: t.Any) -> t.Any:
    """An address in the form in which addresses are compared."""
    return email.strip().lower() if isinstance(email, str) else email


def email_problem(email: str) -> str:
    """What is wrong with the address of a person, if anything."""
    return "" if _EMAIL.match(email.strip()) else f"'{email}' is no email address"


def elements_problem(lists: dict[str, t.Any], problem: t.Callable[[str], str]) -> str:
    """What is wrong with the elements of a membership, if anything."""
    texts = [item for verb in lists.values() for item in verb or []]
    return next((found for text in texts if (found := problem(text))), "")
