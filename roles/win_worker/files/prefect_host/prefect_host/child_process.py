# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The worker as a Windows process: a job object that takes everything with it, and a console nobody sees."""

from __future__ import annotations

import contextlib
import ctypes
import os
import subprocess
import threading
import typing as t
import uuid

import pywintypes
import win32event
import win32job

from prefect_host import command_line, environment, logs
from prefect_host.environment import STOP_EVENT_VARIABLE

if t.TYPE_CHECKING:
    import logging

    from prefect_host.configuration import Configuration

CREATE_SUSPENDED = 0x00000004
# How long the last lines of a worker that has ended may take into the log. A stop waits for it, twice at most.
OUTPUT_SECONDS = 3
_NT = ctypes.WinDLL("ntdll")
_NT.NtResumeProcess.argtypes = [ctypes.c_void_p]


class WorkerProcess:
    """One running worker. Fulfils C(supervisor.Child)."""

    def __init__(self, configuration: Configuration, output: logging.Logger) -> None:
        stop_event = f"Local\\flowops-stop-{uuid.uuid4()}"
        with _as_os_error("no job object or event can be made for the worker"):
            self._job = _job_that_ends_with_its_handle()
            self._stop = win32event.CreateEvent(None, True, False, stop_event)
        # CREATE_NO_WINDOW gives the worker a console of its own, without a window: Prefect starts its flow runs on it
        # and cancels them with CTRL_BREAK, which needs one. The new process group keeps those away from everybody else.
        self._process = subprocess.Popen(
            command_line.worker_arguments(configuration),
            env=environment.worker_environment(configuration, os.environ) | {STOP_EVENT_VARIABLE: stop_event},
            cwd=environment.worker_folder(configuration),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            creationflags=subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW | CREATE_SUSPENDED,
        )
        self.pid = self._process.pid
        self._copier = threading.Thread(target=logs.copy_lines, args=(self._process.stdout, output), daemon=True)
        try:
            self._release()
            self._copier.start()
        except BaseException:
            self._process.kill()
            raise

    def _release(self) -> None:
        # The venv's python.exe starts the real one: only a suspended start has both in the job for certain.
        handle = int(self._process._handle)
        with _as_os_error("the worker can't be put into a job object"):
            win32job.AssignProcessToJobObject(self._job, handle)
        status = _NT.NtResumeProcess(handle)
        if status != 0:
            raise OSError(f"the worker was made, but can't be let run: NTSTATUS {status & 0xFFFFFFFF:#010x}")

    def wait(self) -> int:
        return self._process.wait()

    def ask_to_stop(self) -> None:
        """Signal the event that C(worker_main) waits for."""
        with _as_os_error("the event that stops the worker can't be set"):
            win32event.SetEvent(self._stop)

    def end(self) -> None:
        """Closing the last handle of the job ends every process in it. Then nobody writes into the pipe any more."""
        self._job.Close()
        self._copier.join(OUTPUT_SECONDS)


@contextlib.contextmanager
def _as_os_error(what: str) -> t.Iterator[None]:
    """pywin32's error is none, and C(supervisor) expects one."""
    try:
        yield
    except pywintypes.error as error:
        raise OSError(f"{what}: {error.strerror} ({error.winerror})") from error


def _job_that_ends_with_its_handle() -> t.Any:
    job = win32job.CreateJobObject(None, "")
    limits = win32job.QueryInformationJobObject(job, win32job.JobObjectExtendedLimitInformation)
    limits["BasicLimitInformation"]["LimitFlags"] = win32job.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE
    win32job.SetInformationJobObject(job, win32job.JobObjectExtendedLimitInformation, limits)
    return job
