# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Block types and their schemas. For internal use by this collection only."""

from __future__ import annotations

import hashlib
import re
import typing as t

from .._engine.errors import Conflict, Forbidden, NotFound
from .._engine.plan import canonical
from .._engine.spec import Compare, Field, ResourceSpec
from .block_secrets import schemas_of
from .blocks import LEDGER_TYPE
from .kind import Kind, Routes
from .names import block_name_problem, block_type_name_problem, filled
from .store import Key, Object, Store
from .uses import counted, named, refuse

if t.TYPE_CHECKING:
    from .._engine.plan import Plan
    from .rest import RestBackend


def _refuse_protected(backend: RestBackend, plan: Plan, current: Object | None, _params: Object) -> list[str]:
    if plan.action in ("update", "delete") and current and current.get("is_protected"):
        raise Forbidden(
            f"{plan.action} block type",
            obj=current["slug"],
            server=backend.server,
            why="it is one of the server's own block types, which are protected",
            todo="Make a block type of your own with another slug",
        )
    _refuse_lost_documents(backend, plan, current, "block type", "block_type_id")
    return []


def _refuse_lost_documents(backend: RestBackend, plan: Plan, current: Object | None, kind: str, key: str) -> list[str]:
    """The server removes all block documents with their block type or their schema, and deployments with these."""
    lost = backend.related("block document", key, current["id"]) if plan.action == "delete" and current else []
    if lost and current:
        refuse(
            backend,
            kind,
            current.get("slug") or (current.get("block_type") or {}).get("slug") or "",
            f"{counted(lost, 'block document')} would be removed with it: {named(backend, 'block document', lost)}",
            "Remove them first",
        )
    return []


# Block types with these pages or logos come from Prefect and its integrations, which register them by themselves.
_PREFECTS_OWN = re.compile(
    r"^https://(([a-z0-9-]+\.)*(prefect\.io|prefecthq\.github\.io)"
    r"|raw\.githubusercontent\.com/PrefectHQ|cdn\.sanity\.io/images/3ugk85nk)/"
)


def _is_prefects(block_type: Object) -> bool:
    pages = (block_type.get("documentation_url"), block_type.get("logo_url"))
    return bool(block_type.get("is_protected")) or any(_PREFECTS_OWN.match(page or "") for page in pages)


class BlockTypeStore(Store):
    """The ledger's type is nobody's business."""

    def key(self, found: Object) -> Key | None:
        return None if found["slug"] == LEDGER_TYPE else super().key(found)

    def unmanaged(self, found: Object) -> str:
        return " " if found["slug"] == LEDGER_TYPE or _is_prefects(found) else ""


BLOCK_TYPE = Kind(
    plural="block_types",
    routes=Routes(
        one="/block_types/slug/{slug}", all="/block_types/", filter="/block_types/filter", change="/block_types/{id}"
    ),
    store=BlockTypeStore,
    spec=ResourceSpec(
        kind="block type",
        result="block_type",
        title="slug",
        fields=(
            Field("slug", required=True, identity=True, problem=block_name_problem),
            Field("name", required_on_create=True, immutable=True, problem=block_type_name_problem),
            Field("description", clears=""),
            Field("code_example", clears=""),
            Field("documentation_url", clears=""),
            Field("logo_url", clears=""),
        ),
        guard=_refuse_protected,
    ),
)

# What the server adds to the fields of a schema, and what it keeps only in part.
_ADDED = ("block_schema_references", "block_type_slug", "definitions")
_DEFINITION = "#/definitions/"


def _plain_fields(fields: t.Any) -> t.Any:
    """The fields of a schema as the server keeps them, without what it adds when it is not given."""
    if not isinstance(fields, dict):
        return fields
    kept = {key: value for key, value in fields.items() if key not in _ADDED}
    references = fields.get("block_schema_references")
    definitions = _definitions(kept, fields.get("definitions") or {}, {})
    return {
        **kept,
        **({"block_schema_references": references} if references else {}),
        **({"definitions": definitions} if definitions else {}),
    }


def _definitions(part: t.Any, definitions: Object, found: Object) -> Object:
    """Definitions that a part of a schema needs; those of other blocks are the server's business."""
    if isinstance(part, list):
        for item in part:
            _definitions(item, definitions, found)
    for key, value in part.items() if isinstance(part, dict) else ():
        name = str(value).removeprefix(_DEFINITION) if key == "$ref" else ""
        definition = definitions.get(name)
        if isinstance(definition, dict) and name not in found and not definition.get("block_type_slug"):
            found[name] = definition
            _definitions(definition, definitions, found)
        _definitions(value, definitions, found)
    return found


