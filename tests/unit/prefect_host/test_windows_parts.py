# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts that talk to Windows, with a pywin32 of paper: what they do when Windows says no, and what they report."""

from __future__ import annotations

import ctypes
import importlib
import io
import logging
import subprocess
import sys
import types

import pytest

LOGGER = logging.getLogger("test")


class PywinError(Exception):
    """Like pywintypes.error, which is no OSError."""

    def __init__(self, winerror, strerror):
        super().__init__(winerror, strerror)
        self.winerror, self.strerror = winerror, strerror


class Framework:
    """pywin32's service without a service control manager."""

    def __init__(self, _arguments):
        self.reported = []

    def _report(self, status, **options):
        self.reported.append((status, options.get("waitHint")))

    def _interrogate(self):
        self._report("running")

    ReportServiceStatus = _report
    SvcInterrogate = _interrogate


class Process:
    """What Popen returns."""

    def __init__(self, *_arguments, **options):
        self.options, self.pid, self._handle, self.killed = options, 4711, 99, False
        self.stdout = io.BytesIO(b"first\nlast words\n")

    def kill(self):
        self.killed = True


def _pywin32():
    modules = {
        "pywintypes": {"error": PywinError},
        "servicemanager": {},
        "win32event": {"CreateEvent": lambda *_arguments: "event", "SetEvent": lambda _event: None},
        "win32evtlog": {f"EVENTLOG_{kind}_TYPE": kind for kind in ("INFORMATION", "WARNING", "ERROR")},
        "win32job": {
            "JobObjectExtendedLimitInformation": 9,
            "JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE": 0x2000,
            "CreateJobObject": lambda *_arguments: types.SimpleNamespace(Close=lambda: None),
            "QueryInformationJobObject": lambda *_arguments: {"BasicLimitInformation": {}},
            "SetInformationJobObject": lambda *_arguments: None,
            "AssignProcessToJobObject": lambda *_arguments: None,
        },
        "win32service": {"SERVICE_STOP_PENDING": "stop pending"},
        "win32serviceutil": {"ServiceFramework": Framework},
    }
    for name, content in modules.items():
        module = types.ModuleType(name)
        vars(module).update(content)
        yield name, module


@pytest.fixture(scope="module")
def windows():
    """Our modules, imported as on Windows; C(resume) is what NtResumeProcess returns."""
    library = types.SimpleNamespace(NtResumeProcess=lambda _handle: found.resume)
    with pytest.MonkeyPatch.context() as patch:
        for name, module in _pywin32():
            patch.setitem(sys.modules, name, module)
        patch.setattr(ctypes, "WinDLL", lambda _name: library, raising=False)
        patch.setattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0x200, raising=False)
        patch.setattr(subprocess, "CREATE_NO_WINDOW", 0x8000000, raising=False)
        found = types.SimpleNamespace(resume=0)
        for name in ("child_process", "service", "event_log"):
            setattr(found, name, importlib.import_module(f"prefect_host.{name}"))
        yield found
        for name in ("child_process", "service", "event_log"):
            del sys.modules[f"prefect_host.{name}"]


@pytest.fixture
def processes(windows, monkeypatch):
    """Every process that is made, in order."""
    made = []

    def make(*arguments, **options):
        made.append(Process(*arguments, **options))
        return made[-1]

    monkeypatch.setattr(windows, "resume", 0)
    monkeypatch.setattr(subprocess, "Popen", make)
    return made


@pytest.fixture
def settings(document, parse, tmp_path):
    document["folders"] |= {"home": str(tmp_path), "logs": str(tmp_path)}
    return parse(document)


def _refuse(*_arguments):
    raise PywinError(5, "Access is denied.")


@pytest.mark.parametrize(
    ("module", "function", "made"),
    [("win32job", "CreateJobObject", 0), ("win32event", "CreateEvent", 0), ("win32job", "AssignProcessToJobObject", 1)],
)
def test_what_windows_refuses_is_an_error_that_the_supervisor_expects(
    windows, processes, settings, monkeypatch, module, function, made
):
    monkeypatch.setattr(sys.modules[module], function, _refuse)
    with pytest.raises(OSError, match=r"Access is denied\. \(5\)"):
        windows.child_process.WorkerProcess(settings, LOGGER)
    assert [process.killed for process in processes] == [True] * made


def test_a_worker_that_stays_suspended_is_no_worker(windows, processes, settings):
    windows.resume = -1073741790
    with pytest.raises(OSError, match="NTSTATUS 0xc0000022"):
        windows.child_process.WorkerProcess(settings, LOGGER)
    assert processes[0].killed


def test_the_end_of_a_worker_waits_for_its_last_words(windows, processes, settings, caplog):
    with caplog.at_level(logging.INFO):
        worker = windows.child_process.WorkerProcess(settings, LOGGER)
        worker.end()
    assert caplog.messages == ["first", "last words"]
    assert processes[0].options["cwd"] == settings.folders.config
    worker.end()


@pytest.fixture
def service(windows, settings, monkeypatch):
    """A service whose events are kept in a list."""
    monkeypatch.setattr(windows.service.WorkerService, "settings", settings, raising=False)
    made = windows.service.WorkerService(["name"])
    made.written = []
    monkeypatch.setattr(made, "_events", types.SimpleNamespace(write=lambda *event: made.written.append(event)))
    return made


def test_a_service_that_stops_stays_one_that_stops_when_it_is_asked(service, settings):
    service.SvcStop()
    service.SvcInterrogate()
    assert service.reported == [("stop pending", (settings.stop_grace_seconds + 20) * 1000)]


def test_a_state_that_cannot_be_written_does_not_end_the_service(windows, service, monkeypatch, tmp_path):
    monkeypatch.setattr(windows.service.state, "PAUSES", ())
    (tmp_path / "running-config.partial").mkdir()
    (tmp_path / "running.partial").mkdir()
    service._supervisor = types.SimpleNamespace(run=lambda: service._worker_started(11, 1))
    service.SvcDoRun()
    assert [text.rpartition(": ")[2] for _kind, text in service.written] == [
        "the service starts",
        "the service stopped",
    ]
    (tmp_path / "running-config.partial").rmdir()
    service._worker_started(12, 2)
    assert (tmp_path / "running-config.json").read_bytes() == service.settings.source


@pytest.mark.parametrize(
    ("pid", "starts", "expected"),
    [(11, 1, None), (12, 2, "ended and was started again (start 2)"), (None, 1, "can't be started (start 1)")],
)
def test_events_tell_a_new_start_from_one_that_failed(service, pid, starts, expected):
    service._worker_started(pid, starts)
    assert [kind for kind, _text in service.written] == ([] if expected is None else ["WARNING"])
    assert expected is None or expected in service.written[0][1]


def test_a_service_that_fails_says_so_and_hands_the_error_to_windows(service):
    service._supervisor = types.SimpleNamespace(run=lambda: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        service.SvcDoRun()
    assert [kind for kind, _text in service.written] == ["INFORMATION", "ERROR"]
