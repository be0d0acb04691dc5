# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The user whose key is used: profile and API keys. For internal use by this collection only."""

from __future__ import annotations

import re
import typing as t

from .._engine.errors import EngineError, Forbidden
from .._engine.masking import MASK
from .._engine.spec import Field
from .answers import Errand
from .cloud import CloudSpec, ModuleStore, SingleStore, email_problem
from .connection import Place
from .kind import Kind
from .moments import in_seconds, moment, moment_problem, seconds_of, span_problem
from .names import filled
from .store import Object

if t.TYPE_CHECKING:
    from .._engine.plan import Plan
    from .._engine.reconcile import Outcome
    from .client import Client
    from .rest import RestBackend
    from .stores import Stores

_LOST = "A new API key was made before that and is lost; remove it (state: absent) and create it anew"
_SHORTEST_TAIL = 4


def _me(client: Client) -> str:
    """Identifier of the user whose key is used. Service accounts are no users."""
    found = client.find("/me/", Errand("find out whose key this is"))
    if found is None:
        raise Forbidden(
            "find out whose key this is",
            server=client.connection.api_url,
            why="the server knows no user behind it; service accounts are no users",
            todo="Use the key of a user",
        )
    return found["id"]


class UserStore(SingleStore):
    """The profile of the user whose key is used."""

    def read(self, identity: Object) -> Object | None:
        return self.client.find(f"/users/{_me(self.client)}", self.errand("read", identity))

    def change(self, current: Object, body: Object, identity: Object) -> None:
        self.client.change(self.path("/users/{id}", current), body, self.errand("update", identity))


USER = Kind(
    plural="users",
    place=Place.API,
    store=UserStore,
    bulk=False,
    spec=CloudSpec(
        kind="user",
        result="user",
        title="handle",
        fields=(
            Field("handle", problem=filled),
            Field("first_name"),
            Field("last_name"),
            Field("email", problem=email_problem),
            Field("location", clears=""),
            Field("title", clears=""),
        ),
        removable=False,
    ),
)


class UserApiKeyStore(ModuleStore):
    """Keys of the user whose key is used. A key is shown in the one answer that makes it."""

    def __init__(self, stores: Stores, kind: Kind) -> None:
        super().__init__(stores, kind)
        self.issued: Object | None = None

    def load(self) -> list[Object]:
        self._user = _me(self.client)
        return self.client.read_list(f"/users/{self._user}/api_keys", Errand("read all user API keys"))

    def encode(self, body: Object, current: Object | None) -> Object:
        del current
        lifetime = self.asked.get("lifetime")
        late = {} if lifetime is None else {"expiration": in_seconds(seconds_of(lifetime), self.client.server_time)}
        return {**body, **late}

    def create(self, body: Object, identity: Object) -> Object | None:
        path, errand = f"/users/{self._user}/api_keys", self.errand("create", identity)
        sent = self.encode(body, None)
        created = self.client.create(path, sent, errand, lambda: self.read(identity))
        if created.existed:
            # it is there, and what it is was in an answer that never arrived
            self.remove(created.value, identity)
            self.issued = self.client.act(path, sent, errand)
        else:
            self.issued = created.value
        return {key: value for key, value in (self.issued or {}).items() if key != "key"}

    def remove(self, current: Object, identity: Object) -> None:
        self.client.remove(f"/users/{self._user}/api_keys/{current['id']}", self.errand("delete", identity))

    def tell(self, outcome: Outcome) -> Object:
        if self.issued is not None:
            return {"api_key": self.issued["key"]}
        return {"api_key": MASK} if outcome.plan.action == "create" else {}

    def explain(self, error: EngineError) -> None:
        if self.issued is not None:
            error.todo = f"{error.todo.rstrip('.')}. {_LOST}" if error.todo else _LOST


def _keep_the_key_in_use(backend: RestBackend, plan: Plan, current: Object | None, _params: Object) -> list[str]:
    """The server shows a few characters of each key, which tell ours from others."""
    tail = re.split(r"[^A-Za-z0-9]+", str((current or {}).get("masked_key") or ""))[-1]
    own = backend.stores.client.connection.api_key
    if plan.action == "delete" and current and len(tail) >= _SHORTEST_TAIL and own.endswith(tail):
        raise Forbidden(
            "delete user API key",
            obj=current["name"],
            server=backend.server,
            why="it seems to be the key that this task uses",
            todo="Remove it with another key",
        )
    return []


USER_API_KEY = Kind(
    plural="user_api_keys",
    place=Place.API,
    store=UserApiKeyStore,
    bulk=False,
    spec=CloudSpec(
        kind="user API key",
        result="user_api_key",
        fields=(
            Field("name", required=True, identity=True, problem=filled),
            Field("expiration", immutable=True, problem=moment_problem, normalize=moment),
            Field("lifetime", control=True, problem=span_problem),
        ),
        mutually_exclusive=(("expiration", "lifetime"),),
        guard=_keep_the_key_in_use,
    ),
)
