# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Our kinds against the OpenAPI document of a Prefect server."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ansible_collections.flowops.prefect.plugins.module_utils._engine.spec import Field
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.automations import AUTOMATION
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.block_types import BLOCK_SCHEMA, BLOCK_TYPE
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.blocks import BLOCK_DOCUMENT
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.content import VARIABLE
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.flows import DEPLOYMENT, FLOW
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.kind import Kind
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.limits import CONCURRENCY_LIMIT
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.schedules import DEPLOYMENT_SCHEDULE
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.work import WORK_POOL, WORK_QUEUE

_WORKSPACE = re.compile(r"^/accounts/\{\w+\}/workspaces/\{\w+\}")
_TYPES = {"str": "string", "int": "integer", "float": "number", "bool": "boolean", "dict": "object", "list": "array"}
Document = dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Contract:
    """Where the shapes of a kind stand in a document, as far as its routes do not say.

    create, read, change  paths of POST, GET and the way of changing, where they are not among the routes
    inside    property of the answer that lists the objects
    nested    properties whose own properties count as the object's
    elsewhere  key -> property that holds its value; a key that is listed with "" has no place of its own
    returned  the same, in answers
    added     properties that the store adds on creation
    changes   whether an object can be changed at all
    fields    names of the fields to look at; all when empty
    """

    kind: Kind
    create: str = ""
    read: str = ""
    change: str = ""
    inside: str = ""
    nested: tuple[str, ...] = ()
    elsewhere: dict[str, str] = dataclasses.field(default_factory=dict)
    returned: dict[str, str] = dataclasses.field(default_factory=dict)
    added: tuple[str, ...] = ()
    changes: bool = True
    fields: tuple[str, ...] = ()

    @property
    def checked(self) -> list[Field]:
        """The fields that the document has to know."""
        return [field for field in self.kind.spec.properties if not self.fields or field.name in self.fields]


CONTRACTS = [
    Contract(WORK_POOL),
    Contract(WORK_QUEUE),
    Contract(VARIABLE),
    Contract(FLOW),
    Contract(
        DEPLOYMENT,
        returned={
            "concurrency_limit": "global_concurrency_limit",
            "global_concurrency_limit_id": "global_concurrency_limit",
        },
    ),
    Contract(
        DEPLOYMENT_SCHEDULE,
        create="/deployments/{id}/schedules",
        read="/deployments/name/{flow}/{name}",
        inside="schedules",
        change="/deployments/{id}/schedules/{id}",
        nested=("schedule",),
        elsewhere={"deployment_id": ""},
        added=("schedule",),
    ),
    Contract(BLOCK_TYPE),
    Contract(BLOCK_SCHEMA, changes=False),
    Contract(
        BLOCK_DOCUMENT,
        read="/block_types/slug/{slug}/block_documents/name/{name}",
        elsewhere={"secret_data": "data"},
        returned={"secret_data": "data"},
        added=("block_schema_id",),
    ),
    Contract(AUTOMATION, elsewhere={"id": ""}, added=("actions",)),
    Contract(
        CONCURRENCY_LIMIT,
        read="/v2/concurrency_limits/{name}",
        fields=("name", "limit", "active", "slot_decay_per_second"),
    ),
    Contract(
        CONCURRENCY_LIMIT,
        create="/concurrency_limits/",
        read="/concurrency_limits/tag/{tag}",
        elsewhere={"limit": "concurrency_limit"},
        returned={"limit": "concurrency_limit"},
        changes=False,
        fields=("tag", "limit"),
    ),
]
# What a self-hosted server takes on creation only, or does not keep.
CLOUD_CHANGES = {(FLOW.name, "labels"), (DEPLOYMENT.name, "labels")}
CLOUD_RETURNS = {(DEPLOYMENT.name, "version_info")}
# What only Prefect Cloud has.
CLOUD_ONLY = {
    (AUTOMATION.name, "labels"),
    (DEPLOYMENT_SCHEDULE.name, "catchup"),
    (DEPLOYMENT_SCHEDULE.name, "max_active_runs"),
}


@dataclasses.dataclass(frozen=True)
class Shapes:
    """Properties that the server takes on creation and change, and those that it returns; required on creation."""

    create: Document
    change: Document
    answer: Document
    required: list[str]


