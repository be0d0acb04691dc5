# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many objects of two kinds in memory that stand in for a server behind the engine's estate."""

from __future__ import annotations

import copy
import dataclasses
import threading
import typing as t

from ansible_collections.flowops.prefect.plugins.module_utils._engine.errors import CheckModeWriteRefused, Conflict
from ansible_collections.flowops.prefect.plugins.module_utils._engine.estate import Entry, Place, Step
from ansible_collections.flowops.prefect.plugins.module_utils._engine.spec import Compare, Field, ResourceSpec

BOX = ResourceSpec(
    kind="box",
    result="box",
    fields=(
        Field("name", required=True, identity=True),
        Field("size", "int"),
        Field("inside", reference="box"),
        Field("beside", "list", elements="str", reference="box", compare=Compare.SET),
        Field("code", secret=True),
    ),
)


class Killed(BaseException):
    """The process is gone."""


LID = dataclasses.replace(BOX, kind="lid", result="lid")


def lid(name: str, **options: t.Any) -> Entry:
    """An entry of another kind, in the same store."""
    return Entry("lid", name, LID, {"name": name, "state": "present", **options})


def box(name: str, **options: t.Any) -> Entry:
    """An entry of a desired state."""
    return Entry("box", name, BOX, {"name": name, "state": "present", **options})


class MemoryEstate:
    """objects by name, as the server holds them; what reads show is only renewed by reload.

    failures  name -> errors to raise for its next writes
    stale     reloads that still show the old state
    written   actions and names in the order in which they ended
    on_write  called before each write
    """

    server = "http://standin.example.com"

    def __init__(self, *, read_only: bool = False) -> None:
        self.read_only = read_only
        self.objects: dict[str, dict[str, t.Any]] = {}
        self.failures: dict[str, list[Exception]] = {}
        self.stale = 0
        self.reloads = 0
        self.written: list[tuple[str, str]] = []
        self.lanes: dict[str, str] = {}
        self.first: dict[str, tuple[str, ...]] = {}
        self.ranks: dict[str, int] = {}
        self.unreadable: Exception | None = None
        self.fate: t.Callable[[Place], t.Any] = lambda _place: None
        self.on_write: t.Callable[[Step], None] = lambda _step: None
        self._seen: dict[str, dict[str, t.Any]] = {}
        self._lock = threading.Lock()
        self._numbers = 0

    def holding(self, *objects: dict[str, t.Any]) -> MemoryEstate:
        """The same with these objects, which get identifiers."""
        for found in objects:
            self._numbers += 1
            self.objects[found["name"]] = {"id": f"id-{found['name']}-{self._numbers}", **found}
        self._seen = copy.deepcopy(self.objects)
        return self

    def prepare(self, _kinds: list[str]) -> None:
        self._seen = copy.deepcopy(self.objects)

    def find(self, entry: Entry) -> dict[str, t.Any] | None:
        return copy.deepcopy(self._seen.get(entry.params["name"]))

    def resolve(self, _kind: str, name: str) -> t.Any:
        found = self._seen.get(name)
        return None if found is None else found["id"]

    def place(self, kind: str, name: str) -> Place:
        return (kind, name)

    def brings(self, entry: Entry) -> list[Place]:
        return [("box", f"{entry.name}-lid")] if entry.params.get("size") == 4711 else []

    def rank(self, kind: str) -> int:
        return self.ranks.get(kind, 1)

    def backend(self, _entry: Entry, fate: t.Callable[[Place], t.Any]) -> MemoryEstate:
        self.fate = fate
        return self

    def lane(self, entry: Entry) -> str:
        return self.lanes.get(entry.name, "")

    def follows(self, entry: Entry) -> tuple[str, ...]:
        return self.first.get(entry.kind, ())

    def examine(self, _steps: list[Step]) -> list[t.Any]:
        return []

    def write(self, step: Step) -> None:
        if self.read_only:
            raise CheckModeWriteRefused(step.plan.action, server=self.server)
        name = step.entry.params["name"]
        self.on_write(step)
        with self._lock:
            if self.failures.get(name):
                raise self.failures[name].pop(0)
            values = {key: change.value for key, change in step.plan.changes.items()}
            if step.plan.action == "create":
                if name in self.objects:
                    raise Conflict("create box", obj=name)
                self._numbers += 1
                self.objects[name] = {"id": f"id-{name}-{self._numbers}", **values}
                self._seen[name] = copy.deepcopy(self.objects[name])
                if values.get("size") == 4711:
                    self.objects[f"{name}-lid"] = {"id": f"id-{name}-lid", "name": f"{name}-lid"}
                    self._seen[f"{name}-lid"] = copy.deepcopy(self.objects[f"{name}-lid"])
            elif step.plan.action == "update":
                self.objects[name] = {**self.objects[name], **values}
            else:
                del self.objects[name]
            self.written.append((step.plan.action, name))

    def reload(self, _kinds: set[str]) -> None:
        self.reloads += 1
        if self.unreadable is not None:
            raise self.unreadable
        if self.stale:
            self.stale -= 1
        else:
            self._seen = copy.deepcopy(self.objects)
