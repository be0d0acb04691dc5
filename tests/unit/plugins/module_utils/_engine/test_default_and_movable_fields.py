# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fields with a default, and parts of the identity that may change."""

from __future__ import annotations

import pytest
from ansible_collections.flowops.prefect.plugins.module_utils._engine.plan import Wanted, plan
from ansible_collections.flowops.prefect.plugins.module_utils._engine.spec import Compare, Field, ResourceSpec

SPEC = ResourceSpec(
    kind="thing",
    result="thing",
    fields=(
        Field("identity", identity=True),
        Field("name", identity=True, movable=True, normalize=str.lower),
        Field("place", identity=True),
        Field("types", type="list", elements="str", default=("a", "b"), compare=Compare.SET),
        Field("password_age", type="int"),
    ),
)


def test_a_default_is_part_of_the_argument_spec_as_a_list() -> None:
    assert SPEC.argument_spec()["types"]["default"] == ["a", "b"]


def test_a_field_without_default_has_none_in_the_argument_spec() -> None:
    assert "default" not in SPEC.argument_spec()["name"]


def test_a_name_with_password_in_it_that_is_no_secret_says_so() -> None:
    assert SPEC.argument_spec()["password_age"]["no_log"] is False


@pytest.mark.parametrize(("wanted", "changes"), [("new", ["name"]), ("OLD", [])])
def test_a_movable_part_of_the_identity_changes_when_it_differs(wanted: str, changes: list[str]) -> None:
    found = plan(SPEC, {"name": "old", "place": "here"}, {"name": Wanted(wanted)})
    assert list(found.changes) == changes


def test_a_fixed_part_of_the_identity_never_changes() -> None:
    assert plan(SPEC, {"name": "old", "place": "here"}, {"place": Wanted("there")}).action == "none"
