# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Brings a server to a desired state, and forgets nothing of what it owns. For internal use by this collection only."""

from __future__ import annotations

import dataclasses
import typing as t

from .._engine import tally
from .._engine.apply import Applier, ApplyFailed
from .._engine.errors import (
    ConnectionFailed,
    EngineError,
    InvalidInput,
    NotConverged,
    ServerError,
    TooMuch,
    UnexpectedError,
)
from .._engine.estate import Entry, Planner, Step
from .catalogue import BY_PLURAL, CATALOGUE, KINDS
from .document import entries_of
from .estate import PrefectEstate
from .ledger import Ledger
from .names import block_name_problem

if t.TYPE_CHECKING:
    from .stores import Stores

# After these nobody knows whether the object was created.
_MAY_HAVE_HAPPENED = (ConnectionFailed, NotConverged, ServerError, UnexpectedError)
_ORDER = {kind.name: number for number, kind in enumerate(KINDS)}


@dataclasses.dataclass(frozen=True)
class Orders:
    """What a task asks for.

    resources      the desired state, as a document
    ledger         name of the ledger that writes down what is owned; empty for none
    prune          whether owned objects that the document does not name are removed
    prune_maximum  how many of them at the most
    concurrency    writes at the same time
    check_mode     plan only
    """

    resources: dict[str, t.Any]
    ledger: str = ""
    prune: bool = False
    prune_maximum: int = 0
    concurrency: int = 2
    check_mode: bool = False


def converge(stores: Stores, orders: Orders, hide: t.Callable[[set[str]], object]) -> dict[str, t.Any]:
    """Plan all, write what differs, prove it; the module's result.

    Raises PlanFailed before anything is written, and ApplyFailed when some writes failed; both name every object.
    """
    estate = PrefectEstate(stores)
    entries = entries_of(orders.resources, stores)
    for entry in entries:
        if entry.params.get("update_secrets") == "when_changed":
            stores.store(entry.kind).with_secrets = True
    ledger = Ledger.read(stores.client, orders.ledger) if orders.ledger else None
    pruned = _prunable(stores, ledger, entries) if ledger is not None and orders.prune else []
    if len(pruned) > orders.prune_maximum:
        raise _too_much(stores.server, pruned, orders.prune_maximum)
    estate.entries = [*entries, *pruned]
    planner = Planner(estate, estate.entries, hide)
    steps = planner.plan()
    if not orders.check_mode:
        _apply(stores, estate, planner, steps, ledger, orders.concurrency)
    return result_of(steps, stores)


def _apply(
    stores: Stores, estate: PrefectEstate, planner: Planner, steps: list[Step], ledger: Ledger | None, workers: int
) -> None:
    if ledger is not None:
        ledger.intend(stores.client, [step.entry for step in steps if step.plan.action == "create"])
    Applier(estate, planner, workers).apply(steps)
    unsettled = None
    if ledger is not None:
        try:
            ledger.settle(stores.client, _owned(stores, estate, ledger, steps))
        except EngineError as error:
            unsettled = error
    if unsettled is not None or any(step.error for step in steps):
        raise ApplyFailed(steps, stores.server, result_of(steps, stores), unsettled)


def _prunable(stores: Stores, ledger: Ledger, entries: list[Entry]) -> list[Entry]:
    """Owned objects that nobody wants any more, as entries that are absent."""
    named = {entry.place for entry in entries}
    found = []
    for kind_name in sorted(ledger.objects.keys() & CATALOGUE.keys(), key=lambda name: _ORDER[name]):
        left = [label for label in ledger.objects[kind_name] if (kind_name, label) not in named]
        labels = stores.index(kind_name).labels() if left else {}
        store = stores.store(kind_name)
        for label in left:
            if label in labels and store.ownable(labels[label]) and ledger.owns(kind_name, label, labels[label]):
                options = store.options(labels[label]) or {}
                params = {field.name: field.default for field in store.spec.fields if field.control}
                found.append(Entry(kind_name, label, store.spec, {**params, **options, "state": "absent"}, pruned=True))
    return found


def _owned(stores: Stores, estate: PrefectEstate, ledger: Ledger, steps: list[Step]) -> dict[str, dict[str, t.Any]]:
    """What the ledger has to hold now: what it held and is still there, and what the document wants and has got."""
    owned = {kind: dict(names) for kind, names in ledger.objects.items()}
    for step in steps:
        names = owned.setdefault(step.entry.kind, {})
        found = None if step.entry.absent else estate.find(step.entry)
        if found is not None and stores.store(step.entry.kind).ownable(found):
            names[step.entry.name] = found.get("id")
        elif step.error is None or (step.plan.action == "create" and not isinstance(step.error, _MAY_HAVE_HAPPENED)):
            names.pop(step.entry.name, None)
    planned = {step.entry.place for step in steps}
    for kind in owned.keys() & CATALOGUE.keys():
        _forget_what_is_gone(stores, ledger, owned[kind], kind, planned)
    return owned


def _forget_what_is_gone(
    stores: Stores, ledger: Ledger, names: dict[str, t.Any], kind: str, planned: set[tuple[str, str]]
) -> None:
    """Of what no step is about, keep what is there and still ours, with its identifier."""
    stale = [label for label in names if (kind, label) not in planned]
    labels = stores.index(kind).labels() if stale else {}
    for label in stale:
        if label in labels and ledger.owns(kind, label, labels[label]):
            names[label] = labels[label].get("id")
        else:
            del names[label]


def _too_much(server: str, pruned: list[Entry], most: int) -> TooMuch:
    named = ", ".join(f"{entry.kind} '{entry.name}'" for entry in pruned[:5])
    more = f" and {len(pruned) - 5} more" if len(pruned) > 5 else ""
    return TooMuch(
        f"prune {len(pruned)} objects",
        server=server,
        why=f"prune_maximum is {most}; nothing was written; not wanted any more: {named}{more}",
        todo="Look whether the desired state is complete; raise prune_maximum if all of these shall go",
    )


def result_of(steps: list[Step], stores: Stores) -> dict[str, t.Any]:
    """What happened, or would happen, as the module returns it. Steps that failed did not happen."""
    result = tally.result_of(steps, lambda kind: CATALOGUE[kind].plural, lambda step: {"pruned": step.entry.pruned})
    pruned = sum(step.entry.pruned for step in tally.done_of(steps))
    result["summary"] = {**result["summary"], "pruned": pruned, "requests": stores.client.requests_sent}
    return result


def expect_orders(orders: Orders, server: str) -> None:
    """Refuse orders that cannot be meant."""
    if orders.prune and not orders.ledger:
        raise InvalidInput(
            "prune",
            server=server,
            why="prune needs a ledger, which tells what is ours",
            todo="Give ledger a name, such as that of the project; the first run fills it",
        )
    problem = block_name_problem(orders.ledger) if orders.ledger else ""
    if problem:
        raise InvalidInput(
            "use the ledger", obj=orders.ledger, server=server, why=problem, todo="Give the ledger another name"
        )
    if orders.prune_maximum < 0 or not 1 <= orders.concurrency <= 16:
        raise InvalidInput(
            "use the options",
            server=server,
            why="prune_maximum is below 0 or concurrency is not between 1 and 16",
            todo="Correct them",
        )


def plurals() -> list[str]:
    """Kinds that a desired state may hold, by their plural."""
    return sorted(plural for plural, kind in BY_PLURAL.items() if kind.bulk)
