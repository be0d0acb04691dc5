# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Doubles for tests of records: a Windows Event Log of paper, a sink that can fail, a clock."""

from __future__ import annotations

import logging
import sys
import types

import pytest


class PywinError(Exception):
    """Like pywintypes.error, which is no OSError."""

    def __init__(self, winerror, strerror):
        super().__init__(winerror, strerror)
        self.winerror, self.strerror = winerror, strerror


class SimulatedEventLog:
    """C(events): (source, kind, id, strings) as written. C(failures): errors of the next calls, None for none."""

    def __init__(self):
        self.events, self.failures, self.opened, self.closed = [], [], [], []

    def _fail(self):
        if self.failures and (failure := self.failures.pop(0)) is not None:
            raise PywinError(*failure)

    def open(self, _server, name):
        self._fail()
        self.opened.append(name)
        return name, len(self.opened)

    def close(self, handle):
        self.closed.append(handle)

    def report(self, handle, kind, _category, event_id, _sid, strings, _data):
        self._fail()
        assert all(isinstance(one, str) and "\0" not in one for one in strings)
        assert sum(len(one.encode("utf-16-le")) // 2 for one in strings) <= 31_839
        self.events.append((handle[0], int(kind), int(event_id), list(strings)))


@pytest.fixture
def simulated_event_log(monkeypatch):
    """win32evtlog without Windows. Our module that imports it is imported anew."""
    made = SimulatedEventLog()
    module = types.ModuleType("win32evtlog")
    vars(module).update(
        error=PywinError, RegisterEventSource=made.open, DeregisterEventSource=made.close, ReportEvent=made.report
    )
    monkeypatch.setitem(sys.modules, "win32evtlog", module)
    monkeypatch.delitem(sys.modules, "prefect_host.records.windows_log", raising=False)
    yield made
    sys.modules.pop("prefect_host.records.windows_log", None)


class MemorySink:
    """Keeps what it gets. C(failures): errors of the next writes."""

    def __init__(self, batch=10):
        self.batch, self.pause, self.texts, self.failures, self.gate = batch, 0.0, [], [], None

    def write(self, lines):
        if self.gate is not None:
            self.gate.wait(30)
        if self.failures:
            raise self.failures.pop(0)
        self.texts += [line.text for line in lines]


@pytest.fixture
def memory_sink():
    return MemorySink()


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def make_record():
    """A record as logging makes it; C(values) become its attributes."""

    def make(message="hello", arguments=(), level=logging.INFO, name="prefect.flow_runs", error=None, **values):
        record = logging.getLogger(name).makeRecord(name, level, "file", 1, message, arguments, error)
        vars(record).update(values)
        return record

    return make
