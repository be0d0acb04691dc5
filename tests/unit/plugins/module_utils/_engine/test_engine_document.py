# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A desired state as a document, and what a run over many objects says it did."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flowops.prefect.plugins.module_utils._engine import document, tally
from ansible_collections.flowops.prefect.plugins.module_utils._engine.errors import Forbidden, InvalidInput
from ansible_collections.flowops.prefect.plugins.module_utils._engine.estate import Entry, Step
from ansible_collections.flowops.prefect.plugins.module_utils._engine.plan import Change, Plan
from ansible_collections.flowops.prefect.plugins.module_utils._engine.spec import Field, ResourceSpec

BOX = ResourceSpec(
    kind="box",
    result="box",
    fields=(
        Field("name", required=True, identity=True),
        Field("size", "int", aliases=("width",)),
        Field("place", identity=True),
        Field("code", aliases=("pin",), secret=True),
    ),
    required_if=(("size", 9, ("code",)),),
)
LID = ResourceSpec(kind="lid", result="lid", fields=(Field("name", required=True, identity=True),))


def sections(expected: list[str] | None = None) -> list[document.Section]:
    def section(plural: str, spec: ResourceSpec) -> document.Section:
        def entry(params: dict[str, t.Any]) -> Entry:
            return Entry(spec.kind, params["name"], spec, params)

        def expect() -> None:
            (expected if expected is not None else []).append(plural)

        return document.Section(plural, spec.kind, spec, entry, expect)

    return [section("boxes", BOX), section("lids", LID)]


def entries(wanted: dict[str, t.Any]) -> list[Entry]:
    return document.entries_of(wanted, sections(), "resources", "srv")


def test_entries_come_in_the_order_of_the_sections_with_their_options_checked() -> None:
    found = entries({"lids": [{"name": "l"}], "boxes": [{"name": "b", "size": "3"}, {"name": "a", "width": 4}]})
    assert [entry.place for entry in found] == [("box", "b"), ("box", "a"), ("lid", "l")]
    assert [entry.params.get("size") for entry in found] == [3, 4, None]
    assert found[0].params["state"] == "present"


def test_a_blank_name_is_not_given() -> None:
    assert entries({"boxes": [{"name": "b", "place": ""}]})[0].params["place"] is None


def test_only_what_is_there_is_expected_to_be_possible() -> None:
    expected: list[str] = []
    document.entries_of({"boxes": [], "lids": [{"name": "l"}]}, sections(expected), "resources", "srv")
    assert expected == ["lids"]
    assert entries({"boxes": None}) == []


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"cups": []}, r"resources does not know cups\. Use these keys: boxes, lids"),
        ({"boxes": {"name": "b"}}, r"resources\.boxes is no list"),
        ({"boxes": ["b"]}, r"resources\.boxes\[0\] is no dictionary\. Give the options of a box"),
        ({"boxes": [{"name": "b", "colour": 1}]}, r"resources\.boxes\[0\] \('b'\): .*colour"),
        ({"boxes": [{"size": 1}]}, r"resources\.boxes\[0\]: missing required arguments: name"),
        ({"boxes": [{"name": "b", "size": "wide"}]}, r"resources\.boxes\[0\] \('b'\): .*wide"),
        ({"boxes": [{"name": "b", "size": 9}]}, r"size is 9 but all of the following are missing: code"),
        ({"lids": [{"name": "l"}, {"name": "l"}]}, r"resources\.lids\[1\] is the lid 'l' for the second time"),
    ],
)
def test_what_is_no_document(wanted: dict[str, t.Any], said: str) -> None:
    with pytest.raises(InvalidInput, match=said) as caught:
        entries(wanted)
    assert "\n" not in caught.value.one_line()


def test_everything_that_is_wrong_is_said_at_once() -> None:
    wanted = {"boxes": [{"name": "a"}, {"name": "b", "colour": 1}], "lids": [{"name": "l", "colour": 1}]}
    with pytest.raises(InvalidInput, match="1 more are in errors") as caught:
        entries(wanted)
    errors = caught.value.facts()["errors"]
    assert [(error["kind"], error["name"]) for error in errors] == [
        ("box", "resources.boxes[1]"),
        ("lid", "resources.lids[0]"),
    ]
    assert caught.value.facts()["changed"] is False
    assert caught.value.as_result()["kind"] == "InvalidInput"


