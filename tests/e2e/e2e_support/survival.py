# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""kill -9 for worker, injector or service at any moment while flows run, and what must be true afterwards."""

from __future__ import annotations

import dataclasses
import datetime
import random
import time

from e2e_support.estate import Estate
from e2e_support.host_processes import is_alive, kill, processes
from e2e_support.lab import wait_until
from e2e_support.steady_runs import SteadyRuns

ONLINE_SECONDS = 60
# What ends with what. A worker outlives its injector; nothing outlives the service.
TAKES_ALONG = {
    "worker": ("worker", "flow"),
    "injector": ("injector",),
    "service": ("service", "injector", "worker", "flow"),
}


@dataclasses.dataclass(frozen=True)
class Kill:
    """One of them: what was hit, how many processes, and how long until the worker was online again."""

    kind: str
    victims: int
    seconds: float


def kill_and_see(estate: Estate, host: str, kind: str) -> Kill:
    """Kill, then wait until all that must end has ended and the worker has sent a heartbeat of later than that."""
    doomed = [process for process in processes(host) if process.kind in TAKES_ALONG[kind]]
    moment = datetime.datetime.now(datetime.UTC)
    victims = kill(host, kind)
    assert victims, f"there was no {kind} to kill on {host}: {processes(host)}"
    wait_until(
        lambda: not any(is_alive(process) for process in doomed), 10, f"everything below the {kind} on {host} ended"
    )

    def back() -> bool:
        beat = datetime.datetime.fromisoformat(estate.heartbeats()[host])
        return beat > moment and estate.workers()[host] == "ONLINE" and _complete(host)

    return Kill(kind, len(victims), wait_until(back, ONLINE_SECONDS, f"the worker of {host} online after the {kind}"))


def _complete(host: str) -> bool:
    kinds = {process.kind for process in processes(host)}
    return {"service", "injector", "worker"} <= kinds


def kill_often(estate: Estate, runs: SteadyRuns, host: str, kinds: list[str], seed: int) -> list[Kill]:
    """One kill after the other, each at a random moment of a flow run."""
    chance = random.Random(seed)
    done = []
    for number, kind in enumerate(kinds, 1):
        wait_until(lambda: bool(runs.of_state("RUNNING", "PENDING")), 120, "a flow run under way")
        time.sleep(chance.uniform(0, 6))
        done.append(kill_and_see(estate, host, kind))
        print(f"kill {number} of {len(kinds)}: {kind}, online after {done[-1].seconds:.0f} s", flush=True)
    return done


def judge(runs: SteadyRuns, host: str) -> dict[str, int]:
    """Every run has come to an end that says why, and nothing is left over; the number of runs by state."""
    left = runs.drain(180)
    assert [(run["name"], run["state_type"]) for run in left] == [], "runs that never came to an end"
    ended = runs.runs()
    assert sorted(run["id"] for run in ended) == sorted(runs.ids), "a run is gone"
    for run in ended:
        assert run["state_type"] in ("COMPLETED", "CRASHED"), (run["name"], run["state"])
        assert run["state_type"] == "COMPLETED" or run["state"]["message"], f"{run['name']} crashed without a reason"
    wait_until(lambda: not any(process.kind == "flow" for process in processes(host)), 30, "no flow's process is left")
    kinds = [process.kind for process in processes(host)]
    assert kinds.count("service") == 1, kinds
    assert kinds.count("injector") == 1, kinds
    # A virtual environment's python.exe and the one that it starts.
    assert 1 <= kinds.count("worker") <= 2, kinds
    return {state: sum(run["state_type"] == state for run in ended) for state in ("COMPLETED", "CRASHED")}