def _typed_fields(fields: t.Any) -> t.Any:
    """The fields of a schema in the form that is compared."""
    return canonical(Field("fields", "dict", normalize=_plain_fields), fields)


def _without_secret_fields(part: t.Any) -> t.Any:
    """A schema as the server sees it when it looks whether there is one like it."""
    if not isinstance(part, dict):
        return part
    return {key: _without_secret_fields(value) for key, value in part.items() if key != "secret_fields"}


def _refuse_twin(server: str, params: Object, schemas: list[Object]) -> None:
    """The server does not look at what is secret: it would give back a schema that is otherwise the same."""
    wanted = _typed_fields(params["fields"])
    for found in schemas:
        held = _typed_fields(found.get("fields") or {})
        alike = _without_secret_fields(held) == _without_secret_fields(wanted)
        if alike and held != wanted and (found.get("version") or "non-versioned") == params["version"]:
            raise Conflict(
                "create block schema",
                obj=params["block_type"],
                server=server,
                why="there is one already that differs only in secret_fields, which never change",
                todo="Give it another version; block documents that are created from then on use it",
            )


class BlockSchemaStore(Store):
    """A schema is found by all that it is made of: its checksum comes from its fields, and it never changes."""

    def candidates(self, identity: Object) -> list[Object]:
        block_type = self.stores.resolve("block type", identity["block_type"])
        query = {"block_schemas": {"block_type_id": {"any_": [block_type]}}}
        return self.client.read_all(self.routes.filter, query, self.errand("read", identity))

    def key(self, found: Object) -> Key | None:
        version = found.get("version") or "non-versioned"
        return (found["block_type_id"], version, repr(_typed_fields(found.get("fields") or {})))

    def key_of(self, identity: Object) -> Key | None:
        block_type = self.stores.resolve("block type", identity["block_type"])
        return None if block_type is None else self.key({**identity, "block_type_id": block_type})

    def create(self, body: Object, identity: Object) -> Object | None:
        # equal fields have equal checksums, by which the server would give back the schema of another block type
        return super().create(
            {**body, "fields": {"block_type_slug": identity["block_type"], **body["fields"]}}, identity
        )

    def adopt(self, found: Object, body: Object, identity: Object) -> None:
        """The server gave back a schema that it takes for this one."""
        del body
        _refuse_twin(self.stores.server, identity, [found])

    def unmanaged(self, found: Object) -> str:
        block_type = found.get("block_type") or {}
        return " " if block_type.get("slug") == LEDGER_TYPE or _is_prefects(block_type) else ""

    def export(self, found: Object) -> Object:
        return {**found, "fields": _plain_fields(found["fields"])}

    def options(self, found: Object) -> Object | None:
        options = super().options(found)
        return None if options is None else {**options, "fields": _plain_fields(options["fields"])}

    def split(self, name: str) -> Object:
        raise NotFound("find block schema", obj=name, server=self.stores.server, why="schemas have no names")

    def label(self, identity: Object) -> str:
        fields = identity.get("fields") or {}
        digest = hashlib.sha256(repr(_typed_fields(fields)).encode()).hexdigest()[:8]
        parts = (identity["block_type"], fields.get("title", "untitled"), identity.get("version"), digest)
        return "/".join(str(part) for part in parts if part)


def _refuse_what_cannot_be(backend: RestBackend, plan: Plan, current: Object | None, params: Object) -> list[str]:
    block_type = backend.resolve("block type", params["block_type"]) if plan.action == "create" else None
    if block_type:
        _refuse_twin(backend.server, params, schemas_of(backend.stores, block_type, params["block_type"]))
    return _refuse_lost_documents(backend, plan, current, "block schema", "block_schema_id")


BLOCK_SCHEMA = Kind(
    plural="block_schemas",
    routes=Routes(all="/block_schemas/", filter="/block_schemas/filter", change="/block_schemas/{id}"),
    store=BlockSchemaStore,
    spec=ResourceSpec(
        kind="block schema",
        result="block_schema",
        title="block_type",
        fields=(
            Field(
                "block_type",
                wire="block_type_id",
                required=True,
                identity=True,
                reference="block type",
                problem=block_name_problem,
            ),
            Field("fields", "dict", required=True, identity=True, normalize=_plain_fields),
            Field("version", identity=True, default="non-versioned", problem=filled),
            Field("capabilities", "list", elements="str", compare=Compare.SET, immutable=True),
        ),
        guard=_refuse_what_cannot_be,
    ),
)
