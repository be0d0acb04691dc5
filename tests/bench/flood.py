# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""python tests/bench/flood.py [LINES_A_SECOND SECONDS]: a flow that logs without end, and what each sink has of it.

10,000 lines a second for 60 seconds unless told otherwise, in a real flow run against a real Prefect server, with the
records of the host package. The Windows Event Log is simulated: an event takes 2 ms. Ends with 1 if a sink lost one of
the first or last 1,000 lines, or if the flow could not keep its pace.
"""

from __future__ import annotations

import json
import pathlib
import shutil
import subprocess
import sys
import typing as t

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "worker"))

from recordskit.process import Process, flood_of
from server import Server

ROOT = pathlib.Path(__file__).resolve().parents[2]
KEPT = 1000
# The flow's own lines and Prefect's about the run share the first and the last thousand.
OTHERS = 10
# Of what was asked for: the time beyond it that a flow may take in all.
PACE = 1.05


def main(rate: int, seconds: int) -> int:
    folder = ROOT / "build" / "bench" / "flood"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    command = [sys.executable, str(ROOT / "tests" / "lab" / "lab"), "venv", "prefect"]
    prefect = pathlib.Path(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\n")[-2])
    package = ROOT / "roles" / "win_worker" / "files" / "prefect_host"
    with Server(prefect, folder / "server") as server:
        process = Process(server.url, folder, package, str(prefect / "bin" / "python"))
        report = folder / "report.json"
        code = process.run(
            "flood", rate, seconds, str(report), seconds=seconds * 5 + 120, FLOWOPS_SIMULATED_DELAY="0.002"
        )
        if code:
            sys.exit(f"flood: the flow ended with {code}: {process.errors[-500:]}")
        told = json.loads(report.read_text(encoding="utf-8"))
        texts = process.texts()
    sys.stdout.write(
        f"flow: {told['lines']} lines in {told['seconds']} s, a line costs {told['median_us']} us at the median,"
        f" {told['p99_us']} us at 99 %, {told['max_ms']} ms at most\n"
    )
    good = told["seconds"] <= seconds * PACE
    for sink, found in texts.items():
        good &= _judged(sink, found, told["lines"])
    return 0 if good else 1


def _judged(sink: str, texts: list[str], total: int) -> bool:
    numbers, notes = flood_of(texts)
    first = _run(numbers)
    last = _run([total - 1 - number for number in reversed(numbers)])
    good = min(first, last) >= min(KEPT - OTHERS, total) and len(numbers) + sum(notes) == total
    sys.stdout.write(
        f"{sink}: first {first} and last {last} lines without a gap, {len(numbers)} in all, {sum(notes)} left out"
        f" in {len(notes)} gaps{'' if good else '   NOT MET'}\n"
    )
    return good


def _run(numbers: t.Sequence[int]) -> int:
    """How many of them are 0, 1, 2 and so on."""
    return next((index for index, number in enumerate(numbers) if number != index), len(numbers))


if __name__ == "__main__":
    words = [int(word) for word in sys.argv[1:]] or [10_000, 60]
    sys.exit(main(*words))
