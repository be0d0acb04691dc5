# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values that are laid over others: what is given holds, what is not given stays."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flowops.prefect.plugins.module_utils._engine.errors import NotFound
from ansible_collections.flowops.prefect.plugins.module_utils._engine.plan import Wanted, merged, plan, typed_merge
from ansible_collections.flowops.prefect.plugins.module_utils._engine.spec import Compare, Field, Names, ResourceSpec
from hypothesis import given
from hypothesis import strategies as st

keys = st.sampled_from(["type", "a", "b"])
leaves = st.one_of(st.none(), st.booleans(), st.integers(0, 3), st.sampled_from(["event", "compound"]))
values = st.recursive(
    leaves,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(keys, inner, max_size=3)),
    max_leaves=10,
)


@given(values, values)
def test_laid_over_twice_is_laid_over_once(have: t.Any, want: t.Any) -> None:
    once = typed_merge(have, want)
    assert typed_merge(once, want) == once


@given(values)
def test_the_same_laid_over_changes_nothing(value: t.Any) -> None:
    assert typed_merge(value, value) == value
    assert merged(value, value) == value


def holds(result: t.Any, want: t.Any) -> bool:
    """Whether everything that is wanted is there."""
    if isinstance(want, dict):
        return isinstance(result, dict) and all(key in result and holds(result[key], want[key]) for key in want)
    if isinstance(want, list):
        return isinstance(result, list) and len(result) == len(want) and all(map(holds, result, want))
    return result is want or result == want


@given(values, values)
def test_everything_that_is_wanted_is_there_afterwards(have: t.Any, want: t.Any) -> None:
    assert holds(typed_merge(have, want), want)


@given(values, values)
def test_nothing_else_comes_in(have: t.Any, want: t.Any) -> None:
    """Of the old value only what stands where the new one says nothing."""

    def check(result: t.Any, old: t.Any, new: t.Any) -> None:
        if isinstance(result, dict):
            same = isinstance(old, dict) and isinstance(new, dict)
            for key, item in result.items():
                if same and key in old and key not in new:
                    assert item == old[key]
                else:
                    assert key in new
                    check(item, old.get(key) if same else None, new[key])
        elif isinstance(result, list):
            assert len(result) == len(new)
        else:
            assert result == new

    check(typed_merge(have, want), have, want)


@pytest.mark.parametrize(
    ("have", "want", "result"),
    [
        ({"type": "event", "x": 1}, {"y": 2}, {"type": "event", "x": 1, "y": 2}),
        ({"type": "event", "x": 1}, {"type": "event", "y": 2}, {"type": "event", "x": 1, "y": 2}),
        ({"type": "event", "x": 1}, {"type": "compound", "y": 2}, {"type": "compound", "y": 2}),
        (
            [{"type": "a", "x": 1}, {"type": "b", "x": 1}],
            [{"type": "a"}, {"type": "c"}],
            [{"type": "a", "x": 1}, {"type": "c"}],
        ),
        ([{"type": "a", "x": 1}], [{"type": "a"}, {"type": "a"}], [{"type": "a"}, {"type": "a"}]),
    ],
)
def test_another_type_and_another_length_are_taken_as_they_are(have: t.Any, want: t.Any, result: t.Any) -> None:
    assert typed_merge(have, want) == result


SPEC = ResourceSpec(
    "thing",
    "thing",
    (
        Field("name", identity=True),
        Field("mode", "dict", compare=Compare.SUBSET, options={"kind": {"type": "str"}, "seconds": {"type": "int"}}),
        Field(
            "secret",
            "dict",
            write_only=True,
            comparable=True,
            compare=Compare.SUBSET,
            held=lambda current: {**current["open"], **current["secret"]},
        ),
        Field("link", "dict", names=Names(lambda value, _: value, lambda value, _: value, (), lambda _v, names: names)),
    ),
)


def test_a_suboption_that_is_not_given_stays() -> None:
    current = {"name": "n", "mode": {"kind": "old", "seconds": 9}}
    found = plan(SPEC, current, {"mode": Wanted({"kind": "new", "seconds": None})})
    assert found.changes["mode"].value == {"kind": "new", "seconds": 9}
    assert plan(SPEC, None, {"mode": Wanted({"kind": "new", "seconds": None})}).changes["mode"].value == {"kind": "new"}


@pytest.mark.parametrize(
    ("wanted", "changed"),
    [({"a": 1}, False), ({"b": 2}, False), ({"a": 1, "b": 2}, False), ({"b": 3}, True), ({"c": 1}, True)],
)
def test_a_secret_is_compared_with_more_than_what_is_secret(wanted: dict[str, t.Any], changed: bool) -> None:
    current = {"name": "n", "open": {"a": 1}, "secret": {"b": 2}}
    assert plan(SPEC, current, {"secret": Wanted(wanted)}, update_secrets="when_changed").changed is changed


FINDABLE = ResourceSpec(
    "thing",
    "thing",
    (Field("id", identity=True, finds_only=True), Field("name", identity=True, movable=True, required_on_create=True)),
)


def test_what_only_finds_is_not_given_to_what_is_created() -> None:
    with pytest.raises(NotFound, match=r"there is no thing with id '7'\. Correct id, or leave it out"):
        plan(FINDABLE, None, {"id": Wanted("7")})
    assert plan(FINDABLE, None, {"id": Wanted("7")}, state="absent").action == "none"
    assert plan(FINDABLE, None, {"name": Wanted("n")}).action == "create"
    assert list(plan(FINDABLE, {"id": "7", "name": "old"}, {"id": Wanted("7"), "name": Wanted("n")}).changes) == [
        "name"
    ]


def test_names_in_a_nested_value_are_shown_in_its_own_way() -> None:
    found = plan(SPEC, {"name": "n", "link": {}}, {"link": Wanted({"to": "id"}, {"id": "written"})})
    assert found.after["link"] == {"id": "written"}


def test_secrets_are_what_the_server_calls_so_and_what_the_user_does() -> None:
    current = {"name": "n", "open": {"a": "mine", "z": "plain"}, "secret": {"b": "theirs"}}
    assert SPEC.secrets_of({"secret": {"a": "new"}}, current) == [{"b": "theirs"}, {"a": "mine"}]
    assert SPEC.secrets_of({}, None) == []
