# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service's loop: injector up, Prefect answers, runs repaired, worker up, watch. Plain Python, all is handed in.

One thread looks at all of it once a second. Nothing here ends the service but an order to stop, or a worker that fails
again and again although Prefect answers.
"""

from __future__ import annotations

import typing as t

from prefect_host import status
from prefect_host.credential.providers import PRESENT, Found
from prefect_host.key_change import KeyChange
from prefect_host.mending import Mending
from prefect_host.records.event_ids import HostEvent
from prefect_host.reporter import Reporter
from prefect_host.stopping import Stopping

if t.TYPE_CHECKING:
    from prefect_host.parts import Parts

TICK_SECONDS = 1.0
PROBE_PAUSES = (2.0, 3.0, 5.0, 10.0, 15.0)
# How often the credential of a running worker is tried, and a token file looked at.
CHECK_SECONDS = 30.0
ENDED_BY_ITSELF = 1


class Host:
    """C(run) returns the service's own exit code: 0 after a stop, ENDED_BY_ITSELF after too many failed starts, or
    where the account is not that of the configuration."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._reporter = Reporter(parts)
        self._key_change = KeyChange(parts)
        self._found = Found("none", PRESENT)
        self._found_due = self._probe_at = self._check_at = 0.0
        self._probes = 0
        self._mending = Mending(parts, "what ran it had ended without a word when the worker's service started")
        self._silent_since: float | None = None
        self._trouble = ""

    def run(self) -> int:
        refusal = self._other_account()
        if refusal:
            return self._end_by_itself(refusal)
        self._prepare()
        while not self._parts.orders.is_stop:
            self._step_safely()
            if self._parts.worker.has_failed_too_often and not self._parts.worker.is_running:
                return self._give_up()
            self._parts.orders.wait(TICK_SECONDS)
        Stopping(self._parts, self._reporter, self._keep_injector, self._tell, self._mending.last).run()
        return 0

    def _other_account(self) -> str:
        """A service that was made and not given its account yet runs as Local System. Runs would bear a wrong name."""
        other = self._parts.other_account()
        return other and (
            f"the service runs as {other}, and its configuration says {self._parts.settings.service_account};"
            " nothing was started. Run the role win_worker again: it sets the account"
        )

    def _prepare(self) -> None:
        for action in (self._parts.control.forget_own, self._parts.provider.prepare):
            try:
                action()
            except OSError as error:
                self._parts.logger.error("%s; look at the rights on the folders of this instance", error)

    def _step_safely(self) -> None:
        """A mistake of ours, or a disk that is full, is said once and tried again: it ends no worker."""
        try:
            self._step()
        except Exception as error:
            trouble = f"{type(error).__name__}: {error}"
            if trouble != self._trouble:
                self._parts.logger.exception("the service's loop failed; it goes on")
            self._trouble = trouble
            running = self._parts.worker.is_running
            self._reporter.enter(status.RUNNING if running else status.WAITING, f"the service's loop fails: {trouble}")
            self._tell()
        else:
            self._trouble = ""

    def _step(self) -> None:
        self._reporter.look_for_drain()
        self._look_for_credential()
        if self._has_injector():
            self._key_change.step(self._found)
            if self._parts.worker.is_running:
                self._watch_worker()
            else:
                self._bring_worker_up()
            self._mending.leftovers()
        self._parts.responder.look()
        self._tell()

    def _tell(self) -> None:
        self._reporter.tell(self._found)

    def _look_for_credential(self) -> None:
        parts = self._parts
        try:
            is_new = parts.provider.renew()
        except OSError as error:
            # It may still be written, or the disk may be full: the old key goes on meanwhile.
            parts.logger.warning("a new API key can't be taken over yet: %s", error)
            is_new = False
        if is_new:
            self._found = parts.provider.find()
            self._key_change.begin(self._found)
            self._probe_at, self._probes = 0.0, 0
        elif self._found.state != PRESENT or parts.clock() >= self._found_due:
            self._found = parts.provider.find()
            self._found_due = parts.clock() + CHECK_SECONDS

    def _keep_injector(self) -> bool:
        return self._parts.injector.keep(self._key_change.authorization(self._found))

    def _has_injector(self) -> bool:
        parts = self._parts
        # One that is in use is still there when it can't be read for a moment.
        in_use = self._key_change.authorization(self._found) is not None
        if self._found.state != PRESENT and not in_use and not parts.injector.is_up:
            self._reporter.wait_for(self._found.reason, HostEvent.CREDENTIAL_MISSING)
            return False
        if self._keep_injector():
            return True
        if parts.injector.port_is_lost:
            parts.logger.error("port %s does not come back: another one is taken", parts.injector.port)
            parts.injector.move()
            if parts.worker.is_running:
                self._end_worker("the injector lost its port, and the worker was started anew")
        if not parts.worker.is_running:
            self._reporter.wait_for(parts.injector.problem)
        return False

    def _bring_worker_up(self) -> None:
        parts = self._parts
        if parts.clock() < self._probe_at:
            return
        answer = parts.probe()
        self._reporter.note(answer)
        if not answer.is_ok:
            self._probe_at = parts.clock() + PROBE_PAUSES[min(self._probes, len(PROBE_PAUSES) - 1)]
            self._probes += 1
            self._reporter.wait_for(answer.reason)
            return
        self._probes = 0
        self._mending.before_a_worker()
        if parts.worker.pause > 0:
            self._probe_at = parts.clock() + min(parts.worker.pause, PROBE_PAUSES[0])
            self._reporter.wait_for(f"the worker {parts.worker.last_end}; it will be started again")
        else:
            self._start_worker()

    def _start_worker(self) -> None:
        parts = self._parts
        # Before the start: the worker may ask for runs before we look.
        parts.watch.begin()
        self._silent_since = None
        self._check_at = parts.clock() + CHECK_SECONDS
        if parts.worker.start():
            self._reporter.enter(status.STARTING, "the worker starts")

    def _watch_worker(self) -> None:
        parts = self._parts
        if parts.worker.has_ended():
            self._mending.because(f"the worker's process {parts.worker.last_end}")
            self._probe_at = 0.0
            parts.worker.count(parts.probe().is_ok, parts.watch.has_polled)
            return
        if parts.watch.is_silent():
            self._end_silent_worker()
            return
        self._silent_since = None
        if parts.clock() >= self._check_at:
            self._check_at = parts.clock() + CHECK_SECONDS
            self._reporter.note(parts.probe())
        if parts.watch.has_polled:
            refused = "Prefect refuses the credential of this worker; hand over a valid one"
            if self._reporter.enter(status.RUNNING, refused if self._reporter.is_refused else self._found.reason):
                parts.events.write(HostEvent.RUNNING, f"worker {parts.settings.worker.name} asks for runs")

    def _end_silent_worker(self) -> None:
        """It lives, but asks for nothing. Flows that still run are let finish: they need no worker that asks."""
        parts, limit = self._parts, self._parts.settings.drain.limit_seconds
        text = f"the worker asked for no runs for {parts.settings.health.poll_timeout_seconds:.0f} s"
        if self._silent_since is None:
            self._silent_since = parts.clock()
            parts.logger.warning("%s, although Prefect answers: it is started again", text)
            parts.events.write(HostEvent.WORKER_SILENT, f"{text}; it is started again", pid=parts.worker.pid)
        alive = [entry for entry in parts.journal.entries() if entry.pid is not None and parts.alive(entry.pid)]
        if alive and parts.clock() - self._silent_since < limit:
            self._reporter.enter(status.RUNNING, f"{text}; it is started again when its {len(alive)} flows have ended")
            return
        self._end_worker(f"{text} and was started again")
        parts.worker.last_end = "asked for no runs"
        parts.worker.count(prefect_answered=True, has_polled=parts.watch.has_polled)

    def _end_worker(self, why: str) -> None:
        self._parts.worker.end()
        self._mending.because(why)
        self._probe_at = 0.0

    def _give_up(self) -> int:
        parts = self._parts
        reason = (
            f"the worker failed {parts.worker.failures} times in a row although Prefect answers; the last one"
            f" {parts.worker.last_end}; read worker.log, then start the service again"
        )
        self._mending.last(reason)
        parts.injector.end()
        return self._end_by_itself(reason)

    def _end_by_itself(self, reason: str) -> int:
        self._parts.logger.error("%s", reason)
        self._parts.events.write(HostEvent.STOPPED_BY_ITSELF, reason)
        self._reporter.enter(status.STOPPED, reason)
        self._tell()
        return ENDED_BY_ITSELF
