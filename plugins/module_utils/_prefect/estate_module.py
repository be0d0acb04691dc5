# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules C(resources) and C(resources_info) call. For internal use by this collection only."""

from __future__ import annotations

import typing as t

from .._engine.errors import InvalidInput
from .._engine.module import BulkModule, Module, finish
from .catalogue import BY_PLURAL, CATALOGUE, KINDS
from .connection import argument_spec
from .converge import Orders, converge, expect_orders
from .document import hide_secrets
from .export import export
from .listing import list_objects
from .module import session
from .stores import Stores

if t.TYPE_CHECKING:
    from .kind import Kind


class _BulkModule(BulkModule):
    document = "resources"


def run_resources() -> None:
    """Run the module C(resources)."""
    own = {
        "resources": {"type": "dict", "required": True},
        "ledger": {"type": "str", "default": ""},
        "prune": {"type": "bool", "default": False},
        "prune_maximum": {"type": "int", "default": 0},
        "concurrency": {"type": "int", "default": 2},
    }
    # no_log: a secret inside of the document would otherwise be in the system log before anybody knows it for one
    module = _BulkModule(argument_spec={**argument_spec(), **own}, supports_check_mode=True, no_log=True)

    def work() -> dict[str, t.Any]:
        hide = module.no_log_values.update
        hide_secrets(module.params["resources"], hide)
        with session(module) as client:
            orders = Orders(**{name: module.params[name] for name in own}, check_mode=module.check_mode)
            expect_orders(orders, client.connection.api_url)
            result = converge(Stores(client, CATALOGUE, whole=True), orders, hide)
        for sentence in result.get("consequences", []):
            module.warn(sentence)
        return result

    finish(module, work)


def run_resources_info() -> None:
    """Run the module C(resources_info)."""
    own = {
        "kinds": {"type": "list", "elements": "str", "default": []},
        "filters": {"type": "dict", "default": {}},
        "names": {"type": "list", "elements": "str", "default": []},
        "format": {"type": "str", "choices": ["objects", "desired_state"], "default": "objects"},
        "limit": {"type": "int"},
    }
    module = Module(argument_spec={**argument_spec(), **own}, supports_check_mode=True)

    def work() -> dict[str, t.Any]:
        with session(module) as client:
            stores = Stores(client, CATALOGUE, whole=True)
            kinds = _kinds(stores, module.params["kinds"])
            if module.params["format"] == "desired_state":
                _expect_plain(stores, module.params)
                document, left_out = export(stores, kinds, asked=bool(module.params["kinds"]))
                result: dict[str, t.Any] = {
                    "resources": document,
                    "left_out": [entry._asdict() for entry in left_out],
                }
            else:
                names, filters = module.params["names"], module.params["filters"]
                result = {"objects": list_objects(stores, kinds, names, filters, module.params["limit"])}
            return {"changed": False, **result, "summary": {"requests": client.requests_sent}}

    finish(module, work)


def _kinds(stores: Stores, plurals: list[str]) -> list[Kind]:
    """The kinds of these plurals; without any, all that this server has."""
    known = {plural: kind for plural, kind in BY_PLURAL.items() if kind.listed}
    unknown = sorted(set(plurals) - set(known))
    if unknown:
        raise InvalidInput(
            "read objects",
            server=stores.server,
            why=f"there are no kinds {', '.join(unknown)}",
            todo=f"Use some of these: {', '.join(sorted(known))}",
        )
    connection = stores.client.connection
    if plurals:
        return [kind for kind in KINDS if kind.plural in plurals]
    return [kind for kind in KINDS if kind.bulk and kind.exists_on(connection)]


def _expect_plain(stores: Stores, params: dict[str, t.Any]) -> None:
    if params["names"] or params["filters"] or params["limit"] is not None:
        raise InvalidInput(
            "export the desired state",
            server=stores.server,
            why="names, filters and limit choose objects, and a desired state holds all of a kind",
            todo="Leave them out, or use format: objects",
        )
