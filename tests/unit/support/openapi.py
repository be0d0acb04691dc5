# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Our specs against the OpenAPI document of a Prefect server."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ansible_collections.flowops.prefect.plugins.module_utils._engine.spec import Field, ResourceSpec
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.content import VARIABLE, VARIABLE_ROUTES
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.rest import Routes
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.work import (
    WORK_POOL,
    WORK_POOL_ROUTES,
    WORK_QUEUE,
    WORK_QUEUE_ROUTES,
)

RESOURCES = [(WORK_POOL, WORK_POOL_ROUTES), (WORK_QUEUE, WORK_QUEUE_ROUTES), (VARIABLE, VARIABLE_ROUTES)]
_WORKSPACE = re.compile(r"^/accounts/\{\w+\}/workspaces/\{\w+\}")
_TYPES = {"str": "string", "int": "integer", "bool": "boolean", "dict": "object", "list": "array"}
Document = dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Shapes:
    """Properties that the server takes on creation and change, and those that it returns."""

    create: Document
    change: Document
    answer: Document


def _schema(document: Document, content: Document) -> Document:
    reference = content["content"]["application/json"]["schema"]["$ref"]
    return document["components"]["schemas"][reference.rpartition("/")[2]]


def _operation(document: Document, path: str, method: str) -> Document:
    """The operation at one of our paths, whatever its parameters are called there.

    A server's paths may start with /api, Prefect Cloud's with the account and the workspace.
    """

    def shape(text: str) -> list[str]:
        inner = _WORKSPACE.sub("", text.removeprefix("/api"))
        return ["{}" if part.startswith("{") else part for part in inner.split("/")]

    (found,) = [known for known in document["paths"] if shape(known) == shape(path)]
    return document["paths"][found][method]


def shapes(document: Document, routes: Routes) -> Shapes:
    """The shapes behind our routes."""
    create, read = _operation(document, routes.all, "post"), _operation(document, routes.one, "get")
    return Shapes(
        create=_schema(document, create["requestBody"]),
        change=_schema(document, _operation(document, routes.one, "patch")["requestBody"]),
        answer=_schema(document, read["responses"]["200"]),
    )


def mismatches(document: Document, spec: ResourceSpec, routes: Routes) -> list[str]:
    """Where the spec and the server disagree, in words."""
    found = shapes(document, routes)
    return [
        *_unknown(spec, found),
        *_wrong_types(spec, found),
        *(f"{name} is needed on creation" for name in found.create.get("required", []) if not _is_given(spec, name)),
    ]


def _unknown(spec: ResourceSpec, found: Shapes) -> t.Iterator[str]:
    for field in spec.fields:
        in_path = field.identity and field.name != "name"
        if not in_path and field.key not in found.create["properties"]:
            yield f"{field.name} is not taken on creation"
        if field.key not in found.answer["properties"]:
            yield f"{field.name} is not returned"
        can_change = field.key in found.change["properties"]
        if field.immutable and can_change:
            yield f"{field.name} can change after all"
        if not (field.immutable or field.identity or can_change):
            yield f"{field.name} is not taken on change"


def _wrong_types(spec: ResourceSpec, found: Shapes) -> t.Iterator[str]:
    for field in spec.fields:
        shape = found.create["properties"].get(field.key)
        if shape is None or field.type not in _TYPES:
            continue
        kinds = {option.get("type") for option in shape.get("anyOf", [shape])}
        if _TYPES[field.type] not in kinds:
            yield f"{field.name} is {field.type} here and {', '.join(sorted(map(str, kinds)))} there"
        if _sends_null(field) and "null" not in kinds:
            yield f"{field.name} cannot be emptied"


def _sends_null(field: Field) -> bool:
    return field.clears is not None


def _is_given(spec: ResourceSpec, name: str) -> bool:
    return any(field.key == name and (field.required or field.required_on_create) for field in spec.fields)
