# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The worker's side of the journal: what is claimed, what has ended, and what is looked at again."""

from __future__ import annotations

import dataclasses
import logging
import pathlib
import threading
import typing as t
import uuid

import pytest
from fake_prefect import FakeEvents, FakePrefect
from prefect_host.runs.journal import STARTED, Entry, Journal
from prefect_host.runs.keeper import SETTLE_SECONDS, RunKeeper

RUN = str(uuid.uuid4())
ENTRY = Entry(RUN, worker="w1", host="WIN1")


class Desk:
    """One keeper with a clock that the test turns."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.journal, self.prefect, self.now = Journal(folder, sleep=lambda _s: None), FakePrefect(), 100.0
        self.keeper = RunKeeper(
            self.journal, self.prefect, logging.getLogger("test"), FakeEvents(), clock=lambda: self.now
        )

    def claim(self) -> int:
        attempt = self.keeper.claim(ENTRY)
        assert attempt is not None
        return attempt

    def settle(self) -> None:
        self.now += SETTLE_SECONDS + 1
        self.keeper.settle()


@pytest.fixture
def desk(tmp_path: pathlib.Path) -> Desk:
    return Desk(tmp_path / "runs")


def test_a_run_that_ended_well_leaves_no_entry(desk: Desk) -> None:
    attempt = desk.claim()
    desk.keeper.started(RUN, 7)
    assert desk.journal.entries()[0].phase == STARTED
    desk.prefect.add(RUN, "COMPLETED")
    assert desk.keeper.ended(ENTRY, attempt, clean=True)
    assert desk.journal.count() == 0


def test_a_run_that_prefect_gave_to_another_leaves_no_entry(desk: Desk) -> None:
    attempt = desk.claim()
    desk.keeper.not_ours(RUN, attempt)
    assert desk.journal.count() == 0


def test_a_full_disk_keeps_the_run_from_being_claimed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(_entry: Entry) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(desk.journal, "claim", full)
    assert desk.keeper.claim(ENTRY) is None
    assert f"{RUN} is not claimed" in caplog.text
    assert "No space left" in caplog.text


def test_a_mistake_of_ours_does_not_keep_the_run_from_being_claimed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(*_arguments: object, **_fields: object) -> None:
        raise TypeError("our mistake")

    for method in ("claim", "started", "update"):
        monkeypatch.setattr(desk.journal, method, wrong)
    assert desk.keeper.claim(ENTRY) is not None
    desk.keeper.started(RUN, 7)
    desk.keeper.note(RUN, project="payroll")


def test_a_process_that_ends_well_with_its_run_unfinished_crashes_it_after_a_while(desk: Desk) -> None:
    attempt = desk.claim()
    desk.prefect.add(RUN, "RUNNING", labels={"prefect.worker.name": "w1"})
    assert not desk.keeper.ended(ENTRY, attempt, clean=True)
    desk.keeper.settle()
    assert desk.prefect.state(RUN) == "RUNNING"
    desk.settle()
    assert desk.prefect.state(RUN) == "CRASHED"
    assert "ended without telling Prefect" in desk.prefect.message(RUN)
    assert desk.journal.count() == 0


def test_subflows_of_a_crashed_run_end_too(desk: Desk) -> None:
    attempt = desk.claim()
    desk.prefect.add(RUN, "CRASHED")
    desk.prefect.add("child", "RUNNING", parent=RUN, deployment_id=None)
    assert not desk.keeper.ended(ENTRY, attempt, clean=False)
    desk.settle()
    assert desk.prefect.state("child") == "CRASHED"
    assert desk.journal.count() == 0


def test_without_prefect_the_end_is_looked_at_again(desk: Desk) -> None:
    attempt = desk.claim()
    desk.prefect.add(RUN, "RUNNING")
    desk.prefect.away = True
    assert not desk.keeper.ended(ENTRY, attempt, clean=True)
    desk.settle()
    assert desk.journal.count() == 1
    desk.prefect.away = False
    desk.settle()
    assert (desk.prefect.state(RUN), desk.journal.count()) == ("CRASHED", 0)


def test_a_claim_without_an_answer_gives_the_run_back(desk: Desk) -> None:
    attempt = desk.claim()
    desk.prefect.add(RUN, "PENDING")
    assert not desk.keeper.ended(ENTRY, attempt, clean=False)
    desk.settle()
    assert desk.prefect.state(RUN) == "SCHEDULED"


def test_a_claim_without_an_answer_that_another_worker_won_is_left_to_it(desk: Desk) -> None:
    attempt = desk.claim()
    desk.prefect.add(RUN, "PENDING", labels={"prefect.worker.name": "w2"})
    desk.keeper.ended(ENTRY, attempt, clean=False)
    desk.settle()
    assert (desk.prefect.state(RUN), desk.journal.count()) == ("PENDING", 0)


def test_the_end_of_an_earlier_attempt_says_nothing_about_the_new_one(desk: Desk) -> None:
    first = desk.claim()
    desk.prefect.add(RUN, "RUNNING")
    desk.claim()
    assert desk.keeper.ended(ENTRY, first, clean=False)
    desk.settle()
    assert (desk.prefect.state(RUN), desk.journal.count()) == ("RUNNING", 1)


def test_a_doubt_about_an_earlier_attempt_ends_with_the_new_claim(desk: Desk) -> None:
    first = desk.claim()
    desk.prefect.add(RUN, "RUNNING")
    desk.keeper.ended(ENTRY, first, clean=False)
    desk.claim()
    desk.settle()
    assert (desk.prefect.state(RUN), desk.journal.count()) == ("RUNNING", 1)


def test_settling_never_raises(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    attempt = desk.claim()
    desk.keeper.ended(ENTRY, attempt, clean=False)
    monkeypatch.setattr(desk.prefect, "get", lambda _path: (200, {"state": {"type": 5}, "labels": []}))
    desk.settle()
    assert desk.journal.count() == 1


class Slow:
    """C(get) of Prefect, which waits until the test lets it answer."""

    def __init__(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked, self.go, self._really = threading.Event(), threading.Event(), desk.prefect.get
        monkeypatch.setattr(desk.prefect, "get", self._get)

    def _get(self, path: str) -> tuple[int, t.Any]:
        self.asked.set()
        assert self.go.wait(10)
        return self._really(path)


def in_thread(action: t.Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=action, daemon=True)
    thread.start()
    return thread


@pytest.mark.parametrize("step", ["ended", "settle"])
def test_a_prefect_that_is_slow_holds_up_no_other_run(desk: Desk, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    attempt, other = desk.claim(), str(uuid.uuid4())
    desk.prefect.add(RUN, "RUNNING")
    if step == "settle":
        desk.keeper.ended(ENTRY, attempt, clean=False)
    slow = Slow(desk, monkeypatch)
    asking = in_thread(desk.settle if step == "settle" else lambda: desk.keeper.ended(ENTRY, attempt, clean=True))
    try:
        assert slow.asked.wait(5)
        claiming = in_thread(lambda: desk.keeper.claim(Entry(other)))
        claiming.join(5)
        assert not claiming.is_alive()
    finally:
        slow.go.set()
        asking.join(5)


@pytest.mark.parametrize("step", ["ended", "settle"])
def test_a_run_that_is_claimed_anew_while_its_end_is_looked_at_keeps_its_entry(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    first = dataclasses.replace(ENTRY, claim="claimed by w1 1")
    attempt = desk.keeper.claim(first)
    assert attempt is not None
    desk.prefect.add(RUN, "COMPLETED")
    if step == "settle":
        desk.keeper.ended(first, attempt, clean=False)
    slow = Slow(desk, monkeypatch)
    asking = in_thread(desk.settle if step == "settle" else lambda: desk.keeper.ended(first, attempt, clean=True))
    assert slow.asked.wait(5)
    # Somebody runs it again from Prefect's user interface.
    desk.keeper.claim(dataclasses.replace(ENTRY, claim="claimed by w1 2"))
    slow.go.set()
    asking.join(5)
    (entry,) = desk.journal.entries()
    assert entry.claim == "claimed by w1 2"
    desk.settle()
    assert desk.journal.count() == 1


def test_a_process_that_dies_between_two_tries_of_its_flow_crashes_the_run(desk: Desk) -> None:
    attempt = desk.claim()
    desk.prefect.add(RUN, "SCHEDULED", empirical_policy={"retry_type": "in_process"})
    assert not desk.keeper.ended(ENTRY, attempt, clean=False)
    desk.settle()
    assert (desk.prefect.state(RUN), desk.journal.count()) == ("CRASHED", 0)


def test_a_claim_without_an_answer_that_another_worker_has_just_won_is_left_to_it(desk: Desk) -> None:
    mine = dataclasses.replace(ENTRY, claim="claimed by w1 1")
    attempt = desk.keeper.claim(mine)
    assert attempt is not None
    desk.prefect.add(RUN, "PENDING")["state"]["message"] = "claimed by w2 1"
    desk.keeper.ended(mine, attempt, clean=False)
    desk.settle()
    assert (desk.prefect.state(RUN), desk.journal.count()) == ("PENDING", 0)


def test_an_entry_whose_file_is_held_goes_with_a_later_poll(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    attempt, done = desk.claim(), desk.journal.done
    monkeypatch.setattr(desk.journal, "done", _held)
    desk.keeper.not_ours(RUN, attempt)
    desk.settle()
    assert desk.journal.count() == 1
    monkeypatch.setattr(desk.journal, "done", done)
    desk.settle()
    assert desk.journal.count() == 0


def test_an_entry_whose_file_was_held_is_that_of_the_next_claim(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    attempt, done = desk.claim(), desk.journal.done
    monkeypatch.setattr(desk.journal, "done", _held)
    desk.keeper.not_ours(RUN, attempt)
    monkeypatch.setattr(desk.journal, "done", done)
    desk.claim()
    desk.settle()
    assert desk.journal.count() == 1


def _held(_flow_run_id: str) -> None:
    raise PermissionError(13, "The process cannot access the file because it is being used by another process")
