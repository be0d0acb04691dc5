# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting times before the next start."""

from __future__ import annotations

import pytest
from prefect_host.backoff import Backoff
from prefect_host.configuration import Restart

RESTART = Restart(initial_seconds=2, maximum_seconds=20, factor=2, jitter=0.5, healthy_after_seconds=60)


def test_it_grows_up_to_the_maximum():
    backoff = Backoff(RESTART, spread=lambda: 0)
    assert [backoff.after(1) for attempt in range(6)] == [2, 4, 8, 16, 20, 20]


def test_a_healthy_run_is_a_new_beginning():
    backoff = Backoff(RESTART, spread=lambda: 0)
    assert [backoff.after(uptime) for uptime in (1, 1, 60, 1)] == [2, 4, 2, 4]


@pytest.mark.parametrize(("spread", "expected"), [(-1, 1), (1, 3)])
def test_jitter_is_a_share_of_the_delay(spread, expected):
    assert Backoff(RESTART, spread=lambda: spread).after(0) == expected


def test_own_jitter_stays_within_its_bounds():
    assert all(1 <= Backoff(RESTART).after(0) <= 3 for attempt in range(200))


def test_weeks_of_failures_do_not_overflow():
    backoff = Backoff(RESTART, spread=lambda: 0)
    backoff.attempts = 10**6
    assert backoff.after(0) == 20
