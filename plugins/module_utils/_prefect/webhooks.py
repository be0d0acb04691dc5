# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses that the outside calls, whose requests become events. For internal use by this collection only."""

from __future__ import annotations

import typing as t

from .._engine.errors import InvalidInput
from .._engine.spec import Field
from .cloud import CloudSpec, ModuleStore
from .connection import Place
from .kind import Kind, Routes
from .names import filled
from .store import Object

if t.TYPE_CHECKING:
    from .._engine.plan import Plan
    from .rest import RestBackend

_LONGEST_TEMPLATE = 30_000
_SENT = ("name", "description", "enabled", "service_account_id", "template")


class WebhookStore(ModuleStore):
    """Whoever knows the slug of a webhook can call it. retire_slug stands for a slug that the webhook must not have: it
    is as wanted while it has another one."""

    def decode(self, found: Object) -> Object:
        # the service account comes with a hash of its key
        shown = {key: value for key, value in found.items() if key != "service_account"}
        api = self.stores.client.connection.base(Place.API, "webhooks")
        shown["endpoint"] = f"{api.removesuffix('/api')}/hooks/{found.get('slug')}"
        retired = self.asked.get("retire_slug")
        if retired is not None:
            shown["retire_slug"] = None if found.get("slug") == retired else retired
        return shown

    def encode(self, body: Object, current: Object | None) -> Object:
        return {key: value for key, value in {**(current or {}), **body}.items() if key in _SENT}

    def change(self, current: Object, body: Object, identity: Object) -> None:
        if set(body) - {"retire_slug"}:
            super().change(current, body, identity)
        if "retire_slug" in body:
            self.client.act(f"{self.path(self.routes.written, current)}/rotate", None, self.errand("rotate", identity))

    def adopt(self, found: Object, body: Object, identity: Object) -> None:
        super().adopt(found, {key: value for key, value in body.items() if key != "retire_slug"}, identity)

    def export(self, found: Object) -> Object:
        return {key: value for key, value in found.items() if key != "retire_slug"}


def _rotate_in_the_module(backend: RestBackend, plan: Plan, _current: Object | None, params: Object) -> list[str]:
    if backend.stores.whole and params.get("retire_slug"):
        raise InvalidInput(
            f"{plan.action} webhook",
            obj=params["name"],
            server=backend.server,
            why="retire_slug cannot be part of a desired state, which returns no new slug",
            todo="Use the module webhook for it",
        )
    if plan.action == "update" and "retire_slug" in plan.changes:
        return [f"The old address of webhook '{params['name']}' stops working at once"]
    return []


def _template_problem(template: str) -> str:
    if len(template) > _LONGEST_TEMPLATE:
        return f"{len(template)} characters are more than the {_LONGEST_TEMPLATE} that a template may have"
    return filled(template).replace("name", "template")


WEBHOOK = Kind(
    plural="webhooks",
    routes=Routes(all="/webhooks/", filter="/webhooks/filter", change="/webhooks/{id}", method="PUT"),
    store=WebhookStore,
    needs=("cloud",),
    spec=CloudSpec(
        kind="webhook",
        result="webhook",
        fields=(
            Field("name", required=True, identity=True, problem=filled),
            Field("template", required_on_create=True, problem=_template_problem),
            Field("description"),
            Field("enabled", "bool"),
            Field("service_account", wire="service_account_id", reference="service account id", clears=""),
            Field("retire_slug", secret=True),
        ),
        guard=_rotate_in_the_module,
    ),
)
