# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Limits come from one document, with defaults, and a wrong number is named."""

from __future__ import annotations

import pathlib
import re

import pytest
from prefect_host.records.limits import SETTINGS, Limits, from_environment, limits


def test_defaults():
    assert limits({}) == {
        "event_log": Limits(1000, 50, 30_000),
        "prefect": Limits(1000, 200, 24_000),
        "file": Limits(1000, 500, 30_000),
    }


@pytest.mark.parametrize("key", SETTINGS)
def test_every_number_counts_and_has_its_bounds(key):
    setting = SETTINGS[key]
    assert limits({key: setting.lowest}) != limits({})
    for wrong in (setting.lowest - 1, setting.highest + 1, "5", True, None, 1.5):
        with pytest.raises(ValueError, match=rf"^{key}: "):
            limits({key: wrong})


def test_an_unknown_key_is_named():
    with pytest.raises(ValueError, match=r"^event_log_rate: unknown; known: burst,"):
        limits({"event_log_rate": 5})


@pytest.mark.parametrize("text", ["{", "[]", "7", '{"x": 1}'])
def test_a_variable_that_cannot_be_used_leaves_the_defaults_and_a_complaint(text):
    found, complaint = from_environment({"FLOWOPS_RECORDS": text})
    assert found == limits({})
    assert complaint.startswith("FLOWOPS_RECORDS: ")


@pytest.mark.parametrize("environment", [{}, {"FLOWOPS_RECORDS": ""}, {"FLOWOPS_RECORDS": "{}"}])
def test_no_variable_is_no_complaint(environment):
    assert from_environment(environment) == (limits({}), "")


def test_the_guide_has_every_limit_with_its_default():
    guide = pathlib.Path(__file__).parents[4] / "docs" / "docsite" / "rst" / "guide_event_log.rst"
    rows = re.findall(r"^   \* - ``(\w+)``\n     - (\d+)$", guide.read_text(encoding="utf-8"), re.MULTILINE)
    assert {name: int(number) for name, number in rows} == {key: one.default for key, one in SETTINGS.items()}
