# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Power: boot, reboot, shutdown. Wine really goes down and comes up; the boot time is simulated."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING

from . import wine
from .agent_client import AgentClient, AgentError
from .errors import HostDown
from .recovery import Recovery
from .wine import prefix as wine_prefix

if TYPE_CHECKING:
    from .host import Host

log = logging.getLogger(__name__)
STOP_PATIENCE_S = 25.0
SHUTDOWN_PENDING = 1190
EPOCH_AS_FILE_TIME = 116444736000000000


class Power:
    def __init__(self, host: Host) -> None:
        self._host = host
        self._up = threading.Event()
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        self._agent: AgentClient | None = None
        self._recovery: Recovery | None = None
        self._down_on_purpose = False
        self.own_processes: set[int] = set()
        self.boot_time = time.time()
        self.on_down = lambda: None

    @property
    def is_down(self) -> bool:
        """True while it restarts; not during the first boot, when callers simply wait."""
        return self._down_on_purpose

    @property
    def boot_file_time(self) -> int:
        return int(self.boot_time * 10_000_000) + EPOCH_AS_FILE_TIME

    def wait_up(self, timeout: float) -> bool:
        return self._up.wait(timeout)

    def boot(self) -> None:
        """Start Wine and its agent, then the automatic services in the background. Raises :class:`HostDown`."""
        settings = self._host.configuration
        agent = AgentClient(settings.address)
        hosts = {settings.fqdn: settings.address, **settings.hosts}
        if settings.directory:
            hosts.setdefault(settings.directory.tls_server_name, settings.directory.server)
        process = wine.boot(
            settings.rootfs,
            settings.prefix,
            agent.endpoint,
            agent.token,
            node=settings.name.lower(),
            hosts=hosts,
            log=settings.state_dir / "agent.log",
        )
        self.own_processes.add(process.pid)
        threading.Thread(target=process.wait, daemon=True, name="agent process").start()
        if not agent.wait_ready(90):
            agent.close()
            raise HostDown(f"Wine did not start: see {settings.state_dir / 'agent.log'}")
        self._agent = agent
        self._host.spool.mkdir(parents=True, exist_ok=True)
        self._host.attach(agent)
        self._recovery = Recovery(self._host.services)
        self._recovery.start()
        self.boot_time = time.time()
        held = wine_prefix.held_back(settings.prefix)
        self._down_on_purpose = False
        self._up.set()
        threading.Thread(target=self._start_services, args=(held,), daemon=True, name="automatic services").start()

    def _start_services(self, names: list[str]) -> None:
        try:
            self._host.services.start_automatic(names)
        except (AgentError, HostDown) as error:
            log.warning("automatic services: %s", error)
            return
        wine_prefix.release(self._host.configuration.prefix)

    def shutdown(self, patience: float = STOP_PATIENCE_S) -> None:
        """Stop the services that run, then Wine. Nothing is left afterwards."""
        settings = self._host.configuration
        self._up.clear()
        if self._recovery is not None:
            self._recovery.stop()
        if self._agent is not None:
            try:
                self._stop_services(patience)
            except (AgentError, HostDown) as error:
                log.warning("services at shutdown: %s", error)
            self._agent.close()
            self._agent = None
        self.on_down()
        wine.shutdown(settings.rootfs, settings.prefix)

    def _stop_services(self, patience: float) -> None:
        builtin = set((self._host.configuration.prefix / wine_prefix.BUILTIN_SERVICES).read_text().split("\n"))
        running = [entry["name"] for entry in self._host.services.names() if entry["state"] == "running"]
        own = [name for name in running if name.lower() not in builtin]
        if own and patience > 0:
            self._host.services.stop_all(own, patience)

    def schedule_reboot(self, delay: float) -> tuple[int, str]:
        """(exit code, message) of ``shutdown.exe /r``."""
        with self._lock:
            if self._timer is not None:
                return SHUTDOWN_PENDING, "A system shutdown has already been scheduled.(1190)"
            self._timer = threading.Timer(delay, self.reboot)
            self._timer.daemon = True
            self._timer.start()
            return 0, ""

    def abort_reboot(self) -> bool:
        with self._lock:
            if self._timer is None:
                return False
            self._timer.cancel()
            self._timer = None
            return True

    def reboot(self) -> None:
        self._down_on_purpose = True
        with self._lock:
            self._timer = None
        log.warning("rebooting")
        self.shutdown()
        try:
            self.boot()
        except (HostDown, RuntimeError) as error:
            log.error("the machine did not come up again: %s", error)
