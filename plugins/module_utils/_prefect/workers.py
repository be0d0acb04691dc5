# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Workers, which register themselves and are only ever read. For internal use by this collection only."""

from __future__ import annotations

import datetime
import typing as t

from .._engine.errors import NotFound
from .answers import Errand
from .client import Client, segment

STATUSES = ("online", "offline")


def argument_spec() -> dict[str, t.Any]:
    """Options of the module C(worker_info)."""
    return {
        "work_pool": {"type": "str"},
        "name": {"type": "str"},
        "status": {"type": "str", "choices": list(STATUSES)},
    }


def find_workers(
    client: Client, work_pool: str | None, name: str | None, status: str | None, predicted: list[str]
) -> list[dict[str, t.Any]]:
    """All workers that fit, sorted by work pool and name.

    An unknown work pool is an error. In check mode it is taken for one that an earlier task of the same run would
    create, which has no workers, and is added to predicted.
    """
    query = {"workers": {"status": {"any_": [status.upper()]}}} if status else {}
    found = []
    for pool in [work_pool] if work_pool else _pool_names(client):
        try:
            workers = client.read_all(
                f"/work_pools/{segment(pool)}/workers/filter", query, Errand("read workers of work pool", pool)
            )
        except NotFound:
            if not (work_pool and client.read_only):
                raise
            predicted.append(f"work pool {pool}")
            continue
        found.extend(_shown(client, pool, worker) for worker in workers if name in (None, worker["name"]))
    return sorted(found, key=lambda worker: (worker["work_pool"], worker["name"]))


def _pool_names(client: Client) -> list[str]:
    return sorted(pool["name"] for pool in client.read_all("/work_pools/filter", {}, Errand("read all work pools")))


def _shown(client: Client, pool: str, worker: dict[str, t.Any]) -> dict[str, t.Any]:
    return {
        "name": worker["name"],
        "work_pool": pool,
        "id": worker["id"],
        "status": worker["status"].lower(),
        "last_heartbeat_time": worker["last_heartbeat_time"],
        "heartbeat_interval_seconds": worker["heartbeat_interval_seconds"],
        "seconds_since_heartbeat": _age(client.server_time, worker["last_heartbeat_time"]),
    }


def _age(server_time: float | None, heartbeat: str | None) -> int | None:
    """Whole seconds by the server's clock, so that a controller whose clock is off gives no false alarm."""
    if server_time is None or not heartbeat:
        return None
    return max(0, round(server_time - datetime.datetime.fromisoformat(heartbeat).timestamp()))
