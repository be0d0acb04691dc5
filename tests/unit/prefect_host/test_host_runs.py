# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service's loop and its runs: what is repaired when, what is waited for, and what is not."""

from __future__ import annotations

from host_stage import Answer, Found, Stage, restart_quickly
from prefect_host.prefect_probe import UNREACHABLE


def _crashed(stage):
    return [run_id for _reason, _only, crashed in stage.repairs for run_id in crashed]


def _goes(stage, seconds, **values):
    """From then on the stage is like this."""
    stage.at(seconds, lambda: [setattr(stage, name, value) for name, value in values.items()])


def test_only_what_a_repair_left_is_repaired_while_a_worker_runs_whatever_the_clock_says(stage):
    old = stage.claim(claimed_at="2026-11-26T12:00:00+00:00")
    stage.repairs_fail = True
    new, seen = [], []
    stage.at(10, lambda: new.append(stage.claim(claimed_at="2026-11-26T11:00:00+00:00")))
    _goes(stage, 20, repairs_fail=False)
    stage.at(100, lambda: (seen.extend(_crashed(stage)), stage.stop(0)))
    stage.run()
    assert seen == [old]
    reason, only, _crashed_then = next(repair for repair in stage.repairs if repair[2])
    assert only == {old: "2026-11-26T12:00:00+00:00"}
    assert "had ended without a word" in reason
    assert len(stage.workers) == 1


def test_a_run_that_is_claimed_anew_is_no_leftover(stage):
    run_id = stage.claim(claimed_at="2026-11-26T12:00:00+00:00")
    stage.repairs_fail = True
    again = stage.journal.read(run_id)
    stage.at(10, lambda: (stage.journal.done(run_id), _claim_again(stage, again)))
    _goes(stage, 20, repairs_fail=False)
    seen = []
    stage.at(100, lambda: (seen.extend(_crashed(stage)), stage.stop(0)))
    stage.run()
    assert seen == []


def _claim_again(stage, entry):
    stage.journal.claim(type(entry)(entry.flow_run_id, claimed_at="2026-11-26T12:00:05+00:00"))


def test_what_is_left_does_not_wait_for_a_worker(host_settings):
    stage = Stage(restart_quickly(host_settings, limit=0))
    run_id = stage.claim()
    stage.repairs_fail = True
    stage.start_errors += [OSError("python.exe is gone")] * 40
    _goes(stage, 5, repairs_fail=False)
    seen = []
    stage.at(60, lambda: seen.extend([len(stage.workers), *_crashed(stage)]))
    stage.at(70, stage.stop)
    stage.run()
    assert seen == [0, run_id]


def test_a_service_that_gives_up_tells_what_became_of_its_runs(host_settings):
    stage = Stage(restart_quickly(host_settings, limit=3))
    run_id = stage.claim()
    stage.repairs_fail = True
    stage.start_errors += [OSError("python.exe is gone")] * 40
    _goes(stage, 3, repairs_fail=False)
    assert stage.run() == 1
    assert stage.now < 1030
    assert _crashed(stage) == [run_id]


def test_a_journal_that_cannot_be_listed_does_not_hold_up_the_end(host_settings, monkeypatch, caplog):
    stage = Stage(restart_quickly(host_settings, limit=3))
    stage.start_errors += [OSError("python.exe is gone")] * 40

    def unreadable():
        raise PermissionError("runs")

    stage.at(2, lambda: monkeypatch.setattr(stage.journal, "_files", unreadable))
    assert stage.run() == 1
    assert stage.injectors[-1].ended >= 1
    assert "the journal can't be read" in caplog.text


def test_no_repair_has_more_time_than_the_loop_and_windows_have(stage):
    stage.claim()
    stage.repairs_fail = True
    stage.at(100, stage.stop)
    stage.at(110, lambda: stage.stop(0))
    stage.run()
    assert {seconds for _only, seconds in stage.rounds[:3]} == {20.0}
    assert stage.rounds[-1] == (None, 30.0)


def test_a_stop_does_not_wait_for_runs_whose_processes_are_gone(stage):
    stage.at(20, lambda: stage.claim(pid=77))
    _goes(stage, 25, answer=Answer(UNREACHABLE, "away"))
    stage.at(30, stage.stop)
    stage.run()
    assert stage.now < 1040
    assert 122 not in stage.ids()
    assert stage.journal.count() == 1


