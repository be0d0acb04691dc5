# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Work pools and work queues. For internal use by this collection only."""

from __future__ import annotations

import typing as t

from .._engine.errors import Forbidden
from .._engine.spec import Compare, Field, ResourceSpec
from .rest import Routes

if t.TYPE_CHECKING:
    from .._engine.plan import Plan
    from .rest import RestBackend

_NOT_IN_NAMES = "/%&><"
NO_LIMIT = -1


def name_problem(name: str) -> str:
    """What is wrong with the name of a work pool or work queue, if anything."""
    if not name or name in (".", ".."):
        return f"'{name}' is no name that a URL can hold"
    bad = sorted(set(name) & set(_NOT_IN_NAMES))
    return f"a name may not hold {' '.join(bad)}" if bad else ""


def _pool_name_problem(name: str) -> str:
    if name.lower().startswith("prefect"):
        return "names that start with 'Prefect' are reserved by Prefect"
    return name_problem(name)


def _limit_problem(limit: int) -> str:
    return "" if limit >= NO_LIMIT else f"{limit} is below 0; {NO_LIMIT} stands for no limit"


def _priority_problem(priority: int) -> str:
    return "" if priority >= 1 else f"{priority} is below 1, the highest priority"


WORK_POOL = ResourceSpec(
    kind="work pool",
    result="work_pool",
    fields=(
        Field("name", required=True, identity=True, problem=_pool_name_problem),
        Field("type", required_on_create=True, immutable=True),
        Field("description", clears=""),
        Field("paused", "bool", wire="is_paused"),
        Field("concurrency_limit", "int", clears=NO_LIMIT, problem=_limit_problem),
        Field("base_job_template", "dict", compare=Compare.SUBSET),
    ),
)
WORK_POOL_ROUTES = Routes(one="/work_pools/{name}", all="/work_pools/")


def _refuse_default_queue(backend: RestBackend, plan: Plan, current: dict[str, t.Any] | None) -> None:
    """The server answers the removal of a default queue with an internal error."""
    if plan.action != "delete" or not current:
        return
    pool = current["work_pool_name"]
    holder = backend.look_up("work pool", pool)
    if holder and holder.get("default_queue_id") == current["id"]:
        raise Forbidden(
            "delete work queue",
            obj=current["name"],
            server=backend.server,
            why=f"it is the default queue of work pool '{pool}'",
            todo="Pause it instead (paused: true), or remove the whole work pool",
        )


WORK_QUEUE = ResourceSpec(
    kind="work queue",
    result="work_queue",
    fields=(
        Field("name", required=True, identity=True, problem=name_problem),
        Field(
            "work_pool",
            wire="work_pool_name",
            required=True,
            identity=True,
            reference="work pool",
            problem=name_problem,
        ),
        Field("description"),
        Field("paused", "bool", wire="is_paused"),
        Field("concurrency_limit", "int", clears=NO_LIMIT, problem=_limit_problem),
        Field("priority", "int", problem=_priority_problem),
    ),
    guard=_refuse_default_queue,
)
WORK_QUEUE_ROUTES = Routes(one="/work_pools/{work_pool}/queues/{name}", all="/work_pools/{work_pool}/queues")
