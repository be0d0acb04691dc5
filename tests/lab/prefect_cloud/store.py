# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The double's state: tables of records, in memory and in one file; the recent past is kept for late reads."""

from __future__ import annotations

import copy
import json
import os
import pathlib
import shutil
import time
import uuid
from collections.abc import Iterator
from typing import Any

from prefect_cloud import clock

Record = dict[str, Any]
# The reads that may be late, as in the real service.
EVENTUAL = frozenset({"bots", "teams", "webhooks", "automations", "workspaces", "grants", "object_access"})
_NAMESPACE = uuid.UUID("5e0c2f2b-6f0e-4d0c-9a55-0d2c9b7f1c11")


def seeded_id(name: str) -> str:
    """The same id for the same name in every run."""
    return str(uuid.uuid5(_NAMESPACE, name))


class Table(dict[str, Record]):
    """Records by id. Every write goes through put() and drop(), so that the past can be shown."""

    def __init__(self, records: dict[str, Record], late: bool) -> None:
        super().__init__(records)
        self._late = late
        self._journal: list[tuple[float, str, Record | None]] = []
        self.changes = 0

    def put(self, record: Record) -> Record:
        """Add or replace; sets created and updated. Returns the record as it is kept."""
        key = record["id"]
        moment = clock.stamp()
        kept = {"created": moment, **record, "updated": moment}
        self._remember(key)
        self[key] = kept
        return kept

    def change(self, key: str, **fields: Any) -> Record:
        return self.put({**self[key], **fields})

    def drop(self, key: str) -> None:
        self._remember(key)
        del self[key]

    def _remember(self, key: str) -> None:
        self.changes += 1
        if self._late:
            self._journal.append((time.monotonic(), key, copy.deepcopy(self.get(key))))
            del self._journal[:-2000]

    def seen(self, seconds: float) -> dict[str, Record]:
        """The records as they were so many seconds ago."""
        if not seconds:
            return self
        oldest = time.monotonic() - seconds
        past = dict(self)
        for moment, key, before in reversed(self._journal):
            if moment < oldest:
                break
            if before is None:
                past.pop(key, None)
            else:
                past[key] = before
        return past


class Store:
    """All tables, kept in C(state.json). Nothing in there is a key: see keys.py."""

    NAMES = (
        "account",
        "account_roles",
        "users",
        "bots",
        "members",
        "keys",
        "invitations",
        "workspace_invitations",
        "teams",
        "workspaces",
        "workspace_roles",
        "grants",
        "object_access",
        "webhooks",
        "slas",
        "automations",
        "managed",
        "authors",
    )

    def __init__(self, home: pathlib.Path) -> None:
        self.home = home
        self.file = home / "state.json"
        self.tables: dict[str, Table] = {}
        self.events: list[Record] = []
        self.load()

    def load(self) -> None:
        kept = json.loads(self.file.read_text()) if self.file.is_file() else {}
        self.tables = {name: Table(kept.get(name, {}), name in EVENTUAL) for name in self.NAMES}
        lines = self._events_file.read_text().splitlines() if self._events_file.is_file() else []
        self.events = [json.loads(line) for line in lines]
        self._saved = 0

    @property
    def _events_file(self) -> pathlib.Path:
        return self.home / "events.jsonl"

    def __getattr__(self, name: str) -> Table:
        try:
            return self.__dict__["tables"][name]
        except KeyError:
            raise AttributeError(name) from None

    def append_event(self, event: Record) -> None:
        self.events.append(event)
        with self._events_file.open("a") as handle:
            handle.write(json.dumps(event) + "\n")

    def save(self) -> None:
        """Write the file when anything changed since the last time; whole or not at all."""
        changes = sum(table.changes for table in self.tables.values())
        if changes == self._saved:
            return
        partial = self.file.with_suffix(".partial")
        partial.touch(mode=0o600)
        partial.write_text(json.dumps(self.tables))
        os.replace(partial, self.file)
        self._saved = changes

    def clear(self) -> None:
        """Forget everything, also on the disk."""
        for file in (self.file, self._events_file):
            file.unlink(missing_ok=True)
        shutil.rmtree(self.home / "workspaces", ignore_errors=True)
        self.load()

    def grants_in(self, workspace_id: str, kind: str | None = None, seconds: float = 0) -> Iterator[Record]:
        """Grants of one workspace; kind is user, bot or team."""
        for grant in list(self.grants.seen(seconds).values()):
            if grant["workspace_id"] == workspace_id and kind in (None, grant["kind"]):
                yield grant
