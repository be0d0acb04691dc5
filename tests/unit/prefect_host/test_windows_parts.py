# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts that talk to Windows, with a pywin32 of paper: what they do when Windows says no, and what they report."""

from __future__ import annotations

import ctypes
import importlib
import io
import json
import logging
import subprocess
import sys
import time
import types

import pytest
from prefect_host import environment
from prefect_host.injector import caddy_config

LOGGER = logging.getLogger("test")


class PywinError(Exception):
    """Like pywintypes.error, which is no OSError."""

    def __init__(self, winerror, strerror):
        super().__init__(winerror, strerror)
        self.winerror, self.strerror = winerror, strerror


class Framework:
    """pywin32's service without a service control manager."""

    def __init__(self, _arguments):
        self.reported, self.codes = [], []

    def _report(self, status, **options):
        self.reported.append(status)
        self.codes.append((options.get("win32ExitCode", 0), options.get("svcExitCode", 0)))

    def _interrogate(self):
        self._report("running")

    def _accepted(self):
        return 3

    ReportServiceStatus = _report
    GetAcceptedControls = _accepted
    SvcInterrogate = _interrogate


class Pipe(io.BytesIO):
    """Keeps what was written after it was closed."""

    def close(self):
        self.written = self.getvalue()
        super().close()


class Process:
    """What Popen returns."""

    def __init__(self, *_arguments, **options):
        self.options, self.pid, self._handle, self.killed = options, 4711, 99, False
        self.arguments, self.stdin = _arguments[0], Pipe()
        self.stdout = io.BytesIO(b"first\nlast words\n")

    def wait(self, _timeout):
        raise subprocess.TimeoutExpired("worker", 3)

    def kill(self):
        self.killed = True


