# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries out the steps of a plan. For internal use by this collection only."""

from __future__ import annotations

import collections
import concurrent.futures
import dataclasses
import graphlib
import time
import typing as t

from .errors import AuthFailed, ConnectionFailed, EngineError, NotAttempted, ServerBusy, UnexpectedError
from .estate import Entry, Estate, Place, Planner, Step, described
from .reconcile import not_converged

_DONE = {"create": "created", "update": "changed", "delete": "removed", "none": "changed"}
_NOTHING: dict[str, t.Any] = {"action": "none", "changes": {}}
_REREADS = 6
_REREAD_PAUSE_SECONDS = 0.5
# After one of these every further write would fail in the same way.
_HOPELESS = (ConnectionFailed, AuthFailed)


class ApplyFailed(EngineError):
    """Some writes failed; all others were done."""

    def __init__(
        self, steps: list[Step], server: str, result: dict[str, t.Any], besides: EngineError | None = None
    ) -> None:
        """besides is an error of what came after the writes."""
        self.failed = [(step.entry, step.error) for step in steps if step.error is not None]
        self.result, self.besides = result, besides
        if not self.failed and besides is not None:
            super().__init__(besides.what, obj=besides.obj, server=server, why=besides.why, todo=besides.todo)
            return
        changes = sum(step.changed for step in steps)
        first = next((error for _entry, error in self.failed if not isinstance(error, NotAttempted)), self.failed[0][1])
        super().__init__(
            f"apply {len(self.failed)} of {changes} changes",
            server=server,
            why=f"the first: {first.one_line()}",
            todo=f"{_left_behind(steps, changes)}; run again when this is mended",
        )

    def facts(self) -> dict[str, t.Any]:
        """What was written, and every error with its object."""
        return {**self.result, "errors": described(self.failed)}


