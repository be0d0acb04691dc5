# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service's loop: what it waits for, what it brings back, what it tells, and how it ends."""

from __future__ import annotations

import dataclasses
import socket

import pytest
from host_stage import Answer, Found, Stage, restart_quickly
from prefect_host.prefect_probe import CREDENTIAL_REFUSED, UNREACHABLE


def test_a_worker_comes_up_and_a_stop_ends_everything_in_order(stage):
    stage.at(30, stage.stop)
    assert stage.run() == 0
    assert stage.states() == ["starting", "running", "stopping", "stopped"]
    assert (len(stage.workers), stage.workers[0].asked) == (1, 1)
    assert stage.injectors[-1].ended >= 1
    assert stage.ids() == [110, 101, 102]
    assert stage.told == [(11, 1)]


def test_the_status_is_true_while_the_worker_runs(stage):
    stage.at(30, stage.stop)
    stage.run()
    (seen,) = [document for document in stage.statuses if document["state"] == "running"][-1:]
    assert seen["worker"]["pid"] == 11
    assert seen["worker"]["online_since"] <= seen["worker"]["last_poll"]
    assert seen["injector"]["pid"] == 500
    assert seen["credential"] == {"kind": "none", "state": "present", "reason": "", "fingerprint": "", "taken_at": ""}
    last = stage.statuses[-1]
    assert (last["state"], last["worker"]["pid"], last["injector"]["pid"]) == ("stopped", None, None)


def test_the_status_is_written_at_least_every_ten_seconds(stage):
    stage.at(100, stage.stop)
    stage.run()
    assert 10 <= len(stage.statuses) <= 20


def test_prefect_that_is_away_is_waited_for_without_end_and_is_nobodys_failure(stage):
    stage.answer = Answer(UNREACHABLE, "Prefect does not answer")
    stage.at(8 * 3600, lambda: setattr(stage, "answer", Answer("ok")))
    stage.at(8 * 3600 + 60, stage.stop)
    assert stage.run() == 0
    assert stage.states() == ["waiting", "starting", "running", "stopping", "stopped"]
    assert stage.statuses[0]["reason"] == "Prefect does not answer"
    assert len(stage.workers) == 1


def test_a_refused_credential_is_said_once_and_seen_in_the_status(stage):
    stage.answer = Answer(CREDENTIAL_REFUSED, "it refuses the credential")
    stage.at(600, lambda: setattr(stage, "answer", Answer("ok")))
    stage.at(700, stage.stop)
    stage.run()
    assert stage.ids().count(141) == 1
    assert stage.statuses[1]["credential"]["state"] == "refused"
    assert stage.statuses[-1]["credential"]["state"] == "present"


def test_a_credential_refused_later_leaves_the_worker_and_is_said(stage):
    stage.at(60, lambda: setattr(stage, "answer", Answer(CREDENTIAL_REFUSED, "it refuses the credential")))
    stage.at(200, stage.stop)
    stage.run()
    assert (len(stage.workers), stage.ids().count(141)) == (1, 1)
    running = [document for document in stage.statuses if document["state"] == "running"][-1]
    assert running["credential"]["state"] == "refused"
    assert running["reason"].startswith("Prefect refuses the credential")


def test_without_a_key_the_service_runs_and_waits_until_it_is_handed_over(stage):
    stage.provider.found = Found("api_key", "missing", "no API key was handed over yet")
    new = Found("api_key", "present", fingerprint="abc", authorization="Bearer k")
    stage.at(60, lambda: setattr(stage.provider, "offered", new))
    stage.at(120, stage.stop)
    stage.run()
    assert stage.statuses[0]["state"] == "waiting"
    assert stage.statuses[0]["credential"]["state"] == "missing"
    assert [child.authorization for child in stage.injectors] == ["Bearer k"]
    assert stage.ids() == [142, 140, 110, 101, 102]


def test_an_injector_that_dies_while_the_key_can_not_be_read_is_back_with_the_key_in_use(stage):
    stage.provider.found = Found("api_key", "present", fingerprint="abc", authorization="Bearer k")
    lost = Found("api_key", "missing", "the key can't be opened at the moment")
    stage.at(60, lambda: setattr(stage.provider, "found", lost))
    stage.at(120, lambda: stage.injectors[-1].exit(1))
    stage.at(200, stage.stop)
    assert stage.run() == 0
    assert [child.authorization for child in stage.injectors] == ["Bearer k", "Bearer k"]
    assert len(stage.workers) == 1
    assert "waiting" not in stage.states()


