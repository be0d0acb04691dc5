# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of runs whose processes are gone. The real server's rules are tested by tests/worker."""

from __future__ import annotations

import logging
import pathlib
import time
import typing as t
import uuid

import pytest
from fake_prefect import FakeEvents, FakePrefect
from prefect_host.runs.journal import STARTED, Entry, Journal
from prefect_host.runs.repair import GIVEN_BACK, MOST_GIVEN_BACK, Repaired, repair

RUN = str(uuid.uuid4())
REASON = "the host was switched off"


class Desk:
    """One journal, one Prefect."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.journal, self.prefect, self.events = Journal(folder, sleep=lambda _s: None), FakePrefect(), FakeEvents()

    def claim(self, run_id: str = RUN, **fields: t.Any) -> None:
        self.journal.claim(Entry(run_id, worker="w1", host="WIN1", account="CORP\\svc$", **fields))

    def repair(self, only: dict[str, str] | None = None, deadline: float | None = None) -> Repaired:
        return repair(self.journal, self.prefect, REASON, logging.getLogger("test"), self.events, only, deadline)


@pytest.fixture
def desk(tmp_path: pathlib.Path) -> Desk:
    return Desk(tmp_path)


@pytest.mark.parametrize("kind", ["COMPLETED", "FAILED", "CRASHED", "CANCELLED"])
def test_a_run_that_ended_is_only_forgotten(desk: Desk, kind: str) -> None:
    desk.claim()
    desk.prefect.add(RUN, kind)
    assert desk.repair() == Repaired(finished=[RUN])
    assert desk.journal.count() == 0
    assert desk.prefect.state(RUN) == kind
    assert desk.events.written == []


def test_a_running_run_is_crashed_with_the_reason(desk: Desk) -> None:
    desk.claim(phase=STARTED, flow_run_name="payroll/load", requested_by="CORP\\anna")
    desk.prefect.add(RUN, "RUNNING", labels={"prefect.worker.name": "w1"})
    assert desk.repair() == Repaired(crashed=[RUN])
    assert desk.prefect.message(RUN) == f"Its process is gone: {REASON} (host WIN1, worker w1, account CORP\\svc$)"
    ((event_id, text, fields),) = desk.events.written
    assert event_id == 130
    assert "payroll/load" in text
    assert REASON in text
    assert (fields["flow_run_id"], fields["requested_by"]) == (RUN, "CORP\\anna")
    assert desk.repair() == Repaired()


def test_a_run_being_cancelled_is_cancelled(desk: Desk) -> None:
    desk.claim(phase=STARTED)
    desk.prefect.add(RUN, "CANCELLING")
    assert desk.repair() == Repaired(cancelled=[RUN])
    assert desk.prefect.state(RUN) == "CANCELLED"


def test_a_run_that_never_began_is_given_back_for_its_own_time(desk: Desk) -> None:
    desk.claim()
    run = desk.prefect.add(RUN, "PENDING")
    run["state"]["state_details"] = {"scheduled_time": "2026-11-26T09:00:00Z"}
    assert desk.repair() == Repaired(given_back=[RUN])
    assert desk.prefect.state(RUN) == "SCHEDULED"
    assert run["state"]["state_details"]["scheduled_time"] == "2026-11-26T09:00:00Z"
    assert desk.prefect.message(RUN).startswith(GIVEN_BACK)
    assert [event[0] for event in desk.events.written] == [131]


def test_a_run_that_keeps_ending_its_host_is_crashed_at_last(desk: Desk) -> None:
    desk.prefect.add(RUN, "SCHEDULED")
    for _number in range(MOST_GIVEN_BACK):
        desk.claim()
        desk.prefect.enter(desk.prefect.runs[RUN], {"type": "PENDING"})
        assert desk.repair().given_back == [RUN]
    desk.claim()
    desk.prefect.enter(desk.prefect.runs[RUN], {"type": "PENDING"})
    assert desk.repair().crashed == [RUN]
    assert f"{MOST_GIVEN_BACK} times" in desk.prefect.message(RUN)


def test_a_pending_run_whose_code_began_before_is_crashed(desk: Desk) -> None:
    desk.claim()
    desk.prefect.add(RUN, "PENDING", start_time="2026-11-26T08:00:00Z")
    assert desk.repair().crashed == [RUN]


@pytest.mark.parametrize("details", [{"pause_reschedule": True}, {"pause_reschedule": False}])
def test_a_suspended_run_waits_and_a_paused_one_is_crashed(desk: Desk, details: dict[str, bool]) -> None:
    desk.claim(phase=STARTED)
    desk.prefect.add(RUN, "PAUSED")["state"]["state_details"] = details
    done = desk.repair()
    assert (done.finished if details["pause_reschedule"] else done.crashed) == [RUN]


@pytest.mark.parametrize("kind", ["SCHEDULED", None])
def test_a_run_that_was_never_taken_or_is_deleted_is_forgotten(desk: Desk, kind: str | None) -> None:
    desk.claim()
    if kind:
        desk.prefect.add(RUN, kind)
    assert desk.repair() == Repaired(finished=[RUN])
    assert desk.journal.count() == 0


def test_without_prefect_every_entry_stays(desk: Desk) -> None:
    desk.claim()
    desk.prefect.add(RUN, "RUNNING")
    desk.prefect.away = True
    assert desk.repair() == Repaired(left=[RUN])
    desk.prefect.away = False
    assert desk.repair() == Repaired(crashed=[RUN])


@pytest.mark.parametrize("status", [401, 403, 404, 500, 503])
def test_an_answer_that_is_none_decides_nothing(desk: Desk, status: int) -> None:
    desk.claim()
    desk.prefect.add(RUN, "RUNNING")
    desk.prefect.status = status
    assert desk.repair() == Repaired(left=[RUN])
    assert desk.journal.count() == 1


def test_one_run_that_cant_be_repaired_does_not_keep_the_others(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    other = str(uuid.uuid4())
    desk.claim(claimed_at="2026-11-26T10:00:00+00:00")
    desk.claim(other, claimed_at="2026-11-26T10:00:01+00:00")
    desk.prefect.add(RUN, "RUNNING")
    desk.prefect.add(other, "RUNNING")
    answer = desk.prefect.get

    def get(path: str) -> tuple[int, t.Any]:
        if RUN in path:
            raise RuntimeError("odd")
        return answer(path)

    monkeypatch.setattr(desk.prefect, "get", get)
    assert desk.repair() == Repaired(crashed=[other], left=[RUN])


def test_an_unreadable_entry_is_repaired_by_its_id(desk: Desk, tmp_path: pathlib.Path) -> None:
    (tmp_path / f"{RUN}.json").write_bytes(b"")
    desk.prefect.add(RUN, "RUNNING")
    assert desk.repair() == Repaired(crashed=[RUN])


def test_a_run_that_another_worker_has_by_now_is_left_to_it(desk: Desk) -> None:
    desk.claim(phase=STARTED)
    desk.prefect.add(RUN, "RUNNING", labels={"prefect.worker.name": "w2"})
    assert desk.repair() == Repaired(finished=[RUN])
    assert desk.prefect.state(RUN) == "RUNNING"


def test_the_name_of_an_earlier_worker_does_not_keep_a_claimed_run_pending(desk: Desk) -> None:
    desk.claim()
    desk.prefect.add(RUN, "PENDING", labels={"prefect.worker.name": "w2"})
    assert desk.repair() == Repaired(given_back=[RUN])


def test_killed_after_giving_back_the_next_repair_changes_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.claim()
    desk.prefect.add(RUN, "PENDING")
    with monkeypatch.context() as patch:
        patch.setattr(desk.journal, "done", lambda _run: (none for none in ()).throw(PermissionError(13, "killed")))
        assert desk.repair() == Repaired(left=[RUN])
    # Another worker has it, and has not put its name on it yet.
    desk.prefect.enter(desk.prefect.runs[RUN], {"type": "PENDING"})
    assert desk.repair() == Repaired(finished=[RUN])
    assert desk.prefect.state(RUN) == "PENDING"


def test_killed_before_giving_back_the_next_repair_does_it(desk: Desk) -> None:
    desk.claim()
    desk.prefect.add(RUN, "PENDING")

    def killed() -> None:
        raise ConnectionResetError(104, "killed")

    desk.prefect.before_set = killed
    assert desk.repair() == Repaired(left=[RUN])
    desk.prefect.before_set = lambda: None
    assert desk.repair() == Repaired(given_back=[RUN])


def test_a_run_that_is_cancelled_between_two_repairs_is_cancelled(desk: Desk) -> None:
    desk.claim(phase=STARTED)
    desk.prefect.add(RUN, "RUNNING")

    def killed() -> None:
        raise ConnectionResetError(104, "killed")

    desk.prefect.before_set = killed
    assert desk.repair() == Repaired(left=[RUN])
    desk.prefect.before_set = lambda: None
    desk.prefect.enter(desk.prefect.runs[RUN], {"type": "CANCELLING"})
    assert desk.repair() == Repaired(cancelled=[RUN])


def test_a_crashed_run_that_somebody_ran_again_is_left_alone(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.claim(phase=STARTED)
    run = desk.prefect.add(RUN, "RUNNING")
    with monkeypatch.context() as patch:
        patch.setattr(desk.journal, "done", lambda _run: (none for none in ()).throw(PermissionError(13, "killed")))
        assert desk.repair() == Repaired(left=[RUN])
    for kind in ("SCHEDULED", "PENDING", "RUNNING"):
        desk.prefect.enter(run, {"type": kind})
    assert desk.repair() == Repaired(finished=[RUN])
    assert desk.prefect.state(RUN) == "RUNNING"


def test_a_run_that_somebody_cancels_meanwhile_is_cancelled(desk: Desk) -> None:
    desk.claim()
    desk.prefect.add(RUN, "PENDING")
    once = iter([True])

    def cancel() -> None:
        if next(once, False):
            desk.prefect.enter(desk.prefect.runs[RUN], {"type": "CANCELLING"})

    desk.prefect.before_set = cancel
    assert desk.repair() == Repaired(cancelled=[RUN])


def test_what_ran_inside_the_process_ends_with_it_and_first(desk: Desk) -> None:
    desk.claim(phase=STARTED)
    desk.prefect.add(RUN, "RUNNING")
    desk.prefect.add("child", "RUNNING", parent=RUN, deployment_id=None)
    desk.prefect.add("grandchild", "PENDING", parent="child", deployment_id=None)
    desk.prefect.add("own-process", "RUNNING", parent=RUN, deployment_id="d2")
    desk.prefect.add("ended", "COMPLETED", parent=RUN, deployment_id=None)
    desk.prefect.add_task("task", RUN, "RUNNING")
    desk.prefect.add_task("its-task", "grandchild", "RUNNING")
    assert desk.repair() == Repaired(crashed=[RUN])
    states = {name: desk.prefect.state(name) for name in ("child", "grandchild", "own-process", "ended")}
    assert states == {"child": "CRASHED", "grandchild": "CRASHED", "own-process": "RUNNING", "ended": "COMPLETED"}
    assert {task["state"]["type"] for task in desk.prefect.tasks.values()} == {"CRASHED"}
    set_in_order = [path.split("/")[2] for path in desk.prefect.asked if path.endswith("set_state")]
    assert set_in_order == ["its-task", "grandchild", "child", "task", RUN]


def test_more_subflows_than_a_page_are_all_ended(desk: Desk) -> None:
    desk.claim(phase=STARTED)
    desk.prefect.add(RUN, "RUNNING")
    for number in range(450):
        desk.prefect.add(f"child-{number}", "RUNNING", parent=RUN, deployment_id=None)
    desk.repair()
    assert {desk.prefect.state(f"child-{number}") for number in range(450)} == {"CRASHED"}


def test_subflows_of_a_run_that_the_worker_reported_itself_are_ended(desk: Desk) -> None:
    desk.claim(phase=STARTED)
    desk.prefect.add(RUN, "CRASHED")
    desk.prefect.add("child", "RUNNING", parent=RUN, deployment_id=None)
    assert desk.repair() == Repaired(finished=[RUN])
    assert desk.prefect.state("child") == "CRASHED"


def test_while_a_worker_runs_only_what_was_left_before_is_looked_at(desk: Desk) -> None:
    newer = str(uuid.uuid4())
    desk.claim(phase=STARTED)
    desk.prefect.add(RUN, "RUNNING")
    desk.prefect.away = True
    left = desk.repair().left_entries
    assert list(left) == [RUN]
    desk.prefect.away = False
    # The clock went back: the new claim looks older than the one that was left.
    desk.claim(newer, claimed_at="2001-01-01T00:00:00.000+00:00")
    desk.prefect.add(newer, "RUNNING")
    assert desk.repair(only=left) == Repaired(crashed=[RUN])
    assert desk.prefect.state(newer) == "RUNNING"
    assert desk.journal.count() == 1
    assert desk.repair(only={}) == Repaired()


def test_a_run_that_was_left_and_is_claimed_anew_is_not_touched(desk: Desk) -> None:
    desk.claim(claimed_at="2026-11-26T10:00:00.000+00:00")
    desk.prefect.add(RUN, "RUNNING")
    desk.prefect.away = True
    left = desk.repair().left_entries
    desk.prefect.away = False
    desk.claim(claimed_at="2026-11-26T10:00:05.000+00:00")
    asked = len(desk.prefect.asked)
    assert desk.repair(only=left) == Repaired()
    assert (desk.prefect.state(RUN), len(desk.prefect.asked)) == ("RUNNING", asked)


def test_whose_an_unreadable_entry_is_stays_open_while_a_worker_runs(desk: Desk, tmp_path: pathlib.Path) -> None:
    (tmp_path / f"{RUN}.json").write_bytes(b"")
    desk.prefect.add(RUN, "RUNNING")
    assert desk.repair(only={RUN: ""}) == Repaired(left=[RUN])
    assert desk.repair() == Repaired(crashed=[RUN])


def test_a_run_that_is_claimed_anew_while_it_is_looked_at_is_not_touched(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.claim(phase=STARTED, claim="first")
    desk.prefect.add(RUN, "RUNNING")
    really = desk.prefect.get

    def get(path: str) -> tuple[int, t.Any]:
        desk.claim(phase=STARTED, claim="second")
        return really(path)

    monkeypatch.setattr(desk.prefect, "get", get)
    desk.repair()
    assert (desk.prefect.state(RUN), desk.journal.count()) == ("RUNNING", 1)


def test_the_first_silence_of_prefect_ends_the_round(desk: Desk) -> None:
    runs = [str(uuid.uuid4()) for _number in range(3)]
    for number, run in enumerate(runs):
        desk.claim(run, claimed_at=f"2026-11-26T10:00:0{number}.000+00:00")
    desk.prefect.away = True
    done = desk.repair()
    assert done == Repaired(left=runs)
    assert done.left_entries == {run: f"2026-11-26T10:00:0{number}.000+00:00" for number, run in enumerate(runs)}
    assert len(desk.prefect.asked) == 1


def test_an_entry_that_cant_be_removed_does_not_end_the_round(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    other = str(uuid.uuid4())
    desk.claim(claimed_at="2026-11-26T10:00:00.000+00:00")
    desk.claim(other, claimed_at="2026-11-26T10:00:01.000+00:00")
    really = desk.journal.done

    def done(run_id: str) -> None:
        if run_id == RUN:
            raise PermissionError(13, "held")
        really(run_id)

    monkeypatch.setattr(desk.journal, "done", done)
    assert desk.repair() == Repaired(finished=[other], left=[RUN])


def test_after_the_deadline_nothing_is_asked(desk: Desk) -> None:
    desk.claim()
    desk.prefect.add(RUN, "RUNNING")
    assert desk.repair(deadline=time.monotonic() - 1) == Repaired(left=[RUN])
    assert desk.prefect.asked == []
    assert desk.repair(deadline=time.monotonic() + 60) == Repaired(crashed=[RUN])


def test_the_deadline_counts_within_a_run_and_the_next_round_goes_on(desk: Desk) -> None:
    desk.claim(phase=STARTED)
    desk.prefect.add(RUN, "RUNNING")
    for number in range(3):
        desk.prefect.add(f"child-{number}", "RUNNING", parent=RUN, deployment_id=None)
    deadline = time.monotonic() + 0.2
    desk.prefect.before_set = lambda: time.sleep(0.3)
    assert desk.repair(deadline=deadline) == Repaired(left=[RUN])
    states = [desk.prefect.state(f"child-{number}") for number in range(3)]
    assert sorted(states) == ["CRASHED", "RUNNING", "RUNNING"]
    desk.prefect.before_set = lambda: None
    assert desk.repair() == Repaired(crashed=[RUN])


IN_PROCESS = {"empirical_policy": {"retries": 2, "retry_type": "in_process"}}


@pytest.mark.parametrize("labels", [{}, {"prefect.worker.name": "w1"}])
def test_a_run_that_waited_for_its_retry_in_its_process_is_crashed(desk: Desk, labels: dict[str, str]) -> None:
    desk.claim(phase=STARTED)
    desk.prefect.add(RUN, "SCHEDULED", labels=labels, **IN_PROCESS)
    assert desk.repair() == Repaired(crashed=[RUN])
    assert desk.prefect.state(RUN) == "CRASHED"


def test_a_run_that_waits_for_its_retry_in_another_workers_process_is_left_to_it(desk: Desk) -> None:
    desk.claim()
    desk.prefect.add(RUN, "SCHEDULED", labels={"prefect.worker.name": "w2"}, **IN_PROCESS)
    assert desk.repair() == Repaired(finished=[RUN])
    assert desk.prefect.state(RUN) == "SCHEDULED"


@pytest.mark.parametrize("message", [None, "claimed by w2 5678"])
def test_a_run_that_another_worker_has_just_claimed_is_left_to_it(desk: Desk, message: str | None) -> None:
    desk.claim(claim="claimed by w1 1234")
    # The name on it is still that of an earlier attempt.
    run = desk.prefect.add(RUN, "PENDING", labels={"prefect.worker.name": "w1"})
    run["state"]["message"] = message
    assert desk.repair() == Repaired(finished=[RUN])
    assert desk.prefect.state(RUN) == "PENDING"


def test_a_run_that_was_claimed_with_our_token_is_given_back_whatever_name_is_on_it(desk: Desk) -> None:
    desk.claim(claim="claimed by w1 1234")
    run = desk.prefect.add(RUN, "PENDING", labels={"prefect.worker.name": "w2"})
    run["state"]["message"] = "claimed by w1 1234"
    assert desk.repair() == Repaired(given_back=[RUN])


@pytest.mark.parametrize(("worker", "state"), [("w1", "SCHEDULED"), ("w2", "PENDING")])
def test_of_a_run_that_is_being_submitted_the_name_on_it_decides(desk: Desk, worker: str, state: str) -> None:
    desk.claim(claim="claimed by w1 1234")
    run = desk.prefect.add(RUN, "PENDING", labels={"prefect.worker.name": worker})
    run["state"]["name"] = "Submitting"
    desk.repair()
    assert (desk.prefect.state(RUN), desk.journal.count()) == (state, 0)


def test_on_a_full_disk_a_run_is_repaired_all_the_same(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(_run_id: str, **_changes: t.Any) -> None:
        raise OSError(28, "No space left on device")

    desk.claim(phase=STARTED)
    desk.prefect.add(RUN, "RUNNING")
    monkeypatch.setattr(desk.journal, "update", full)
    assert desk.repair() == Repaired(crashed=[RUN])
    assert desk.journal.count() == 0
    assert "No space left" in caplog.text


def test_a_task_that_was_handed_to_a_task_worker_goes_on(desk: Desk) -> None:
    desk.claim(phase=STARTED)
    desk.prefect.add(RUN, "RUNNING")
    desk.prefect.add_task("within", RUN, "RUNNING")
    desk.prefect.add_task("handed-over", RUN, "SCHEDULED")
    desk.prefect.tasks["handed-over"]["state"]["state_details"] = {"deferred": True}
    assert desk.repair() == Repaired(crashed=[RUN])
    states = {name: task["state"]["type"] for name, task in desk.prefect.tasks.items()}
    assert states == {"within": "CRASHED", "handed-over": "SCHEDULED"}