class Applier:
    """Carries out steps, several at once."""

    def __init__(self, estate: Estate, planner: Planner, workers: int) -> None:
        self._estate, self._planner, self._workers = estate, planner, workers
        self._hopeless: EngineError | None = None

    def apply(self, steps: list[Step]) -> None:
        """Write everything, then prove it; errors are left in the steps."""
        self._run_patiently([step for step in steps if step.changed and step.plan.action != "delete"])
        removals = [step for step in steps if step.plan.action == "delete"]
        for rank in sorted({self._estate.rank(step.entry.kind) for step in removals}, reverse=True):
            chosen = [step for step in removals if self._estate.rank(step.entry.kind) == rank]
            self._hold_back(chosen, steps)
            self._run_patiently([step for step in chosen if step.error is None])
        try:
            self._prove([step for step in steps if step.written and step.error is None])
        except EngineError as error:
            for step in steps:
                if step.written and step.error is None:
                    step.error = error if self._hopeless is None else self._unproven(step)

    def _hold_back(self, removals: list[Step], steps: list[Step]) -> None:
        """What was only safe to remove because of a write that failed stays, and so does all that would be pruned."""
        if not any(step.error for step in steps):
            return
        done = {
            step.entry.place: dataclasses.replace(step.plan, **_NOTHING) if step.error else step.plan for step in steps
        }
        for step in removals:
            if step.entry.pruned:
                step.error = self._not_attempted(step, "nothing is pruned while something else failed")
            else:
                try:
                    self._planner.guard(step, done)
                except EngineError as error:
                    step.error = error

    def _run_patiently(self, steps: list[Step]) -> None:
        """All steps at the pace of the task; what a busy server turned away again, one after the other."""
        self._run(steps, self._workers)
        if any(isinstance(step.error, ServerBusy) for step in steps):
            again = [step for step in steps if isinstance(step.error, (ServerBusy, NotAttempted))]
            for step in again:
                step.error = None
            self._run(again, 1)

    def _run(self, steps: list[Step], workers: int) -> None:
        """Each step as soon as what it waits for is done."""
        by_place = {step.entry.place: step for step in steps}
        order = self._order(steps, by_place)
        ready: collections.deque[Step] = collections.deque()
        running: dict[concurrent.futures.Future[None], Step] = {}
        with concurrent.futures.ThreadPoolExecutor(workers) as pool:
            while order.is_active():
                ready.extend(order.get_ready())
                while ready and len(running) < workers:
                    step = ready.popleft()
                    running[pool.submit(self._one, step, by_place)] = step
                done, _rest = concurrent.futures.wait(running, return_when=concurrent.futures.FIRST_COMPLETED)
                for future in done:
                    step = running.pop(future)
                    self._learn(step, future.exception())
                    order.done(step)

    def _learn(self, step: Step, error: BaseException | None) -> None:
        """Keep why a step failed; a defect in one write stops no other."""
        if isinstance(error, EngineError):
            step.error = error
            if isinstance(error, _HOPELESS):
                self._hopeless = error
        elif isinstance(error, Exception):
            step.error = _defect(step.entry, self._estate.server, error)
        elif error is not None:
            raise error

    def _order(self, steps: list[Step], by_place: dict[Place, Step]) -> graphlib.TopologicalSorter[Step]:
        """What has to wait for what; steps that need each other in a circle get an error instead."""
        while True:
            order: graphlib.TopologicalSorter[Step] = graphlib.TopologicalSorter()
            of_kind: dict[str, list[Step]] = {}
            for step in steps:
                of_kind.setdefault(step.entry.kind, []).append(step)
            lanes: dict[str, Step] = {}
            for step in steps:
                needed = [by_place[place] for place in step.needs if place in by_place]
                order.add(step, *(other for other in needed if other.error is None))
                for kind in self._estate.follows(step.entry):
                    order.add(step, *of_kind.get(kind, []))
                lane = self._estate.lane(step.entry)
                if lane in lanes:
                    order.add(step, lanes[lane])
                if lane:
                    lanes[lane] = step
            try:
                order.prepare()
            except graphlib.CycleError as circle:
                for step in set(circle.args[1]):
                    step.error = self._not_attempted(step, "it and others need each other in a circle")
                steps = [step for step in steps if step.error is None]
            else:
                return order

    def _one(self, step: Step, by_place: dict[Place, Step]) -> None:
        failed = [place for place in step.needs if place in by_place and by_place[place].error is not None]
        if failed:
            first = by_place[failed[0]]
            done = _DONE[first.plan.action]
            step.error = self._not_attempted(step, f"its {first.entry.kind} '{first.entry.name}' could not be {done}")
        elif self._hopeless is not None:
            step.error = self._not_attempted(step, "an earlier write failed in a way that no later one can escape")
        elif step.error is None:
            if step.needs:
                # what is written comes from a fresh plan, what is shown from the one that check mode shows
                fresh = self._planner.again(step, step.current, proof=False)
                step.plan = dataclasses.replace(step.plan, changes=fresh.changes)
            self._estate.write(step)
            step.written = True

    def _prove(self, steps: list[Step]) -> None:
        """Read everything that was written and see that nothing is left to do."""
        rest = [(step, step.plan) for step in steps]
        for attempt in range(_REREADS):
            if not rest:
                return
            if attempt:
                time.sleep(_REREAD_PAUSE_SECONDS)
            self._estate.reload({step.entry.kind for step, _plan in rest})
            found = {id(step): self._estate.find(step.entry) for step, _plan in rest}
            plans = [(step, self._planner.again(step, found[id(step)], proof=True)) for step, _plan in rest]
            rest = [(step, plan) for step, plan in plans if plan.changed]
        for step, plan in rest:
            step.error = not_converged(step.entry.spec, step.plan, plan, self._estate.server, step.entry.name)

    def _unproven(self, step: Step) -> NotAttempted:
        return NotAttempted(
            f"verify {step.entry.spec.kind}",
            obj=step.entry.name,
            server=self._estate.server,
            why="it was written, but an earlier write failed in a way that kept it from being read back",
            todo="Mend the other error first, then run again",
        )

    def _not_attempted(self, step: Step, why: str) -> NotAttempted:
        return NotAttempted(
            f"{step.plan.action} {step.entry.spec.kind}",
            obj=step.entry.name,
            server=self._estate.server,
            why=why,
            todo="Mend the other error first, then run again",
        )


def _left_behind(steps: list[Step], changes: int) -> str:
    """What the server holds now of all that was to be done."""
    failed = [step for step in steps if step.error is not None]
    sent = sum(step.reached for step in failed)
    others = "All others were applied" if changes > len(failed) else "" if sent else "Nothing was applied"
    of_these = f"{sent} of these {'was' if sent == 1 else 'were'} written, or may have been" if sent else ""
    return ", and ".join(filter(None, (others, of_these)))


def _defect(entry: Entry, server: str, error: Exception) -> UnexpectedError:
    return UnexpectedError(
        f"write {entry.spec.kind}",
        obj=entry.name,
        server=server,
        why=f"{type(error).__name__}: {error}",
        todo="Report this as a defect of flowops.prefect",
    )