@pytest.mark.parametrize(
    "wanted",
    [
        {"boxes": [{"name": "b", "code": "c0de-s3cr3t"}]},
        {"boxes": [{"name": "b", "pin": "c0de-s3cr3t"}]},
        {"boxes": [{"code": ["c0de-s3cr3t"], "colour": 1}, "x", {}]},
    ],
)
def test_secrets_are_told_before_anything_can_complain_about_them(wanted: t.Any) -> None:
    hidden: set[str] = set()
    document.hide_secrets(wanted, {"boxes": BOX, "lids": LID}, hidden.update)
    assert hidden == {"c0de-s3cr3t"}


@pytest.mark.parametrize("wanted", [None, [], "text", {"boxes": None}, {"boxes": "b"}, {"cups": [{"code": "secret"}]}])
def test_what_is_no_document_holds_no_secret_that_anybody_could_know(wanted: t.Any) -> None:
    hidden: set[str] = set()
    document.hide_secrets(wanted, {"boxes": BOX}, hidden.update)
    assert hidden == set()


def step(name: str, action: str, *, kind: str = "box", **how: t.Any) -> Step:
    changes = {} if action == "none" else {"size": Change(1)}
    said = how.pop("consequences", ())
    plan = Plan(action, {"size": 0}, {"size": 1}, changes, consequences=tuple(said))
    found = Step(Entry(kind, name, BOX, {"name": name}), plan, None)
    for attribute, value in how.items():
        setattr(found, attribute, value)
    return found


def result(*steps: Step) -> dict[str, t.Any]:
    return tally.result_of(list(steps), lambda kind: f"{kind}es", lambda one: {"length": len(one.entry.name)})


def test_what_was_done_is_told_by_kind_and_name() -> None:
    told = result(step("a", "create"), step("bb", "update"), step("c", "delete"), step("d", "none"))
    assert told["changed"] is True
    assert told["changes"] == [
        {"kind": "box", "name": "a", "action": "create", "length": 1},
        {"kind": "box", "name": "bb", "action": "update", "length": 2},
        {"kind": "box", "name": "c", "action": "delete", "length": 1},
    ]
    assert told["summary"] == {"created": 1, "updated": 1, "deleted": 1, "unchanged": 1}
    assert told["diff"] == {
        "before": {"boxes": {"bb": {"size": 0}, "c": {"size": 0}}},
        "after": {"boxes": {"a": {"size": 1}, "bb": {"size": 1}}},
    }
    assert "consequences" not in told
    assert "predicted" not in told


def test_nothing_to_do() -> None:
    told = result(step("a", "none"))
    assert (told["changed"], told["changes"], told["summary"]["unchanged"]) == (False, [], 1)
    assert told["diff"] == {"before": {}, "after": {}}


def test_what_failed_before_its_write_was_not_done_and_what_failed_after_it_was() -> None:
    error = Forbidden("update box")
    told = result(
        step("never", "update", error=error), step("done", "update", error=error, written=True), step("fine", "none")
    )
    assert [change["name"] for change in told["changes"]] == ["done"]
    assert told["summary"] == {"created": 0, "updated": 1, "deleted": 0, "unchanged": 1}


def test_sentences_are_told_once_and_only_of_what_was_done_or_looked_at() -> None:
    told = result(
        step("a", "update", consequences=["first", "second"]),
        step("b", "none", consequences=["second", "third"]),
        step("c", "update", consequences=["not done"], error=Forbidden("update box")),
    )
    assert told["consequences"] == ["first", "second", "third"]


def test_names_that_stand_for_what_is_not_there_yet() -> None:
    told = result(step("a", "create", predicted=["lid z", "lid y"]), step("b", "create", predicted=["lid y"]))
    assert told["predicted"] == ["lid y", "lid z"]
