# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many objects at once: planned as a whole, written in order, several at a time, and proven."""

from __future__ import annotations

import contextlib
import dataclasses
import threading
import time
import typing as t

import pytest
from ansible_collections.flowops.prefect.plugins.module_utils._engine import apply, tally
from ansible_collections.flowops.prefect.plugins.module_utils._engine.errors import (
    AuthFailed,
    Conflict,
    ConnectionFailed,
    Forbidden,
    NotAttempted,
    NotConverged,
    ServerBusy,
    ServerError,
    UnexpectedError,
)
from ansible_collections.flowops.prefect.plugins.module_utils._engine.estate import Entry, PlanFailed, Planner, Step
from ansible_collections.flowops.prefect.plugins.module_utils._engine.spec import Compare, Field
from ansible_collections.flowops.prefect.tests.unit.support.memory_estate import BOX, Killed, MemoryEstate, box, lid
from hypothesis import given, settings
from hypothesis import strategies as st


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apply, "_REREAD_PAUSE_SECONDS", 0)


def planned(estate: MemoryEstate, *entries: Entry) -> tuple[Planner, list[Step]]:
    estate.prepare([])
    planner = Planner(estate, list(entries), lambda _texts: None)
    return planner, planner.plan()


def run(estate: MemoryEstate, *entries: Entry, workers: int = 4) -> dict[str, Step]:
    planner, steps = planned(estate, *entries)
    apply.Applier(estate, planner, workers).apply(steps)
    return {step.entry.name: step for step in steps}


def errors(steps: dict[str, Step]) -> dict[str, type[Exception]]:
    return {name: type(step.error) for name, step in steps.items() if step.error is not None}


def test_what_needs_another_is_written_after_it_whatever_the_order_of_the_document() -> None:
    estate = MemoryEstate()
    steps = run(estate, box("c", inside="b"), box("b", inside="a"), box("a", size=1), box("d", beside=["a", "c"]))
    assert errors(steps) == {}
    order = [name for _action, name in estate.written]
    assert order.index("a") < order.index("b") < order.index("c") < order.index("d")
    assert estate.objects["c"]["inside"] == estate.objects["b"]["id"]
    assert sorted(estate.objects["d"]["beside"]) == sorted([estate.objects["a"]["id"], estate.objects["c"]["id"]])


def test_the_second_run_writes_nothing() -> None:
    estate = MemoryEstate()
    entries = [box("a", size=1), box("b", inside="a")]
    run(estate, *entries)
    estate.written.clear()
    steps = run(estate, *entries)
    assert [step.changed for step in steps.values()] == [False, False]
    assert (estate.written, estate.reloads) == ([], 1)


def test_check_mode_plans_the_same_and_writes_nothing() -> None:
    watched, estate = MemoryEstate(read_only=True), MemoryEstate()
    entries = [box("b", inside="a"), box("a", size=1), box("gone", state="absent")]
    for one in (watched, estate):
        one.holding({"name": "gone", "size": 3})
    promised = planned(watched, *entries)[1]
    done = run(estate, *entries)
    for step in promised:
        real = done[step.entry.name].plan
        assert (step.plan.action, step.plan.before, step.plan.after) == (real.action, real.before, real.after)
    assert list(watched.objects) == ["gone"]


def test_what_an_earlier_task_would_create_is_predicted_in_check_mode_and_an_error_for_real() -> None:
    _planner, (step,) = planned(MemoryEstate(read_only=True), box("b", inside="elsewhere"))
    assert step.predicted == ["box elsewhere"]
    with pytest.raises(PlanFailed, match="there is no box 'elsewhere'"):
        planned(MemoryEstate(), box("b", inside="elsewhere"))


def test_all_that_is_wrong_with_a_document_is_said_at_once_and_before_anything_is_written() -> None:
    estate = MemoryEstate().holding({"name": "old"})
    entries = [box("a", inside="x"), box("fine", size=1), box("b", inside="y"), box("old", state="absent")]
    entries.append(box("c", inside="old"))
    with pytest.raises(PlanFailed) as caught:
        planned(estate, *entries)
    assert {entry.name: error.why for entry, error in caught.value.errors} == {
        "a": "there is no box 'x'",
        "b": "there is no box 'y'",
        "c": "it needs the box 'old', which the same desired state removes",
    }
    assert "Cannot plan 3 of 5 objects" in caught.value.one_line()
    assert [error["name"] for error in caught.value.facts()["errors"]] == ["a", "b", "c"]
    assert estate.written == []


def test_one_write_of_two_hundred_fails_and_all_others_are_done() -> None:
    estate = MemoryEstate()
    estate.failures["n-77"] = [ServerError("create box", obj="n-77", why="HTTP 500")]
    steps = run(estate, *(box(f"n-{number}", size=number) for number in range(200)))
    assert errors(steps) == {"n-77": ServerError}
    assert len(estate.objects) == 199
    assert errors(run(estate, *(box(f"n-{number}", size=number) for number in range(200)))) == {}
    assert [name for _action, name in estate.written].count("n-77") == 1


