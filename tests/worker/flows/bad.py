# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Flows that end badly."""

from __future__ import annotations

import os
import signal
import sys
import time

from prefect import flow, runtime, task
from prefect.deployments import run_deployment


@flow
def leaves(code: int) -> None:
    """Ends the process without a word to Prefect."""
    os._exit(code)


@flow
def exits(code: int) -> None:
    sys.exit(code)


@flow
def kills_itself() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@flow
def raises() -> None:
    raise ValueError("the flow's own mistake")


@flow
def floods(lines: int = 20000) -> None:
    for number in range(lines):
        print(f"line {number} " + "x" * 80)
    sys.stdout.write("\x00\udcff".encode("utf-8", "surrogateescape").decode("latin-1") + "no line end" * 10000)


@flow
def takes_a_number(number: int) -> int:
    return number


@flow
def hands_over_what_is_no_json() -> None:
    run_deployment(runtime.deployment.id, parameters={"number": object()}, timeout=0)


@task
def endless() -> None:
    time.sleep(300)


@flow
def inner_leaves(seconds: float = 0) -> None:
    time.sleep(seconds)
    os._exit(9)


@flow
def leaves_within() -> None:
    """The process goes while a subflow and a task run."""
    future = endless.submit()
    time.sleep(2)
    inner_leaves()
    future.wait()


@flow
def inner_waits(seconds: float = 60) -> None:
    time.sleep(seconds)


@flow
def waits_within(seconds: float = 60) -> None:
    inner_waits(seconds)
