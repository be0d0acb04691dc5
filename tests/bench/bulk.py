# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module C(resources) beside what a user would take instead, for the same objects on the same server.

The loops and the command line take minutes for a thousand objects. They are measured with fewer and scaled: what an
empty playbook takes, and for each object what it took there. Such a row says "scaled". FLOWOPS_BENCH=full measures all.
"""

from __future__ import annotations

import dataclasses
import json
import os

import sides
from meter import Command, Spent, spend
from objects import COMMAND_LINE_MIX, MIX
from rounds import ACTIONS, Rounds
from rows import Row
from server import Server
from stage import ROOT, Stage

SIZES = (10, 100, 1000)
LIMIT_SECONDS = 5.0
RESOURCES, ALONE, BARE = "resources", "module alone", "bare client"
URI, LOOP, COMMAND_LINE = "uri loop", "module loop", "command line"
SAME_KINDS = "resources, same kinds"
_SIDES = {
    RESOURCES: sides.OURS,
    ALONE: sides.OURS_ALONE,
    BARE: sides.BARE,
    URI: sides.URI,
    LOOP: sides.SINGLE,
    COMMAND_LINE: sides.COMMAND_LINE,
    SAME_KINDS: sides.OURS,
}
_SPEED = [RESOURCES, ALONE, BARE]
# Sides by size in the order in which they take turns, the quick ones there and back; the slow ones come once.
_TURNS = {
    10: [*_SPEED, URI, LOOP, SAME_KINDS, COMMAND_LINE, *_SPEED[::-1]],
    100: [*_SPEED, URI, SAME_KINDS, *_SPEED[::-1]],
    1000: [*_SPEED, SAME_KINDS, *_SPEED[::-1]],
}
_MORE_TURNS = {100: [LOOP, COMMAND_LINE], 1000: [URI, LOOP, COMMAND_LINE]}
# A no-op leaves everything as it is, so that it can be had again at once; the best one counts, as everywhere.
_QUICK = ("create", "noop", "noop", "noop", "change")
# Of the slow one only what a goal is set for, at the larger size.
_GOALS_ONLY = ("create", "noop")
# Highest good ratio ours/peer at a thousand objects.
_GOALS = {
    (RESOURCES, URI, "noop"): 1 / 50,
    (RESOURCES, URI, "create"): 1 / 20,
    (RESOURCES, BARE, "create"): 1.2,
    (RESOURCES, BARE, "change"): 1.2,
    (ALONE, BARE, "create"): 1.2,
    (ALONE, BARE, "change"): 1.2,
}
_PAIRS = ((RESOURCES, URI), (RESOURCES, LOOP), (SAME_KINDS, COMMAND_LINE), (RESOURCES, BARE), (ALONE, BARE))
_WORDS = {"create": "create", "noop": "no-op", "change": "change"}


def measure(stage: Stage) -> list[Row]:
    """All rows of the table. BenchFailed when a side does not do what it has to."""
    full = os.environ.get("FLOWOPS_BENCH") == "full"
    folder = ROOT / "build" / "bench" / "bulk"
    with Server(stage.prefect, folder / "server") as server:
        own = {"PREFECT_API_URL": server.url, "ANSIBLE_PIPELINING": "True", "DO_NOT_TRACK": "1"}
        tools = sides.Tools(stage.ansible, stage.prefect, {**stage.environment(), **own}, server.url, folder)
        # the first of each kind pays for caches that all later ones use
        warm = Rounds(tools, server)
        for name in (BARE, RESOURCES):
            warm.play(name, _SIDES[name], 10)
        rounds = Rounds(tools, server)
        empty = min(_empty_playbook(tools) for _round in range(2))
        for size in SIZES:
            for name in _TURNS[size] + (_MORE_TURNS.get(size, []) if full else []):
                mix = COMMAND_LINE_MIX if name in (SAME_KINDS, COMMAND_LINE) else MIX
                rounds.play(name, _SIDES[name], size, mix, _actions(name, size, full))
    return _promises(rounds) + _comparisons(rounds, empty)


def _actions(name: str, size: int, full: bool) -> tuple[str, ...]:
    """What a side does in a turn."""
    if name in _SPEED:
        return _QUICK
    return _GOALS_ONLY if (name, size) == (URI, 100) and not full else ACTIONS


def _empty_playbook(tools: sides.Tools) -> float:
    play = tools.folder / "empty.yml"
    play.write_text(json.dumps([{"name": "Nothing", "hosts": "localhost", "gather_facts": False, "tasks": []}]))
    command = Command([str(tools.ansible / "bin" / "ansible-playbook"), str(play)], tools.environment)
    return spend([command], tools.folder / "empty.log")[0].seconds


def _promises(rounds: Rounds) -> list[Row]:
    """What is promised of a no-op on its own: a limit in seconds, and requests for pages alone."""
    rows = []
    for size in SIZES:
        spent, pages = rounds.best[RESOURCES, size, "noop"], rounds.pages[size]
        name = f"no-op {size}: resources, requests against pages"
        rows.append(Row(name, spent.requests, pages, 1.0, unit="requests"))
    spent = rounds.best[RESOURCES, SIZES[-1], "noop"]
    limit = Spent(LIMIT_SECONDS, 0.0, 0.0)
    rows.append(Row.of(f"no-op {SIZES[-1]}: resources, against the limit", spent, limit, 1.0))
    return rows


def _comparisons(rounds: Rounds, empty: float) -> list[Row]:
    rows = []
    for ours, peer in _PAIRS:
        for action in ACTIONS:
            if peer == BARE and action == "noop":
                continue  # no write is needed, so that the bare client has nothing to do
            for size in SIZES:
                goal = _GOALS.get((ours, peer, action)) if size == SIZES[-1] else None
                spent, measured_at = _taken(rounds, peer, size, action, empty if peer in (URI, LOOP) else 0.0)
                name = f"{_WORDS[action]} {size}: {ours}, against {peer}"
                row = Row.of(name, rounds.best[ours, size, action], spent, goal)
                rows.append(dataclasses.replace(row, scaled_from=measured_at if measured_at != size else None))
    return rows


def _taken(rounds: Rounds, name: str, size: int, action: str, fixed: float) -> tuple[Spent, int]:
    """What a side takes, and the size at which that was measured: the largest up to the one that is asked for."""
    measured = max(known for known in SIZES if known <= size and (name, known, action) in rounds.best)
    spent, factor = rounds.best[name, measured, action], size / measured
    seconds = fixed + (spent.seconds - fixed) * factor
    requests = round(spent.requests * factor)
    return dataclasses.replace(spent, seconds=seconds, processor=spent.processor * factor, requests=requests), measured