def test_what_fails_takes_with_it_only_what_needs_it() -> None:
    estate = MemoryEstate()
    estate.failures["a"] = [Conflict("create box", obj="a")]
    steps = run(estate, box("a"), box("b", inside="a"), box("c", inside="b"), box("d"))
    assert errors(steps) == {"a": Conflict, "b": NotAttempted, "c": NotAttempted}
    assert "its box 'a' could not be created" in str(steps["b"].error)
    assert list(estate.objects) == ["d"]


def test_nothing_is_pruned_when_something_failed_but_what_shall_be_absent_goes() -> None:
    estate = MemoryEstate().holding({"name": "old"}, {"name": "unwanted"})
    estate.failures["new"] = [ServerError("create box", obj="new")]
    prune = dataclasses.replace(box("old", state="absent"), pruned=True)
    steps = run(estate, box("new"), prune, box("unwanted", state="absent"))
    assert errors(steps) == {"new": ServerError, "old": NotAttempted}
    assert list(estate.objects) == ["old"]


def leaning(entry: Entry, on: str) -> Entry:
    """The entry, whose removal is refused while the box that leans on it stays inside of it."""

    def guard(backend: t.Any, plan: t.Any, current: t.Any, _params: dict[str, t.Any]) -> list[str]:
        moved = backend.fate(("box", on))
        if plan.action == "delete" and (moved is None or "inside" not in moved.changes):
            raise Forbidden("delete box", obj=current["name"], why=f"{on} leans on it")
        return []

    return dataclasses.replace(entry, spec=dataclasses.replace(BOX, guard=guard))


def test_what_was_safe_to_remove_because_of_a_write_stays_when_that_write_fails() -> None:
    def leaned() -> tuple[MemoryEstate, list[Entry]]:
        estate = MemoryEstate().holding({"name": "old"}, {"name": "new"}, {"name": "other"})
        estate.holding({"name": "user", "inside": estate.objects["old"]["id"]})
        return estate, [
            box("user", inside="new"),
            leaning(box("old", state="absent"), "user"),
            box("other", state="absent"),
        ]

    estate, entries = leaned()
    assert errors(run(estate, *entries)) == {}
    assert set(estate.objects) == {"new", "user"}
    estate, entries = leaned()
    estate.failures["user"] = [ServerError("update box", obj="user")]
    assert errors(run(estate, *entries)) == {"user": ServerError, "old": Forbidden}
    assert set(estate.objects) == {"new", "old", "user"}


def test_removals_begin_with_the_kind_of_the_highest_rank_and_a_failure_holds_back_what_is_pruned() -> None:
    estate = MemoryEstate().holding({"name": "a"}, {"name": "b"})
    estate.ranks = {"box": 1, "lid": 2}
    entries = [dataclasses.replace(box("a", state="absent"), pruned=True), lid("b", state="absent")]
    assert errors(run(estate, *entries)) == {}
    assert [name for _action, name in estate.written] == ["b", "a"]
    estate = MemoryEstate().holding({"name": "a"}, {"name": "b"})
    estate.ranks = {"box": 1, "lid": 2}
    estate.failures["b"] = [ServerError("delete lid", obj="b")]
    assert errors(run(estate, *entries)) == {"b": ServerError, "a": NotAttempted}


def test_what_was_written_is_told_even_if_the_server_goes_away_before_the_proof() -> None:
    estate = MemoryEstate()
    estate.unreadable = ConnectionFailed("read all boxes", why="connection refused")
    steps = run(estate, box("a"), box("b"))
    assert errors(steps) == {"a": ConnectionFailed, "b": ConnectionFailed}
    assert [step.written for step in steps.values()] == [True, True]


@pytest.mark.parametrize("read_only", [True, False])
def test_boxes_in_each_other_are_refused_as_a_circle(read_only: bool) -> None:
    estate = MemoryEstate(read_only=read_only)
    with pytest.raises(PlanFailed) as caught:
        run(estate, box("a", inside="b"), box("b", inside="a"), box("c", inside="a"), box("d"))
    ((entry, error),) = caught.value.errors
    assert entry.name in ("a", "b")
    assert all(part in str(error) for part in ("before the next, in a circle: ", "box 'a'", "box 'b'"))
    assert "box 'c'" not in str(error)
    assert estate.objects == {}


def test_what_the_server_makes_by_itself_can_be_named_before_it_is_there() -> None:
    estate = MemoryEstate()
    steps = run(estate, box("b", inside="a-lid"), box("a", size=4711))
    assert errors(steps) == {}
    assert estate.objects["b"]["inside"] == "id-a-lid"


