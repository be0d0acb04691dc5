# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Flows that end as they should."""

from __future__ import annotations

import asyncio
import json
import os
import pathlib
import time

from prefect import flow, task
from prefect.deployments import run_deployment


@flow
def quick(folder: str = "") -> None:
    """Writes down what it finds in its environment."""
    if folder:
        found = {name: value for name, value in os.environ.items() if name.startswith("FLOWOPS_")}
        pathlib.Path(folder, "environment.json").write_text(json.dumps(found), encoding="utf-8")


@flow
def waits(marker: str, seconds: float = 60) -> None:
    """Runs until the marker is there."""
    deadline = time.monotonic() + seconds
    pathlib.Path(marker + ".began").touch()
    while not pathlib.Path(marker).exists() and time.monotonic() < deadline:
        time.sleep(0.1)


@task
def load(number: int = 0) -> int:
    return number


@task
async def load_async(number: int = 0) -> int:
    await asyncio.sleep(0)
    return number


@task(task_run_name="the-author-says-{number}")
def named(number: int = 0) -> int:
    return number


@flow
def inner_part() -> int:
    return load(7)


@flow
async def inner_async_part() -> int:
    return await load_async(8)


@flow(flow_run_name="the-author-says-so")
def inner_named() -> int:
    return load(9)


@flow
def many_tasks() -> None:
    """Tasks of every kind, and subflows."""
    load(1)
    load.submit(2).result()
    load.map([3, 4]).result()
    named(5)
    inner_part()
    inner_named()
    asyncio.run(inner_async_part())


@flow(flow_run_name="named-by-the-flow")
def names_itself() -> None:
    pass


@flow
def starts_another(deployment_id: str) -> None:
    run_deployment(deployment_id, timeout=0)
