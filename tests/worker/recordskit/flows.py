# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""C(python flows.py FLOW ARGUMENTS): one flow run, as its own process."""

from __future__ import annotations

import json
import logging
import pathlib
import sys
import time

from prefect import flow, task
from prefect.logging import get_run_logger
from prefect.logging.loggers import flow_run_logger
from prefect.task_runners import ProcessPoolTaskRunner


@flow
def flood(rate: int, seconds: float, report: str = "") -> None:
    """C(rate) lines a second; measures what each of them costs the flow."""
    logger = get_run_logger()
    piece, costs = max(rate // 100, 1), []
    begin = time.perf_counter()
    number, total = 0, int(rate * seconds)
    while number < total:
        for _line in range(min(piece, total - number)):
            before = time.perf_counter()
            logger.info("flood %06d", number)
            costs.append(time.perf_counter() - before)
            number += 1
        ahead = begin + number / rate - time.perf_counter()
        if ahead > 0:
            time.sleep(ahead)
    took = time.perf_counter() - begin
    if report:
        costs.sort()
        told = {
            "lines": number,
            "seconds": round(took, 2),
            "median_us": round(costs[len(costs) // 2] * 1e6, 1),
            "p99_us": round(costs[len(costs) * 99 // 100] * 1e6, 1),
            "max_ms": round(costs[-1] * 1e3, 1),
        }
        pathlib.Path(report).write_text(json.dumps(told), encoding="utf-8")


@flow
def flood_that_fails() -> None:
    flood.fn(20_000, 0.25)
    raise ValueError("the end with password=Hunter2")


@flow
def interrupted() -> None:
    flood.fn(20_000, 0.25)
    raise KeyboardInterrupt


@task
def speaks() -> None:
    get_run_logger().warning("from a task, token=abc123xyz")
    logging.getLogger("library").warning("from a library")


@flow
def says_it_all() -> None:
    """A task, a library, a secret, a long text, a text over lines, an exception."""
    logger = get_run_logger()
    speaks()
    logger.info("long %s", "x" * 100_000)
    logger.info("two\nlines and \x00 and \udc80")
    try:
        raise ValueError("Bearer abcdef123456")
    except ValueError:
        logger.exception("an exception")
    logging.getLogger("elsewhere").warning("from elsewhere")


@flow(task_runner=ProcessPoolTaskRunner(max_workers=1))
def in_another_process() -> None:
    """A task in a process of its own."""
    speaks.submit().result()


def without_server(run_id: str, until: str = "", seconds: float = 3) -> None:
    """Records of a run while Prefect can't be reached, until a file is there or the time is over."""
    logger = flow_run_logger(flow_run_id=run_id)
    for number in range(5):
        logger.info("line %d", number)
    deadline = time.monotonic() + seconds
    while not (until and pathlib.Path(until).exists()) and time.monotonic() < deadline:
        time.sleep(0.1)


if __name__ == "__main__":
    flows = (flood, flood_that_fails, interrupted, says_it_all, in_another_process)
    known = {one.fn.__name__: one for one in flows} | {"without_server": without_server}
    known[sys.argv[1]](*[json.loads(argument) for argument in sys.argv[2:]])