def test_a_kind_can_follow_another_that_it_does_not_name() -> None:
    estate = MemoryEstate()
    estate.first = {"lid": ("box",)}
    estate.failures["b-1"] = [ServerError("create box", obj="b-1")]
    steps = run(estate, lid("a-0"), lid("a-1"), *(box(f"b-{number}") for number in range(5)))
    assert errors(steps) == {"b-1": ServerError}
    assert sorted(name for _action, name in estate.written[-2:]) == ["a-0", "a-1"]


def test_writes_of_one_lane_never_overlap_and_keep_their_order() -> None:
    estate, busy, overlaps = MemoryEstate(), threading.Lock(), []
    estate.lanes = {f"n-{number}": "lane" for number in range(20)}

    def slowly(_step: Step) -> None:
        overlaps.append(not busy.acquire(blocking=False))
        time.sleep(0.002)
        busy.release()

    estate.on_write = slowly
    run(estate, *(box(f"n-{number}") for number in range(20)), workers=8)
    assert overlaps == [False] * 20
    assert [name for _action, name in estate.written] == [f"n-{number}" for number in range(20)]


def test_other_writes_are_under_way_at_the_same_time() -> None:
    estate, together = MemoryEstate(), threading.Barrier(4, timeout=10)
    estate.on_write = lambda _step: together.wait() and None
    assert errors(run(estate, *(box(f"n-{number}") for number in range(4)), workers=4)) == {}


def test_what_a_busy_server_turns_away_is_written_again_one_after_the_other() -> None:
    estate = MemoryEstate()
    for name in ("a", "b"):
        estate.failures[name] = [ServerBusy(f"create box {name}", why="HTTP 503")]
    assert errors(run(estate, box("a"), box("b"), box("c", inside="a"))) == {}
    assert set(estate.objects) == {"a", "b", "c"}


def test_a_server_that_stays_busy_is_reported() -> None:
    estate = MemoryEstate()
    estate.failures["a"] = [ServerBusy("create box", why="HTTP 503")] * 2
    assert errors(run(estate, box("a"))) == {"a": ServerBusy}


def test_refused_credentials_end_the_run_at_once() -> None:
    estate = MemoryEstate()
    for number in range(50):
        estate.failures[f"n-{number}"] = [AuthFailed("create box", why="HTTP 401")]
    steps = run(estate, *(box(f"n-{number}") for number in range(50)), workers=2)
    kinds = list(errors(steps).values())
    assert kinds.count(AuthFailed) <= 2
    assert kinds.count(NotAttempted) >= 48


def test_a_defect_in_one_write_is_reported_and_stops_no_other() -> None:
    estate = MemoryEstate()
    estate.failures["a"] = [ZeroDivisionError("division by zero")]
    steps = run(estate, box("a"), box("b"))
    assert errors(steps) == {"a": UnexpectedError}
    assert list(estate.objects) == ["b"]


def test_a_server_that_shows_its_writes_late_gets_time() -> None:
    estate = MemoryEstate().holding({"name": "a", "size": 1})
    estate.stale = 3
    assert errors(run(estate, box("a", size=2))) == {}
    assert estate.reloads == 4


def test_what_the_server_does_not_keep_is_reported() -> None:
    estate = MemoryEstate().holding({"name": "a", "size": 1}, {"name": "b", "size": 1})
    estate.stale = 99
    steps = run(estate, box("a", size=2), box("b", size=1))
    assert errors(steps) == {"a": NotConverged}
    assert steps["a"].error.fields == ["size"]


def test_a_guard_sees_what_goes_and_its_words_are_kept() -> None:
    def guard(backend: t.Any, plan: t.Any, _current: t.Any, params: dict[str, t.Any]) -> list[str]:
        if params.get("size") == 13:
            raise Forbidden("create box", obj=params["name"], why="13 is no size")
        return [f"{plan.action} of {params['name']} on {backend.server}"]

    spec = dataclasses.replace(BOX, guard=guard)
    estate = MemoryEstate()
    entries = [dataclasses.replace(box("a", size=1), spec=spec)]
    assert run(estate, *entries)["a"].plan.consequences == ("create of a on http://standin.example.com",)
    with pytest.raises(PlanFailed, match="13 is no size"):
        planned(estate, dataclasses.replace(box("b", size=13), spec=spec))


def test_secrets_that_the_server_returns_are_told() -> None:
    estate, told = MemoryEstate().holding({"name": "a", "code": "old-s3cr3t"}), []
    step = Planner(estate, [box("a", code="new-s3cr3t")], told.extend).plan()[0]
    assert told == ["old-s3cr3t"]
    assert "s3cr3t" not in str((step.plan.before, step.plan.after))


NAMES = [f"n-{number}" for number in range(12)]


