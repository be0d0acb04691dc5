# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A rolling change of all hosts of the lab, twenty by default."""

from __future__ import annotations

from e2e_support.rolling import change_all

HOURS = 3600


def test_a_rolling_change_fails_no_run(ansible, estate, hosts):
    change_all(ansible, estate, hosts, "-e", "win_worker_limit=3", timeout=4 * HOURS)
