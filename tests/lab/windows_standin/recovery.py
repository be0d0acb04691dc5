# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Failure actions of services. Simulated: Wine's service control manager sees that a process died, and does nothing.

By the documentation of SERVICE_FAILURE_ACTIONS: the n-th failure within the reset period takes the n-th action, every
later one the last. A service that reported its own stop is no failure, unless it stopped with a code and wants that
counted.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import Any

from .agent_client import AgentError
from .errors import HostDown
from .services import Services, StartRefused

log = logging.getLogger(__name__)
PROCESS_ABORTED = 1067
LOOK_SECONDS = 1.0


def has_failed(service: dict[str, Any]) -> bool:
    """Whether the service's end asks for its failure actions. C(service) is what C(Services.query) says."""
    if service["state"] != "stopped" or service["exit_code"] == 0:
        return False
    return service["exit_code"] == PROCESS_ABORTED or service["failure_actions_on_non_crash_failure"]


class Recovery:
    """Looks at the services with failure actions until C(stop); one thread per boot."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._over = threading.Event()
        self._failures: dict[str, list[float]] = {}
        self._ran: set[str] = set()

    def start(self) -> None:
        threading.Thread(target=self._run, daemon=True, name="failure actions").start()

    def stop(self) -> None:
        self._over.set()

    def _run(self) -> None:
        while not self._over.wait(LOOK_SECONDS):
            try:
                for name in self._services.with_failure_actions():
                    self._look_at(name)
            except (AgentError, HostDown) as error:
                log.info("failure actions: %s", error)

    def _look_at(self, name: str) -> None:
        service = self._services.query(name)
        if service is None:
            self._ran.discard(name)
        elif service["state"] == "running":
            self._ran.add(name)
        elif name in self._ran and has_failed(service):
            self._ran.discard(name)
            self._act(service)

    def _act(self, service: dict[str, Any]) -> None:
        name, now = service["name"], time.monotonic()
        earlier = self._failures.get(name, [])
        period = service["failure_reset_period_sec"]
        recent = [*(moment for moment in earlier if now - moment < period), now]
        self._failures[name] = recent
        actions = service["failure_actions"]
        action = actions[min(len(recent), len(actions)) - 1]
        log.warning("service %s failed %s times: %s", name, len(recent), action)
        if action["type"] == "none":
            return
        if action["type"] != "restart":
            log.error("service %s: the failure action %s is not modelled", name, action["type"])
        elif not self._over.wait(action["delay_ms"] / 1000):
            self._restart(name)

    def _restart(self, name: str) -> None:
        try:
            self._services.start(name)
        except StartRefused as error:
            log.warning("service %s does not start again: %s", name, error.reason)
