# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many objects of many kinds at once. For internal use by this collection only.

Everything is planned before anything is written. What is written waits for what it needs and for nothing else; what
fails takes only those with it that need it. Afterwards all of it is read again, as a whole, and planned anew.
"""

from __future__ import annotations

import dataclasses
import graphlib
import typing as t

from .backend import Predicted
from .errors import Ambiguous, Conflict, EngineError, Forbidden, ImmutableChange, InvalidInput, NotFound
from .masking import secret_texts
from .plan import Plan, Wanted, plan
from .reconcile import no_such_reference, objections
from .spec import Field, ResourceSpec
from .wanted import expect_needed, reference_name, validate, wanted_of

Place = tuple[str, str]
# Errors of one entry; all others concern the server and end the run at once.
OF_ONE = (Ambiguous, Conflict, Forbidden, ImmutableChange, InvalidInput, NotFound)


@dataclasses.dataclass(frozen=True)
class Entry:
    """One object of a desired state: its kind, its whole name and its options. pruned says that nobody wants it any
    more."""

    kind: str
    name: str
    spec: ResourceSpec
    params: dict[str, t.Any]
    pruned: bool = False

    @property
    def place(self) -> Place:
        """What finds the entry among all."""
        return (self.kind, self.name)

    @property
    def absent(self) -> bool:
        """Whether the object shall be gone."""
        return self.params.get("state") == "absent"


@dataclasses.dataclass(eq=False)
class Step:
    """What has to be done about one entry.

    needs      entries that have to be written first
    predicted  references to what an earlier task of the same run would create (check mode only)
    written    whether the server accepted the write
    error      why it could not be done
    """

    entry: Entry
    plan: Plan
    current: dict[str, t.Any] | None
    needs: set[Place] = dataclasses.field(default_factory=set)
    predicted: list[str] = dataclasses.field(default_factory=list)
    written: bool = False
    error: EngineError | None = None

    @property
    def changed(self) -> bool:
        """Whether anything has to be written."""
        return self.plan.changed

    @property
    def reached(self) -> bool:
        """Whether the server holds some of it now, or may: it accepted the write or a part of it, or did not answer."""
        return self.written or (self.error is not None and self.error.partly)


class Estate(t.Protocol):
    """All objects of one server.

    server     what to call the server in an error
    read_only  true in check mode; C(write) then has to refuse
    """

    server: str
    read_only: bool

    def prepare(self, kinds: list[str]) -> None:
        """Read these kinds; what cannot be read is nobody's fault but the server's."""

    def find(self, entry: Entry) -> dict[str, t.Any] | None:
        """The entry's object as it was last read, or None if there is none."""

    def resolve(self, kind: str, name: str) -> t.Any:
        """Identifier of the object that a reference names, or None if there is none."""

    def place(self, kind: str, name: str) -> Place:
        """The place of an entry that a reference names."""

    def rank(self, kind: str) -> int:
        """Removals begin with the kinds of the highest rank."""

    def brings(self, entry: Entry) -> list[Place]:
        """What the server makes by itself when it creates the entry's object."""

    def backend(self, entry: Entry, fate: t.Callable[[Place], Plan | None]) -> t.Any:
        """What guards ask; objects are seen as they will be after the plans for them are carried out."""

    def lane(self, entry: Entry) -> str:
        """Entries of one lane are written one after the other; an empty text stands for a lane of its own."""

    def follows(self, entry: Entry) -> tuple[str, ...]:
        """Kinds whose entries are written before this one although it does not name them."""

    def examine(self, steps: list[Step]) -> t.Iterable[tuple[Step, EngineError]]:
        """What speaks against steps that are right each by itself. May add to what they need."""

    def write(self, step: Step) -> None:
        """Create, update or delete, as the step's plan says. An error that comes after something was written, or when
        nobody knows, has C(partly) set."""

    def reload(self, kinds: set[str]) -> None:
        """Read these kinds anew."""


class PlanFailed(EngineError):
    """Some entries cannot be planned; nothing was written."""

    def __init__(self, errors: list[tuple[Entry, EngineError]], total: int, server: str) -> None:
        self.errors = errors
        first = errors[0][1]
        super().__init__(
            f"plan {len(errors)} of {total} objects",
            server=server,
            why=f"nothing was written; the first: {first.one_line()}",
            todo="All of them are in errors" if len(errors) > 1 else "",
        )

    def facts(self) -> dict[str, t.Any]:
        """Every error with its object."""
        return {"changed": False, "errors": described(self.errors)}


def described(errors: t.Iterable[tuple[Entry, EngineError]]) -> list[dict[str, str]]:
    """Errors as data: kind and name of the object, what is wrong."""
    return [{"kind": entry.kind, "name": entry.name, "msg": error.one_line()} for entry, error in errors]


