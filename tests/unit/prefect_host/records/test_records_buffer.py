# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The first and the last lines of a flood are kept, with one line between them that says how many are missing."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prefect_host.records import buffer as buffers
from prefect_host.records.buffer import Buffer
from prefect_host.records.event_ids import HostEvent
from prefect_host.records.limits import Limits
from prefect_host.records.line import Line

LIMITS = Limits(burst=10, per_second=2, text=100)


class Now:
    now = 0.0

    def __call__(self):
        return self.now


def _fill(buffer, numbers):
    for number in numbers:
        buffer.put(Line(f"line {number}"))


def _texts(lines):
    return [line.text for line in lines]


def _numbered(begin, end):
    return [f"line {number}" for number in range(begin, end)]


def _note(number):
    return f"{number} records left out: more than can be written (2 a second)"


def test_the_first_lines_pass_at_once(clock):
    buffer = Buffer(LIMITS, clock)
    _fill(buffer, range(10))
    assert _texts(buffer.take()) == _numbered(0, 10)
    assert buffer.is_empty


def test_later_lines_wait_for_their_turn(clock):
    buffer = Buffer(LIMITS, clock)
    _fill(buffer, range(13))
    assert len(buffer.take()) == 10
    assert buffer.take() == []
    clock.now += 1
    assert _texts(buffer.take()) == ["line 10", "line 11"]
    clock.now += 1
    assert _texts(buffer.take()) == ["line 12"]


def test_in_a_flood_the_last_lines_wait_together_and_come_behind_one_note(clock):
    buffer = Buffer(LIMITS, clock)
    _fill(buffer, range(30))
    buffer.take()
    clock.now += 4.5
    assert buffer.take() == []
    clock.now += 0.5
    taken = buffer.take()
    assert _texts(taken) == [_note(10), *_numbered(20, 30)]
    assert taken[0].event is HostEvent.RECORDS_LEFT_OUT
    assert buffer.is_empty


def test_at_the_end_everything_comes_at_once(clock):
    buffer = Buffer(LIMITS, clock)
    _fill(buffer, range(30))
    assert _texts(buffer.take(all_of_it=True)) == _numbered(0, 10)
    assert _texts(buffer.take(all_of_it=True)) == [_note(10), *_numbered(20, 30)]
    assert buffer.take(all_of_it=True) == []


def test_after_a_pause_as_many_lines_pass_at_once_as_at_the_beginning(clock):
    buffer = Buffer(LIMITS, clock)
    _fill(buffer, range(10))
    buffer.take()
    clock.now += 1000
    _fill(buffer, range(10, 20))
    assert _texts(buffer.take()) == _numbered(10, 20)


def test_the_note_belongs_to_the_run_of_the_lines_behind_it(clock):
    buffer = Buffer(LIMITS, clock)
    for number in range(30):
        buffer.put(Line(f"line {number}", fields={"flow_run_id": "f1"}, created=float(number)))
    buffer.take()
    note = buffer.take(all_of_it=True)[0]
    assert (note.fields, note.created) == ({"flow_run_id": "f1"}, 20.0)


def test_a_word_about_another_sink_comes_first(clock):
    buffer = Buffer(LIMITS, clock)
    _fill(buffer, range(12))
    buffer.put_first(Line("word"))
    assert _texts(buffer.take())[:2] == ["word", "line 0"]


def test_long_lines_fill_the_memory_no_more_than_many(clock, monkeypatch):
    monkeypatch.setattr(buffers, "MOST_CHARACTERS", 250)
    buffer = Buffer(LIMITS, clock)
    for number in range(20):
        buffer.put(Line(f"{number:02d}" + "x" * 98))
    assert [text[:2] for text in _texts(buffer.take())] == ["00", "01", "02"]
    rest = _texts(buffer.take(all_of_it=True))
    assert rest[0] == _note(15)
    assert [text[:2] for text in rest[1:]] == ["18", "19"]


@given(st.lists(st.one_of(st.integers(1, 40), st.floats(0.0, 20.0), st.booleans()), max_size=40))
def test_whatever_happens_lines_come_in_order_and_every_gap_has_its_number(steps):
    now = Now()
    buffer, put, taken = Buffer(LIMITS, now), 0, []
    for step in steps:
        if isinstance(step, bool):
            taken += buffer.take(step)
        elif isinstance(step, int):
            _fill(buffer, range(put, put + step))
            put += step
        else:
            now.now += step
    while lines := buffer.take(all_of_it=True):
        taken += lines
    expected = 0
    for line in taken:
        if line.event is None:
            assert line.text == f"line {expected}"
            expected += 1
        else:
            expected += int(re.match(r"\d+", line.text).group())
    assert expected == put
    numbers = [int(line.text.split()[1]) for line in taken if line.event is None]
    assert numbers[:10] == list(range(min(put, 10)))
    assert numbers[-10:] == list(range(max(put - 10, 0), put))


@pytest.mark.parametrize("number", [1, 10, 11, 20, 21, 1000])
def test_no_number_of_lines_loses_the_first_or_the_last_ones(clock, number):
    buffer = Buffer(LIMITS, clock)
    _fill(buffer, range(number))
    texts = _texts(buffer.take(all_of_it=True) + buffer.take(all_of_it=True))
    assert texts[:10] == _numbered(0, min(number, 10))
    assert texts[-10:] == _numbered(max(number - 10, 0), number)


def test_a_long_line_takes_the_turns_of_several(clock):
    buffer = Buffer(LIMITS, clock)
    _fill(buffer, range(10))
    buffer.take()
    long = "x" * 3500
    for _number in range(2):
        buffer.put(Line(long))
    clock.now += 1.5
    assert buffer.take() == []
    clock.now += 0.5
    assert _texts(buffer.take()) == [long]
    assert buffer.take() == []
    clock.now += 2
    assert _texts(buffer.take()) == [long]


def test_long_lines_use_up_what_passes_at_once(clock):
    buffer = Buffer(LIMITS, clock)
    for _number in range(5):
        buffer.put(Line("x" * 3500))
    assert len(buffer.take()) == 3


def test_a_line_of_more_turns_than_there_can_be_passes_too(clock):
    buffer = Buffer(LIMITS, clock)
    _fill(buffer, range(10))
    buffer.take()
    buffer.put(Line("x" * 30_000))
    clock.now += 5
    assert len(buffer.take()) == 1


def test_after_a_flood_of_long_lines_the_last_ones_come_together(clock):
    buffer = Buffer(LIMITS, clock)
    for _number in range(30):
        buffer.put(Line("x" * 3500))
    buffer.take()
    clock.now += 4.5
    assert buffer.take() == []
    clock.now += 0.5
    assert len(buffer.take()) == 11
    assert buffer.is_empty
