# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A pipe takes lines without waiting, and writes them in its own thread as soon as its sink lets it."""

from __future__ import annotations

import threading
import time

import pytest
from prefect_host.records import pipe as pipes
from prefect_host.records.event_ids import HostEvent
from prefect_host.records.failure import SinkError
from prefect_host.records.limits import Limits
from prefect_host.records.line import Line
from prefect_host.records.pipe import Pipe
from prefect_host.records.trouble import Trouble

LIMITS = Limits(burst=100, per_second=100, text=100)


@pytest.fixture
def told():
    return []


@pytest.fixture
def pipe(memory_sink, told, monkeypatch):
    monkeypatch.setattr(pipes, "RETRY_SECONDS", (0.01,))
    trouble = Trouble("the sink fails", HostEvent.EVENT_LOG_FAILED, lambda line: told.append(line.text))
    made = Pipe("test", memory_sink, LIMITS, trouble)
    yield made
    made.close(5)


def _put(pipe, begin, end):
    for number in range(begin, end):
        pipe.put(Line(f"line {number}"))


def _numbered(begin, end):
    return [f"line {number}" for number in range(begin, end)]


def test_lines_arrive_in_order(pipe, memory_sink):
    _put(pipe, 0, 50)
    assert pipe.drain(5)
    assert memory_sink.texts == _numbered(0, 50)


def test_lines_arrive_without_being_asked_for(pipe, memory_sink):
    _put(pipe, 0, 5)
    until = time.monotonic() + 5
    while len(memory_sink.texts) < 5 and time.monotonic() < until:
        time.sleep(0.01)
    assert memory_sink.texts == _numbered(0, 5)


def test_a_sink_that_hangs_blocks_nobody_and_keeps_the_first_and_the_last(pipe, memory_sink):
    memory_sink.gate = threading.Event()
    begin = time.monotonic()
    _put(pipe, 0, 20_000)
    assert time.monotonic() - begin < 5
    assert not pipe.drain(0.05)
    memory_sink.gate.set()
    assert pipe.drain(5)
    assert memory_sink.texts[:100] == _numbered(0, 100)
    assert memory_sink.texts[-100:] == _numbered(19_900, 20_000)
    assert memory_sink.texts[100] == "19800 records left out: more than can be written (100 a second)"


def test_what_failed_once_is_written_again_and_the_others_hear_of_it(pipe, memory_sink, told):
    memory_sink.failures = [SinkError("no answer"), SinkError("no answer")]
    _put(pipe, 0, 5)
    until = time.monotonic() + 5
    while len(told) < 2 and time.monotonic() < until:
        time.sleep(0.01)
    assert memory_sink.texts == _numbered(0, 5)
    assert told == ["the sink fails: no answer", "over: the sink fails; 0 records were lost"]


def test_one_record_that_is_refused_takes_no_other_with_it(pipe, memory_sink, told):
    write = memory_sink.write

    def refuse(lines):
        if any(line.text == "line 3" for line in lines):
            raise SinkError("line 3 is bad", permanent=True)
        write(lines)

    memory_sink.write = refuse
    _put(pipe, 0, 8)
    assert pipe.drain(5)
    assert memory_sink.texts == ["line 0", "line 1", "line 2", "line 4", "line 5", "line 6", "line 7"]
    assert told == [
        "the sink fails: line 3 is bad; 1 records are lost so far",
        "over: the sink fails; 1 records were lost",
    ]


def test_at_the_end_a_sink_that_still_fails_is_given_up(pipe, memory_sink, told):
    memory_sink.failures = [SinkError("down")] * 1000
    _put(pipe, 0, 30)
    begin = time.monotonic()
    assert pipe.drain(10)
    assert time.monotonic() - begin < 5
    pipe.tell_losses()
    assert memory_sink.texts == []
    assert told == ["the sink fails: down", "the sink fails: at the end of the process 30 records are lost"]


def test_without_a_thread_the_lines_are_written_by_who_drains(pipe, memory_sink, monkeypatch):
    def refuse(_thread):
        raise RuntimeError("can't start new thread at interpreter shutdown")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    _put(pipe, 0, 5)
    assert pipe.drain(5)
    assert memory_sink.texts == _numbered(0, 5)


def test_a_thread_that_dies_is_replaced(pipe, memory_sink, monkeypatch):
    monkeypatch.setattr(threading, "excepthook", lambda _arguments: None)
    memory_sink.failures = [ZeroDivisionError()]
    _put(pipe, 0, 1)
    until = time.monotonic() + 5
    while memory_sink.failures and time.monotonic() < until:
        time.sleep(0.01)
    _put(pipe, 1, 3)
    assert pipe.drain(5)
    assert memory_sink.texts[-1] == "line 2"


def test_a_closed_pipe_leaves_no_thread_behind(pipe):
    _put(pipe, 0, 3)
    thread = pipe._thread
    pipe.close(5)
    thread.join(5)
    assert not thread.is_alive()
    assert thread.ident not in pipes.own_threads