class Planner:
    """Plans all entries of one run. secrets gets every secret text that the server returned."""

    def __init__(self, estate: Estate, entries: list[Entry], secrets: t.Callable[[set[str]], object]) -> None:
        self._estate, self._entries, self._secrets = estate, entries, secrets
        self._wanted = {entry.place for entry in entries if not entry.absent}
        self._unwanted = {entry.place for entry in entries if entry.absent}
        self._brought = {place: entry.place for entry in entries if not entry.absent for place in estate.brings(entry)}

    def plan(self) -> list[Step]:
        """A step for each entry; PlanFailed if there are entries without one."""
        self._estate.prepare(list(dict.fromkeys(entry.kind for entry in self._entries)))
        steps, errors = [], []
        for entry in self._entries:
            try:
                steps.append(self._step(entry))
            except OF_ONE as error:
                errors.append((entry, error))
        plans = {step.entry.place: step.plan for step in steps}
        found = list(self._estate.examine(steps)) or list(self._circles(steps))
        errors += [(step.entry, error) for step, error in found]
        blamed = {id(step) for step, _error in found}
        for step in [step for step in steps if id(step) not in blamed]:
            try:
                self.guard(step, plans)
            except OF_ONE as error:
                errors.append((step.entry, error))
        if errors:
            raise PlanFailed(errors, len(self._entries), self._estate.server)
        return steps

    def _circles(self, steps: list[Step]) -> t.Iterator[tuple[Step, EngineError]]:
        """Steps that have to be written before each other, so that no order is right: the first of each circle."""
        left = {step.entry.place: step for step in steps if step.changed}
        while left:
            order = graphlib.TopologicalSorter(
                {place: sorted(step.needs & left.keys()) for place, step in left.items()}
            )
            try:
                order.prepare()
            except graphlib.CycleError as error:
                ring = [left.pop(place) for place in dict.fromkeys(error.args[1])]
                named = ", ".join(f"{step.entry.kind} '{step.entry.name}'" for step in ring)
                yield ring[0], self._in_a_circle(ring[0], named)
            else:
                return

    def _in_a_circle(self, step: Step, named: str) -> Conflict:
        return Conflict(
            f"plan {step.entry.spec.kind}",
            obj=step.entry.name,
            server=self._estate.server,
            why=f"each of these has to be written before the next, in a circle: {named}",
            todo="Leave one of them to a task of its own that comes first, without what it names of the others",
        )

    def again(self, step: Step, current: dict[str, t.Any] | None, *, proof: bool) -> Plan:
        """The plan for what is there now, with the identifiers of what was created meanwhile.

        proof  after the write: only what differs, secrets aside
        """
        return self._plan(step.entry, current, {} if step.entry.absent else self._resolved(step.entry), proof=proof)

    def _step(self, entry: Entry) -> Step:
        validate(entry.spec, entry.params, self._estate.server)
        expect_needed(entry.spec, entry.params, self._estate.server)
        current = self._estate.find(entry)
        self._secrets(secret_texts(entry.spec.secrets_of(entry.params, current)))
        step = Step(entry, Plan("none", {}, {}), current)
        wanted = {} if entry.absent else self._resolved(entry, step)
        step.plan = self._plan(entry, current, wanted, proof=False)
        return step

    def _plan(self, entry: Entry, current: dict[str, t.Any] | None, wanted: dict[str, Wanted], *, proof: bool) -> Plan:
        now = getattr(self._estate, "now", None)
        update = "on_create" if proof else entry.spec.update_secrets(entry.params, current, now)
        return plan(
            entry.spec,
            current,
            wanted,
            state="absent" if entry.absent else "present",
            update_secrets=update,
            proof=proof,
            name=entry.name,
            server=self._estate.server,
        )

    def _resolved(self, entry: Entry, step: Step | None = None) -> dict[str, Wanted]:
        def missing(field: Field, kind: str, name: str) -> Predicted:
            place = self._estate.place(kind, name)
            if step is not None and (place in self._wanted or place in self._brought):
                step.needs.add(place if place in self._wanted else self._brought[place])
                return Predicted(name)
            if step is not None and self._estate.read_only:
                step.predicted.append(f"{place[0]} {name}")
                return Predicted(name)
            raise no_such_reference(entry.spec, field, place[0], name, entry.name, self._estate.server)

        going = _only_removed(entry)

        def find(kind: str, name: str) -> t.Any:
            place = self._estate.place(kind, name)
            if place in self._unwanted and (kind, name) not in going:
                raise InvalidInput(
                    f"plan {entry.spec.kind}",
                    obj=entry.name,
                    server=self._estate.server,
                    why=f"it needs the {place[0]} '{name}', which the same desired state removes",
                    todo="Keep the one or remove both",
                )
            return self._estate.resolve(kind, name)

        return wanted_of(entry.spec, entry.params, find, missing)

    def guard(self, step: Step, plans: dict[Place, Plan]) -> None:
        """Ask the guard of a step, who sees everything as it will be after these plans."""
        spec = step.entry.spec
        backend = self._estate.backend(step.entry, plans.get)
        said = objections(spec, backend, step.plan, step.current, step.entry.params)
        step.plan = dataclasses.replace(step.plan, consequences=tuple(said))


def _only_removed(entry: Entry) -> set[tuple[str, str]]:
    """Kinds and names of what an entry takes out of memberships and names nowhere else: that need not stay."""
    kept: set[tuple[str, str]] = set()
    removed: set[tuple[str, str]] = set()
    for field in entry.spec.properties:
        value = entry.params.get(field.name)
        if not field.reference or value is None:
            continue
        verbs = value if isinstance(value, dict) else {"": value if isinstance(value, list) else [value]}
        for verb, names in verbs.items():
            whole = {(field.reference, reference_name(field, entry.params, str(name))) for name in names or ()}
            (removed if verb == "remove" else kept).update(whole)
    return removed - kept
