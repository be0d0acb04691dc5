# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Removal of a worker, which registers itself and is created in no other way. For internal use by this collection only.

What is here is no part of the catalogue: a desired state can't hold what only its own process can make.
"""

from __future__ import annotations

import contextlib
import dataclasses
import typing as t

from .._engine.errors import NotFound
from .._engine.module import run_resource
from .._engine.spec import Field, ResourceSpec
from .catalogue import CATALOGUE
from .client import segment
from .connection import argument_spec
from .kind import Kind, Routes
from .module import session
from .rest import RestBackend
from .store import Object, Store
from .stores import Stores, fits_in_path
from .uses import refuse

if t.TYPE_CHECKING:
    from ansible.module_utils.basic import AnsibleModule

    from .._engine.plan import Plan


@dataclasses.dataclass(frozen=True)
class RemovableSpec(ResourceSpec):
    """A spec of what can only be removed: O(state) has one choice, and has to be said."""

    def argument_spec(self) -> dict[str, t.Any]:
        """All options of the object."""
        return {**super().argument_spec(), "state": {"type": "str", "choices": ["absent"], "required": True}}


class WorkerStore(Store):
    """The API gives the workers of a work pool, and no single one."""

    def read(self, identity: Object) -> Object | None:
        """The worker, or None if it is proven absent, as it is where its work pool is."""
        pool, route = identity["work_pool"], f"/work_pools/{segment(identity['work_pool'])}/workers/filter"
        try:
            workers = self.client.read_all(route, {}, self.errand("read", identity))
        except NotFound:
            if self.stores.look_up("work pool", pool) is not None:
                raise
            return None
        found = [{**worker, "work_pool_name": pool} for worker in workers]
        return self.only(found, (pool, identity["name"]), identity["name"])


def _path_problem(name: str) -> str:
    return "" if fits_in_path(name) else f"'{name}' is no name that a URL can hold"


def _refuse_online(backend: RestBackend, plan: Plan, current: Object | None, params: Object) -> list[str]:
    """A worker that lives would be there again with its next heartbeat."""
    if plan.action == "delete" and current and current.get("status") != "OFFLINE" and not params.get("force"):
        status, beat = str(current.get("status")).lower(), current.get("last_heartbeat_time")
        why = f"Prefect calls it {status}, with a last heartbeat at {beat}"
        todo = "Stop its process and wait until it is offline, or set force: true if you know that it has ended"
        refuse(backend, "worker", current["name"], why, todo)
    return []


def kind_of_worker() -> Kind:
    """What a worker is made of, as far as its removal needs."""
    return Kind(
        plural="workers",
        routes=Routes(change="/work_pools/{work_pool}/workers/{name}"),
        reference="name",
        store=WorkerStore,
        bulk=False,
        spec=RemovableSpec(
            kind="worker",
            result="worker",
            states=("absent",),
            fields=(
                Field("work_pool", wire="work_pool_name", required=True, identity=True, problem=_path_problem),
                Field("name", required=True, identity=True, problem=_path_problem),
                Field("force", "bool", default=False, control=True),
            ),
            guard=_refuse_online,
        ),
    )


def run_worker() -> None:
    """Run the module C(worker)."""
    kind = kind_of_worker()

    @contextlib.contextmanager
    def open_backend(module: AnsibleModule) -> t.Iterator[RestBackend]:
        with session(module) as client:
            yield RestBackend(Stores(client, {**CATALOGUE, kind.name: kind}, whole=False), kind)

    run_resource(kind.spec, argument_spec(), open_backend)
