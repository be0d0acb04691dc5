# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Service accounts and the rotation of their keys. For internal use by this collection only.

A key is shown in the one answer that makes it. So whoever makes one has to hand it on, and a desired state, which
returns no keys, rotates none.
"""

from __future__ import annotations

import typing as t

from .._engine.errors import ConnectionFailed, EngineError, Forbidden, InvalidInput, ServerError
from .._engine.masking import MASK
from .._engine.spec import Field
from .cloud import CloudSpec, ModuleStore, caller_of, expect_existing
from .connection import Place
from .kind import Kind, Routes
from .moments import age_of, in_seconds, in_words, moment_problem, seconds_of, span_problem
from .names import filled
from .store import Object

if t.TYPE_CHECKING:
    from .._engine.plan import Plan
    from .._engine.reconcile import Outcome
    from .rest import RestBackend
    from .stores import Stores

LONGEST_OVERLAP = 172_800
_KEYS_ONLY_HERE = ("rotate_after", "retire_old_keys")
_LOST = "A new API key was made before that and is lost; run again with rotate_after: 0 to get another one"


class ServiceAccountStore(ModuleStore):
    """rotate_after and retire_old_keys stand for what is true of the keys: the one is as wanted while the key is
    younger, the other while there are no old keys."""

    def __init__(self, stores: Stores, kind: Kind) -> None:
        super().__init__(stores, kind)
        self.issued: Object | None = None

    def read(self, identity: Object) -> Object | None:
        found = super().read(identity)
        if found is None or self.asked.get("state") == "absent":
            return found
        keys = self.client.read_value(self.path("/bots/{id}/read_bot_api_keys", found), self.errand("read", identity))
        active, old = keys.get("active_key") or {}, keys.get("rotating_keys") or []
        held = {**found, "active_key": active, "old_keys": old}
        if self.asked.get("rotate_after") is not None:
            held["rotate_after"] = self._state_of(active)
        if self.asked.get("retire_old_keys") is not None:
            held["retire_old_keys"] = self.asked["retire_old_keys"] and not old
        return held

    def _state_of(self, active: Object) -> str:
        """What is wanted if the key is young enough, else what is the matter with it."""
        wanted, now = self.asked["rotate_after"], self.client.server_time
        if self.issued is not None and active.get("id") == self.issued["id"]:
            return wanted
        if active.get("expiration") and age_of(active["expiration"], now) >= 0:
            return "the key is expired"
        age, limit = age_of(active.get("created"), now), seconds_of(wanted)
        return wanted if limit and age < limit else f"the key is {in_words(age)} old"

    def candidates(self, identity: Object) -> list[Object]:
        query = {"service_accounts": {"name": {"any_": [identity["name"]]}}}
        found = self.client.read_all(self.routes.filter, query, self.errand("read", identity))
        return [self.decode(one) for one in found]

    def decode(self, found: Object) -> Object:
        return {key: value for key, value in found.items() if key != "api_key"}

    def encode(self, body: Object, current: Object | None) -> Object:
        sent = {key: value for key, value in body.items() if key == "name"}
        if body.get("account_role_name"):
            sent["account_role_id"] = self.stores.resolve("account role id", body["account_role_name"])
        if current is None and self._expiration():
            sent["api_key_expiration"] = self._expiration()
        return sent

    def _expiration(self) -> str | None:
        """When the next key shall expire."""
        lifetime = self.asked.get("api_key_lifetime")
        if lifetime is not None:
            return in_seconds(seconds_of(lifetime), self.client.server_time)
        return self.asked.get("api_key_expiration")

    def create(self, body: Object, identity: Object) -> Object | None:
        sent = self.encode(body, None)
        errand = self.errand("create", identity)
        created = self.client.create(self.routes.all, sent, errand, lambda: self.read(identity))
        if created.existed:
            # it is there, its key was in an answer that never arrived
            self.adopt(
                created.value, {key: value for key, value in body.items() if key not in _KEYS_ONLY_HERE}, identity
            )
            if self.asked:
                self._rotate(created.value, identity)
        else:
            self.issued = created.value["api_key"]
        return self.decode(created.value)

    def change(self, current: Object, body: Object, identity: Object) -> None:
        sent = self.encode(body, current)
        if sent:
            self.client.change(self.path(self.routes.written, current), sent, self.errand("update", identity))
        if body.get("retire_old_keys"):
            self._retire(current, [key["id"] for key in current["old_keys"]], identity)
        if "rotate_after" in body and "active_key" in current:
            self._rotate(current, identity)

    def _rotate(self, current: Object, identity: Object) -> None:
        """Get another key; once more if the answer got lost and the key with it."""
        path, errand = self.path("/bots/{id}/rotate_api_key", current), self.errand("rotate the API key of", identity)
        body = {"api_key_expiration": self._expiration(), "old_key_expires_in_seconds": self.asked.get("overlap")}
        before = current["active_key"].get("id")
        try:
            answer = self.client.act(path, body, errand)
        except (ConnectionFailed, ServerError):
            found = self.read(identity) or {}
            lost = (found.get("active_key") or {}).get("id")
            if lost in (None, before):
                raise
            answer = self.client.act(path, body, errand)
            self._retire(current, [lost], identity)
        self.issued = answer["api_key"]

    def _retire(self, current: Object, keys: list[str], identity: Object) -> None:
        for key in keys:
            path = self.path("/bots/{id}/delete_bot_api_key/{key}", {**current, "key": key})
            self.client.remove(path, self.errand("delete an old API key of", identity))

    def export(self, found: Object) -> Object:
        return {key: value for key, value in found.items() if key not in _KEYS_ONLY_HERE}

    def tell(self, outcome: Outcome) -> Object:
        """The new key, once; in check mode a text in its place, so that a template that needs it works."""
        if self.issued is not None:
            return {"api_key": self.issued["key"]}
        foreseen = outcome.plan.action == "create" or "rotate_after" in outcome.plan.changes
        return {"api_key": MASK} if foreseen else {}

    def explain(self, error: EngineError) -> None:
        if self.issued is not None:
            error.todo = f"{error.todo.rstrip('.')}. {_LOST}" if error.todo else _LOST


def _guard_keys(backend: RestBackend, plan: Plan, current: Object | None, params: Object) -> list[str]:
    asked = [name for name in _KEYS_ONLY_HERE if params.get(name)]
    facts = {"obj": params["name"], "server": backend.server}
    expect_existing(SERVICE_ACCOUNT.spec, backend, plan, params)
    if backend.stores.whole and asked:
        raise InvalidInput(
            f"{plan.action} service account",
            why=f"{' and '.join(asked)} cannot be part of a desired state, which returns no keys",
            todo="Use the module service_account for keys",
            **facts,
        )
    lifetime, age = seconds_of(params.get("api_key_lifetime")), seconds_of(params.get("rotate_after"))
    if lifetime is not None and age is not None and lifetime <= age and plan.action != "delete":
        raise InvalidInput(
            f"{plan.action} service account",
            why="api_key_lifetime is not longer than rotate_after, so that each key would expire before it is rotated",
            todo="Give the key a longer life, or rotate it earlier",
            **facts,
        )
    own_end = plan.action == "delete" or ("rotate_after" in plan.changes and not params.get("overlap"))
    if current and own_end and caller_of(backend.stores).actor_id == current.get("actor_id"):
        raise Forbidden(
            f"{plan.action} service account",
            why="it is the one whose key this task uses, and that key would end at once",
            todo="Use the key of somebody else, or rotate with an overlap",
            **facts,
        )
    if "rotate_after" in plan.changes and current and params.get("overlap") == 0:
        return [f"The old API key of '{params['name']}' stops working at once"]
    return []


def _overlap_problem(seconds: int) -> str:
    return "" if 0 <= seconds <= LONGEST_OVERLAP else f"{seconds} is not between 0 and {LONGEST_OVERLAP}"


SERVICE_ACCOUNT = Kind(
    plural="service_accounts",
    routes=Routes(all="/bots/", filter="/bots/filter", change="/bots/{id}"),
    place=Place.ACCOUNT,
    reference="name",
    store=ServiceAccountStore,
    spec=CloudSpec(
        kind="service account",
        result="service_account",
        fields=(
            Field("name", required=True, identity=True, problem=filled),
            Field("account_role", wire="account_role_name", reference="account role"),
            Field("rotate_after", problem=span_problem, normalize=seconds_of),
            Field("retire_old_keys", "bool"),
            Field("overlap", "int", default=86_400, control=True, problem=_overlap_problem),
            Field("api_key_expiration", control=True, problem=moment_problem),
            Field("api_key_lifetime", control=True, problem=span_problem),
        ),
        mutually_exclusive=(("rotate_after", "retire_old_keys"), ("api_key_expiration", "api_key_lifetime")),
        guard=_guard_keys,
        public=("api_key_expiration", "api_key_lifetime"),
    ),
)