def test_a_dead_worker_is_repaired_after_and_replaced(stage):
    run_id = []
    stage.at(20, lambda: run_id.append(stage.claim()))
    stage.at(30, stage.worker_ends)
    stage.at(60, stage.stop)
    stage.run()
    assert [worker.pid for worker in stage.workers] == [11, 12]
    assert stage.workers[0].ended == 1
    assert ("the worker's process ended with code 7", None, run_id) in stage.repairs
    assert stage.ids() == [110, 101, 111, 110, 101, 102]


def test_what_a_former_service_left_is_repaired_before_a_worker_starts(stage):
    run_id = stage.claim()
    stage.at(20, stage.stop)
    stage.run()
    reason, only, crashed = stage.repairs[0]
    assert (only, crashed) == (None, [run_id])
    assert "had ended without a word" in reason


def test_a_service_that_runs_as_another_account_starts_nothing_and_says_so(stage):
    stage.other_account = "EXAMPLE\\HOST$"
    assert stage.run() == 1
    assert (stage.workers, stage.injectors, stage.rounds) == ([], [], [])
    assert stage.ids() == [104]
    assert stage.statuses[-1]["state"] == "stopped"
    wanted = stage.settings.service_account
    assert f"runs as EXAMPLE\\HOST$, and its configuration says {wanted}" in stage.statuses[-1]["reason"]


def test_a_worker_that_fails_again_and_again_ends_the_service_with_a_reason(host_settings):
    stage = Stage(restart_quickly(host_settings, limit=3))
    stage.polls = False
    for number in range(200):
        stage.at(5 * (number + 1), lambda: stage.workers and stage.workers[-1].exit(3))
    assert stage.run() == 1
    assert len(stage.workers) == 3
    assert stage.states()[-1] == "stopped"
    assert "the worker failed 3 times in a row" in stage.statuses[-1]["reason"]
    assert "ended with code 3" in stage.statuses[-1]["reason"]
    assert stage.ids()[-1] == 104
    assert stage.injectors[-1].ended >= 1


def test_failures_while_prefect_is_away_do_not_count(host_settings):
    stage = Stage(restart_quickly(host_settings, limit=3))
    stage.polls = False

    def fail():
        stage.answer = Answer(UNREACHABLE, "away")
        stage.workers[-1].exit(3)
        stage.at(5, lambda: setattr(stage, "answer", Answer("ok")))

    for number in range(6):
        stage.at(20 + 60 * number, fail)
    stage.at(360, stage.stop)
    assert stage.run() == 0
    assert len(stage.workers) == 7


def test_a_worker_that_asked_for_runs_did_start_however_often_it_is_killed(host_settings):
    stage = Stage(restart_quickly(host_settings, limit=2, maximum_seconds=300))
    for number in range(20):
        stage.at(60 * (number + 1), stage.worker_ends)
    stage.at(1300, stage.stop)
    assert stage.run() == 0
    assert len(stage.workers) == 21


def test_a_worker_that_comes_up_but_never_asks_has_failed(host_settings):
    stage = Stage(restart_quickly(host_settings, limit=2))
    stage.polls = False
    assert stage.run() == 1
    assert "asked for no runs" in stage.statuses[-1]["reason"]


def test_a_worker_that_cannot_be_started_is_tried_again(stage):
    stage.start_errors += [OSError("python.exe is gone"), ValueError("embedded null character")]
    stage.at(60, stage.stop)
    assert stage.run() == 0
    assert stage.told == [(None, 1), (None, 2), (11, 3)]


def test_an_injector_that_ends_is_back_on_its_port_and_the_worker_goes_on(stage):
    stage.at(30, lambda: stage.injectors[-1].exit(1))
    stage.at(60, stage.stop)
    stage.run()
    assert [child.port for child in stage.injectors] == [stage.injectors[0].port] * 2
    assert len(stage.workers) == 1
    assert stage.ids().count(160) == 1


def test_an_injector_that_cannot_start_is_waited_for(stage):
    stage.injector_errors += [OSError("caddy.exe is gone")] * 3
    stage.at(60, stage.stop)
    stage.run()
    assert stage.statuses[0]["state"] == "waiting"
    assert "caddy.exe is gone" in stage.statuses[0]["reason"]
    assert len(stage.workers) == 1


def test_a_port_that_stays_lost_is_given_up_and_the_worker_starts_anew(stage):
    other = socket.socket()

    def lose():
        other.bind(("127.0.0.1", stage.injectors[0].port))
        other.listen()
        stage.injector_errors += [OSError("bind: in use")] * 10
        stage.injectors[-1].exit(1)

    stage.at(30, lose)
    stage.at(200, stage.stop)
    with other:
        stage.run()
    assert stage.injectors[-1].port != stage.injectors[0].port
    assert len(stage.workers) == 2


