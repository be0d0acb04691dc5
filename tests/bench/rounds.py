# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rounds of one side each: create an estate, leave it as it is, change all of it; and the proof that this was so."""

from __future__ import annotations

import dataclasses
import itertools
import json
import re
import typing as t

from api import APIS, WAVES, path
from meter import BenchFailed, Command, Spent, spend
from objects import CHANGED, MIX, Estate
from plays import SAID
from server import Server
from sides import HERE, THREADS, Job, Side, Tools, key

ACTIONS = ("create", "noop", "change")
Taken = dict[str, Spent]


@dataclasses.dataclass
class Rounds:
    """Plays rounds on one server, which is as empty before each as it was before all. best keeps the best of each."""

    tools: Tools
    server: Server
    best: dict[tuple[str, int, str], Spent] = dataclasses.field(default_factory=dict)
    pages: dict[int, int] = dataclasses.field(default_factory=dict)
    _number: t.Iterator[int] = dataclasses.field(default_factory=itertools.count)

    def play(
        self,
        name: str,
        side: Side,
        size: int,
        mix: t.Mapping[str, int] | None = None,
        actions: t.Iterable[str] = ACTIONS,
    ) -> None:
        """One round of one side; BenchFailed unless the server holds after each action what it has to."""
        number = next(self._number)
        print(f"bench: {name}, {size} objects ...", flush=True)
        estate, identifiers = Estate(size, f"b{number}", mix or MIX), {}
        for action in actions:
            job = Job(action, estate, identifiers)
            spent = self._spend(f"{number}-{name}-{action}".replace(" ", "-"), side(self.tools, job), name)
            if action == "noop" and name == "resources":
                self.pages[size] = sum(request.endswith("/filter") for request in self._latest)
            identifiers = self._prove(job)
            known = self.best.get((name, size, action))
            if known is None or spent.seconds < known.seconds:
                self.best[name, size, action] = spent
        self._remove(identifiers)

    def _spend(self, log: str, commands: list[Command], name: str) -> Spent:
        before = len(self.server.answered())
        spent, said = spend(commands, self.tools.folder / f"{log}.log")
        self._latest = self.server.answered()[before:]
        counted = re.search(rf"{SAID}(\d+)", said)
        if counted and int(counted[1]) != len(self._latest):
            raise BenchFailed(
                f"{name} says that it sent {counted[1]} requests; the server answered {len(self._latest)}"
            )
        return dataclasses.replace(spent, requests=len(self._latest))

    def _prove(self, job: Job) -> dict[str, str]:
        """Identifiers of all objects, once every one is there and as it shall be."""
        flows = {found["id"]: found["name"] for found in self.server.all("/flows/filter")}
        identifiers = {}
        for kind, items in job.document.items():
            held = {}
            for found in self.server.all(APIS[kind].filter):
                named = {**found, "work_pool": found.get("work_pool_name"), "flow": flows.get(found.get("flow_id", ""))}
                held[key(kind, named)] = found
            for item in items:
                own, what = key(kind, item), CHANGED[kind]
                if own not in held or held[own].get(what) != item.get(what, held[own].get(what)):
                    raise BenchFailed(f"after '{job.action}' the server does not hold {own} as it should")
                identifiers[own] = held[own]["id"]
        return identifiers

    def _remove(self, identifiers: dict[str, str]) -> None:
        """Everything goes again; queues go with their pool and deployments with their flow."""
        chains = []
        for own, identifier in identifiers.items():
            kind, *names = own.split("/")
            if kind in WAVES[0]:
                where = path(APIS[kind].change, {"name": names[-1], "id": identifier})
                chains.append([{"key": own, "method": "DELETE", "path": where, "body": None, "flow": ""}])
        orders = {"url": self.server.url, "threads": THREADS, "waves": [chains]}
        words = [str(self.tools.ansible / "bin" / "python"), str(HERE / "bare_client.py")]
        spend([Command(words, self.tools.environment, json.dumps(orders))], self.tools.folder / "remove.log")
