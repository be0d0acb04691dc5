# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Windows service. Its process is the base python.exe: a virtual environment's python.exe only starts that one,
and the service control manager would then talk to the wrong process."""

from __future__ import annotations

import logging
import os
import threading
import time
import typing as t

import servicemanager
import win32service
import win32serviceutil

from prefect_host import __version__, account, assembly, configuration, logs, state, status
from prefect_host.child_process import InjectorProcess, WorkerProcess
from prefect_host.credential import handover
from prefect_host.host import Host
from prefect_host.markers import DRAINING, Control
from prefect_host.orders import Orders
from prefect_host.records.event_ids import HostEvent
from prefect_host.records.host_events import HostEvents

if t.TYPE_CHECKING:
    from prefect_host.credential.key_store import Protector

# Beyond drain and grace: telling Prefect what is left, ending jobs, closing files.
STOP_MARGIN_SECONDS = 60
CHECKPOINT_SECONDS = 3.0
# A worker needs a moment to say good-bye, also when the host goes down.
SHUTDOWN_GRACE_SECONDS = 10.0
ERROR_SERVICE_SPECIFIC_ERROR = 1066
FAILED = 1


class WorkerService(win32serviceutil.ServiceFramework):
    """One instance. C(settings) is set by C(host) before Windows makes the object."""

    settings: t.ClassVar[configuration.Configuration]
    _svc_name_ = "flowops-prefect-worker"
    _svc_display_name_ = "Prefect worker"

    def __init__(self, arguments: t.Sequence[str]) -> None:
        super().__init__(arguments)
        settings = self.settings
        self._logger = logs.service_logger(settings)
        self._events = HostEvents(
            settings.event_log, self._logger, instance=settings.instance, worker=settings.worker.name,
            work_pool=settings.worker.work_pool,
        )  # fmt: skip
        self._configuration_told = False
        self._orders, self._control = Orders(), Control(settings.folders.control)
        self._checkpoints: threading.Thread | None = None
        self._ordered_at = 0.0
        self._stopped = threading.Event()
        # Two threads report; the last word must be the loop's.
        self._reporting = threading.Lock()

    def GetAcceptedControls(self) -> int:
        return super().GetAcceptedControls() | win32service.SERVICE_ACCEPT_PRESHUTDOWN

    def SvcInterrogate(self) -> None:
        """Windows knows our state; pywin32 would call a service that is about to stop a running one."""

    def SvcOther(self, control: int) -> None:
        if control == win32service.SERVICE_CONTROL_PRESHUTDOWN:
            # Windows waits as long as the role has asked it to, which is little more than the grace.
            grace = self.settings.stop_grace_seconds
            self._stop(grace, min(grace, SHUTDOWN_GRACE_SECONDS), "the host goes down")

    def SvcStop(self) -> None:
        self._stop(self.settings.drain.limit_seconds, self.settings.stop_grace_seconds, "the service was stopped")

    def SvcPause(self) -> None:
        """Pausing is draining: the worker stays, and takes no new runs."""
        try:
            self._control.put(DRAINING, "service control manager", "the service was paused")
        except OSError as error:
            self._logger.error("can't drain: %s", error)

    def SvcContinue(self) -> None:
        try:
            self._control.take_away(DRAINING)
        except OSError as error:
            self._logger.error("can't resume: %s", error)

    def SvcRun(self) -> None:
        """Unlike pywin32's own: what ended the service is its exit code."""
        self.ReportServiceStatus(win32service.SERVICE_RUNNING)
        code = self.SvcDoRun()
        with self._reporting:
            self._stopped.set()
            if code:
                self.ReportServiceStatus(
                    win32service.SERVICE_STOPPED, win32ExitCode=ERROR_SERVICE_SPECIFIC_ERROR, svcExitCode=code
                )
                # pywin32 would now report a stop without an error.
                logging.shutdown()
                os._exit(code)
            else:
                # pywin32 reports the end itself.
                self.ReportServiceStatus(win32service.SERVICE_STOP_PENDING)

    def SvcDoRun(self) -> int:
        worker = self.settings.worker
        self._logger.info(
            "service %s (prefect_host %s) for worker %s in work pool %s, configuration %s",
            self.settings.service_name, __version__, worker.name, worker.work_pool, self.settings.sha256[:12],
        )  # fmt: skip
        self._events.write(HostEvent.STARTING, f"worker {worker.name}: the service starts", version=__version__)
        self._tell_configuration()
        try:
            code = Host(self._parts()).run()
        except Exception as error:
            self._logger.exception("the service failed")
            self._events.write(
                HostEvent.STOPPED_BY_ITSELF, f"the service failed: {type(error).__name__}; read {self._log_file()}"
            )
            if self._orders.is_stop:
                # Nobody wants it back.
                self._stopped.set()
                raise
            # To Windows a service that reports its end has ended well enough; one that is gone is started again.
            logging.shutdown()
            os._exit(FAILED)
        self._logger.info("service stopped")
        self._events.write(HostEvent.STOPPED, f"worker {worker.name}: the service stopped")
        return code

    def _parts(self) -> assembly.Parts:
        output = logs.worker_logger(self.settings)
        system = assembly.System(
            make_worker=lambda local: WorkerProcess(self.settings, local, output),
            make_injector=lambda settings: InjectorProcess(self.settings, settings, self._logger),
            protector=self._protector,
            handover=lambda action: handover.run(self.settings, action, os.environ, self._logger),
            entered=self._entered,
            other_account=lambda: account.other_than(self.settings.service_account),
        )
        return assembly.parts(self.settings, system, self._orders, self._control, self._events, self._logger)

    def _protector(self) -> Protector:
        from prefect_host.credential.dpapi import Dpapi

        return Dpapi(self.settings.instance)

    def _entered(self, name: str) -> None:
        """Drained is paused, in the words of Windows."""
        self._tell_configuration()
        with self._reporting:
            if not self._orders.is_stop:
                is_paused = name == status.DRAINED
                self.ReportServiceStatus(
                    win32service.SERVICE_PAUSED if is_paused else win32service.SERVICE_RUNNING
                )  # fmt: skip

    def _stop(self, limit_seconds: float, grace_seconds: float, reason: str) -> None:
        with self._reporting:
            if self._orders.stop(limit_seconds, grace_seconds, reason):
                # Windows has patience anew, and our limit is another one.
                self._ordered_at = time.monotonic()
            self._report_stopping()
        if self._checkpoints is None or not self._checkpoints.is_alive():
            self._checkpoints = threading.Thread(target=self._count_checkpoints, daemon=True)
            self._checkpoints.start()

    def _count_checkpoints(self) -> None:
        """Windows is told that we go on, and not for longer than we may."""
        while not self._stopped.wait(CHECKPOINT_SECONDS):
            limit = (self._orders.stop_limit or 0.0) + self.settings.stop_grace_seconds + STOP_MARGIN_SECONDS
            if time.monotonic() - self._ordered_at > limit:
                self._logger.error("the stop takes longer than %.0f s; Windows is told no more", limit)
                return
            with self._reporting:
                if not self._stopped.is_set():
                    self._report_stopping()

    def _report_stopping(self) -> None:
        self.ReportServiceStatus(win32service.SERVICE_STOP_PENDING, waitHint=int(CHECKPOINT_SECONDS * 4000))

    def _tell_configuration(self) -> None:
        if not self._configuration_told:
            self._configuration_told = state.write_configuration(self.settings, self._logger)

    def _log_file(self) -> str:
        return logs.log_path(self.settings, "service.log")


def host(settings: configuration.Configuration) -> None:
    """Hand this process to the service control manager. Returns after the service has stopped."""
    WorkerService.settings = settings
    WorkerService._svc_name_ = settings.service_name
    servicemanager.Initialize()
    servicemanager.PrepareToHostSingle(WorkerService)
    servicemanager.StartServiceCtrlDispatcher()
