# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a block document is secret, and what must not happen to one. For internal use by this collection only."""

from __future__ import annotations

import fnmatch
import json
import typing as t

from .._engine.errors import InvalidInput
from .answers import Errand
from .store import Object
from .uses import counted, named, refuse

if t.TYPE_CHECKING:
    from .._engine.plan import Plan
    from .rest import RestBackend
    from .stores import Stores


def split_secrets(data: Object, secret_fields: t.Iterable[str]) -> tuple[Object, Object]:
    """The plain and the secret part of a block document's data.

    secret_fields  dotted paths as in the block's schema; a star stands for any key
    """
    return _split(data, [field.split(".") for field in secret_fields])


def _split(data: Object, patterns: list[list[str]]) -> tuple[Object, Object]:
    plain: Object = {}
    secret: Object = {}
    for key, value in data.items():
        inner = [rest for first, *rest in patterns if fnmatch.fnmatchcase(str(key), first)]
        if [] in inner or (inner and isinstance(value, list)):
            secret[key] = value
        elif inner and isinstance(value, dict):
            plain[key], hidden = _split(value, inner)
            secret.update({key: hidden} if hidden else {})
        else:
            plain[key] = value
    return plain, secret


def schemas_of(stores: Stores, block_type: str, slug: str) -> list[Object]:
    """All schemas of a block type."""
    if stores.whole:
        return stores.related("block schema", "block_type_id", block_type)
    query = {"block_schemas": {"block_type_id": {"any_": [block_type]}}}
    return stores.client.read_all("/block_schemas/filter", query, Errand("read block schemas", slug))


def _refuse_lost_users(backend: RestBackend, current: Object) -> None:
    """The server removes deployments with the block that their code is in, and takes a block out of other blocks."""
    deployments = backend.related("deployment", "storage_document_id", current["id"])
    others = backend.related("block document", "is_anonymous", False)
    holders = [
        found
        for found in others
        for reference in (found.get("block_document_references") or {}).values()
        if (reference.get("block_document") or {}).get("id") == current["id"] and _still_holds(backend, found, current)
    ]
    name = str(current.get("name"))
    if deployments:
        why = f"{counted(deployments, 'deployment')} would be removed with it, since it says where the code is"
        todo = "Give them another storage_block first"
        refuse(backend, "block document", name, f"{why}: {named(backend, 'deployment', deployments)}", todo)
    if holders:
        why = f"{counted(holders, 'block document')} would lose it: {named(backend, 'block document', holders)}"
        refuse(backend, "block document", name, why, "Remove them first, or give them another block")


def _still_holds(backend: RestBackend, holder: Object, block: Object) -> bool:
    """Whether a block keeps another one inside of it, after what is planned for it."""
    plan = backend.plan_of("block document", holder)
    return (
        plan is None or "data" not in plan.changes or block["id"] in json.dumps(plan.changes["data"].value, default=str)
    )


def refuse_losses(backend: RestBackend, plan: Plan, current: Object | None, params: Object) -> list[str]:
    """What leans on a block would go with it; a secret in O(data) would be shown in every diff."""
    if plan.action == "delete" and current:
        _refuse_lost_users(backend, current)
    data = params.get("data")
    if plan.action == "delete" or not data:
        return []
    if current:
        schemas = [current.get("block_schema") or {}]
    else:
        block_type = backend.resolve("block type", params["block_type"])
        schemas = schemas_of(backend.stores, block_type, params["block_type"]) if block_type else []
        schemas = sorted(schemas, key=lambda schema: schema.get("created") or "")[-1:]
    schemas += [wanted for wanted in backend.wanted("block schema") if wanted["block_type"] == params["block_type"]]
    for schema in schemas:
        _open, hidden = split_secrets(data, (schema.get("fields") or {}).get("secret_fields") or [])
        if hidden:
            why = f"the block type says that these are secrets: {', '.join(sorted(hidden))}"
            raise _invalid(backend, plan, params, why, "Move them from data to secret_data")
    twice = sorted(_twice(data, params.get("secret_data") or {}))
    if twice:
        why = f"these are both in data and in secret_data: {', '.join(twice)}"
        raise _invalid(backend, plan, params, why, "Give each of them once")
    return []


def _twice(data: Object, secret_data: Object) -> list[str]:
    """Places of what is in both."""
    found = []
    for key in data.keys() & secret_data.keys():
        if isinstance(data[key], dict) and isinstance(secret_data[key], dict):
            found += [f"{key}.{place}" for place in _twice(data[key], secret_data[key])]
        else:
            found.append(str(key))
    return found


def _invalid(backend: RestBackend, plan: Plan, params: Object, why: str, todo: str) -> InvalidInput:
    return InvalidInput(f"{plan.action} block document", obj=params["name"], server=backend.server, why=why, todo=todo)
