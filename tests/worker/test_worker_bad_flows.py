# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One bad flow never ends the worker, and is never left without an end. All run at once, five at a time."""

from __future__ import annotations

import dataclasses
import pathlib
import typing as t

import pytest
from workerkit.bench import FINAL, Bench
from workerkit.server import Server

# A flow file that can't be read, with a hook that Prefect's worker tries to load from it (PrefectHQ/prefect#17585).
BROKEN = """
from prefect import flow

def hook(flow, run, state:
    pass

@flow(on_crashed=[hook], on_cancellation=[hook])
def broken():
    pass
"""
BROKEN_HOOK = """
import os
from prefect import flow

def hook(flow, run, state):
    os._exit(1)

@flow(on_crashed=[hook], on_failure=[hook])
def bad_hook():
    raise ValueError("before the hook")
"""
BAD = ("CRASHED", "FAILED")
NO_BLOCK = "{{ prefect.blocks.secret.not-there }}"


@dataclasses.dataclass(frozen=True)
class Case:
    """C(ends) are the states that are right; C(says) stands in the message of the last one. C(code) becomes the flow's
    file, in a folder that only this case has."""

    entrypoint: str
    ends: tuple[str, ...] = BAD
    says: str = ""
    parameters: dict[str, t.Any] = dataclasses.field(default_factory=dict)
    deployment: dict[str, t.Any] = dataclasses.field(default_factory=dict)
    code: str = ""


CASES = {
    "a flow file with a syntax error": Case("broken.py:broken", code=BROKEN),
    "a hook that ends the process": Case("hook.py:bad_hook", code=BROKEN_HOOK),
    "a flow file that is not there (PrefectHQ/prefect#18420)": Case("nowhere.py:nothing"),
    "a folder that is not there": Case("good.py:quick", deployment={"path": "/nowhere/at/all"}),
    "a function that is not there": Case("good.py:nothing"),
    "a parameter of the wrong type": Case("bad.py:takes_a_number", parameters={"number": "many"}),
    "a parameter that nobody knows": Case("bad.py:takes_a_number", parameters={"unknown": 1}),
    "a parameter that is missing": Case("bad.py:takes_a_number"),
    "parameters that are no JSON": Case("bad.py:hands_over_what_is_no_json", ("FAILED",), "object"),
    "a block that is not there": Case(
        "good.py:quick", ("CRASHED",), "block", deployment={"job_variables": {"env": {"X": NO_BLOCK}}}
    ),
    "a process that leaves well without a word": Case("bad.py:leaves", ("CRASHED",), "without", {"code": 0}),
    "a process that leaves without a word": Case("bad.py:leaves", ("CRASHED",), "status code", {"code": 3}),
    "a flow that exits well": Case("bad.py:exits", BAD, "", {"code": 0}),
    "a flow that exits": Case("bad.py:exits", BAD, "", {"code": 5}),
    "a process that is killed": Case("bad.py:kills_itself", ("CRASHED",), "status code"),
    "a flow that raises": Case("bad.py:raises", ("FAILED",), "the flow's own mistake"),
    "a flow that floods its output": Case("bad.py:floods", ("COMPLETED",)),
    "a process that goes while a subflow and a task run": Case("bad.py:leaves_within", ("CRASHED",), "status code"),
}  # fmt: skip


@pytest.fixture(scope="module")
def running(server: Server, tmp_path_factory: pytest.TempPathFactory, package: pathlib.Path) -> t.Iterator[Bench]:
    """The worker. A slot that a bad flow kept would stop it after five."""
    bench = Bench(server, tmp_path_factory.mktemp("bad") / "instance", package)
    try:
        bench.start("--limit", "5")
        yield bench
    finally:
        bench.kill()


@pytest.fixture(scope="module")
def submitted(running: Bench, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Ids of the runs by the cases' names."""
    runs = {}
    for name, case in CASES.items():
        deployment = dict(case.deployment)
        if case.code:
            folder = tmp_path_factory.mktemp("code")
            (folder / case.entrypoint.partition(":")[0]).write_text(case.code, encoding="utf-8")
            deployment["path"] = str(folder)
        runs[name] = running.submit(case.entrypoint, deployment, parameters=case.parameters)
    return runs


@pytest.mark.parametrize("name", CASES)
def test_a_bad_flow_has_an_end_with_a_reason(running: Bench, submitted: dict[str, str], name: str) -> None:
    case = CASES[name]
    run = running.finished(submitted[name], 300)
    assert run["state_type"] in case.ends, run["state"]
    if run["state_type"] in BAD:
        assert run["state"]["message"]
        assert case.says in run["state"]["message"]
    assert running.alive(), running.log[-4000:]


def test_what_ran_inside_ends_with_the_process(running: Bench, submitted: dict[str, str]) -> None:
    run_id = submitted["a process that goes while a subflow and a task run"]
    running.finished(run_id, 300)
    ask = {"flow_runs": {"parent_flow_run_id": {"any_": [run_id]}}, "sort": "ID_DESC"}
    assert [child["state_type"] for child in running.server.ask("POST", "/flow_runs/filter", ask)] == ["CRASHED"]
    ask = {"task_runs": {"flow_run_id": {"any_": [run_id]}}, "sort": "ID_DESC"}
    tasks = running.server.ask("POST", "/task_runs/filter", ask)
    assert tasks
    assert {task["state_type"] for task in tasks} <= set(FINAL)


def test_a_deployment_that_goes_while_its_run_waits(running: Bench) -> None:
    deployment = running.deployment("good.py:quick")
    run_id = running.submit_to(deployment)
    running.server.ask("DELETE", f"/deployments/{deployment}")
    running.until(lambda: run_id not in running.journal(), "no entry is left")
    assert running.alive(), running.log[-4000:]


def test_after_all_of_them_a_good_flow_runs(running: Bench, submitted: dict[str, str]) -> None:
    run = running.finished(running.submit("good.py:quick"), 300)
    assert run["state_type"] == "COMPLETED"
    running.until(lambda: running.journal() == [], f"no entry is left of {len(submitted)} runs")
