# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""C(status.json): the one place that says how the service is. True at every change, and at least every ten seconds."""

from __future__ import annotations

import os
import time
import typing as t

from prefect_host import __version__, state
from prefect_host.markers import now

if t.TYPE_CHECKING:
    import logging

    from prefect_host.configuration import Configuration
    from prefect_host.credential.providers import Found

SCHEMA = 1
EVERY_SECONDS = 10.0
# Older than this, the file speaks of a service that is gone or hangs.
STALE_SECONDS = 60.0
STARTING, WAITING, RUNNING = "starting", "waiting", "running"
DRAINING, DRAINED = "draining", "drained"
STOPPING, STOPPED = "stopping", "stopped"


class Status:
    """Collects, and writes. C(write) is C(state.write_status), or its double."""

    def __init__(
        self,
        configuration: Configuration,
        logger: logging.Logger,
        clock: t.Callable[[], float] = time.monotonic,
        write: t.Callable[[Configuration, dict[str, t.Any], logging.Logger], bool] = state.write_status,
    ) -> None:
        self._configuration, self._logger, self._clock, self._write = configuration, logger, clock, write
        self._written: dict[str, t.Any] | None = None
        self._due = 0.0
        self.state, self.reason, self._since = STARTING, "", now()

    def enter(self, name: str, reason: str = "") -> bool:
        """The state, and why. Whether it is another state than before."""
        is_new = name != self.state
        if is_new:
            self._since = now()
        self.state, self.reason = name, reason
        return is_new

    def tell(
        self,
        worker: dict[str, t.Any],
        injector: dict[str, t.Any],
        health_port: int,
        runs: list[str] | None,
        credential: Found,
        credential_state: str,
    ) -> None:
        """Write when something changed, or when it is time. C(runs) is None when the journal can't be read."""
        changing = {
            "state": self.state, "reason": self.reason, "since": self._since, "worker": worker, "injector": injector,
            "health_port": health_port, "runs": runs,
            "credential": {
                "kind": credential.kind, "state": credential_state, "reason": credential.reason,
                "fingerprint": credential.fingerprint, "taken_at": credential.taken_at,
            },
        }  # fmt: skip
        compared = changing | {"worker": {key: value for key, value in worker.items() if key != "last_poll"}}
        if compared == self._written and self._clock() < self._due:
            return
        document = {
            "schema": SCHEMA,
            "instance": self._configuration.instance,
            "updated": now(),
            "service_pid": os.getpid(),
            "config_sha256": self._configuration.sha256,
            "prefect_host": __version__,
        } | changing
        # Written or not: a file that is held costs patience, so it is not tried again with each turn of the loop.
        self._write(self._configuration, document, self._logger)
        self._written = compared
        self._due = self._clock() + EVERY_SECONDS
