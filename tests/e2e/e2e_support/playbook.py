# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run playbooks from the installed collection and read what happened."""

from __future__ import annotations

import collections
import dataclasses
import itertools
import json
import os
import pathlib
import signal
import subprocess
import sys
import time
import typing as t

HERE = pathlib.Path(__file__).resolve().parents[1]


class Change(t.NamedTuple):
    """One thing that was changed, or would be."""

    host: str
    task: str
    item: str | None


def _items(event: dict[str, t.Any]) -> list[str | None]:
    """The things that one result is about."""
    written = [f"{change['action']} {change['kind']} {change['name']}" for change in event.get("changes") or []]
    return [*written] or [event["item"]]


@dataclasses.dataclass(frozen=True)
class Run:
    """One finished run. C(output) is everything that a user would have seen."""

    status: int
    seconds: float
    output: str
    events: list[dict[str, t.Any]]

    def results(self, *outcomes: str) -> list[dict[str, t.Any]]:
        """Results with one of these outcomes."""
        return [event for event in self.events if event["event"] == "result" and event["outcome"] in outcomes]

    @property
    def changes(self) -> set[Change]:
        """What was changed, or would be in check mode; a task over many objects counts each of them."""
        changed = [event for event in self.results("ok") if event["changed"]]
        return {Change(event["host"], event["task"], item) for event in changed for item in _items(event)}

    @property
    def stats(self) -> dict[str, dict[str, int]]:
        """The recap, by host; empty when the run was cut off."""
        return next((event["hosts"] for event in self.events if event["event"] == "stats"), {})

    @property
    def changed(self) -> dict[str, int]:
        """The number of changes in the recap, by host."""
        return {host: numbers["changed"] for host, numbers in self.stats.items()}

    @property
    def tasks(self) -> int:
        """How many tasks were started."""
        return sum(event["event"] == "task" for event in self.events)

    @property
    def errors(self) -> list[str]:
        """Messages of the failures, in order."""
        return [str(event["message"]) for event in self.results("failed", "unreachable")]

    def time_of(self, task: str) -> float:
        """When the first task whose name ends like this started, as seconds since 1970."""
        return next(event["time"] for event in self.events if event["event"] == "task" and event["task"].endswith(task))

    def slowest(self, count: int = 8) -> list[str]:
        """The tasks that took longest, one readable line each."""
        marks = [event for event in self.events if event["event"] in ("task", "stats")]
        spent: collections.Counter[str] = collections.Counter()
        for event, following in itertools.pairwise(marks):
            spent[event["task"]] += following["time"] - event["time"]
        return [f"{seconds:6.1f} s  {task}" for task, seconds in spent.most_common(count)]


@dataclasses.dataclass(frozen=True)
class Ansible:
    """How to start Ansible here. C(collections) is the folder the collection is installed in."""

    collections: pathlib.Path
    inventory: pathlib.Path
    logs: pathlib.Path
    environment: dict[str, str] = dataclasses.field(default_factory=dict)

    def with_inventory(self, inventory: pathlib.Path) -> Ansible:
        """The same with other hosts, or other ways to reach them."""
        return dataclasses.replace(self, inventory=inventory)

    def playbook(
        self,
        name: str | pathlib.Path,
        *options: str,
        environment: dict[str, str] | None = None,
        kill_at: int = 0,
        timeout: float = 900,
    ) -> Run:
        """Run a playbook to its end, or until it is killed when task number C(kill_at) starts."""
        self.logs.mkdir(parents=True, exist_ok=True)
        log = self.logs / f"{time.time():.3f}-{pathlib.Path(name).stem.rpartition('.')[2]}.log"
        events = log.with_suffix(".jsonl")
        events.touch()
        command = [str(pathlib.Path(sys.executable).parent / "ansible-playbook"), "-i", str(self.inventory), str(name)]
        start = time.monotonic()
        with log.open("wb") as out:
            child = subprocess.Popen(
                [*command, *options],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env=self._environment(events, kill_at, environment or {}),
            )
            try:
                status = child.wait(timeout)
            except BaseException:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()
                raise
        lines = events.read_text(encoding="utf-8").splitlines()
        return Run(
            status, time.monotonic() - start, log.read_text(errors="replace"), [json.loads(line) for line in lines]
        )

    def _environment(self, events: pathlib.Path, kill_at: int, more: dict[str, str]) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "PREFECT_"))}
        return {
            **inherited,
            "ANSIBLE_COLLECTIONS_PATH": str(self.collections),
            "ANSIBLE_CALLBACK_PLUGINS": str(HERE / "callback_plugins"),
            "ANSIBLE_CALLBACKS_ENABLED": "flowops_events",
            "ANSIBLE_LOCALHOST_WARNING": "False",
            "ANSIBLE_NOCOLOR": "True",
            "FLOWOPS_EVENTS": str(events),
            "FLOWOPS_KILL_AT": str(kill_at),
            **self.environment,
            **more,
        }
