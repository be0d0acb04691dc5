# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A sink that fails is reported by the others: at once, once a minute, and when it is over, with a number."""

from __future__ import annotations

import pytest
from prefect_host.records.event_ids import HostEvent
from prefect_host.records.trouble import Trouble


@pytest.fixture
def told():
    return []


@pytest.fixture
def trouble(told, clock):
    return Trouble("the log fails", HostEvent.PREFECT_LOG_FAILED, told.append, clock)


def _texts(told):
    return [line.text for line in told]


def test_success_is_not_worth_a_word(trouble, told):
    trouble.over(0)
    assert told == []


def test_it_is_said_at_once_once_a_minute_and_when_it_is_over(trouble, told, clock):
    for _second in range(130):
        trouble.failed("refused", 0, 5)
        clock.now += 1
    trouble.failed("refused", 2, 9)
    trouble.over(12)
    trouble.over(12)
    assert _texts(told) == [
        "the log fails: refused",
        "the log fails: refused",
        "the log fails: refused",
        "over: the log fails; 9 records were lost",
    ]
    assert {line.event for line in told} == {HostEvent.PREFECT_LOG_FAILED}


def test_failures_now_and_then_do_not_flood_the_others(trouble, told, clock):
    for _time in range(100):
        trouble.failed("bad record", 1, 0)
        trouble.over(0)
    assert _texts(told) == [
        "the log fails: bad record; 1 records are lost so far",
        "over: the log fails; 1 records were lost",
    ]
    clock.now += 60
    trouble.failed("bad record", 1, 0)
    assert _texts(told)[2:] == ["the log fails: bad record; 100 records are lost so far"]


def test_the_last_word_is_the_number_that_is_lost(trouble, told):
    trouble.end(0)
    assert told == []
    trouble.failed("refused", 3, 10)
    trouble.end(14)
    trouble.end(14)
    assert _texts(told)[1:] == ["the log fails: at the end of the process 7 records are lost"]
