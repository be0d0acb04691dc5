# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fifty kills at random moments while flows run. FLOWOPS_KILLS: another number; FLOWOPS_SEED: other moments."""

from __future__ import annotations

import collections
import os
import random
import statistics

from e2e_support.steady_runs import steady_runs
from e2e_support.survival import judge, kill_often

KINDS = ("worker", "injector", "service")


def test_no_run_is_left_running_and_the_worker_is_always_back(estate):
    number, seed = int(os.environ.get("FLOWOPS_KILLS") or 50), int(os.environ.get("FLOWOPS_SEED") or 20261126)
    kinds = random.Random(seed).choices(KINDS, k=number)
    with steady_runs(estate.api, ["win1"], seconds=15, at_once=3) as runs:
        kills = kill_often(estate, runs, "win1", kinds, seed)
        ended = judge(runs, "win1")
    for kind, times in _seconds(kills).items():
        middle = statistics.median(times)
        print(f"{kind}: {len(times)} kills, online after {middle:.0f} s (median), {max(times):.0f} s (most)")
    print(f"{len(runs.ids)} flow runs: {ended}")
    assert len(kills) == number


def _seconds(kills):
    by_kind = collections.defaultdict(list)
    for one in kills:
        by_kind[one.kind].append(one.seconds)
    return by_kind