@st.composite
def documents(draw: st.DrawFn) -> list[Entry]:
    """Boxes that need only earlier ones, in any order."""
    entries = []
    for number, name in enumerate(draw(st.lists(st.sampled_from(NAMES), unique=True, min_size=1))):
        earlier = [entry.name for entry in entries]
        beside = draw(st.lists(st.sampled_from(earlier), unique=True, max_size=3)) if number else []
        entries.append(box(name, size=draw(st.integers(0, 3)), beside=beside))
    return draw(st.permutations(entries))


@settings(max_examples=60, deadline=None)
@given(documents(), st.integers(0, 12))
def test_a_run_that_is_killed_anywhere_is_finished_by_the_next(entries: list[Entry], after: int) -> None:
    estate = MemoryEstate()
    left = [after]

    def kill(_step: Step) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise Killed

    estate.on_write = kill
    with contextlib.suppress(Killed):
        run(estate, *entries, workers=1)
    estate.on_write = lambda _step: None
    assert errors(run(estate, *entries)) == {}
    assert set(estate.objects) == {entry.name for entry in entries}
    created = [name for action, name in estate.written if action == "create"]
    assert sorted(created) == sorted(set(created))
    for entry in entries:
        held = estate.objects[entry.name]
        assert held["size"] == entry.params["size"]
        assert {estate.objects[name]["id"] for name in entry.params["beside"]} == set(held["beside"])
    assert not any(step.changed for step in run(estate, *entries).values())


def test_what_a_membership_gives_up_may_go() -> None:
    """Named to be removed only, and nowhere else in the entry."""
    spec = dataclasses.replace(
        BOX, fields=(*BOX.fields, Field("near", compare=Compare.MEMBERSHIP, reference="box", elements="str"))
    )

    def near(**options: t.Any) -> Entry:
        return dataclasses.replace(box("a", **options), spec=spec)

    def estate() -> MemoryEstate:
        held = MemoryEstate().holding({"name": "old"})
        return held.holding({"name": "a", "near": [held.objects["old"]["id"]]})

    kept, gone = estate(), box("old", state="absent")
    assert errors(run(kept, near(near={"remove": ["old"]}), gone)) == {}
    assert kept.written == [("update", "a"), ("delete", "old")]
    for options in ({"near": {"add": ["old"]}}, {"near": {"remove": ["old"]}, "inside": "old"}):
        with pytest.raises(PlanFailed, match="which the same desired state removes"):
            planned(estate(), near(**options), gone)


def test_a_write_that_may_have_happened_is_told() -> None:
    """Nobody answered; so the object may be there, and the run may not say that nothing changed."""
    estate = MemoryEstate()
    lost = ConnectionFailed("create box", obj="a", why="the connection broke off")
    lost.partly = True
    estate.failures["a"] = [lost]
    planner, steps = planned(estate, box("a"), box("b", inside="a"))
    apply.Applier(estate, planner, 1).apply(steps)
    result = tally.result_of(steps, lambda kind: f"{kind}es", lambda _step: {})
    assert (result["changed"], [change["name"] for change in result["changes"]]) == (True, ["a"])
    failed = apply.ApplyFailed(steps, estate.server, result)
    assert "1 of these was written, or may have been" in failed.one_line()
    assert "All others were applied" not in failed.one_line()
    assert failed.facts()["changed"] is True


def test_when_nothing_at_all_was_applied_it_says_so() -> None:
    estate = MemoryEstate()
    estate.failures["a"] = [Conflict("create box", obj="a")]
    planner, steps = planned(estate, box("a"))
    apply.Applier(estate, planner, 1).apply(steps)
    failed = apply.ApplyFailed(steps, estate.server, tally.result_of(steps, lambda kind: kind, lambda _step: {}))
    assert "Nothing was applied; run again" in failed.one_line()
    assert failed.facts()["changed"] is False


def test_steps_are_examined_together() -> None:
    """What speaks against a step is said like its own errors, and its guard is not asked any more."""

    class Strict(MemoryEstate):
        def examine(self, steps: list[Step]) -> list[t.Any]:
            steps[1].needs.add(steps[2].entry.place)
            blamed = [step for step in steps if step.entry.params.get("size") == 13]
            return [(step, Conflict("plan box", obj=step.entry.name, why="13 is too many")) for step in blamed]

    estate = Strict()
    assert errors(run(estate, box("a"), box("b"), box("c"), workers=1)) == {}
    order = [name for _action, name in estate.written]
    assert order.index("c") < order.index("b")
    with pytest.raises(PlanFailed) as caught:
        planned(Strict(), box("a"), box("b", size=13), box("d"), box("c", inside="nowhere"))
    said = [(error["name"], "13 is too many" in error["msg"]) for error in caught.value.facts()["errors"]]
    assert said == [("c", False), ("b", True)]
