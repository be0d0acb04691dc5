# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Flow runs that fit some conditions. For internal use by this collection only."""

from __future__ import annotations

import typing as t

from .._engine.errors import InvalidInput, NotFound
from .answers import Errand
from .client import Client, segment
from .clock import clock, past
from .names import two_parts
from .pages import check_limit, limit_option, read_some
from .runs import STATE_TYPES, Names, Object, logs_of, shown, task_run_counts
from .stores import is_identifier

LOGS_LIMIT = 1000
_ERRAND = Errand("read flow runs")


def argument_spec() -> dict[str, t.Any]:
    """Options of the module C(flow_run_info)."""
    texts = {"type": "list", "elements": "str"}
    return {
        "ids": dict(texts),
        "names": dict(texts),
        "deployment": {"type": "str"},
        "flow": {"type": "str"},
        "work_pool": {"type": "str"},
        "tags_all": dict(texts),
        "tags_any": dict(texts),
        "states": {**texts, "choices": list(STATE_TYPES)},
        "state_names": dict(texts),
        "since": {"type": "str"},
        "until": {"type": "str"},
        "limit": limit_option(),
        "logs": {"type": "bool", "default": False},
        "logs_limit": limit_option(LOGS_LIMIT),
        "task_run_counts": {"type": "bool", "default": False},
        "parameters": {"type": "bool", "default": False},
    }


def find_deployment(client: Client, name: str) -> Object | None:
    """The deployment with a whole name or an identifier, or None if it is proven absent."""
    errand = Errand("read deployment", name)
    if is_identifier(name):
        return client.find(f"/deployments/{name.lower()}", errand)
    flow, _slash, own = name.partition("/")
    if not (flow and own):
        raise InvalidInput(
            "use the option 'deployment'",
            server=client.connection.api_url,
            why=f"'{name}' is not the whole name of a deployment",
            todo=f"To name it, {two_parts('flow', 'deployment')}",
        )
    return client.find(f"/deployments/name/{segment(flow)}/{segment(own)}", errand)


def find_runs(client: Client, params: dict[str, t.Any]) -> dict[str, t.Any]:
    """Flow runs, the latest one first, and whether there are more than the limit.

    A deployment, flow or work pool that does not exist is an error. In check mode it is taken for one that an earlier
    task of the same run would create, which has no flow runs, and is predicted.
    """
    server = client.connection.api_url
    for option in ("limit", "logs_limit"):
        check_limit(option, params[option], server)
    query = _query(client, params)
    predicted = _check_names(client, params, query)
    if predicted:
        return {"flow_runs": [], "truncated": False, "predicted": predicted}
    # without a limit in the one order that has no ties, so that no page border can hide anything
    order = "EXPECTED_START_TIME_DESC" if params["limit"] else "ID_DESC"
    found, more = read_some(client, "/flow_runs/filter", {**query, "sort": order}, _ERRAND, params["limit"])
    found.sort(key=lambda run: run.get("expected_start_time") or "", reverse=True)
    names = Names(client, found)
    return {"flow_runs": [_with_extras(client, run, names, params) for run in found], "truncated": more}


def _with_extras(client: Client, run: Object, names: Names, params: dict[str, t.Any]) -> Object:
    result = shown(client, run, names.flow(run), names.deployment(run))
    if params["parameters"]:
        result.update(parameters=run.get("parameters") or {}, job_variables=run.get("job_variables") or {})
    if params["task_run_counts"]:
        result["task_run_counts"] = task_run_counts(client, run)
    if params["logs"]:
        result["logs"], result["logs_truncated"] = logs_of(client, run, params["logs_limit"])
    return result


def _query(client: Client, params: dict[str, t.Any]) -> Object:
    """The conditions as the filter route takes them."""
    wanted: Object = {
        "id": _any(_identifiers(client, params["ids"])),
        "name": _any(params["names"]),
        "tags": _given({"all_": params["tags_all"], "any_": params["tags_any"]}),
        "state": _given(
            {
                "type": _any(_upper(params["states"])),
                "name": _any(params["state_names"]),
            }
        ),
        "expected_start_time": _given(
            {"after_": _past(client, "since", params), "before_": _past(client, "until", params)}
        ),
    }
    query = {"flow_runs": _given(wanted)}
    if params["flow"]:
        query["flows"] = {"name": {"any_": [params["flow"]]}}
    if params["work_pool"]:
        query["work_pools"] = {"name": {"any_": [params["work_pool"]]}}
    return query


def _given(conditions: Object) -> Object | None:
    kept = {name: value for name, value in conditions.items() if value is not None}
    return kept or None


def _any(values: list[str] | None) -> Object | None:
    return None if values is None else {"any_": values}


def _upper(states: list[str] | None) -> list[str] | None:
    return None if states is None else [state.upper() for state in states]


def _identifiers(client: Client, keys: list[str] | None) -> list[str] | None:
    for key in keys or []:
        check_identifier("ids", key, client.connection.api_url)
    return keys


def check_identifier(option: str, key: str, server: str) -> None:
    """InvalidInput unless the text is an identifier."""
    if not is_identifier(key):
        raise InvalidInput(
            f"use the option '{option}'",
            server=server,
            why=f"'{key}' is no identifier",
            todo="Give one like 0fad8ffa-18e7-4fbb-861d-443aaf7e027d, as this module and the web interface show it",
        )


def _past(client: Client, option: str, params: dict[str, t.Any]) -> str | None:
    if not params[option]:
        return None
    now = clock(client, lambda: client.read_page("/flow_runs/filter", {"limit": 1}, _ERRAND))
    return past(option, params[option], client.connection.api_url, now)


def _check_names(client: Client, params: dict[str, t.Any], query: Object) -> list[str]:
    """Prove that what the options name exists, and put the deployment into the query; what is predicted instead."""
    predicted = []
    for kind, option in (("deployment", "deployment"), ("flow", "flow"), ("work pool", "work_pool")):
        name = params[option]
        if not name:
            continue
        found = _named(client, kind, name)
        if found is not None and kind == "deployment":
            query["flow_runs"] = {**(query["flow_runs"] or {}), "deployment_id": {"any_": [found["id"]]}}
        if found is None and not client.read_only:
            raise NotFound(
                "read flow runs",
                server=client.connection.api_url,
                why=f"there is no {kind} '{name}'",
                todo=f"Correct the option '{option}'",
            )
        if found is None:
            predicted.append(f"{kind} {name}")
    return predicted


def _named(client: Client, kind: str, name: str) -> Object | None:
    if kind == "deployment":
        return find_deployment(client, name)
    route = "/flows/name/" if kind == "flow" else "/work_pools/"
    return client.find(f"{route}{segment(name)}", Errand(f"read {kind}", name))
