# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Windows process in a job object that takes everything with it, on a console nobody sees. Talks to Windows."""

from __future__ import annotations

import contextlib
import ctypes
import json
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
from prefect_host.injector import caddy_config

if t.TYPE_CHECKING:
    import logging

    from prefect_host.configuration import Configuration

CREATE_SUSPENDED = 0x00000004
# How long the last lines of a process that has ended may take into the log.
OUTPUT_SECONDS = 3
_NT = ctypes.WinDLL("ntdll")
_NT.NtResumeProcess.argtypes = [ctypes.c_void_p]


class JobProcess:
    """One running process with all it starts. C(what) names it in errors, C(secrets) never reach C(output). Raises
    OSError when it can't be started."""

    def __init__(
        self,
        what: str,
        arguments: t.Sequence[str],
        variables: t.Mapping[str, str],
        folder: str,
        output: logging.Logger,
        secrets: t.Sequence[str],
        standard_input: int = subprocess.DEVNULL,
    ) -> None:
        self._what = what
        with _as_os_error(f"no job object can be made for the {what}"):
            self._job = _job_that_ends_with_its_handle()
        # CREATE_NO_WINDOW gives the worker a console of its own, without a window: Prefect starts its flow runs on it
        # and cancels them with CTRL_BREAK, which needs one. The new process group keeps those away from everybody else.
        self._process = subprocess.Popen(
            arguments,
            env=dict(variables),
            cwd=folder,
            stdin=standard_input,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            creationflags=subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW | CREATE_SUSPENDED,
        )
        self.pid = self._process.pid
        copied = (self._process.stdout, output, secrets)
        self._copier = threading.Thread(target=logs.copy_lines, args=copied, daemon=True)
        try:
            self._release()
            self._copier.start()
        except BaseException:
            self._process.kill()
            raise

    def _release(self) -> None:
        # The venv's python.exe starts the real one: only a suspended start has both in the job for certain.
        handle = int(self._process._handle)
        with _as_os_error(f"the {self._what} can't be put into a job object"):
            win32job.AssignProcessToJobObject(self._job, handle)
        status = _NT.NtResumeProcess(handle)
        if status != 0:
            raise OSError(f"the {self._what} was made, but can't be let run: NTSTATUS {status & 0xFFFFFFFF:#010x}")

    def poll(self) -> int | None:
        """Its exit code, None while it runs."""
        return self._process.poll()

    def end(self) -> None:
        """Closing the last handle of the job ends every process in it. Then nobody writes into the pipe any more."""
        self._job.Close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(OUTPUT_SECONDS)
        self._copier.join(OUTPUT_SECONDS)


class WorkerProcess(JobProcess):
    """The worker, with an event that asks it to stop."""

    def __init__(self, configuration: Configuration, local: environment.Local, output: logging.Logger) -> None:
        name = f"Local\\flowops-stop-{uuid.uuid4()}"
        with _as_os_error("no event can be made for the worker"):
            self._stop = win32event.CreateEvent(None, True, False, name)
        variables = environment.worker_environment(configuration, local, os.environ) | {STOP_EVENT_VARIABLE: name}
        folder = environment.worker_folder(configuration)
        arguments = command_line.worker_arguments(configuration)
        super().__init__("worker", arguments, variables, folder, output, [local.secret])

    def ask_to_stop(self) -> None:
        """Signal the event that C(worker_main) waits for. Raises OSError."""
        with _as_os_error("the event that stops the worker can't be set"):
            win32event.SetEvent(self._stop)


class InjectorProcess(JobProcess):
    """Caddy. Its configuration goes through a pipe: no file, no command line, no environment ever holds it."""

    def __init__(self, configuration: Configuration, settings: caddy_config.Settings, output: logging.Logger) -> None:
        super().__init__(
            "injector",
            command_line.injector_arguments(configuration),
            environment.injector_environment(configuration, os.environ),
            environment.worker_folder(configuration),
            output,
            [settings.secret, *filter(None, [(settings.authorization or "").removeprefix("Bearer ")])],
            subprocess.PIPE,
        )
        try:
            self._hand_over(json.dumps(caddy_config.document(settings)).encode())
        except BaseException:
            self.end()
            raise

    def _hand_over(self, document: bytes) -> None:
        stream = self._process.stdin
        if stream is None:
            raise OSError("the injector has no standard input")
        with stream:
            stream.write(document)


@contextlib.contextmanager
def _as_os_error(what: str) -> t.Iterator[None]:
    """pywin32's error is none, and who starts a process expects one."""
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
