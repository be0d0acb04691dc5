# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a desired state owns: kept in Prefect itself, so that every controller knows it.

For internal use by this collection only.

A ledger is a block document of a block type of its own. It holds the identifier of each object by kind and whole name.
What is about to be created is written down first, without an identifier and with the time by the server's clock:
whoever is killed between the two leaves nothing that the next run does not know.
"""

from __future__ import annotations

import dataclasses
import datetime
import typing as t

from .answers import Errand
from .blocks import LEDGER_TYPE
from .client import Client, segment
from .store import Object

if t.TYPE_CHECKING:
    from .._engine.estate import Entry

_FIELDS = {
    "title": "FlowOpsLedger",
    "type": "object",
    "block_type_slug": LEDGER_TYPE,
    "properties": {"objects": {"type": "object"}},
    "secret_fields": [],
}


@dataclasses.dataclass
class Ledger:
    """objects maps a kind to whole names and identifiers. For what was about to be created a dictionary stands in place
    of the identifier, with the time by the server's clock as C(since)."""

    name: str
    objects: dict[str, dict[str, t.Any]] = dataclasses.field(default_factory=dict)
    document: Object | None = None

    @classmethod
    def read(cls, client: Client, name: str) -> Ledger:
        """The ledger of this name; an empty one if there is none yet."""
        path = f"/block_types/slug/{LEDGER_TYPE}/block_documents/name/{segment(name)}"
        found = client.find(path, Errand("read ledger", name))
        data = (found or {}).get("data") or {}
        objects = {kind: dict(names) for kind, names in (data.get("objects") or {}).items()}
        return cls(name, objects, found)

    def owns(self, kind: str, label: str, found: Object) -> bool:
        """Whether an object is the one that was written down, and not another that has its name now."""
        names = self.objects.get(kind, {})
        if label not in names:
            return False
        known = names[label]
        if not isinstance(known, dict):
            return found.get("id") == known
        created, since = _moment(found.get("created")), _moment(known.get("since"))
        return created is not None and since is not None and created >= since

    def intend(self, client: Client, entries: list[Entry]) -> None:
        """Write down what is about to be created, before it is."""
        fresh = [entry for entry in entries if entry.name not in self.objects.get(entry.kind, {})]
        if fresh:
            now = client.server_time
            since = "" if now is None else datetime.datetime.fromtimestamp(now, datetime.UTC).isoformat()
            for entry in fresh:
                self.objects.setdefault(entry.kind, {})[entry.name] = {"since": since}
            self._write(client)

    def settle(self, client: Client, objects: dict[str, dict[str, t.Any]]) -> None:
        """Write down what is owned in the end, if that is news."""
        objects = {kind: names for kind, names in objects.items() if names}
        if objects != self.objects:
            self.objects = objects
            self._write(client)

    def _write(self, client: Client) -> None:
        errand = Errand("write ledger", self.name)
        data = {"objects": self.objects}
        if self.document is None:
            self.document = self._create(client, data, errand)
        else:
            client.change(f"/block_documents/{self.document['id']}", {"data": data}, errand)

    def _create(self, client: Client, data: Object, errand: Errand) -> Object:
        def find_type() -> Object | None:
            return client.find(f"/block_types/slug/{LEDGER_TYPE}", errand)

        def find() -> Object | None:
            path = f"/block_types/slug/{LEDGER_TYPE}/block_documents/name/{segment(self.name)}"
            return client.find(path, errand)

        described = {
            "name": "FlowOps ledger",
            "slug": LEDGER_TYPE,
            "description": "What the desired states of flowops.prefect own. Written by Ansible; do not edit.",
        }
        block_type = find_type() or client.create("/block_types/", described, errand, find_type).value
        schema = {"block_type_id": block_type["id"], "fields": _FIELDS}
        made = client.create("/block_schemas/", schema, errand, lambda: None).value
        body = {"name": self.name, "data": data, "block_type_id": block_type["id"], "block_schema_id": made["id"]}
        created = client.create("/block_documents/", body, errand, find)
        if created.existed:
            client.change(f"/block_documents/{created.value['id']}", {"data": data}, errand)
        return created.value


def _moment(text: t.Any) -> datetime.datetime | None:
    """A point in time; None for what is none, which proves nothing."""
    try:
        return datetime.datetime.fromisoformat(str(text)).astimezone(datetime.UTC)
    except ValueError:
        return None
