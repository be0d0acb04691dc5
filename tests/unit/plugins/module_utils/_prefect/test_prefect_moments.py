# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Spans and points in time."""

from __future__ import annotations

import time

import pytest
from ansible_collections.flowops.prefect.plugins.module_utils._prefect import moments
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        (90, 90),
        ("90", 90),
        ("90s", 90),
        (" 5m ", 300),
        ("12h", 43_200),
        ("30 d", 2_592_000),
        ("4w", 2_419_200),
    ],
)
def test_spans(text: object, seconds: int) -> None:
    assert moments.span_problem(str(text)) == ""
    assert moments.seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["", "d", "-1", "1.5h", "1y", "1h30m", "a month"])
def test_what_is_no_span(text: str) -> None:
    assert "no span of time" in moments.span_problem(text)
    assert moments.seconds_of(text) == text


def test_nothing_is_no_span_and_stays_nothing() -> None:
    assert moments.seconds_of(None) is None


def test_one_moment_has_one_form() -> None:
    forms = {moments.moment(text) for text in ("2027-01-31T08:00:00+01:00", "2027-01-31T07:00:00Z")}
    assert forms == {"2027-01-31T07:00:00+00:00"}
    assert moments.moment("soon") == "soon"
    assert moments.moment(None) is None


@pytest.mark.parametrize(
    ("text", "why"), [("soon", "no point in time"), ("2027-01-31", "no offset"), ("2027-01-31T08:00:00", "no offset")]
)
def test_what_is_no_moment(text: str, why: str) -> None:
    assert why in moments.moment_problem(text)


def test_ages_go_by_the_clock_of_the_server() -> None:
    assert moments.age_of("1970-01-01T00:01:00Z", 90.0) == 30.0
    assert moments.age_of("1970-01-01T00:01:00Z", 30.0) == -30.0
    assert moments.age_of(None, 90.0) == 0.0
    assert abs(moments.age_of(moments.in_seconds(0, None), None)) < 5


@given(st.integers(min_value=0, max_value=4_000_000_000), st.integers(min_value=0, max_value=100_000_000))
def test_what_comes_in_so_many_seconds_is_that_far_away(now: int, seconds: int) -> None:
    assert moments.age_of(moments.in_seconds(seconds, float(now)), float(now)) == -seconds


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-3, "0 seconds"), (0.7, "0 seconds"), (61, "1 minute"), (7_200, "2 hours"), (86_400, "1 day"), (4e6, "46 days")],
)
def test_in_words(seconds: float, words: str) -> None:
    assert moments.in_words(seconds) == words


def test_without_a_server_our_clock_counts() -> None:
    assert abs(moments.age_of(moments.in_seconds(-100, time.time()), None) - 100) < 5
