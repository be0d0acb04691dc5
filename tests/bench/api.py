# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The desired states in the words of Prefect's API: for the uri loop, the bare client and the proof."""

from __future__ import annotations

import dataclasses
import typing as t
import urllib.parse

Body = dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Api:
    """How one kind is written by hand.

    create  path that creates
    one     path of one object by its names, where names of our options stand for their values
    change  path that changes; C({id}) stands for the identifier
    filter  path that reads pages
    wire    names of our options that the API calls otherwise; an empty one is not sent
    """

    create: str
    one: str
    change: str
    filter: str
    wire: t.Mapping[str, str] = dataclasses.field(default_factory=dict)

    def body(self, item: Body) -> Body:
        """The properties to create; a flow is named in C(flow_id), as whoever sends it has to replace."""
        renamed = ((self.wire.get(name, name), value) for name, value in item.items())
        return {name: value for name, value in renamed if name}


APIS = {
    "variables": Api("/variables/", "/variables/name/{name}", "/variables/name/{name}", "/variables/filter"),
    "work_pools": Api("/work_pools/", "/work_pools/{name}", "/work_pools/{name}", "/work_pools/filter"),
    "work_queues": Api(
        "/work_pools/{work_pool}/queues",
        "/work_pools/{work_pool}/queues/{name}",
        "/work_pools/{work_pool}/queues/{name}",
        "/work_queues/filter",
        {"work_pool": ""},
    ),
    "concurrency_limits": Api(
        "/v2/concurrency_limits/",
        "/v2/concurrency_limits/{name}",
        "/v2/concurrency_limits/{name}",
        "/v2/concurrency_limits/filter",
    ),
    "flows": Api("/flows/", "/flows/name/{name}", "/flows/{id}", "/flows/filter"),
    "deployments": Api(
        "/deployments/",
        "/deployments/name/{flow}/{name}",
        "/deployments/{id}",
        "/deployments/filter",
        {"flow": "flow_id", "work_pool": "work_pool_name", "work_queue": "work_queue_name"},
    ),
}
# Kinds that may be written at the same time; each row needs the one above. What is removed takes with it what needs it.
WAVES = (("variables", "concurrency_limits", "work_pools", "flows"), ("work_queues",), ("deployments",))


def path(template: str, values: Body) -> str:
    """A path with names in it."""
    return template.format_map({name: urllib.parse.quote(str(value), safe="") for name, value in values.items()})
