# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tells Prefect the truth about runs whose processes are gone.

A run that is Crashed stays so: Prefect's own C(retries) of a flow count for Failed runs only, because the process that
would retry is gone. Who wants a new run after a crash writes an automation, or runs it again; Prefect allows both.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import time
import typing as t

from prefect_host.records.event_ids import HostEvent
from prefect_host.runs import server
from prefect_host.runs.journal import STARTED, Entry, Journal

if t.TYPE_CHECKING:
    import logging

GIVEN_BACK = "Given back before its code began"
# A flow whose mere import ends the host would come back for ever.
MOST_GIVEN_BACK = 3
ATTEMPTS = 3


class Events(t.Protocol):
    """Where the Event Log is written. Never raises."""

    def write(self, event_id: int, text: str, **fields: t.Any) -> t.Any:
        """One event."""


@dataclasses.dataclass
class Repaired:
    """Ids of flow runs. C(left) stay in the journal, for the next time; C(left_entries) has when they were claimed."""

    crashed: list[str] = dataclasses.field(default_factory=list)
    given_back: list[str] = dataclasses.field(default_factory=list)
    cancelled: list[str] = dataclasses.field(default_factory=list)
    finished: list[str] = dataclasses.field(default_factory=list)
    left: list[str] = dataclasses.field(default_factory=list)
    left_entries: dict[str, str] = dataclasses.field(default_factory=dict, compare=False)

    def leave(self, entry: Entry) -> None:
        """Nothing is decided about this one."""
        self.left.append(entry.flow_run_id)
        self.left_entries[entry.flow_run_id] = entry.claimed_at


def repair(
    journal: Journal,
    api: server.Api,
    reason: str,
    logger: logging.Logger,
    events: Events,
    only: t.Mapping[str, str] | None = None,
    deadline: float | None = None,
) -> Repaired:
    """Bring every entry to its end. Call it while no worker of this journal runs; with C(only), the C(left_entries) of
    a repair before, nothing but those is looked at, and only while they are the same claims: then a worker may run.

    C(reason) says what happened, as part of a sentence. C(deadline) is a time of C(time.monotonic): what isn't done by
    then is left, and so is all that follows on a Prefect that can't be reached. Nothing is raised for a single run.
    Raises OSError when the journal itself can't be listed.
    """
    done = Repaired()
    asked = _Round(api, deadline)
    work = Repairer(journal, asked, reason, logger, events)
    waiting = [entry for entry in journal.entries() if only is None or only.get(entry.flow_run_id) == entry.claimed_at]
    for number, entry in enumerate(waiting):
        if asked.is_over:
            logger.warning("%s more flow runs can't be repaired yet", len(waiting) - number)
            for later in waiting[number:]:
                done.leave(later)
            break
        # Whose an unreadable entry is will be known when no worker runs.
        if only is not None and not entry.readable:
            done.leave(entry)
            continue
        try:
            getattr(done, work.end(entry)).append(entry.flow_run_id)
        except (OSError, server.Refused) as error:
            logger.warning("flow run %s can't be repaired yet: %s", entry.flow_run_id, error)
            done.leave(entry)
        except Exception:
            logger.exception("flow run %s can't be repaired yet", entry.flow_run_id)
            done.leave(entry)
    if only is None:
        journal.tidy()
    return done


class _Round:
    """Prefect's API until it can't be reached, or until C(deadline)."""

    def __init__(self, api: server.Api, deadline: float | None) -> None:
        self._api, self._deadline, self._is_away = api, deadline, False

    @property
    def is_over(self) -> bool:
        """Whether asking on would be in vain."""
        return self._is_away or (self._deadline is not None and time.monotonic() >= self._deadline)

    def get(self, path: str) -> tuple[int, t.Any]:
        """As the API. Raises OSError, also when the time is up."""
        return self._ask(lambda: self._api.get(path))

    def post(self, path: str, body: t.Any) -> tuple[int, t.Any]:
        """As C(get)."""
        return self._ask(lambda: self._api.post(path, body))

    def _ask(self, question: t.Callable[[], tuple[int, t.Any]]) -> tuple[int, t.Any]:
        if self.is_over:
            raise TimeoutError("no time is left for it")
        try:
            return question()
        except OSError:
            self._is_away = True
            raise


