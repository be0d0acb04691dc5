# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The desired states that every side of the bulk benchmark brings about.

The mix, of every ten objects: four variables, a work pool, two work queues, a flow, two deployments. The command line
of Prefect cannot create a flow, so its own mix is six variables, two work pools, two concurrency limits.
A generation is the state before or after a change; it changes one property of every object.
"""

from __future__ import annotations

import dataclasses
import typing as t

Objects = list[dict[str, t.Any]]
Document = dict[str, Objects]
MIX = {"variables": 4, "work_pools": 1, "work_queues": 2, "flows": 1, "deployments": 2}
COMMAND_LINE_MIX = {"variables": 6, "work_pools": 2, "concurrency_limits": 2}
# What a change writes, by kind; the rest of an object stays as it was created.
CHANGED = {
    "variables": "value",
    "work_pools": "description",
    "work_queues": "concurrency_limit",
    "concurrency_limits": "limit",
    "flows": "tags",
    "deployments": "description",
}


@dataclasses.dataclass(frozen=True)
class Estate:
    """size objects, a multiple of ten, whose names begin with prefix; mix says how many of ten are of which kind."""

    size: int
    prefix: str
    mix: t.Mapping[str, int] = dataclasses.field(default_factory=lambda: MIX)

    def document(self, generation: int) -> Document:
        """The desired state as C(flowops.prefect.resources) takes it."""
        return {
            kind: [_BUILD[kind](self, number, generation) for number in range(self.count(kind))] for kind in self.mix
        }

    def count(self, kind: str) -> int:
        """How many objects are of a kind."""
        return self.size // 10 * self.mix[kind]

    def pool(self, number: int) -> str:
        """The work pool of a queue and of a deployment."""
        return f"{self.prefix}-pool-{number % self.count('work_pools')}"


def _variable(estate: Estate, number: int, generation: int) -> dict[str, t.Any]:
    return {
        "name": f"{estate.prefix}_variable_{number}",
        "value": f"value {number} of generation {generation}",
        "tags": ["bench"],
    }


def _work_pool(estate: Estate, number: int, generation: int) -> dict[str, t.Any]:
    pool = {"name": estate.pool(number), "type": "process"}
    # the command line can describe a work pool only once it is there
    described = estate.mix is not COMMAND_LINE_MIX or generation > 1
    return {**pool, "description": f"generation {generation}"} if described else pool


def _work_queue(estate: Estate, number: int, generation: int) -> dict[str, t.Any]:
    return {"work_pool": estate.pool(number), "name": f"queue-{number}", "concurrency_limit": 5 + generation}


def _concurrency_limit(estate: Estate, number: int, generation: int) -> dict[str, t.Any]:
    return {"name": f"{estate.prefix}-limit-{number}", "limit": 5 + generation}


def _flow(estate: Estate, number: int, generation: int) -> dict[str, t.Any]:
    return {"name": f"{estate.prefix}-flow-{number}", "tags": [f"generation-{generation}"]}


def _deployment(estate: Estate, number: int, generation: int) -> dict[str, t.Any]:
    return {
        "flow": f"{estate.prefix}-flow-{number % estate.count('flows')}",
        "name": f"deployment-{number}",
        "description": f"generation {generation}",
        "entrypoint": "flows/main.py:main",
        "path": "/srv/flows",
        "parameters": {"number": number},
        "tags": ["bench"],
        "work_pool": estate.pool(number),
        "work_queue": f"queue-{number}",
    }


_BUILD: dict[str, t.Callable[[Estate, int, int], dict[str, t.Any]]] = {
    "variables": _variable,
    "work_pools": _work_pool,
    "work_queues": _work_queue,
    "concurrency_limits": _concurrency_limit,
    "flows": _flow,
    "deployments": _deployment,
}
