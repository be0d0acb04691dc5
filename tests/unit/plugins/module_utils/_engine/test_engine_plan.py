# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan, for every object and every wish that a spec allows."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.flowops.prefect.plugins.module_utils._engine.errors import ImmutableChange, InvalidInput
from ansible_collections.flowops.prefect.plugins.module_utils._engine.plan import Plan, Wanted, canonical, merged, plan
from ansible_collections.flowops.prefect.plugins.module_utils._engine.spec import (
    UPDATE_SECRETS,
    Compare,
    Field,
    ResourceSpec,
)
from hypothesis import given
from hypothesis import strategies as st

SPEC = ResourceSpec(
    kind="thing",
    result="thing",
    fields=(
        Field("name", required=True, identity=True),
        Field("text", clears=""),
        Field("limit", "int", wire="max", clears=-1),
        Field("paused", "bool"),
        Field("value", "raw"),
        Field("ordered", "list", elements="str"),
        Field("tags", "list", elements="str", compare=Compare.SET, normalize=str.lower),
        Field("members", elements="str", compare=Compare.MEMBERSHIP, normalize=str.lower),
        Field("template", "dict", compare=Compare.SUBSET),
        Field("token", secret=True),
        Field("password", write_only=True),
    ),
)
FIELDS = {field.name: field for field in SPEC.fields}

words = st.text("abAB ", min_size=1, max_size=4)
lists = st.lists(words, max_size=4)
values = st.recursive(
    st.none() | st.booleans() | st.integers(0, 2) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)
templates = st.dictionaries(words, values, max_size=3)
secrets = st.text("0123456789", min_size=8, max_size=8).map(lambda text: f"s3cr3t-{text}")
wishes = st.fixed_dictionaries(
    {"name": st.just("n")},
    optional={
        "text": words | st.just(""),
        "limit": st.integers(-1, 3),
        "paused": st.booleans(),
        "value": values.filter(lambda value: value is not None),
        "ordered": lists,
        "tags": lists,
        "members": st.fixed_dictionaries({}, optional={"add": lists, "remove": lists, "set": lists}),
        "template": templates,
        "token": secrets,
        "password": secrets,
    },
)
objects = st.none() | st.fixed_dictionaries(
    {
        "name": st.just("n"),
        "text": st.none() | words,
        "max": st.none() | st.integers(0, 3),
        "paused": st.booleans(),
        "value": values,
        "ordered": st.none() | lists,
        "tags": st.none() | lists,
        "members": st.none() | lists,
        "template": st.none() | templates,
        "token": st.none() | secrets,
        "untouched": words,
    }
)


def planned(current: dict[str, t.Any] | None, wish: dict[str, t.Any], **rest: t.Any) -> Plan:
    return plan(SPEC, current, {name: Wanted(value) for name, value in wish.items()}, **rest)


def applied(current: dict[str, t.Any] | None, found: Plan) -> dict[str, t.Any] | None:
    """What a server holds after a plan."""
    if found.action == "delete":
        return None
    if found.action == "none":
        return current
    return {**(current or {"name": "n"}), **{key: change.value for key, change in found.changes.items()}}


@given(objects, wishes)
def test_nothing_is_left_to_do_after_a_plan(current: dict[str, t.Any] | None, wish: dict[str, t.Any]) -> None:
    after = applied(current, planned(current, wish))
    assert planned(after, wish).action == "none"


@given(objects, wishes)
def test_planning_alters_neither_the_object_nor_the_wish(
    current: dict[str, t.Any] | None, wish: dict[str, t.Any]
) -> None:
    before = json.dumps([current, wish])
    planned(current, wish)
    assert json.dumps([current, wish]) == before


@given(objects, wishes)
def test_what_was_not_asked_for_is_not_written(current: dict[str, t.Any] | None, wish: dict[str, t.Any]) -> None:
    assert set(planned(current, wish).changes) <= {FIELDS[name].key for name in wish}


@given(objects, wishes, st.sampled_from(UPDATE_SECRETS))
def test_no_secret_is_ever_shown(current: dict[str, t.Any] | None, wish: dict[str, t.Any], update: str) -> None:
    found = planned(current, wish, update_secrets=update)
    assert "s3cr3t" not in json.dumps([found.before, found.after])


@given(objects, wishes)
def test_the_diff_differs_exactly_if_something_changes(
    current: dict[str, t.Any] | None, wish: dict[str, t.Any]
) -> None:
    found = planned(current, wish)
    shown = {name: (found.before.get(name), found.after.get(name)) for name in {*found.before, *found.after}}
    differs = {
        name
        for name, (before, after) in shown.items()
        if canonical(FIELDS[name], before) != canonical(FIELDS[name], after)
    }
    if found.action != "create":
        assert {FIELDS[name].key for name in differs} == set(found.changes)


@given(objects)
def test_absence_shows_all_that_goes_and_wants_nothing_more(current: dict[str, t.Any] | None) -> None:
    found = planned(current, {}, state="absent")
    assert found.action == ("none" if current is None else "delete")
    assert found.after == {}
    assert "s3cr3t" not in json.dumps(found.before)
    assert planned(applied(current, found), {}, state="absent").action == "none"


@given(templates, templates)
def test_merging_keeps_what_is_not_given_and_takes_what_is(have: dict[str, t.Any], want: dict[str, t.Any]) -> None:
    found = merged(have, want)
    assert merged(found, want) == found
    assert set(found) == set(have) | set(want)


