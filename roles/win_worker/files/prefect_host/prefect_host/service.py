# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Windows service. Its process is the base python.exe: a virtual environment's python.exe only starts that one,
and the service control manager would then talk to the wrong process."""

from __future__ import annotations

import typing as t

import servicemanager
import win32service
import win32serviceutil

from prefect_host import __version__, configuration, event_log, logs, state
from prefect_host.backoff import Backoff
from prefect_host.child_process import WorkerProcess
from prefect_host.supervisor import Supervisor

# Beyond the worker's own grace: ending the job, closing files.
STOP_MARGIN_SECONDS = 20


class WorkerService(win32serviceutil.ServiceFramework):
    """One instance. C(settings) is set by C(host) before Windows makes the object."""

    settings: t.ClassVar[configuration.Configuration]
    _svc_name_ = "flowops-prefect-worker"
    _svc_display_name_ = "Prefect worker"

    def __init__(self, arguments: t.Sequence[str]) -> None:
        super().__init__(arguments)
        self._logger = logs.service_logger(self.settings)
        self._events = event_log.EventLog(self.settings.event_source, self._logger)
        self._configuration_told = False
        output = logs.worker_logger(self.settings)
        self._supervisor = Supervisor(
            start=lambda: WorkerProcess(self.settings, output),
            backoff=Backoff(self.settings.restart),
            grace_seconds=self.settings.stop_grace_seconds,
            logger=self._logger,
            started=self._worker_started,
        )

    def GetAcceptedControls(self) -> int:
        return super().GetAcceptedControls() | win32service.SERVICE_ACCEPT_PRESHUTDOWN

    def SvcInterrogate(self) -> None:
        """Windows knows our state; pywin32 would call a service that is about to stop a running one."""

    def SvcOther(self, control: int) -> None:
        if control == win32service.SERVICE_CONTROL_PRESHUTDOWN:
            self.SvcStop()

    def SvcStop(self) -> None:
        wait = int(self.settings.stop_grace_seconds + STOP_MARGIN_SECONDS)
        self.ReportServiceStatus(win32service.SERVICE_STOP_PENDING, waitHint=wait * 1000)
        self._supervisor.stop()

    def SvcDoRun(self) -> None:
        worker = self.settings.worker
        self._logger.info(
            "service %s (prefect_host %s) for worker %s in work pool %s, configuration %s",
            self.settings.service_name, __version__, worker.name, worker.work_pool, self.settings.sha256[:12],
        )  # fmt: skip
        who = f"Prefect worker {worker.name} (work pool {worker.work_pool})"
        self._events.write(event_log.INFORMATION, f"{who}: the service starts")
        self._tell_configuration()
        try:
            self._supervisor.run()
        except Exception:
            self._logger.exception("the service failed")
            self._events.write(event_log.ERROR, f"{who}: the service failed; read {self._log_file()}")
            raise
        self._logger.info("service stopped")
        self._events.write(event_log.INFORMATION, f"{who}: the service stopped")

    def _tell_configuration(self) -> None:
        if not self._configuration_told:
            self._configuration_told = state.write_configuration(self.settings, self._logger)

    def _worker_started(self, pid: int | None, starts: int) -> None:
        self._tell_configuration()
        state.write_processes(self.settings, pid, starts, self._logger)
        if pid is None:
            what = f"can't be started (start {starts})"
        elif starts > 1:
            what = f"ended and was started again (start {starts})"
        else:
            return
        self._events.write(
            event_log.WARNING, f"Prefect worker {self.settings.worker.name} {what}; read {self._log_file()}"
        )

    def _log_file(self) -> str:
        return logs.log_path(self.settings, "service.log")


def host(settings: configuration.Configuration) -> None:
    """Hand this process to the service control manager. Returns after the service has stopped."""
    WorkerService.settings = settings
    WorkerService._svc_name_ = settings.service_name
    servicemanager.Initialize()
    servicemanager.PrepareToHostSingle(WorkerService)
    servicemanager.StartServiceCtrlDispatcher()
