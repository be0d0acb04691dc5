# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with a name or a limit, in words; nothing if it is fine."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flowops.prefect.plugins.module_utils._prefect import names
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.limits import limit_name_problem

IDENTIFIER = "0a1b2c3d-0000-4000-8000-000000000001"


@pytest.mark.parametrize(
    ("problem", "good", "bad"),
    [
        (names.name_problem, ["a", "Ü #1?", "tag:x", "a.b"], ["", ".", "..", "a/b", "a%", "<a", "a&b"]),
        (names.pool_name_problem, ["windows", "my-prefect"], ["Prefect", "prefect-agent", "a/b"]),
        (names.variable_name_problem, ["a", "a_b-1", "x" * 255], ["", "A", "a b", "x" * 256, "ä"]),
        (names.block_name_problem, ["a", "a-1"], ["", "A", "a_b", "a/b"]),
        (names.block_type_name_problem, ["a", "Local File System", "."], ["", " ", "a/b"]),
        (names.reference_problem, ["", "a"], ["a/b", ".."]),
        (names.block_reference_problem, ["", "secret/token", IDENTIFIER], ["token", "secret/", "/token"]),
        (limit_name_problem, ["erp", "my-tag:x"], ["tag:x", "deployment:x", "a/b", ""]),
        (names.limit_problem, [-1, 0, 7], [-2]),
        (names.own_limit_problem, [-1, 7], [-2, 0]),
    ],
)
def test_problems(problem: t.Callable[[t.Any], str], good: list[t.Any], bad: list[t.Any]) -> None:
    assert {value: problem(value) for value in good if problem(value)} == {}
    assert [value for value in bad if not problem(value)] == []
    assert not any("\n" in problem(value) for value in bad)


def test_a_problem_says_what_it_is() -> None:
    assert names.name_problem("a/b&c") == "a name may not hold & /"
    assert names.whole_name_problem("flow", "deployment", "etl") == "give it as flow/deployment"
    assert names.whole_name_problem("flow", "deployment", "etl/nightly") == ""