@pytest.mark.parametrize(
    ("verbs", "members"),
    [
        ({"add": ["c"]}, ["A", "b", "c"]),
        ({"add": ["a"]}, ["A", "b"]),
        ({"remove": ["a"]}, ["b"]),
        ({"remove": ["x"]}, ["A", "b"]),
        ({"set": ["b", "c"]}, ["b", "c"]),
        ({"set": []}, []),
        ({"set": ["c"], "add": ["d"]}, ["c", "d"]),
        ({"add": ["c"], "remove": ["c"]}, ["A", "b"]),
        ({}, ["A", "b"]),
    ],
)
def test_members_are_added_removed_or_set(verbs: dict[str, list[str]], members: list[str]) -> None:
    current = {"name": "n", "members": ["A", "b"]}
    after = applied(current, planned(current, {"members": verbs}))
    assert after is not None
    assert after["members"] == members


def test_a_membership_change_says_what_comes_and_what_goes() -> None:
    change = planned({"name": "n", "members": ["a", "b"]}, {"members": {"set": ["b", "c"]}}).changes["members"]
    assert (change.added, change.removed) == (("c",), ("a",))


def test_truth_is_not_taken_for_a_number() -> None:
    assert planned({"name": "n", "value": 1}, {"value": True}).changed
    assert planned({"name": "n", "value": {"a": [0]}}, {"value": {"a": [False]}}).changed
    assert not planned({"name": "n", "value": 1}, {"value": 1.0}).changed


def test_an_ordered_list_is_shown_and_compared_in_its_order() -> None:
    found = planned({"name": "n", "ordered": ["a", "b"]}, {"ordered": ["b", "a"]})
    assert (found.before["ordered"], found.after["ordered"]) == (["a", "b"], ["b", "a"])


def test_a_set_holds_each_element_once_however_often_and_however_it_is_written() -> None:
    have = {"name": "n", "tags": ["a", "B"]}
    assert not planned(have, {"tags": ["b", "A", "a", "a"]}).changed
    assert not planned({"name": "n", "tags": ["a", "a"]}, {"tags": ["A"]}).changed
    assert planned(have, {"tags": ["c", "C", "a", "c"]}).changes["tags"].value == ["c", "a"]
    assert planned(None, {"tags": ["c", "C"]}).after["tags"] == ["c"]


def test_elements_of_a_set_are_the_same_in_any_order_of_their_keys() -> None:
    field = Field("rules", "list", elements="dict", compare=Compare.SET)
    first, second = {"a": 1, "b": {"c": 2, "d": 3}}, {"b": {"d": 3, "c": 2}, "a": 1}
    assert canonical(field, [first]) == canonical(field, [second, first])


def test_a_value_that_clears_is_sent_as_null() -> None:
    assert planned({"name": "n", "max": 3}, {"limit": -1}).changes["max"].value is None
    assert not planned({"name": "n", "max": None}, {"limit": -1}).changed


def test_names_are_shown_for_identifiers_that_the_user_named() -> None:
    found = plan(SPEC, {"name": "n", "text": "id-1"}, {"text": Wanted("id-2", {"id-2": "second"})})
    assert (found.before["text"], found.after["text"]) == ("id-1", "second")


def test_a_write_only_value_is_sent_on_creation_and_later_only_when_asked() -> None:
    assert planned(None, {"password": "p"}).changes["password"].value == "p"
    assert not planned({"name": "n"}, {"password": "p"}).changed
    assert not planned({"name": "n"}, {"password": "p"}, update_secrets="when_changed").changed
    assert planned({"name": "n"}, {"password": "p"}, update_secrets="always").changed


FIXED = ResourceSpec(
    kind="thing",
    result="thing",
    fields=(
        Field("name", identity=True),
        Field("type", required_on_create=True, immutable=True),
        Field("key", secret=True, immutable=True),
        Field("owner", create_value="system"),
        Field("value", "raw", required_on_create=True),
        Field("secret_value", "raw", wire="value", secret=True),
    ),
)


def test_a_fixed_property_cannot_change_and_the_error_says_what_to_do() -> None:
    with pytest.raises(
        ImmutableChange, match=r"^Cannot change 'type' of thing 'n' on srv: it is 'a' and is fixed .* create it anew\.$"
    ):
        plan(FIXED, {"type": "a"}, {"type": Wanted("b")}, name="n", server="srv")


def test_a_fixed_secret_is_not_shown_when_it_cannot_change() -> None:
    with pytest.raises(ImmutableChange) as raised:
        plan(FIXED, {"key": "s3cr3t"}, {"key": Wanted("other")})
    assert "s3cr3t" not in str(raised.value)


def test_creation_names_all_that_is_missing() -> None:
    with pytest.raises(InvalidInput, match="type, value"):
        plan(FIXED, None, {"name": Wanted("n")}, name="n")


def test_a_property_is_given_by_either_of_its_fields() -> None:
    found = plan(FIXED, None, {"type": Wanted("a"), "secret_value": Wanted("s3cr3t")})
    assert found.changes["value"].value == "s3cr3t"
    assert "s3cr3t" not in json.dumps(found.after)


def test_a_value_for_creation_is_sent_then_and_never_compared() -> None:
    wish = {"type": Wanted("a"), "value": Wanted(1)}
    assert plan(FIXED, None, wish).changes["owner"].value == "system"
    assert not plan(FIXED, {"type": "a", "value": 1, "owner": "else"}, wish).changed
