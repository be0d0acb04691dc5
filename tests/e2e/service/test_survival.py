# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Worker, injector and service killed while flows run: nothing stays Running, nothing is orphaned, the worker is back.

make endurance does the same fifty times.
"""

from __future__ import annotations

import pytest
from e2e_support.steady_runs import steady_runs
from e2e_support.survival import judge, kill_often

pytestmark = pytest.mark.usefixtures("converged")


def test_each_part_killed_once_while_flows_run(estate):
    with steady_runs(estate.api, ["win1"], seconds=20) as runs:
        kill_often(estate, runs, "win1", ["injector", "worker", "service"], seed=20261126)
        ended = judge(runs, "win1")
    print(ended)
    assert ended["CRASHED"] >= 1, "a killed worker must have taken a flow run with it, or the test proves nothing"
