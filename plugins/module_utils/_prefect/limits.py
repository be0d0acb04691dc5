# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Concurrency limits: global ones by name, and those of task runs by tag. For internal use by this collection only."""

from __future__ import annotations

import typing as t

from .._engine.spec import Field, ResourceSpec
from .answers import Errand
from .kind import Kind, Routes
from .names import count_problem, name_problem
from .store import Key, Object, Store
from .uses import counted, named

if t.TYPE_CHECKING:
    from .._engine.plan import Plan
    from .rest import RestBackend

# The server keeps limits of tags and of deployments among the global ones, under names of its own.
_FOREIGN = ("tag:", "deployment:")


def limit_name_problem(name: str) -> str:
    """What is wrong with the name of a global concurrency limit."""
    if name.startswith(_FOREIGN):
        return "names that begin with 'tag:' or 'deployment:' are the server's; use tag, or the limit of a deployment"
    return name_problem(name)


def _decay_problem(decay: float) -> str:
    return "" if decay >= 0 else f"{decay} is below 0"


class ConcurrencyLimitStore(Store):
    """Two families of routes: a limit has either a name or a tag. Slots that are taken are never written."""

    read_by = ("name", "tag")

    def read(self, identity: Object) -> Object | None:
        errand = self.errand("read", identity)
        if identity.get("tag"):
            found = self.client.find(self.path("/concurrency_limits/tag/{tag}", identity), errand)
            return None if found is None else _of_tag(found)
        return self.client.find(self.path("/v2/concurrency_limits/{name}", identity), errand)

    def load(self) -> list[Object]:
        errand = Errand("read all concurrency limits")
        named = self.client.read_all("/v2/concurrency_limits/filter", {}, errand)
        tagged = self.client.read_all("/concurrency_limits/filter", {}, errand)
        return [found for found in named if not found["name"].startswith(_FOREIGN)] + [
            _of_tag(found) for found in tagged
        ]

    def create(self, body: Object, identity: Object) -> Object | None:
        if not identity.get("tag"):
            return super().create({key: value for key, value in body.items() if key != "tag"}, identity)
        sent = {"tag": identity["tag"], "concurrency_limit": body["limit"]}
        errand = self.errand("create", identity)
        created = self.client.create("/concurrency_limits/", sent, errand, lambda: self.read(identity))
        return created.value if "limit" in created.value else _of_tag(created.value)

    def change(self, current: Object, body: Object, identity: Object) -> None:
        if not identity.get("tag"):
            super().change(current, body, identity)
        else:
            # creation writes over an old limit and leaves its slots alone; there is no other way to change it
            sent = {"tag": identity["tag"], "concurrency_limit": body["limit"]}
            self.client.change("/concurrency_limits/", sent, self.errand("update", identity), "POST", repeatable=True)

    def remove(self, current: Object, identity: Object) -> None:
        del current
        route = "/concurrency_limits/tag/{tag}" if identity.get("tag") else "/v2/concurrency_limits/{name}"
        self.client.remove(self.path(route, identity), self.errand("delete", identity))

    def key(self, found: Object) -> Key | None:
        return (found.get("name"), found.get("tag"))

    def split(self, name: str) -> Object:
        return {"tag": name.removeprefix("tag:")} if name.startswith("tag:") else {"name": name}

    def label(self, identity: Object) -> str:
        return f"tag:{identity['tag']}" if identity.get("tag") else str(identity.get("name"))


def _of_tag(found: Object) -> Object:
    return {
        "id": found["id"],
        "created": found.get("created"),
        "tag": found["tag"],
        "limit": found["concurrency_limit"],
        "active_slots": len(found.get("active_slots") or []),
    }


def _say_who_loses_it(backend: RestBackend, plan: Plan, current: Object | None, _params: Object) -> list[str]:
    if plan.action != "delete" or not current or current.get("tag"):
        return []
    free = backend.related("deployment", "global_concurrency_limit_id", current["id"])
    if not free:
        return []
    names = named(backend, "deployment", free)
    return [f"The concurrency limit goes, which {counted(free, 'deployment')} took slots from: {names}"]


CONCURRENCY_LIMIT = Kind(
    plural="concurrency_limits",
    routes=Routes(
        all="/v2/concurrency_limits/", filter="/v2/concurrency_limits/filter", change="/v2/concurrency_limits/{name}"
    ),
    store=ConcurrencyLimitStore,
    spec=ResourceSpec(
        kind="concurrency limit",
        result="concurrency_limit",
        fields=(
            Field("name", identity=True, problem=limit_name_problem),
            Field("tag", identity=True, problem=name_problem),
            Field("limit", "int", required_on_create=True, problem=count_problem),
            Field("active", "bool"),
            Field("slot_decay_per_second", "float", problem=_decay_problem),
        ),
        mutually_exclusive=(("name", "tag"), ("tag", "active"), ("tag", "slot_decay_per_second")),
        required_one_of=(("name", "tag"),),
        guard=_say_who_loses_it,
    ),
)