def _pywin32():
    modules = {
        "pywintypes": {"error": PywinError},
        "servicemanager": {},
        "win32event": {"CreateEvent": lambda *_arguments: "event", "SetEvent": lambda _event: None},
        "win32job": {
            "JobObjectExtendedLimitInformation": 9,
            "JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE": 0x2000,
            "CreateJobObject": lambda *_arguments: types.SimpleNamespace(Close=lambda: None),
            "QueryInformationJobObject": lambda *_arguments: {"BasicLimitInformation": {}},
            "SetInformationJobObject": lambda *_arguments: None,
            "AssignProcessToJobObject": lambda *_arguments: None,
        },
        "win32service": {
            "SERVICE_STOP_PENDING": "stop pending",
            "SERVICE_STOPPED": "stopped",
            "SERVICE_RUNNING": "running",
            "SERVICE_PAUSED": "paused",
            "SERVICE_ACCEPT_PRESHUTDOWN": 0x100,
            "SERVICE_CONTROL_PRESHUTDOWN": 0xF,
        },
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
        for name in ("child_process", "service"):
            setattr(found, name, importlib.import_module(f"prefect_host.{name}"))
        yield found
        for name in ("child_process", "service"):
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
    document["folders"] |= {"home": str(tmp_path), "logs": str(tmp_path), "control": str(tmp_path)}
    return parse(document | {"stop_grace_seconds": 15, "drain": {"limit_seconds": 600}})


LOCAL = environment.Local(4280, "s3cret", 4281)
CADDY = caddy_config.Settings(4280, "s3cret", "http://prefect.example/api", "C:\\control", "", "Bearer pnu_key")


def _refuse(*_arguments):
    raise PywinError(5, "Access is denied.")


@pytest.mark.parametrize(
    ("module", "function", "made"),
    [("win32job", "CreateJobObject", 0), ("win32event", "CreateEvent", 0), ("win32job", "AssignProcessToJobObject", 1)],
)
def test_what_windows_refuses_is_an_error_that_the_service_expects(
    windows, processes, settings, monkeypatch, module, function, made
):
    monkeypatch.setattr(sys.modules[module], function, _refuse)
    with pytest.raises(OSError, match=r"Access is denied\. \(5\)"):
        windows.child_process.WorkerProcess(settings, LOCAL, LOGGER)
    assert [process.killed for process in processes] == [True] * made


def test_a_worker_that_stays_suspended_is_no_worker(windows, processes, settings):
    windows.resume = -1073741790
    with pytest.raises(OSError, match="NTSTATUS 0xc0000022"):
        windows.child_process.WorkerProcess(settings, LOCAL, LOGGER)
    assert processes[0].killed


def test_the_end_of_a_worker_waits_for_its_last_words(windows, processes, settings, caplog):
    with caplog.at_level(logging.INFO):
        worker = windows.child_process.WorkerProcess(settings, LOCAL, LOGGER)
        worker.end()
    assert caplog.messages == ["first", "last words"]
    assert processes[0].options["cwd"] == settings.folders.config
    worker.end()


def test_the_key_reaches_the_injector_through_its_pipe_and_nowhere_else(windows, processes, settings):
    windows.child_process.InjectorProcess(settings, CADDY, LOGGER)
    (process,) = processes
    assert process.stdin.written == json.dumps(caddy_config.document(CADDY)).encode()
    assert b"Bearer pnu_key" in process.stdin.written
    assert process.arguments[1:] == ["run", "--config", "-"]
    assert "pnu_key" not in str((process.arguments, process.options))
    assert "s3cret" not in str((process.arguments, process.options))


@pytest.fixture
def service(windows, settings, monkeypatch):
    """A service whose events are kept in a list; C(loop) is what its loop does."""
    monkeypatch.setattr(windows.service.WorkerService, "settings", settings, raising=False)
    monkeypatch.setattr(windows.service, "CHECKPOINT_SECONDS", 0.01)
    made = windows.service.WorkerService(["name"])
    made.written, made.loop = [], lambda: 0
    monkeypatch.setattr(
        made, "_events", types.SimpleNamespace(write=lambda *event, **_more: made.written.append(event))
    )
    monkeypatch.setattr(made, "_parts", lambda: None)
    monkeypatch.setattr(windows.service, "Host", lambda _parts: types.SimpleNamespace(run=made.loop))
    return made


def test_a_service_that_stops_counts_its_checkpoints_until_it_has_stopped(service):
    def loop():
        service.SvcStop()
        service.SvcInterrogate()
        service._entered("stopping")
        time.sleep(0.2)
        return 0

    service.loop = loop
    service.SvcRun()
    assert service.reported[0] == "running"
    assert set(service.reported[1:]) == {"stop pending"}
    assert len(service.reported) > 5
    counted = len(service.reported)
    time.sleep(0.1)
    assert len(service.reported) == counted
    assert service._orders.stop_limit == 600


def test_windows_is_not_told_for_ever_that_a_stop_goes_on(service, windows, monkeypatch):
    monkeypatch.setattr(windows.service, "STOP_MARGIN_SECONDS", -700)
    service.SvcStop()
    service._checkpoints.join(5)
    assert not service._checkpoints.is_alive()
    assert len(service.reported) <= 2


def test_windows_is_told_anew_when_an_order_shortens_a_long_stop(service, windows, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(windows.service.time, "monotonic", lambda: now[0])
    service.SvcStop()
    now[0] = 400.0
    service.SvcOther(0xF)
    told = len(service.reported)
    time.sleep(0.2)
    assert len(service.reported) > told
    now[0] = 400.0 + 15 + 15 + 61
    service._checkpoints.join(5)
    assert not service._checkpoints.is_alive()


def test_a_host_that_goes_down_leaves_less_time(service):
    service.SvcStop()
    service.SvcOther(0xF)
    orders = service._orders
    assert (orders.stop_limit, orders.grace_limit, orders.stop_reason) == (15, 10, "the host goes down")
    service._stopped.set()


def test_a_pause_is_a_drain_and_drained_is_paused(service, tmp_path):
    service.SvcPause()
    assert (tmp_path / "draining").exists()
    for name in ("draining", "drained", "running"):
        service._entered(name)
    service.SvcContinue()
    assert not (tmp_path / "draining").exists()
    assert service.reported == ["running", "paused", "running"]
    assert service.GetAcceptedControls() == 0x103


def test_what_ended_the_service_is_its_exit_code(service, windows, monkeypatch):
    ended = []
    monkeypatch.setattr(windows.service.os, "_exit", ended.append)
    monkeypatch.setattr(windows.service.logging, "shutdown", lambda: None)
    service.loop = lambda: 1
    service.SvcRun()
    assert (service.reported[-1], service.codes[-1]) == ("stopped", (1066, 1))
    assert ended == [1]


def test_a_state_that_cannot_be_written_does_not_end_the_service(windows, service, monkeypatch, tmp_path):
    monkeypatch.setattr(windows.service.state, "PAUSES", ())
    (tmp_path / "running-config.partial").mkdir()
    service.SvcRun()
    assert [int(event[0]) for event in service.written] == [100, 103]
    (tmp_path / "running-config.partial").rmdir()
    service._entered("running")
    assert (tmp_path / "running-config.json").read_bytes() == service.settings.source


class Gone(BaseException):
    """Where the process would be no more."""


@pytest.fixture
def exits(windows, monkeypatch):
    codes = []

    def leave(code):
        codes.append(code)
        raise Gone

    monkeypatch.setattr(windows.service.os, "_exit", leave)
    monkeypatch.setattr(windows.service.logging, "shutdown", lambda: codes.append("logs are closed"))
    return codes


def test_a_service_that_fails_says_so_and_is_gone_so_that_windows_starts_it_again(service, exits):
    service.loop = lambda: 1 // 0
    with pytest.raises(Gone):
        service.SvcRun()
    assert [int(event[0]) for event in service.written] == [100, 104]
    assert exits == ["logs are closed", 1]
    assert service.reported == ["running"]


def test_a_service_that_fails_while_it_stops_is_not_started_again(service, exits):
    def loop():
        service.SvcStop()
        raise ZeroDivisionError

    service.loop = loop
    with pytest.raises(ZeroDivisionError):
        service.SvcRun()
    assert exits == []
    service._checkpoints.join(5)
    assert not service._checkpoints.is_alive()
