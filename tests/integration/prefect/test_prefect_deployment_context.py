# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deployments that do not say what they are for: found, told apart, and nothing else."""

from __future__ import annotations

import typing as t

import pytest
from prefectkit.module_process import Ran
from prefectkit.real_server import RealServer

Run = t.Callable[..., Ran]


@pytest.fixture
def add(server: RealServer, pool: str, flow: str) -> t.Callable[..., str]:
    """Creates a deployment of the flow in the work pool; returns its whole name."""
    flow_id = server.ask("GET", f"/flows/name/{flow}")["id"]

    def add(name: str, tags: t.Sequence[str] = (), **fields: t.Any) -> str:
        body = {"name": name, "flow_id": flow_id, "work_pool_name": pool, "tags": list(tags), **fields}
        server.ask("POST", "/deployments/", body)
        return f"{flow}/{name}"

    return add


GOOD = ("project:payroll", "owner:anna")


def problems(result: dict[str, t.Any]) -> set[tuple[str, str, str | None]]:
    return {(finding["deployment"], finding["problem"], finding["missing"]) for finding in result["findings"]}


@pytest.mark.parametrize("check_mode", [True, False])
def test_what_is_missing_is_told_with_what_to_do(
    run: Run, pool: str, add: t.Callable[..., str], check_mode: bool
) -> None:
    fine, bare = add("nightly", GOOD), add("weekly", ["project:", "x-owner:bob"])
    result = run("deployment_context_info", work_pool=pool, check_mode=check_mode).result
    assert result["changed"] is False
    assert result["deployments_checked"] == 2
    assert problems(result) == {(bare, "no_tag", "project:"), (bare, "no_tag", "owner:")}
    assert fine not in {finding["deployment"] for finding in result["findings"]}
    for finding in result["findings"]:
        assert finding["missing"] in finding["todo"]
        assert finding["work_pool"] == pool


def test_names_that_say_nothing(run: Run, pool: str, flow: str, add: t.Callable[..., str]) -> None:
    empty, same = add("Default", GOOD), add(flow.upper().replace("-", "_"), GOOD)
    add("nightly", GOOD)
    result = run("deployment_context_info", work_pool=pool).result
    assert problems(result) == {(empty, "empty_name", None), (same, "flow_name", None)}
    mine = run("deployment_context_info", work_pool=pool, empty_names=["nightly"]).result
    assert problems(mine) == {(f"{flow}/nightly", "empty_name", None), (same, "flow_name", None)}


def test_a_pattern_for_names(run: Run, pool: str, add: t.Callable[..., str]) -> None:
    other = add("payroll-whenever", GOOD)
    add("payroll-nightly", GOOD)
    options = {"work_pool": pool, "name_pattern": "[a-z]+-(nightly|weekly)"}
    assert problems(run("deployment_context_info", **options).result) == {(other, "name_pattern", None)}


def test_a_label_says_it_as_well_as_a_tag(run: Run, pool: str, add: t.Callable[..., str]) -> None:
    add("nightly", labels={"project": "payroll", "flowops.owner": "anna"})
    assert run("deployment_context_info", work_pool=pool).result["findings"] == []


def test_other_tags_can_be_asked_for_and_none(run: Run, pool: str, add: t.Callable[..., str]) -> None:
    name = add("nightly", ["Team:billing"])
    assert run("deployment_context_info", work_pool=pool, required_tags=["team:"]).result["findings"] == []
    assert run("deployment_context_info", work_pool=pool, required_tags=[]).result["findings"] == []
    found = run("deployment_context_info", work_pool=pool, required_tags=["cost-centre:"]).result
    assert problems(found) == {(name, "no_tag", "cost-centre:")}


def test_without_a_work_pool_all_deployments_are_looked_at(
    run: Run, add: t.Callable[..., str], deployment: str
) -> None:
    name = add("weekly")
    found = {finding["deployment"] for finding in run("deployment_context_info").result["findings"]}
    assert {name, deployment} <= found


def test_more_deployments_than_a_page_holds(run: Run, pool: str, add: t.Callable[..., str]) -> None:
    names = {add(f"nightly-{number:03}") for number in range(203)}
    result = run("deployment_context_info", work_pool=pool, required_tags=["project:"]).result
    assert result["deployments_checked"] == 203
    assert {finding["deployment"] for finding in result["findings"]} == names


def test_an_unknown_pool_is_an_error_and_in_check_mode_a_prediction(run: Run, name: str) -> None:
    result = run("deployment_context_info", work_pool=name).result
    assert result["error"]["kind"] == "NotFound"
    assert f"there is no work pool '{name}'" in result["msg"]
    promised = run("deployment_context_info", work_pool=name, check_mode=True).result
    assert (promised["findings"], promised["predicted"]) == ([], [f"work pool {name}"])


def test_a_pattern_that_is_none_is_an_error(run: Run, pool: str) -> None:
    result = run("deployment_context_info", work_pool=pool, name_pattern="(").result
    assert result["error"]["kind"] == "InvalidInput"
    assert "name_pattern" in result["msg"]
