# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""python3 tests/suites [NAME ...]: run test suites, quick ones first, then the lanes side by side.

Ends with one line of counts in pytest's manner; the exit code is 1 when anything failed, was skipped inside a suite, or
a suite that this machine can run had no tests.
"""

from __future__ import annotations

import sys

if sys.version_info < (3, 11):
    sys.exit("suites: this needs Python 3.11 or newer; start it with a newer one: make PYTHON=python3.11 test")

import concurrent.futures
import contextlib
import subprocess
import time
import typing

from catalogue import Suite, choose
from junit import Result, total
from own_lab import LAB
from runner import machine_lacks, run, say

FIRST = "first"


def run_lane(suites: list[Suite]) -> dict[str, Result]:
    """One after the other; a failure does not hide the next suite's result."""
    return {suite.name: run(suite) for suite in suites}


@contextlib.contextmanager
def lab_built_meanwhile(suites: list[Suite]) -> typing.Iterator[None]:
    """On a new machine the lab takes minutes to build, and the quick suites leave a core free. Whoever needs the lab
    waits for the same locks, and tells what fails."""
    if not any(suite.needs_lab for suite in suites) or machine_lacks():
        yield
        return
    with subprocess.Popen([sys.executable, str(LAB), "prepare"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL):
        yield


def main(names: list[str]) -> int:
    """Run, then print the closing lines."""
    start = time.monotonic()
    chosen = choose(names)
    with lab_built_meanwhile(chosen):
        results = run_lane([suite for suite in chosen if suite.lane == FIRST])
        lanes = dict.fromkeys(suite.lane for suite in chosen if suite.lane != FIRST)
        with concurrent.futures.ThreadPoolExecutor(max_workers=max(1, len(lanes))) as pool:
            for done in pool.map(run_lane, [[suite for suite in chosen if suite.lane == lane] for lane in lanes]):
                results.update(done)
    for name, result in results.items():
        if result.absent:
            say(f"not run: {name}: {result.absent}")
    everything = total(list(results.values()), time.monotonic() - start)
    bad = sorted(name for name, result in results.items() if not result.good)
    if bad:
        say(f"not good: {', '.join(bad)}")
    say(f"===== {everything.counts()} in {everything.seconds:.2f}s =====")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
