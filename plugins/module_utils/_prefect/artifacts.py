# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Artifacts that flow runs have left behind, which are only ever read. For internal use by this collection only."""

from __future__ import annotations

import json
import typing as t

from .answers import Errand
from .client import Client
from .pages import check_limit, limit_option, read_some
from .run_filters import check_identifier

Object = dict[str, t.Any]


def argument_spec() -> dict[str, t.Any]:
    """Options of the module C(artifact_info)."""
    return {
        "key": {"type": "str", "no_log": False},
        "type": {"type": "str"},
        "flow_run": {"type": "str"},
        "versions": {"type": "str", "choices": ["latest", "all"], "default": "latest"},
        "limit": limit_option(),
    }


def find_artifacts(client: Client, params: dict[str, t.Any]) -> Object:
    """Artifacts that fit, sorted by key with the latest version first, and whether there are more than the limit."""
    check_limit("limit", params["limit"], client.connection.api_url)
    if params["flow_run"]:
        check_identifier("flow_run", params["flow_run"], client.connection.api_url)
    wanted = {
        name: {"any_": [params[option]]}
        for name, option in (("key", "key"), ("type", "type"), ("flow_run_id", "flow_run"))
        if params[option]
    }
    latest = params["versions"] == "latest"
    # without a limit in the one order that has no ties, so that no page border can hide anything
    query: Object = {"sort": "CREATED_DESC" if params["limit"] else "ID_DESC"}
    if wanted:
        query["artifacts"] = wanted
    path = "/artifacts/latest/filter" if latest else "/artifacts/filter"
    found, more = read_some(client, path, query, Errand("read artifacts", params["key"] or ""), params["limit"])
    found.sort(key=lambda artifact: artifact.get("created") or "", reverse=True)
    found.sort(key=lambda artifact: artifact.get("key") or "")
    return {"artifacts": [_shown(artifact) for artifact in found], "truncated": more}


def _shown(artifact: Object) -> Object:
    return {
        # of a key's latest version the server gives the key's own identifier, too
        "id": artifact.get("latest_id") or artifact["id"],
        "key": artifact.get("key"),
        "type": artifact.get("type"),
        "description": artifact.get("description"),
        "data": _data(artifact),
        "metadata": artifact.get("metadata_"),
        "flow_run_id": artifact.get("flow_run_id"),
        "task_run_id": artifact.get("task_run_id"),
        "created": artifact.get("created"),
        "updated": artifact.get("updated"),
    }


def _data(artifact: Object) -> t.Any:
    """What the artifact holds; a table, which the server keeps as text, as the rows that it is made of."""
    data = artifact.get("data")
    if artifact.get("type") != "table" or not isinstance(data, str):
        return data
    try:
        return json.loads(data)
    except ValueError:
        return data
