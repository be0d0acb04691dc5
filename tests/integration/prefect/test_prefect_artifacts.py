# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading artifacts: the latest version of a key or all of them, and more than a page holds."""

from __future__ import annotations

import json
import typing as t
import uuid

import pytest
from prefectkit.module_process import Ran
from prefectkit.real_server import RealServer

Run = t.Callable[..., Ran]


@pytest.fixture
def flow_run(server: RealServer, name: str) -> str:
    flow = server.ask("POST", "/flows/", {"name": name})["id"]
    return server.ask("POST", "/flow_runs/", {"flow_id": flow})["id"]


def write(server: RealServer, **artifact: t.Any) -> str:
    return server.ask("POST", "/artifacts/", artifact)["id"]


def test_versions_of_a_key(run: Run, server: RealServer, flow_run: str, name: str) -> None:
    old, new = (
        write(server, key=name, type="table", data=json.dumps([{"row": number}]), flow_run_id=flow_run)
        for number in (1, 2)
    )
    found = run("artifact_info", key=name).result
    assert (found["changed"], found["truncated"]) == (False, False)
    (latest,) = found["artifacts"]
    assert (latest["id"], latest["data"], latest["flow_run_id"]) == (new, [{"row": 2}], flow_run)
    every = run("artifact_info", key=name, versions="all", check_mode=True).result["artifacts"]
    assert [one["id"] for one in every] == [new, old]
    assert run("artifact_info", key=f"{name}-none").result["artifacts"] == []


@pytest.mark.parametrize("server", ["open"], indirect=True)
def test_artifacts_of_a_flow_run(run: Run, server: RealServer, flow_run: str, name: str) -> None:
    write(server, key=name, type="markdown", data="# Totals", flow_run_id=flow_run)
    write(server, type="markdown", data="no key", flow_run_id=flow_run)
    write(server, key=f"{name}-other", type="markdown", data="another")
    latest = run("artifact_info", flow_run=flow_run).result["artifacts"]
    assert [one["data"] for one in latest] == ["# Totals"]
    every = run("artifact_info", flow_run=flow_run, versions="all", type="markdown").result["artifacts"]
    assert [(one["key"], one["data"]) for one in every] == [(None, "no key"), (name, "# Totals")]
    assert run("artifact_info", flow_run=str(uuid.uuid4()), versions="all").result["artifacts"] == []
    assert run("artifact_info", flow_run="me").result["error"]["kind"] == "InvalidInput"


@pytest.mark.parametrize("server", ["open"], indirect=True)
def test_more_than_a_page_holds(run: Run, server: RealServer, name: str) -> None:
    made = [write(server, key=name, type="markdown", data=str(number)) for number in range(203)]
    every = run("artifact_info", key=name, versions="all", limit=0).result["artifacts"]
    assert {one["id"] for one in every} == set(made)
    cut = run("artifact_info", key=name, versions="all", limit=201).result
    assert (cut["truncated"], [one["data"] for one in cut["artifacts"]][:2]) == (True, ["202", "201"])
    assert len(cut["artifacts"]) == 201
