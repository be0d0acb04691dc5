# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a search asks for, and what it refuses to ask."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flowops.prefect.plugins.module_utils._ad.object_info import condition
from ansible_collections.flowops.prefect.plugins.modules import ad_object_info
from ansible_collections.flowops.prefect.tests.unit.support.module_runner import run_module


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize("option", ["match", "starts_with"])
@pytest.mark.parametrize(
    ("value", "said"), [(None, "empty"), ("", "empty"), (["a"], "a list"), ([], "a list"), ({"a": "b"}, "a list")]
)
def test_a_value_that_is_none_is_refused_before_anything_is_asked(
    value: t.Any, said: str, option: str, check_mode: bool
) -> None:
    options = {option: {"cn": "a", "mail": value}}
    result = run_module(ad_object_info.main, check_mode=check_mode, server="dc1.example.com", **options).result
    assert result["error"]["kind"] == "InvalidInput"
    assert result["msg"].startswith(f"Cannot search the directory: 'mail' in '{option}' is {said}")


@pytest.mark.parametrize(
    ("option", "value", "written"),
    [
        ("match", True, "(adminCount=TRUE)"),
        ("match", 0, "(adminCount=0)"),
        ("match", 1.5, "(adminCount=1.5)"),
        ("match", "a", "(adminCount=a)"),
        ("starts_with", False, "(adminCount=FALSE*)"),
        ("starts_with", 7, "(adminCount=7*)"),
    ],
)
def test_plain_values_are_written_as_the_directory_writes_them(option: str, value: t.Any, written: str) -> None:
    params = {"type": "group", "match": None, "starts_with": None, "nested": False, option: {"adminCount": value}}
    assert condition(params) == f"(&(objectClass=group){written})"