class Reader:
    """Finds shapes in a document."""

    def __init__(self, document: Document) -> None:
        self.document = document

    @property
    def is_cloud(self) -> bool:
        """Whether it describes Prefect Cloud."""
        return any(_WORKSPACE.match(path.removeprefix("/api")) for path in self.document["paths"])

    def shapes(self, contract: Contract) -> Shapes:
        """The shapes behind the routes of a kind."""
        routes = contract.kind.routes
        create = self._schema(self._operation(contract.create or routes.all, "post")["requestBody"])
        change: Document = {"properties": {}}
        if contract.changes:
            method = routes.method.lower()
            change = self._schema(self._operation(contract.change or routes.written, method)["requestBody"])
        path = contract.read or routes.one
        read = self._operation(path, "get") if path else self._operation(routes.filter, "post")
        answer = self._schema(read["responses"]["200"])
        if contract.inside:
            answer = self._named(answer["properties"][contract.inside]["items"]["$ref"])
        return Shapes(
            create=self._flat(create, contract.nested),
            change=self._flat(change, contract.nested),
            answer=self._flat(answer, contract.nested),
            required=create.get("required", []),
        )

    def kinds(self, shape: Document) -> set[str]:
        """JSON types that a shape allows."""
        if "anyOf" in shape:
            return set().union(*(self.kinds(option) for option in shape["anyOf"]))
        if "oneOf" in shape:
            return set().union(*(self.kinds(option) for option in shape["oneOf"]))
        if "$ref" in shape:
            return self.kinds(self._named(shape["$ref"]))
        # a number of seconds will do for a duration
        more = {"number"} if shape.get("format") == "duration" else set()
        return {str(shape.get("type", "anything")), *more}

    def _named(self, reference: str) -> Document:
        return self.document["components"]["schemas"][reference.rpartition("/")[2]]

    def _schema(self, content: Document) -> Document:
        found = content["content"]["application/json"]["schema"]
        found = next((option for option in found.get("anyOf", []) if option.get("type") != "null"), found)
        return self._named((found.get("items") or found)["$ref"])

    def _flat(self, schema: Document, nested: tuple[str, ...]) -> Document:
        found = dict(schema["properties"])
        for name in nested:
            for option in found[name]["anyOf"]:
                found.update(self._named(option["$ref"])["properties"] if "$ref" in option else {})
        return found

    def _operation(self, path: str, method: str) -> Document:
        """The operation at one of our paths, whatever its parameters are called there.

        A server's paths may start with /api, Prefect Cloud's with the account and the workspace.
        """

        def shape(text: str) -> list[str]:
            inner = _WORKSPACE.sub("", text.removeprefix("/api"))
            return ["{}" if part.startswith("{") else part for part in inner.split("/")]

        (found,) = [
            operations[method]
            for known, operations in self.document["paths"].items()
            if shape(known) == shape(path) and method in operations
        ]
        return found


def mismatches(document: Document, contract: Contract) -> list[str]:
    """Where the kind and the server disagree, in words."""
    reader = Reader(document)
    found = reader.shapes(contract)
    given = {
        contract.elsewhere.get(field.key, field.key)
        for field in contract.checked
        if field.required or field.required_on_create or field.identity
    }
    return [
        *_unknown(reader, contract, found),
        *_wrong_types(reader, contract, found),
        *(f"{name} is needed on creation" for name in found.required if name not in {*given, *contract.added}),
    ]


def _unknown(reader: Reader, contract: Contract, found: Shapes) -> t.Iterator[str]:
    kind = contract.kind
    for field in contract.checked:
        place = contract.elsewhere.get(field.key, field.key)
        if (kind.name, field.name) in CLOUD_ONLY and not reader.is_cloud:
            if place in found.create or place in found.change or place in found.answer:
                yield f"{field.name} is there on a self-hosted server after all"
            continue
        in_path = field.identity and f"{{{field.name}}}" in kind.routes.all
        if place and not in_path and place not in found.create:
            yield f"{field.name} is not taken on creation"
        cloud_returns = (kind.name, field.name) in CLOUD_RETURNS and not reader.is_cloud
        if contract.returned.get(field.key, field.key) not in found.answer and not cloud_returns:
            yield f"{field.name} is not returned"
        yield from _unchangeable(reader, contract, found, field, place)


def _unchangeable(reader: Reader, contract: Contract, found: Shapes, field: Field, place: str) -> t.Iterator[str]:
    if not contract.changes:
        return
    can_change = place in found.change
    if field.immutable and can_change:
        yield f"{field.name} can change after all"
    cloud_changes = (contract.kind.name, field.name) in CLOUD_CHANGES
    if cloud_changes and can_change and not reader.is_cloud:
        yield f"{field.name} can change on a self-hosted server after all"
    fixed = field.immutable or (field.identity and not field.movable)
    if not (fixed or can_change or (cloud_changes and not reader.is_cloud)):
        yield f"{field.name} is not taken on change"


def _wrong_types(reader: Reader, contract: Contract, found: Shapes) -> t.Iterator[str]:
    for field in contract.checked:
        place = contract.elsewhere.get(field.key, field.key)
        shape = found.create.get(place)
        if shape is not None and field.type in _TYPES:
            kinds = reader.kinds(shape)
            if _TYPES[field.type] not in kinds:
                yield f"{field.name} is {field.type} here and {', '.join(sorted(kinds))} there"
        shape = found.change.get(place)
        if field.clears is not None and shape is not None and "null" not in reader.kinds(shape):
            yield f"{field.name} cannot be emptied"