def test_a_silent_worker_is_started_again(stage):
    stage.at(60, lambda: setattr(stage, "polls", False))
    stage.at(185, lambda: setattr(stage, "polls", True))
    stage.at(300, stage.stop)
    stage.run()
    assert stage.ids().count(113) == 1
    assert len(stage.workers) == 2
    assert any("asked for no runs for 120 s" in reason for reason, _only, _crashed in stage.repairs)


def test_a_worker_that_waits_for_a_server_that_is_away_is_no_silent_one(stage):
    def away():
        stage.polls, stage.answer = False, Answer(UNREACHABLE, "away")

    def back():
        stage.polls, stage.answer = True, Answer("ok")

    stage.at(60, away)
    stage.at(1000, back)
    stage.at(1100, stage.stop)
    stage.run()
    assert 113 not in stage.ids()
    assert len(stage.workers) == 1


def test_a_silent_worker_may_end_the_flows_that_still_run(stage):
    stage.alive.add(77)
    stage.at(60, lambda: (setattr(stage, "polls", False), stage.claim(pid=77)))
    stage.at(1000, stage.alive.clear)
    stage.at(1100, stage.stop)
    stage.run()
    assert stage.ids().count(113) == 1
    waiting = [seen["reason"] for seen in stage.statuses if "have ended" in seen["reason"]]
    assert waiting
    assert len(stage.workers) == 2


def test_a_drain_is_told_step_by_step_and_survives_in_its_marker(stage):
    entry = []
    stage.at(20, lambda: entry.append(stage.claim()))
    stage.at(30, lambda: stage.control.put("draining", "EXAMPLE\\admin", "patches"))
    stage.at(100, lambda: stage.journal.done(entry[0]))
    stage.at(200, lambda: stage.control.take_away("draining"))
    stage.at(300, stage.stop)
    stage.run()
    assert stage.states() == ["starting", "running", "draining", "drained", "running", "stopping", "stopped"]
    assert stage.ids() == [110, 101, 120, 121, 123, 102]
    assert stage.entered == ["running", "draining", "drained", "running", "stopping", "stopped"]
    begun = next(text for event_id, text, _fields in stage.events if event_id == 120)
    assert begun == "this worker takes no new runs: patches"


def test_a_run_that_was_handed_out_just_before_a_drain_is_waited_for(stage):
    entry = []
    stage.at(30, lambda: stage.control.put("draining", "a", "b"))
    stage.at(31, lambda: entry.append(stage.claim()))
    stage.at(60, lambda: stage.journal.done(entry[0]))
    stage.at(100, stage.stop)
    stage.run()
    drained = next(seen for seen in stage.statuses if seen["state"] == "drained")
    running = [seen for seen in stage.statuses if seen["runs"]]
    assert stage.statuses.index(drained) > stage.statuses.index(running[-1])


def test_a_stop_lets_running_flows_finish(stage):
    entry = []
    stage.at(20, lambda: entry.append(stage.claim()))
    stage.at(30, stage.stop)
    stage.at(500, lambda: stage.journal.done(entry[0]))
    stage.run()
    assert stage.now > 1500
    assert 122 not in stage.ids()
    assert [crashed for _reason, _only, crashed in stage.repairs if crashed] == []
    assert (stage.control.folder / "stopping").exists()


def test_what_still_runs_at_the_limit_is_told_to_prefect(stage):
    entry = []
    stage.at(20, lambda: entry.append(stage.claim()))
    stage.at(30, lambda: stage.stop(60))
    stage.run()
    reason, _only, crashed = stage.repairs[-1]
    assert crashed == entry
    assert reason == "still running when the drain limit of 60 s was reached: a test"
    assert 122 in stage.ids()


def test_the_limit_counts_from_the_drain_before_the_stop(stage):
    entry = []
    stage.at(20, lambda: entry.append(stage.claim()))
    stage.at(30, lambda: stage.control.put("draining", "a", "b"))
    stage.at(80, lambda: stage.stop(60))
    stage.run()
    assert 1090 <= stage.now < 1100
    assert stage.repairs[-1][2] == entry


def test_the_limit_does_not_count_from_a_drain_that_was_taken_back(stage):
    def take_back_and_stop():
        stage.control.take_away("draining")
        stage.claim()
        stage.control.put("draining", "a", "c")
        stage.stop(60)

    stage.at(30, lambda: stage.control.put("draining", "a", "b"))
    stage.at(300, take_back_and_stop)
    stage.run()
    assert 1360 <= stage.now < 1370


def test_a_limit_without_a_run_is_no_limit_that_was_reached(stage):
    stage.at(30, lambda: stage.stop(0))
    stage.run()
    assert 122 not in stage.ids()
    assert stage.workers[0].asked == 1


