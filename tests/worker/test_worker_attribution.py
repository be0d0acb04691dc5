# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each run carries who, where and for what: in Prefect, in its process, and in the names of what runs inside it."""

from __future__ import annotations

import json
import pathlib
import re
import subprocess
import sys
import typing as t

import pytest
from workerkit.bench import ACCOUNT, FLOWS, HOST, Bench
from workerkit.server import clean_environment

ANNA = "CORP\\anna"
OURS = {f"account:{ACCOUNT}", f"host:{HOST}"}


def inside(bench: Bench, run_id: str, kind: str) -> list[dict[str, t.Any]]:
    """Flow runs or task runs that the run has started."""
    name = "parent_flow_run_id" if kind == "flow_runs" else "flow_run_id"
    ask = {kind: {name: {"any_": [run_id]}}, "sort": "ID_DESC"}
    return list(bench.server.ask("POST", f"/{kind}/filter", ask))


def test_a_run_carries_its_context(running: Bench, tmp_path: pathlib.Path) -> None:
    parameters = {"folder": str(tmp_path)}
    run_id = running.submit(
        "good.py:quick",
        {"tags": ["project:payroll", "mine"], "name": "nightly"},
        parameters=parameters,
        tags=["project:payroll", f"requested-by:{ANNA}"],
    )
    run = running.finished(run_id)
    assert run["state_type"] == "COMPLETED"
    assert set(run["tags"]) == OURS | {"project:payroll", "mine", f"requested-by:{ANNA}"}
    assert {name: value for name, value in run["labels"].items() if name.startswith("flowops.")} == {
        "flowops.account": ACCOUNT,
        "flowops.host": HOST,
        "flowops.project": "payroll",
        "flowops.requested-by": ANNA,
        "flowops.worker": running.name,
    }
    assert re.fullmatch(r"payroll/quick-CORP\\anna-\d{8}T\d{6}Z", run["name"])
    found = json.loads((tmp_path / "environment.json").read_text(encoding="utf-8"))
    assert {name: found[name] for name in ("FLOWOPS_ACCOUNT", "FLOWOPS_HOST", "FLOWOPS_REQUESTED_BY")} == {
        "FLOWOPS_ACCOUNT": ACCOUNT,
        "FLOWOPS_HOST": HOST,
        "FLOWOPS_REQUESTED_BY": ANNA,
    }
    assert (found["FLOWOPS_PROJECT"], found["FLOWOPS_RUN_DEPLOYMENT"]) == ("payroll", "nightly")
    assert set(json.loads(found["FLOWOPS_RUN_TAGS"])) == set(run["tags"])
    assert "FLOWOPS_RUNS_FOLDER" not in found
    assert "FLOWOPS_POLL_FILE" not in found


def test_what_a_deployment_puts_into_the_environment_is_no_statement(running: Bench, tmp_path: pathlib.Path) -> None:
    lies = {"env": {"FLOWOPS_ACCOUNT": "CORP\\admin", "FLOWOPS_REQUESTED_BY": "nobody"}}
    run_id = running.submit("good.py:quick", {"job_variables": lies}, parameters={"folder": str(tmp_path)})
    assert running.finished(run_id)["labels"]["flowops.account"] == ACCOUNT
    found = json.loads((tmp_path / "environment.json").read_text(encoding="utf-8"))
    assert (found["FLOWOPS_ACCOUNT"], found["FLOWOPS_REQUESTED_BY"]) == (ACCOUNT, "API (unknown)")
    assert found["FLOWOPS_PROJECT"] == "of-the-host"


@pytest.mark.parametrize(
    ("entrypoint", "fields", "name"),
    [
        ("good.py:quick", {"name": "month-end"}, "month-end"),
        ("good.py:names_itself", {}, "named-by-the-flow"),
    ],
)
def test_a_name_that_somebody_set_is_kept(running: Bench, entrypoint: str, fields: dict[str, str], name: str) -> None:
    assert running.finished(running.submit(entrypoint, **fields))["name"] == name


def test_tasks_and_subflows_have_names_with_context_and_authors_win(running: Bench) -> None:
    run_id = running.submit("good.py:many_tasks", {"tags": ["project:payroll"]}, tags=[f"requested-by:{ANNA}"])
    assert running.finished(run_id, 120)["state_type"] == "COMPLETED"
    # Records of tasks reach the server a little later than the end of the run.
    running.until(lambda: len(inside(running, run_id, "task_runs")) == 8, "all tasks are recorded")
    names = sorted(task["name"] for task in inside(running, run_id, "task_runs"))
    own = [name for name in names if name.startswith("payroll/load-")]
    assert len(own) == len(set(own)) == 4
    assert all(name.endswith(f"-{ANNA}") for name in own)
    assert "the-author-says-5" in names
    children = inside(running, run_id, "flow_runs")
    shown = {re.sub(r"\d{8}T\d{6}Z", "TIME", child["name"]) for child in children}
    assert shown == {f"payroll/inner-part-{ANNA}-TIME", f"payroll/inner-async-part-{ANNA}-TIME", "the-author-says-so"}
    assert all(set(child["tags"]) >= OURS for child in children)
    tasks = {task["name"] for child in children for task in inside(running, child["id"], "task_runs")}
    assert {re.sub(r"-[0-9a-f]{1,3}-", "-N-", name) for name in tasks} == {
        f"payroll/load-N-{ANNA}",
        f"payroll/load_async-N-{ANNA}",
    }


def test_a_run_that_a_run_started_was_asked_for_by_the_same_person(running: Bench) -> None:
    target = running.deployment("good.py:quick")
    run_id = running.submit(
        "good.py:starts_another", parameters={"deployment_id": target}, tags=[f"requested-by:{ANNA}"]
    )
    assert running.finished(run_id)["state_type"] == "COMPLETED"
    (child,) = inside(running, run_id, "flow_runs")
    assert running.finished(child["id"])["labels"]["flowops.requested-by"] == ANNA


def test_the_same_flow_on_a_laptop_keeps_prefects_names(running: Bench, tmp_path: pathlib.Path) -> None:
    environment = clean_environment() | {"PREFECT_API_URL": running.server.url, "PREFECT_HOME": str(tmp_path)}
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    code = "import good; print(good.load(1, return_state=True).state_details.task_run_id)"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=FLOWS, env=environment, check=True, capture_output=True, text=True)
    task_id = done.stdout.strip().splitlines()[-1]
    running.until(lambda: running.server.ask("GET", f"/task_runs/{task_id}") is not None, "the task is recorded")
    assert running.server.ask("GET", f"/task_runs/{task_id}")["name"] == "load"
