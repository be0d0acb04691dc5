# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deployments whose names and tags say too little. For internal use by this collection only."""

from __future__ import annotations

import re
import typing as t

from .._engine.errors import InvalidInput, NotFound
from .._engine.module import Module, finish
from .answers import Errand
from .client import Client, segment
from .connection import Place
from .connection import argument_spec as connection_options
from .module import session
from .runs import Names

Object = dict[str, t.Any]
REQUIRED_TAGS = ("project:", "owner:")
EMPTY_NAMES = ("default", "deployment", "flow", "main", "my-deployment", "run", "test")


def argument_spec() -> Object:
    """Options of the module C(deployment_context_info)."""
    return {
        "work_pool": {"type": "str"},
        "required_tags": {"type": "list", "elements": "str", "default": list(REQUIRED_TAGS)},
        "empty_names": {"type": "list", "elements": "str", "default": list(EMPTY_NAMES)},
        "name_pattern": {"type": "str"},
    }


def run_deployment_context_info() -> None:
    """Run the module C(deployment_context_info)."""
    module = Module(argument_spec={**connection_options(), **argument_spec()}, supports_check_mode=True)

    def work() -> Object:
        with session(module) as client:
            return {"changed": False, **find_without_context(client.at(Place.WORKSPACE, "deployments"), module.params)}

    finish(module, work)


def find_without_context(client: Client, params: Object) -> Object:
    """What is wrong with the deployments of a work pool, or of all, and how many were looked at.

    A work pool that does not exist is an error. In check mode it is taken for one that an earlier task of the same run
    would create, which has no deployments, and is predicted.
    """
    pattern = _pattern(client, params["name_pattern"])
    # An order without ties: of deployments of many flows, many have the same name.
    query: Object = {"sort": "CREATED_DESC"}
    if pool := params["work_pool"]:
        if client.find(f"/work_pools/{segment(pool)}", Errand("read work pool", pool)) is None:
            if client.read_only:
                return {"findings": [], "deployments_checked": 0, "predicted": [f"work pool {pool}"]}
            raise NotFound(
                "read deployments",
                server=client.connection.api_url,
                why=f"there is no work pool '{pool}'",
                todo="Correct the option 'work_pool'",
            )
        query["work_pools"] = {"name": {"any_": [pool]}}
    found = client.read_all("/deployments/filter", query, Errand("read deployments"))
    names = Names(client, [{"flow_id": deployment["flow_id"]} for deployment in found])
    empty = {_plain(name) for name in params["empty_names"] or []}
    findings = [
        finding
        for deployment in found
        for finding in _findings(
            deployment, names.flow(deployment) or "", params["required_tags"] or [], empty, pattern
        )
    ]
    findings.sort(key=lambda finding: (finding["deployment"], finding["problem"], finding["missing"] or ""))
    return {"findings": findings, "deployments_checked": len(found)}


def _pattern(client: Client, text: str | None) -> re.Pattern[str] | None:
    try:
        return re.compile(text) if text else None
    except re.error as error:
        raise InvalidInput(
            "use the option 'name_pattern'",
            server=client.connection.api_url,
            why=f"'{text}' is no regular expression: {error}",
            todo="Correct it",
        ) from None


def _findings(
    deployment: Object, flow: str, required: list[str], empty: set[str], pattern: re.Pattern[str] | None
) -> t.Iterator[Object]:
    name = deployment["name"]

    def finding(problem: str, todo: str, missing: str | None = None) -> Object:
        return {
            "deployment": f"{flow}/{name}",
            "id": deployment["id"],
            "work_pool": deployment.get("work_pool_name"),
            "problem": problem,
            "missing": missing,
            "todo": todo,
        }

    for beginning in required:
        if not _says(deployment, beginning):
            yield finding(
                "no_tag", f"Add a tag that begins with '{beginning}', such as '{_example(beginning)}'", beginning
            )
    if _plain(name) in empty:
        yield finding("empty_name", f"Rename it: '{name}' says nothing about when or for whom it runs")
    elif _plain(name) == _plain(flow):
        yield finding("flow_name", "Rename it: it only repeats the name of its flow")
    elif pattern and not pattern.fullmatch(name):
        yield finding("name_pattern", f"Rename it so that it fits '{pattern.pattern}'")


def _says(deployment: Object, beginning: str) -> bool:
    """Whether a tag begins so and goes on, or a label of that name says the same."""
    wanted = beginning.lower()
    if any(tag.lower().startswith(wanted) and tag[len(wanted) :].strip(" :") for tag in deployment.get("tags") or []):
        return True
    label = wanted.rstrip(":")
    labels = deployment.get("labels") or {}
    return any(str(labels.get(key) or "").strip() for key in (label, f"flowops.{label}"))


def _example(beginning: str) -> str:
    return f"{beginning}payroll" if beginning.endswith(":") else f"{beginning}..."


def _plain(name: str) -> str:
    """A name without what does not count: capitals, and how its words are put together."""
    return re.sub(r"[\s_.-]+", "-", name.strip().lower())