def test_a_host_that_goes_down_shortens_a_stop(stage):
    stage.at(20, lambda: (stage.claim(), setattr(stage.workers[0], "polite", False)))
    stage.at(30, stage.stop)
    stage.at(90, lambda: stage.stop(30, grace=10.0))
    stage.run()
    assert 1100 <= stage.now <= 1103


@pytest.mark.parametrize("changes", [{"polite": False}, {"askable": False}])
def test_a_worker_that_does_not_listen_is_ended(stage, changes, caplog):
    stage.at(20, lambda: [setattr(stage.workers[0], name, value) for name, value in changes.items()])
    stage.at(30, stage.stop)
    stage.run()
    assert stage.workers[0].ended >= 1
    assert "is still there: ending it" in caplog.text


def test_the_injector_is_kept_up_while_the_service_stops(stage):
    entry = []
    stage.at(20, lambda: entry.append(stage.claim()))
    stage.at(30, stage.stop)
    stage.at(40, lambda: stage.injectors[-1].exit(1))
    stage.at(60, lambda: stage.journal.done(entry[0]))
    stage.run()
    assert len(stage.injectors) == 2
    assert stage.injectors[-1].ended >= 1


def test_a_stop_while_waiting_ends_at_once(stage):
    stage.answer = Answer(UNREACHABLE, "away")
    stage.at(30, stage.stop)
    stage.run()
    assert stage.now < 1035


def test_a_new_key_is_shown_after_running_flows_have_ended_and_the_worker_stays(stage):
    entry, marked = [], []
    stage.provider.found = Found("api_key", "present", authorization="Bearer old")
    stage.at(20, lambda: entry.append(stage.claim()))
    new = Found("api_key", "present", fingerprint="f", authorization="Bearer new")
    stage.at(30, lambda: setattr(stage.provider, "offered", new))
    stage.at(50, lambda: marked.append((stage.control.has("renewing"), len(stage.injectors))))
    stage.at(60, lambda: stage.journal.done(entry[0]))
    stage.at(70, lambda: marked.append((stage.control.has("renewing"), len(stage.injectors))))
    stage.at(100, stage.stop)
    stage.run()
    assert marked == [(True, 1), (False, 2)]
    assert [child.authorization for child in stage.injectors] == ["Bearer old", "Bearer new"]
    assert len({child.port for child in stage.injectors}) == 1
    assert len(stage.workers) == 1


def test_a_new_key_waits_no_longer_than_the_drain_limit(host_settings):
    stage = Stage(dataclasses.replace(host_settings, drain=dataclasses.replace(host_settings.drain, limit_seconds=100)))
    stage.provider.found = Found("api_key", "present", authorization="Bearer old")
    stage.at(20, stage.claim)
    stage.at(30, lambda: setattr(stage.provider, "offered", Found("api_key", "present", authorization="Bearer new")))
    stage.at(140, lambda: stage.stop(0))
    stage.run()
    assert [child.authorization for child in stage.injectors] == ["Bearer old", "Bearer new"]


def test_an_injector_that_dies_before_the_change_comes_back_with_the_old_key(stage):
    stage.provider.found = Found("api_key", "present", authorization="Bearer old")
    stage.at(20, stage.claim)
    stage.at(30, lambda: setattr(stage.provider, "offered", Found("api_key", "present", authorization="Bearer new")))
    stage.at(40, lambda: stage.injectors[-1].exit(1))
    stage.at(50, lambda: stage.stop(0))
    stage.run()
    assert [child.authorization for child in stage.injectors] == ["Bearer old", "Bearer old"]


def test_markers_of_a_service_that_was_killed_are_forgotten_and_a_wish_is_not(stage):
    for marker in ("draining", "stopping", "renewing"):
        stage.control.put(marker, "a", "b")
    left = []
    stage.at(10, lambda: left.extend(sorted(path.name for path in stage.control.folder.iterdir())))
    stage.at(20, stage.stop)
    stage.run()
    assert left == ["draining"]


def test_a_mistake_in_the_loop_is_said_once_and_ends_no_worker(stage, caplog):
    def broken():
        raise RuntimeError("disk full")

    stage.at(20, lambda: setattr(stage.provider, "renew", broken))
    stage.at(50, lambda: setattr(stage.provider, "renew", lambda: False))
    stage.at(60, stage.stop)
    assert stage.run() == 0
    assert len(stage.workers) == 1
    assert caplog.text.count("the service's loop failed") == 1
    assert any("disk full" in seen["reason"] for seen in stage.statuses)


def test_a_journal_that_cannot_be_read_is_not_an_empty_one(stage, monkeypatch):
    def unreadable():
        raise PermissionError("runs")

    stage.at(20, lambda: monkeypatch.setattr(stage.journal, "_files", unreadable))
    stage.at(30, lambda: stage.stop(60))
    stage.run()
    assert 122 in stage.ids()
