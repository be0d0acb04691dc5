# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service's loop on a stage: time is a number, processes are objects, Prefect answers what a test wants."""

from __future__ import annotations

import dataclasses
import logging
import os
import uuid

from prefect_host import assembly, environment, status
from prefect_host.backoff import Backoff
from prefect_host.credential.providers import PRESENT, Found
from prefect_host.host import Host
from prefect_host.injector import keeper
from prefect_host.markers import Control
from prefect_host.orders import Orders
from prefect_host.parts import Parts
from prefect_host.poll_watch import PollWatch
from prefect_host.prefect_probe import OK, Answer
from prefect_host.runs.journal import Entry, Journal
from prefect_host.runs.repair import Repaired
from prefect_host.worker_keeper import WorkerKeeper

LOGGER = logging.getLogger("test")
HOUR = 3600.0
__all__ = ["Answer", "Entry", "Found", "Process", "Stage", "assembly"]


class Process:
    """A child. C(polite): it ends a second after it was asked."""

    def __init__(self, stage, pid, polite=True, askable=True):
        self.stage, self.pid, self.polite, self.askable = stage, pid, polite, askable
        self.code, self.asked, self.ended = None, 0, 0

    def poll(self):
        return self.code

    def ask_to_stop(self):
        self.asked += 1
        if not self.askable:
            raise OSError("no such event")
        if self.polite:
            self.stage.at(1, lambda: self.exit(0))

    def exit(self, code):
        if self.code is None:
            self.code = code

    def end(self):
        self.ended += 1
        self.exit(1)


class _Orders(Orders):
    """Waiting is where time passes."""

    def __init__(self, stage):
        super().__init__()
        self._stage = stage

    def wait(self, seconds):
        self._stage.pass_time(seconds)


class _Provider:
    def __init__(self):
        self.found = Found("none", PRESENT)
        self.offered = None

    def prepare(self):
        pass

    def renew(self):
        if self.offered is None:
            return False
        self.found, self.offered = self.offered, None
        return True

    def find(self):
        return self.found


class Stage:
    """C(at) plans something; C(run) plays until the service has ended, at most one day."""

    def __init__(self, settings, horizon=24 * HOUR):
        self.now, self.horizon, self._plans = 1000.0, 1000.0 + horizon, []
        self.answer, self.events, self.entered, self.repairs, self.told = Answer(OK), [], [], [], []
        self.statuses, self.workers, self.injectors = [], [], []
        self.polls, self.alive, self.start_errors, self.injector_errors = True, set(), [], []
        self.repairs_fail = False
        # What each repair was told to look at, and the seconds that it had.
        self.rounds = []
        self.settings, self.other_account = settings, ""
        self.provider, self.orders = _Provider(), _Orders(self)
        self.control = Control(settings.folders.control)
        self.control.folder.mkdir(parents=True, exist_ok=True)
        self.journal = Journal(environment.runs_folder(settings))
        self.status = status.Status(settings, LOGGER, self.clock, self._write)
        self.host = Host(self._parts())

    def clock(self):
        return self.now

    def _parts(self):
        backoff = Backoff(self.settings.restart, lambda: 0.0)
        poll_file = environment.poll_file(self.settings)
        return Parts(
            settings=self.settings, orders=self.orders, control=self.control, journal=self.journal,
            provider=self.provider,
            injector=keeper.InjectorKeeper(
                self._start_injector, lambda _port: True, self.settings.injector.port, LOGGER, self, self.clock,
                self.pass_time,
            ),
            worker=WorkerKeeper(
                self._start_worker, self.settings.restart, backoff, LOGGER, self,
                lambda *told: self.told.append(told), self.clock,
            ),
            watch=PollWatch(
                poll_file, self.settings.health.poll_timeout_seconds, lambda: self.answer.is_ok, self.clock
            ),
            probe=lambda: self.answer, repair=self._repair, entered=self.entered.append,
            alive=lambda pid: pid in self.alive, status=self.status, responder=self, health_port=lambda: 1,
            other_account=lambda: self.other_account, events=self, logger=LOGGER, clock=self.clock,
        )  # fmt: skip

    def write(self, event_id, text, **fields):
        self.events.append((int(event_id), text, fields))

    def look(self):
        pass

    def ids(self):
        return [event_id for event_id, _text, _fields in self.events]

    def _write(self, _settings, document, _logger):
        self.statuses.append(document)
        return True

    def _start_injector(self, port, authorization):
        if self.injector_errors:
            raise self.injector_errors.pop(0)
        made = Process(self, 500 + len(self.injectors))
        made.port, made.authorization = port, authorization
        self.injectors.append(made)
        return made

    def _start_worker(self):
        error = self.start_errors.pop(0) if self.start_errors else None
        if error is not None:
            raise error
        self.workers.append(Process(self, 11 + len(self.workers)))
        return self.workers[-1]

    def _repair(self, reason, only, deadline):
        done = Repaired()
        for entry in self.journal.entries():
            if only is not None and only.get(entry.flow_run_id) != entry.claimed_at:
                continue
            if self.repairs_fail or not self.answer.is_ok:
                done.leave(entry)
            else:
                done.crashed.append(entry.flow_run_id)
                self.journal.done(entry.flow_run_id)
        self.repairs.append((reason, only, done.crashed))
        self.rounds.append((only, deadline - self.now))
        return done

    def claim(self, pid=None, **fields):
        flow_run_id = str(uuid.uuid4())
        self.journal.claim(Entry(flow_run_id, **fields))
        if pid is not None:
            self.journal.started(flow_run_id, pid)
        return flow_run_id

    def poll(self):
        with open(environment.poll_file(self.settings), "w") as stream:
            stream.write("x")
        # A file's time has a resolution; two polls of a test may come within it.
        os.utime(stream.name, (self.now, self.now))

    def at(self, seconds, action):
        """C(seconds) from now on."""
        self._plans.append((self.now + seconds, action))

    def pass_time(self, seconds):
        self.now += seconds
        assert self.now < self.horizon, "the service did not end"
        for plan in [plan for plan in self._plans if plan[0] <= self.now]:
            self._plans.remove(plan)
            plan[1]()
        if self.polls and self.workers and self.workers[-1].code is None:
            self.poll()

    def stop(self, limit=HOUR, grace=30.0):
        self.orders.stop(limit, grace, "a test")

    def run(self):
        return self.host.run()

    def worker_ends(self, code=7):
        self.workers[-1].exit(code)

    def states(self):
        """Every state that was written, in order, without repetitions."""
        found = []
        for document in self.statuses:
            if not found or found[-1] != document["state"]:
                found.append(document["state"])
        return found


def restart_quickly(settings, **changes):
    """Settings with a short pause between starts."""
    values = {"initial_seconds": 1.0, "maximum_seconds": 4.0, "jitter": 0.0} | changes
    return dataclasses.replace(settings, restart=dataclasses.replace(settings.restart, **values))
