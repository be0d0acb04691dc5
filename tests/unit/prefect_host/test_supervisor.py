# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The supervisor, with workers that are threads: started, watched, asked, ended; and never given up."""

from __future__ import annotations

import logging
import threading

import pytest
from prefect_host.backoff import Backoff
from prefect_host.configuration import Restart
from prefect_host.supervisor import Supervisor

FAST = Restart(initial_seconds=0.001, maximum_seconds=0.001, jitter=0)


class FakeWorker:
    """Ends when told to. C(polite): it does what C(ask_to_stop) asks."""

    def __init__(self, pid, polite=True, askable=True):
        self.pid, self.polite, self.askable = pid, polite, askable
        self.over, self.asked, self.ended = threading.Event(), 0, 0

    def wait(self):
        assert self.over.wait(10)
        return 7

    def ask_to_stop(self):
        self.asked += 1
        if not self.askable:
            raise OSError("no such event")
        if self.polite:
            self.over.set()

    def end(self):
        self.ended += 1
        self.over.set()


class Stage:
    """Runs a supervisor in a thread and hands out prepared workers (or errors), then waits."""

    def __init__(self, *prepared, restart=FAST, grace=0.2, report_error=None):
        self.prepared, self.reports, self.report_error = list(prepared), [], report_error
        self.started = threading.Semaphore(0)
        logger = logging.getLogger("test")
        self.supervisor = Supervisor(self._start, Backoff(restart), grace, logger, self._report)
        self.thread = threading.Thread(target=self.supervisor.run, daemon=True)
        self.thread.start()

    def _start(self):
        item = self.prepared.pop(0)
        if isinstance(item, Exception):
            raise item
        return item

    def _report(self, pid, starts):
        self.reports.append((pid, starts))
        self.started.release()
        if self.report_error is not None:
            raise self.report_error

    def wait_for_start(self):
        assert self.started.acquire(timeout=10)

    def stop(self):
        self.supervisor.stop()
        self.thread.join(10)
        assert not self.thread.is_alive()


def test_a_clean_stop_asks_and_then_closes_the_job():
    worker = FakeWorker(11)
    stage = Stage(worker, grace=10)
    stage.wait_for_start()
    stage.stop()
    assert (worker.asked, stage.reports) == (1, [(11, 1)])
    assert worker.ended >= 1


@pytest.mark.parametrize("worker", [FakeWorker(11, polite=False), FakeWorker(11, askable=False)])
def test_a_worker_that_does_not_listen_is_ended(worker, caplog):
    stage = Stage(worker)
    stage.wait_for_start()
    stage.stop()
    assert worker.ended >= 1
    assert "is still there: ending it" in caplog.text


def test_a_dead_worker_is_replaced_and_its_remains_are_ended(caplog):
    first, second = FakeWorker(11), FakeWorker(12)
    stage = Stage(first, second)
    stage.wait_for_start()
    first.over.set()
    stage.wait_for_start()
    stage.stop()
    assert stage.reports == [(11, 1), (12, 2)]
    assert first.ended == 1
    assert "worker 11 ended with code 7" in caplog.text


def test_a_worker_that_cannot_be_started_does_not_end_the_service():
    worker = FakeWorker(13)
    stage = Stage(OSError("python.exe is gone"), OSError("still gone"), worker)
    for _attempt in range(3):
        stage.wait_for_start()
    stage.stop()
    assert stage.reports == [(None, 1), (None, 2), (13, 3)]


def test_a_stop_during_the_pause_does_not_wait_for_it():
    slow = Restart(initial_seconds=3600, maximum_seconds=3600, jitter=0)
    worker = FakeWorker(11)
    stage = Stage(worker, restart=slow)
    stage.wait_for_start()
    worker.over.set()
    stage.stop()
    assert stage.reports == [(11, 1)]


def test_stopping_twice_is_stopping_once():
    worker = FakeWorker(11)
    stage = Stage(worker)
    stage.wait_for_start()
    stage.supervisor.stop()
    stage.stop()
    assert worker.asked == 1


def test_no_error_of_a_start_ends_the_service(caplog):
    worker = FakeWorker(13)
    stage = Stage(ValueError("embedded null character"), worker)
    for _attempt in range(2):
        stage.wait_for_start()
    stage.stop()
    assert stage.reports == [(None, 1), (13, 2)]
    assert "embedded null character" in caplog.text


def test_who_is_told_about_a_start_cannot_end_the_service(caplog):
    first, second = FakeWorker(11), FakeWorker(12)
    stage = Stage(first, second, report_error=PermissionError("running.json is in use"))
    stage.wait_for_start()
    first.over.set()
    stage.wait_for_start()
    stage.stop()
    assert stage.reports == [(11, 1), (12, 2)]
    assert "start 1 of the worker can't be reported" in caplog.text


def test_a_worker_that_cannot_be_watched_is_ended_and_replaced(caplog):
    first, second = FakeWorker(11), FakeWorker(12)
    first.wait = lambda: 1 // 0
    stage = Stage(first, second)
    for _attempt in range(2):
        stage.wait_for_start()
    stage.stop()
    assert first.ended == 1
    assert "worker 11 can't be watched" in caplog.text
