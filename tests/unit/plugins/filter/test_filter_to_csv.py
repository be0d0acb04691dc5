# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CSV out of rows, and what a spreadsheet must not compute."""

from __future__ import annotations

import csv
import io

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.flowops.prefect.plugins.filter.to_csv import FilterModule, to_csv


def _read(text, **how):
    return list(csv.reader(io.StringIO(text, newline=""), **how))


def test_is_known_by_its_name():
    assert FilterModule().filters() == {"to_csv": to_csv}


def test_columns_come_as_asked_for_and_what_a_row_has_not_is_empty():
    rows = [{"b": "2", "a": "1", "left out": "x"}, {"a": "3"}]
    assert to_csv(rows, ["a", "b"]) == "a,b\r\n1,2\r\n3,\r\n"


def test_without_columns_all_keys_in_their_order():
    assert to_csv([{"b": 1}, {"a": 2, "b": 3}]) == "b,a\r\n1,\r\n3,2\r\n"


def test_no_rows_are_the_line_of_names_only():
    assert to_csv([], ["a"]) == "a\r\n"


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        (True, "yes"),
        (False, "no"),
        (-5, "-5"),
        (1.5, "1.5"),
        (["x", None, True, 7], "x; ; yes; 7"),
        ([], ""),
        ({"b": 1, "a": "ü"}, '{"a": "ü", "b": 1}'),
        ("Müller", "Müller"),
    ],
)
def test_every_kind_of_value_has_a_text(value, cell):
    assert _read(to_csv([{"a": value, "b": "x"}])) == [["a", "b"], [cell, "x"]]


@pytest.mark.parametrize("value", ['say "hi"', "a,b", "two\nlines", "semi;colon", " blank ", "it's"])
def test_what_has_a_meaning_in_csv_comes_back_as_it_was(value):
    assert _read(to_csv([{"a": value, "b": "x"}])) == [["a", "b"], [value, "x"]]


def test_delimiter_and_separator_can_be_chosen():
    text = to_csv([{"a": "x;y", "b": [1, 2]}], delimiter=";", separator="|")
    assert _read(text, delimiter=";") == [["a", "b"], ["x;y", "1|2"]]


@pytest.mark.parametrize(
    "value",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "  =1",
        "\u00a0=1",
        "\uff1d1",
        "=cmd|' /C calc'!A0",
        ["=1", "harmless"],
    ],
)
def test_nothing_is_left_that_a_spreadsheet_computes(value):
    _names, (cell, _other) = _read(to_csv([{"a": value, "b": ""}]))
    assert cell.startswith("'")
    # nothing of it is lost
    assert cell[1:] == (value if isinstance(value, str) else "; ".join(value))


def test_names_of_columns_are_guarded_as_well():
    assert to_csv([{"=1": "x"}]) == "'=1\r\nx\r\n"


@pytest.mark.parametrize("rows", ["text", 7, None, {"a": 1}, ["text"], [[1]]])
def test_what_are_no_rows_is_an_error(rows):
    with pytest.raises(AnsibleFilterError, match="list of dictionaries"):
        to_csv(rows)


def test_a_delimiter_has_one_character():
    with pytest.raises(AnsibleFilterError, match="one character"):
        to_csv([], ["a"], delimiter=", ")