def test_a_stop_waits_for_a_run_whose_process_lives_or_is_about_to_be_made(stage):
    stage.alive.add(77)
    stage.at(20, lambda: stage.claim(pid=77))
    stage.at(60, lambda: (stage.alive.clear(), stage.claim()))
    stage.at(30, lambda: stage.stop(300))
    stage.run()
    assert 1330 <= stage.now < 1340
    assert stage.ids().count(122) == 1


def test_a_worker_is_drained_when_no_process_is_left_though_prefect_is_away(stage):
    stage.alive.add(77)
    stage.at(20, lambda: stage.claim(pid=77))
    _goes(stage, 25, answer=Answer(UNREACHABLE, "away"))
    stage.at(30, lambda: stage.control.put("draining", "a", "b"))
    seen = []
    stage.at(50, lambda: (seen.append(stage.status.state), stage.alive.clear()))
    stage.at(60, lambda: (seen.append(stage.status.state), stage.stop(0)))
    stage.run()
    assert seen == ["draining", "drained"]


def test_without_a_worker_nothing_runs(stage):
    stage.answer = Answer(UNREACHABLE, "away")
    stage.claim()
    stage.control.put("draining", "a", "b")
    stage.at(20, stage.stop)
    stage.run()
    assert "drained" in stage.states()


def test_a_worker_is_drained_only_after_it_has_asked_anew(stage):
    _goes(stage, 25, polls=False)
    stage.at(30, lambda: stage.control.put("draining", "a", "b"))
    seen, entry = [], []
    # The answer to a question from before the marker takes its time.
    stage.at(60, lambda: (seen.append(stage.status.state), entry.append(stage.claim())))
    _goes(stage, 65, polls=True)
    stage.at(80, lambda: (seen.append(stage.status.state), stage.journal.done(entry[0])))
    stage.at(90, lambda: (seen.append(stage.status.state), stage.stop()))
    stage.run()
    assert seen == ["draining", "draining", "drained"]


def test_a_stop_waits_for_the_answer_that_is_on_its_way(stage):
    _goes(stage, 25, polls=False)
    stage.at(30, stage.stop)
    entry = []
    stage.at(60, lambda: entry.append(stage.claim()))
    _goes(stage, 65, polls=True)
    stage.at(80, lambda: stage.journal.done(entry[0]))
    stage.run()
    assert 1080 <= stage.now < 1090
    assert _crashed(stage) == []


def test_a_drained_worker_need_not_ask_again_before_it_is_stopped(stage):
    stage.at(30, lambda: stage.control.put("draining", "a", "b"))
    _goes(stage, 60, polls=False)
    stage.at(90, stage.stop)
    stage.run()
    assert 1090 <= stage.now < 1095


def test_a_drain_that_was_taken_back_a_moment_before_a_stop_is_none(stage):
    stage.at(30, lambda: stage.control.put("draining", "a", "b"))
    _goes(stage, 60, polls=False)
    stage.at(90, lambda: (stage.control.take_away("draining"), stage.control.put("draining", "a", "c"), stage.stop()))
    stage.run()
    assert stage.now >= 1200


def test_a_stop_waits_for_a_worker_that_hangs_no_longer_than_it_may_be_silent(stage):
    _goes(stage, 25, polls=False)
    stage.at(30, stage.stop)
    stage.run()
    assert 1150 <= stage.now < 1160


def test_a_new_key_waits_for_the_answer_that_is_on_its_way(stage):
    stage.provider.found = Found("api_key", "present", authorization="Bearer old")
    _goes(stage, 25, polls=False)
    new = Found("api_key", "present", authorization="Bearer new")
    stage.at(30, lambda: setattr(stage.provider, "offered", new))
    seen = []
    stage.at(60, lambda: seen.append(len(stage.injectors)))
    _goes(stage, 65, polls=True)
    stage.at(80, lambda: (seen.append(len(stage.injectors)), stage.stop(0)))
    stage.run()
    assert seen == [1, 2]


def test_an_injector_that_fails_on_its_own_port_leaves_the_worker_alone(stage):
    def fail():
        stage.injector_errors += [OSError("caddy.exe is being scanned")] * 12
        stage.injectors[-1].exit(1)

    stage.at(30, fail)
    stage.at(200, stage.stop)
    stage.run()
    assert {child.port for child in stage.injectors} == {stage.injectors[0].port}
    assert (len(stage.injectors), len(stage.workers)) == (2, 1)
