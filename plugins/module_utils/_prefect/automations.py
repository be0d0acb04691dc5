# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Automations. For internal use by this collection only."""

from __future__ import annotations

import typing as t

from .._engine.spec import Compare, Field, ResourceSpec
from .answers import Errand
from .editions import refuse_without_cloud
from .kind import Kind, Routes
from .names import filled
from .nested import identifiers
from .store import Key, Object, Store
from .stores import is_identifier

if t.TYPE_CHECKING:
    from .._engine.plan import Plan
    from .rest import RestBackend

_RESOURCES = identifiers({}, resources=True)
_OBJECTS = identifiers(
    {
        "deployment_id": "deployment",
        "work_pool_id": "work pool id",
        "work_queue_id": "work queue id",
        "automation_id": "automation",
        "block_document_id": "block document",
    },
    opaque=("parameters", "job_variables", "payload"),
)
_SETS = ("expect", "after", "for_each")
_WRITTEN = ("name", "description", "enabled", "tags", "trigger", "actions", "actions_on_trigger", "actions_on_resolve")


def _in_order(value: t.Any, key: str = "") -> t.Any:
    """Triggers in one form: some of their lists are sets, which the server returns in any order, and what is null may
    as well be left out."""
    if isinstance(value, dict):
        return {name: _in_order(item, name) for name, item in value.items() if item is not None}
    if isinstance(value, list):
        items = [_in_order(item) for item in value]
        return sorted(items, key=str) if key in _SETS else items
    return value


def _without_ids(value: t.Any) -> t.Any:
    """A trigger without the identifiers that the server gives to it and to those inside of it."""
    if isinstance(value, dict):
        kept = {name: item for name, item in value.items() if name != "id" or "type" not in value}
        return {name: _without_ids(item) for name, item in kept.items()}
    return [_without_ids(item) for item in value] if isinstance(value, list) else value


class AutomationStore(Store):
    """Names are not unique, and a change replaces the whole automation."""

    def read(self, identity: Object) -> Object | None:
        if identity.get("id"):
            return self.client.find(self.path(self.routes.written, identity), self.errand("read", identity))
        return super().read(identity)

    def candidates(self, identity: Object) -> list[Object]:
        query = {"automations": {"name": {"any_": [identity["name"]]}}}
        return self.client.read_all(self.routes.filter, query, Errand("read automation", str(identity["name"])))

    def key(self, found: Object) -> Key | None:
        return (found["name"],)

    def key_of(self, identity: Object) -> Key | None:
        return (identity["name"],)

    def options(self, found: Object) -> Object | None:
        return {"name": found["name"]}

    def export(self, found: Object) -> Object:
        return {**found, "trigger": _in_order(_without_ids(found["trigger"]))}

    def split(self, name: str) -> Object:
        return {"id": name} if is_identifier(name) else {"name": name}

    def label(self, identity: Object) -> str:
        return str(identity.get("name") or identity.get("id"))

    def encode(self, body: Object, current: Object | None) -> Object:
        if current is None:
            return {**body, "actions": body.get("actions") or []}
        # what is not sent would fall back to its default, tags among them
        return {key: value for key, value in {**current, **body}.items() if key in self._sent(current)}

    def _sent(self, current: Object) -> set[str]:
        return {*_WRITTEN, *(("labels",) if "labels" in current else ())}


def _identifier_problem(text: str) -> str:
    return "" if not text or is_identifier(text) else f"'{text}' is no identifier"


def _refuse_labels(backend: RestBackend, plan: Plan, _current: Object | None, params: Object) -> list[str]:
    refuse_without_cloud(backend, plan, "automation", str(params.get("name") or params.get("id")), ("labels",))
    return []


AUTOMATION = Kind(
    plural="automations",
    routes=Routes(all="/automations/", filter="/automations/filter", change="/automations/{id}", method="PUT"),
    store=AutomationStore,
    spec=ResourceSpec(
        kind="automation",
        result="automation",
        fields=(
            Field("id", identity=True, finds_only=True, problem=_identifier_problem),
            Field("name", identity=True, movable=True, required_on_create=True, problem=filled),
            Field("description"),
            Field("enabled", "bool"),
            Field("tags", "list", elements="str", compare=Compare.SET),
            Field("labels", "dict", compare=Compare.SUBSET),
            Field(
                "trigger",
                "dict",
                required_on_create=True,
                compare=Compare.TYPED,
                names=_RESOURCES,
                normalize=_in_order,
            ),
            Field("actions", "list", elements="dict", compare=Compare.TYPED, names=_OBJECTS),
            Field("actions_on_trigger", "list", elements="dict", compare=Compare.TYPED, names=_OBJECTS),
            Field("actions_on_resolve", "list", elements="dict", compare=Compare.TYPED, names=_OBJECTS),
        ),
        required_one_of=(("id", "name"),),
        guard=_refuse_labels,
    ),
)
