# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every sink gets text that it can show, and no more of it than it takes."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prefect_host.records.event_strings import LONGEST, strings
from prefect_host.records.text import cut, printable, utf16_units


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("tab\tand\nlines \u00e4 \U0001f600", "tab\tand\nlines \u00e4 \U0001f600"),
        ("nul\x00 escape\x1b[31m \x9b", "nul\\x00 escape\\x1b[31m \\x9b"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("half \ud800 \udc80", "half \\ud800 \\udc80"),
        ("\u2028", "\\u2028"),
    ],
)
def test_what_cannot_be_shown_is_written_as_escape(text, shown):
    assert printable(text) == shown


@given(st.text(st.characters()))
def test_printable_text_can_be_encoded_and_holds_no_control_character(text):
    shown = printable(text)
    shown.encode("utf-8")
    assert not set(shown) & {chr(code) for code in (*range(9), *range(11, 32), *range(127, 160))}


@given(
    st.text(max_size=300), st.integers(60, 400), st.sampled_from([len, utf16_units, lambda text: len(json.dumps(text))])
)
def test_a_cut_text_is_within_its_limit_and_begins_as_before(text, limit, measure):
    shown = cut(text, limit, measure)
    assert measure(shown) <= limit
    if measure(text) <= limit:
        assert shown == text
    else:
        kept, _sign, note = shown.rpartition(" ... [cut: ")
        assert text.startswith(kept)
        assert note == f"{len(kept)} of {len(text)} characters]"


def test_a_text_that_has_lost_its_end_before_says_so_too():
    assert cut("abc", 100, missing=7) == "abc ... [cut: 3 of 10 characters]"


def test_an_event_begins_with_its_text_and_leaves_empty_fields_out():
    assert strings("a\nb", {"run": "r1", "tags": ["x", "y"], "none": None, "empty": "", "no": []}) == [
        "a\r\nb",
        "run=r1",
        "tags=x,y",
    ]


@given(st.text(min_size=1, max_size=50), st.integers(1, 2000), st.text(max_size=2000))
def test_an_event_fits_into_what_windows_takes(unit, times, value):
    made = strings(unit * times, {f"field{number}": value for number in range(18)})
    assert sum(utf16_units(one) for one in made) <= LONGEST
    assert "\0" not in "".join(made)


def test_the_event_viewer_finds_nothing_to_fill_in_in_a_text():
    assert strings("a%20b %%1 100% %d", {"url": "x%201"}) == ["a% 20b %% 1 100% %d", "url=x%201"]


def test_a_field_is_one_line():
    assert strings("x", {"f": "a\nb=c"})[1] == "f=a b=c"
