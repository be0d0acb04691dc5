# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Block documents. For internal use by this collection only."""

from __future__ import annotations

import typing as t

from .._engine.errors import NotFound
from .._engine.plan import merged
from .._engine.spec import Compare, Field, ResourceSpec
from .answers import Errand
from .block_secrets import refuse_losses, split_secrets
from .kind import Kind, Routes
from .names import block_name_problem
from .nested import identifiers
from .store import Key, Object, Store

LEDGER_TYPE = "flowops-ledger"  # kept by the module resources, and by nobody else


class Document(Object):
    """A block document. Its whole data, with secrets as the server gave them, is no part of what is ever shown."""

    def __init__(self, found: Object, whole: Object) -> None:
        super().__init__(found)
        self.whole = whole


def whole_of(current: Object) -> Object:
    """All that a block document holds, as far as the server told."""
    return current.whole if isinstance(current, Document) else current.get("data") or {}


def _news(have: t.Any, want: Object) -> Object:
    """What of a wanted value is not there yet, at every depth."""
    held = have if isinstance(have, dict) else {}
    found = {}
    for key, value in want.items():
        if key not in held or repr(held[key]) != repr(value):
            both = isinstance(value, dict) and isinstance(held.get(key), dict)
            found[key] = _news(held[key], value) if both else value
    return found


class BlockDocumentStore(Store):
    """Data is one object on the server, in which secrets come back as stars unless they are asked for."""

    read_by = ("block_type", "name")

    def read(self, identity: Object) -> Object | None:
        route = "/block_types/slug/{block_type}/block_documents/name/{name}"
        query = "?include_secrets=true" if self.with_secrets else ""
        found = self.client.find(self.path(route, identity) + query, self.errand("read", identity))
        return None if found is None else self.decode(found)

    def query(self) -> Object:
        return {"block_documents": {"is_anonymous": {"eq_": False}}, "include_secrets": self.with_secrets}

    def key(self, found: Object) -> Key | None:
        slug = (found.get("block_type") or {}).get("slug")
        return None if slug == LEDGER_TYPE or not found.get("name") else super().key(found)

    def unmanaged(self, found: Object) -> str:
        return " " if (found.get("block_type") or {}).get("slug") == LEDGER_TYPE else ""

    def decode(self, found: Object) -> Object:
        fields = ((found.get("block_schema") or {}).get("fields")) or {}
        data = {**(found.get("data") or {}), **_references(found.get("block_document_references") or {})}
        plain, secret = split_secrets(data, fields.get("secret_fields") or [])
        return Document({**found, "data": plain, "secret_data": secret}, data)

    def encode(self, body: Object, current: Object | None) -> Object:
        rest = {key: value for key, value in body.items() if key not in ("data", "secret_data")}
        held = {} if current is None else whole_of(current)
        # each of the two may bring along what is there already, and must not write over what is new in the other
        given = merged(_news(held, body.get("data") or {}), _news(held, body.get("secret_data") or {}))
        # a key is replaced with all that is in it, where stars stand for secrets that stay as they are; a block inside
        # would be taken out if it were not named again
        inside = {key: value for key, value in held.items() if isinstance(value, dict) and "$ref" in value}
        return {**rest, "data": {**inside, **{key: merged(held.get(key), value) for key, value in given.items()}}}

    def create(self, body: Object, identity: Object) -> Object | None:
        return super().create({**body, "block_schema_id": self._schema(body["block_type_id"], identity)}, identity)

    def adopt(self, found: Object, body: Object, identity: Object) -> None:
        kept = {key: value for key, value in body.items() if key in ("data", "secret_data")}
        super().adopt(found, kept, identity)

    def _schema(self, block_type: str, identity: Object) -> str:
        """The newest schema of a block type."""
        query = {"block_schemas": {"block_type_id": {"any_": [block_type]}}}
        found = self.client.read_all(
            "/block_schemas/filter", query, Errand("read block schemas", identity["block_type"])
        )
        if not found:
            raise NotFound(
                "create block document",
                obj=self.label(identity),
                server=self.stores.server,
                why=f"block type '{identity['block_type']}' has no schema yet",
                todo="Create one with block_schema, or register the block with 'prefect block register'",
            )
        return max(found, key=lambda schema: schema.get("created") or "")["id"]


def _references(references: Object) -> Object:
    """Blocks inside of a block, as references instead of as copies of their data."""
    found = {}
    for key, reference in references.items():
        document = reference.get("block_document") or {}
        if document.get("id"):
            found[key] = {"$ref": {"block_document_id": document["id"]}}
    return found


BLOCK_DOCUMENT = Kind(
    plural="block_documents",
    routes=Routes(all="/block_documents/", filter="/block_documents/filter", change="/block_documents/{id}"),
    store=BlockDocumentStore,
    follows=("block schema",),
    spec=ResourceSpec(
        kind="block document",
        result="block_document",
        fields=(
            Field(
                "block_type",
                wire="block_type_id",
                required=True,
                identity=True,
                reference="block type",
                problem=block_name_problem,
            ),
            Field("name", required=True, identity=True, problem=block_name_problem),
            Field(
                "data",
                "dict",
                compare=Compare.SUBSET,
                names=identifiers({"block_document_id": "block document"}, inside="$ref"),
            ),
            Field(
                "secret_data",
                "dict",
                write_only=True,
                comparable=True,
                compare=Compare.SUBSET,
                # users may hide more than the schema calls a secret
                held=whole_of,
            ),
        ),
        guard=refuse_losses,
    ),
)
