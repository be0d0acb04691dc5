# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for the end of a flow run. For internal use by this collection only."""

from __future__ import annotations

import time
import typing as t

from .._engine.errors import ConnectionFailed, EngineError, NotFound, ServerError
from .answers import Errand
from .client import Client
from .runs import Object, is_final, logs_of, run_url

# A server that restarts or loses its database for a moment ends no wait; one that stays away this long does.
_PATIENCE_SECONDS = 300
# A flow run that was only just made may be unknown for a moment to a server that is eventually consistent.
_UNKNOWN_SECONDS = 10
# The last lines of a log arrive after the final state: whoever writes them sends them in batches of two seconds.
_LOG_ROUNDS, _LOG_ROUNDS_WITHOUT_NEWS, _LOG_PAUSE_SECONDS = 12, 3, 1.0

Clock = t.Callable[[], float]
Sleep = t.Callable[[float], None]


def read_run(client: Client, run_id: str) -> Object | None:
    """A flow run by its identifier, or None if it is proven absent."""
    return client.find(f"/flow_runs/{run_id}", Errand("read flow run", run_id))


class Wait:
    """How long to wait and how often to look.

    seconds, interval  for the whole wait, and between two looks
    clock, sleep       seconds; replaced in tests
    """

    def __init__(self, seconds: float, interval: float, clock: Clock | None = None, sleep: Sleep | None = None) -> None:
        self.seconds, self.interval = seconds, interval
        self._clock, self._sleep = clock or time.monotonic, sleep or time.sleep

    def for_end(self, client: Client, run: Object) -> Object:
        """The flow run as it is when it has ended, or when the time is over."""
        begun = self._clock()
        known, last_answer = False, begun
        while not is_final(run):
            left = self.seconds - (self._clock() - begun)
            if left <= 0:
                return run
            self._sleep(min(self.interval, left))
            try:
                found = read_run(client, run["id"])
            except (ConnectionFailed, ServerError):
                if self._clock() - last_answer > _PATIENCE_SECONDS:
                    raise
                continue
            last_answer = self._clock()
            if found is None and (known or last_answer - begun > _UNKNOWN_SECONDS):
                raise self._gone(client, run)
            known, run = known or found is not None, found or run
        return run

    def for_logs(self, client: Client, run: Object) -> None:
        """Return when no more lines of the log of a flow run that has ended seem to be on their way."""
        newest, quiet = None, 0
        for _round in range(_LOG_ROUNDS):
            lines, _more = logs_of(client, run, 1)
            quiet = quiet + 1 if lines == newest else 0
            newest = lines
            if quiet == _LOG_ROUNDS_WITHOUT_NEWS:
                return
            self._sleep(_LOG_PAUSE_SECONDS)

    def _gone(self, client: Client, run: Object) -> NotFound:
        return NotFound(
            "wait for flow run",
            obj=run["name"],
            server=client.connection.api_url,
            why="it is not there any more",
            todo="See who removed it; nobody can say now how it ended",
        )


class WithResult(EngineError):
    """An error of a task that has done something all the same.

    result  what the task would have returned
    """

    def __init__(self, result: Object, what: str, **facts: str) -> None:
        super().__init__(what, **facts)
        self.result = result

    def facts(self) -> Object:
        """The whole result, beside the error."""
        return self.result


class RunFailed(WithResult):
    """The flow run ended in a way that counts as a failure."""


class RunUnfinished(WithResult):
    """The flow run has not ended in time."""


class RunInterrupted(WithResult):
    """The flow run has been made or cancelled, and what came after that went wrong."""


def interrupted(error: EngineError, run: Object, result: Object) -> RunInterrupted:
    """The error for what went wrong after the flow run had been made or cancelled."""
    todo = f"{error.todo.rstrip('.')}. The flow run {run['id']} is there all the same"
    return RunInterrupted(result, error.what, obj=error.obj, server=error.server, why=error.why, todo=todo)


def failed(client: Client, run: Object, result: Object) -> RunFailed:
    """The error for a flow run that ended badly, with the line of its log that tells most."""
    errors, _more = logs_of(client, run, 1, least=40)
    lines = errors or logs_of(client, run, 1)[0]
    message = (run.get("state") or {}).get("message")
    why = f"it ended {run['state_name']}" + (f": {_short(message)}" if message else "")
    if lines:
        why += f"; last line of its log: {lines[0]['level']} {_short(lines[0]['message'])}"
    return RunFailed(
        result,
        "complete flow run",
        obj=run["name"],
        server=client.connection.api_url,
        why=why,
        todo=f"See {run_url(client.connection, run['id'])}",
    )


def unfinished(client: Client, run: Object, seconds: int, result: Object) -> RunUnfinished:
    """The error for a flow run that is still going on when the time is over."""
    return RunUnfinished(
        result,
        "see the end of flow run",
        obj=run["name"],
        server=client.connection.api_url,
        why=f"it is still {run['state_name']} after {seconds} seconds, and goes on",
        todo=_advice(run),
    )


def _advice(run: Object) -> str:
    kind, pool = run.get("state_type"), run.get("work_pool_name")
    if kind in ("SCHEDULED", "PENDING") and pool:
        return f"See that a worker of work pool '{pool}' is online and has a free slot, or raise wait_timeout"
    if kind == "SCHEDULED":
        return "Its deployment has no work pool; see that something serves it, or raise wait_timeout"
    if kind == "PAUSED":
        return "Resume it in Prefect"
    if kind == "CANCELLING":
        return (
            "See that the worker is online and may cancel (PREFECT_WORKER_ENABLE_CANCELLATION), or raise wait_timeout"
        )
    return "Raise wait_timeout, or cancel it with state: cancelled and its id"


def _short(text: str) -> str:
    """The end of a text in one line: of a traceback, it is the end that says what happened."""
    flat = " ".join(text.split())
    return flat if len(flat) <= 300 else f"...{flat[-300:]}"