class Repairer:
    """Ends one run after the other. C(named) says that enough time has passed since the claim for whoever has the run
    now to have put its name on it. C(lock) is held while entries change, for a journal in which runs are claimed."""

    def __init__(
        self,
        journal: Journal,
        api: server.Api,
        reason: str,
        logger: logging.Logger,
        events: Events,
        named: bool = False,
        lock: contextlib.AbstractContextManager[t.Any] | None = None,
    ) -> None:
        self._journal, self._api, self._reason = journal, api, reason
        self._logger, self._events, self._named = logger, events, named
        self._lock = contextlib.nullcontext() if lock is None else lock

    def end(self, entry: Entry) -> str:
        """The field of Repaired that tells what became of the run. Raises Refused and OSError: nothing is decided. A
        new claim of the same run is left alone."""
        for _attempt in range(ATTEMPTS):
            outcome = self._attempt(entry)
            if outcome is not None:
                with self._lock:
                    if self._is_current(entry):
                        self._journal.done(entry.flow_run_id)
                return outcome
            entry = dataclasses.replace(entry, repairing="")
        raise server.Refused("its state changes each time it is looked at")

    def _is_current(self, entry: Entry) -> bool:
        """Whether the journal has this claim of the run still, or none. Raises OSError when that can't be seen."""
        found = self._journal.read(entry.flow_run_id)
        if found is None or (found.claim, found.claimed_at) == (entry.claim, entry.claimed_at or found.claimed_at):
            return True
        if found.readable and entry.readable:
            return False
        raise OSError("its journal entry can't be read each time")

    def _attempt(self, entry: Entry) -> str | None:
        """None when Prefect kept the run's state, most likely because somebody changed it meanwhile."""
        run = server.read_run(self._api, entry.flow_run_id)
        found = (run or {}).get("state") or {}
        kind = found.get("type")
        if run is None or not self._is_current(entry) or self._is_not_ours(entry, run, found):
            return "finished"
        if kind in server.TERMINAL:
            # Also when the worker told Prefect: of what ran inside the process it says nothing.
            within = "CANCELLED" if kind == "CANCELLED" else "CRASHED"
            self._end_within(entry, server.State(within, self._message(entry, "The flow run around it ended")))
            return "finished"
        if (kind == "SCHEDULED" and not _waits_in_process(run)) or (kind == "PAUSED" and _is_suspended(found)):
            return "finished"
        self._mark(entry, str(found.get("id") or ""))
        if kind == "CANCELLING":
            return self._conclude(entry, server.State("CANCELLED", self._message(entry, "Cancelled")), "cancelled")
        what = "Its process is gone"
        if kind == "PENDING" and not run.get("start_time"):
            if self._times_given_back(entry) < MOST_GIVEN_BACK:
                return self._give_back(entry, found)
            what = f"Given back {MOST_GIVEN_BACK} times already, and its code never began"
        return self._conclude(entry, server.State("CRASHED", self._message(entry, what)), "crashed")

    def _mark(self, entry: Entry, state_id: str) -> None:
        """Write down which state the repair found. On a full disk it goes without: to remove the entry takes none."""
        try:
            with self._lock:
                if self._is_current(entry):
                    self._journal.update(entry.flow_run_id, repairing=state_id)
        except OSError as error:
            self._logger.warning("the journal entry of flow run %s stays as it is: %s", entry.flow_run_id, error)

    def _give_back(self, entry: Entry, found: dict[str, t.Any]) -> str | None:
        # The time it was meant for: a run that had to wait is late, and is shown as such.
        planned = (found.get("state_details") or {}).get("scheduled_time")
        when = planned or datetime.datetime.now(datetime.UTC).isoformat()
        state = server.State("SCHEDULED", self._message(entry, GIVEN_BACK), when)
        if not server.set_state(self._api, "flow_runs", entry.flow_run_id, state):
            return None
        self._tell(HostEvent.RUN_GIVEN_BACK, "was given back to its work pool", entry)
        return "given_back"

    def _conclude(self, entry: Entry, state: server.State, outcome: str) -> str | None:
        # Inner runs first: once the run itself has ended, nothing would lead a later repair to them.
        self._end_within(entry, state)
        if not server.set_state(self._api, "flow_runs", entry.flow_run_id, state):
            return None
        self._tell(HostEvent.RUN_CRASHED, f"was reported as {outcome}", entry)
        return outcome

    def _end_within(self, entry: Entry, state: server.State) -> None:
        for child in server.end_within(self._api, entry.flow_run_id, state):
            self._logger.warning("subflow run %s of %s: %s", child, entry.flow_run_id, state.message)

    def _is_not_ours(self, entry: Entry, run: dict[str, t.Any], found: dict[str, t.Any]) -> bool:
        """Whether an entry that could not be removed names a run that somebody else has by now."""
        if entry.repairing and entry.repairing != str(found.get("id")) and self._was_repaired(entry):
            return True
        kind = found.get("type")
        if kind == "PENDING" and entry.claim and found.get("name") == "Pending":
            return found.get("message") != entry.claim
        # A worker puts its name on a run before it calls it Submitting. Until then, the name there may be that of the
        # one that gave it back.
        named = self._named or entry.phase == STARTED or found.get("name") == "Submitting"
        named = named or kind not in ("PENDING", "SCHEDULED") or (kind == "SCHEDULED" and _waits_in_process(run))
        worker = (run.get("labels") or {}).get("prefect.worker.name")
        return bool(named and entry.worker and worker and worker != entry.worker)

    def _was_repaired(self, entry: Entry) -> bool:
        """Whether the run ended, or went back, after the state that an earlier repair had found."""
        after = False
        for state in server.states(self._api, entry.flow_run_id):
            if after and (state.get("type") == "SCHEDULED" or state.get("type") in server.TERMINAL):
                return True
            after = after or str(state.get("id")) == entry.repairing
        return False

    def _times_given_back(self, entry: Entry) -> int:
        history = server.states(self._api, entry.flow_run_id)
        return sum((state.get("message") or "").startswith(GIVEN_BACK) for state in history)

    def _message(self, entry: Entry, what: str) -> str:
        where = {"host": entry.host, "worker": entry.worker, "account": entry.account}
        known = ", ".join(f"{name} {value}" for name, value in where.items() if value)
        return f"{what}: {self._reason}" + (f" ({known})" if known else "")

    def _tell(self, event_id: int, what: str, entry: Entry) -> None:
        name = entry.flow_run_name or entry.flow_run_id
        text = f"Flow run {name} {what}: {self._reason}"
        self._logger.warning("%s [%s]", text, entry.flow_run_id)
        self._events.write(
            event_id,
            text,
            flow_run_id=entry.flow_run_id,
            flow_run_name=entry.flow_run_name,
            flow=entry.flow_name,
            deployment=entry.deployment,
            work_pool=entry.work_pool,
            worker=entry.worker,
            tags=entry.tags,
            account=entry.account,
            host=entry.host,
            requested_by=entry.requested_by,
            project=entry.project,
        )


def _is_suspended(state: dict[str, t.Any]) -> bool:
    """Whether a paused run has left its process on purpose, to go on in another one."""
    return bool((state.get("state_details") or {}).get("pause_reschedule"))


def _waits_in_process(run: dict[str, t.Any]) -> bool:
    """Whether a scheduled run waits for its next try in its own process: Prefect gives such a run to nobody else."""
    return (run.get("empirical_policy") or {}).get("retry_type") == "in_process"
