# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running deployments: promised and kept, made once, waited for, cancelled; and two flows that a real worker runs."""

from __future__ import annotations

import contextlib
import os
import pathlib
import signal
import subprocess
import threading
import time
import typing as t
import uuid

import pytest
from prefectkit.module_process import Ran, environment, run_module
from prefectkit.real_server import RealServer, prefect_command

Run = t.Callable[..., Ran]
SECRET = "parameter-s3cr3t"
SCHEMA = {"type": "object", "properties": {"rows": {"type": "integer"}, "door": {"type": "object"}}}
FLOWS = """
import prefect

@prefect.task
def count(rows):
    return rows

@prefect.flow
def loads(rows: int = 3, door: dict | None = None):
    prefect.get_run_logger().info("%s rows loaded through %s", count(rows), (door or {}).get("key"))

@prefect.flow
def fails(door: dict | None = None):
    raise ValueError("the partner is closed")
"""

# Where the server's login makes no difference; modules run faster against it.
on_the_open_server = pytest.mark.parametrize("server", ["open"], indirect=True)


class Made(t.NamedTuple):
    """A flow, its deployment's whole name, and its work pool."""

    flow: str
    deployment: str
    pool: str


def deploy(server: RealServer, pool: str, name: str, **more: t.Any) -> Made:
    flow = server.ask("POST", "/flows/", {"name": f"{name}-flow"})["id"]
    body = {"name": name, "flow_id": flow, "work_pool_name": pool, "tags": ["deployed"], **more}
    server.ask("POST", "/deployments/", body)
    return Made(f"{name}-flow", f"{name}-flow/{name}", pool)


@pytest.fixture
def made(server: RealServer, pool: str, name: str) -> Made:
    return deploy(server, pool, name, parameter_openapi_schema=SCHEMA, enforce_parameter_schema=True)


@contextlib.contextmanager
def later(server: RealServer, run_id: str, *states: str, message: str = "") -> t.Iterator[None]:
    """Meanwhile, the flow run goes through these states, as a worker would move it."""

    def move() -> None:
        for state in states:
            time.sleep(0.3)
            server.ask("POST", f"/flow_runs/{run_id}/set_state", {"state": {"type": state, "message": message}})

    thread = threading.Thread(target=move)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def runs_of(server: RealServer, made: Made) -> list[dict[str, t.Any]]:
    return server.ask("POST", "/flow_runs/filter", {"flows": {"name": {"any_": [made.flow]}}})


def test_a_key_makes_one_run_and_no_second_one(cycle: Run, server: RealServer, made: Made, name: str) -> None:
    done = cycle(
        "flow_run",
        deployment=made.deployment,
        idempotency_key=name,
        parameters={"rows": 5, "door": {"number": 7}},
        secret_parameters={"door": {"key": SECRET}},
        tags=["own"],
        labels={"ticket": "T-1"},
        project="billing",
        requested_by="alice",
        scheduled_time="2099-01-01T01:00:00+01:00",
    )
    assert SECRET not in done.output
    run = done.result["flow_run"]
    (found,) = runs_of(server, made)
    assert found["parameters"] == {"rows": 5, "door": {"number": 7, "key": SECRET}}
    assert run["parameters"]["door"] == {"number": 7, "key": "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"}
    assert run["name"].startswith(f"billing-{name}-alice-20")
    assert run["tags"] == ["deployed", "own", "project:billing", "requested-by:alice"]
    assert {"ticket": "T-1", "requested-by": "alice", "project": "billing"}.items() <= found["labels"].items()
    assert (run["state"], run["expected_start_time"]) == ("Scheduled", "2099-01-01T00:00:00Z")
    assert (run["flow"], run["deployment"], run["work_pool"]) == made
    assert run["url"] == f"{server.url.removesuffix('/api')}/runs/flow-run/{found['id']}"


@on_the_open_server
def test_without_a_key_each_task_makes_a_run(run: Run, server: RealServer, made: Made) -> None:
    first, second = (run("flow_run", deployment=made.deployment).result for _time in range(2))
    assert (first["changed"], second["changed"]) == (True, True)
    assert len(runs_of(server, made)) == 2
    assert [state["name"] for state in first["states"]] == ["Scheduled"]


@on_the_open_server
def test_a_key_of_another_deployment_is_no_match(run: Run, server: RealServer, made: Made, name: str) -> None:
    other = {
        "name": "other",
        "work_pool_name": made.pool,
        "flow_id": server.ask("GET", f"/flows/name/{made.flow}")["id"],
    }
    server.ask("POST", "/deployments/", other)
    run("flow_run", deployment=made.deployment, idempotency_key=name)
    result = run("flow_run", deployment=f"{made.flow}/other", idempotency_key=name).result
    assert result["error"]["kind"] == "Conflict"
    assert len(runs_of(server, made)) == 1


def test_parameters_that_do_not_fit(run: Run, made: Made, server: RealServer) -> None:
    ran = run("flow_run", deployment=made.deployment, secret_parameters={"rows": SECRET})
    assert ran.result["error"]["kind"] == "InvalidInput"
    assert "Validation failed for field 'rows'" in ran.result["msg"]
    assert SECRET not in ran.output
    assert runs_of(server, made) == []


@on_the_open_server
def test_what_does_not_exist_is_an_error_and_in_check_mode_a_prediction(run: Run, made: Made, name: str) -> None:
    for wanted, missing in (
        ({"deployment": f"{name}/none"}, f"deployment {name}/none"),
        ({"deployment": made.deployment, "work_queue": "none"}, f"work queue {made.pool}/none"),
    ):
        assert run("flow_run", **wanted).result["error"]["kind"] == "NotFound"
        promised = run("flow_run", check_mode=True, **wanted).result
        assert (promised["changed"], promised["predicted"]) == (True, [missing])
    assert run("flow_run", id=str(uuid.uuid4())).result["error"]["kind"] == "NotFound"


@on_the_open_server
def test_a_work_queue_of_its_own(run: Run, server: RealServer, made: Made) -> None:
    server.ask("POST", f"/work_pools/{made.pool}/queues", {"name": "urgent"})
    assert run("flow_run", deployment=made.deployment, work_queue="urgent").result["flow_run"]["work_queue"] == "urgent"


@on_the_open_server
def test_waiting_for_the_end_of_a_run_that_fails(run: Run, server: RealServer, made: Made) -> None:
    started = run("flow_run", deployment=made.deployment).result["flow_run"]["id"]
    lines = [(20, "opened"), (40, "Traceback\n  ValueError: closed"), (20, "left")]
    body = [
        {
            "name": "flow",
            "level": level,
            "message": text,
            "timestamp": f"2026-01-01T00:00:0{second}Z",
            "flow_run_id": started,
        }
        for second, (level, text) in enumerate(lines)
    ]
    server.ask("POST", "/logs/", body)
    with later(server, started, "PENDING", "RUNNING", "FAILED", message="it broke"):
        result = run("flow_run", id=started, wait=True, wait_interval=1, logs=True, logs_limit=2).result
    assert (result["failed"], result["changed"], result["error"]["kind"]) == (True, False, "RunFailed")
    assert "it ended Failed: it broke; last line of its log: ERROR Traceback ValueError: closed" in result["msg"]
    assert [state["type"] for state in result["states"]] == ["scheduled", "pending", "running", "failed"]
    assert [(line["level"], line["message"]) for line in result["logs"]] == [
        ("ERROR", "Traceback\n  ValueError: closed"),
        ("INFO", "left"),
    ]
    assert result["logs_truncated"] is True
    calm = run("flow_run", id=started, wait=True, fail_on=["crashed", "cancelled"]).result
    assert (calm.get("failed"), calm["flow_run"]["state_message"]) == (None, "it broke")


@on_the_open_server
def test_a_run_that_does_not_end_in_time(run: Run, made: Made) -> None:
    result = run("flow_run", deployment=made.deployment, wait=True, wait_timeout=1, wait_interval=1).result
    assert (result["failed"], result["changed"], result["error"]["kind"]) == (True, True, "RunUnfinished")
    assert f"a worker of work pool '{made.pool}' is online" in result["msg"]
    assert result["flow_run"]["state_type"] == "scheduled"


@on_the_open_server
def test_cancelling_what_has_not_begun(cycle: Run, run: Run, made: Made, name: str) -> None:
    run("flow_run", deployment=made.deployment, idempotency_key=name)
    done = cycle("flow_run", deployment=made.deployment, idempotency_key=name, state="cancelled")
    assert done.result["flow_run"]["state"] == "Cancelled"
    assert done.result["diff"] == {"before": {"state": "Scheduled"}, "after": {"state": "cancelled"}}
    again = run("flow_run", deployment=made.deployment, idempotency_key=name, wait=True).result
    assert again["error"]["kind"] == "RunFailed"


@on_the_open_server
def test_cancelling_what_is_running_and_waiting_for_it(run: Run, server: RealServer, made: Made) -> None:
    started = run("flow_run", deployment=made.deployment).result["flow_run"]["id"]
    with later(server, started, "PENDING", "RUNNING"):
        pass
    options = {"id": started, "state": "cancelled", "requested_by": "alice"}
    assert run("flow_run", check_mode=True, **options).result["flow_run"]["state"] == "Running"
    done = run("flow_run", **options).result
    assert (done["changed"], done["flow_run"]["state"]) == (True, "Cancelling")
    assert done["flow_run"]["state_message"] == "Cancelled through Ansible for alice"
    with later(server, started, "CANCELLED"):
        again = run("flow_run", wait=True, wait_interval=1, **options).result
    assert (again["changed"], again["flow_run"]["state"]) == (False, "Cancelled")


@on_the_open_server
def test_listing_runs(run: Run, server: RealServer, made: Made, name: str) -> None:
    for key, project in (("one", "billing"), ("two", "billing"), ("three", "sales")):
        run("flow_run", deployment=made.deployment, name=f"{name}-{key}", project=project, parameters={"rows": 1})
    failed = run("flow_run_info", names=[f"{name}-two"], flow=made.flow).result["flow_runs"][0]["id"]
    server.ask("POST", f"/flow_runs/{failed}/set_state", {"state": {"type": "FAILED"}, "force": True})
    task = {"flow_run_id": failed, "task_key": "t", "dynamic_key": "0", "state": {"type": "COMPLETED"}}
    server.ask("POST", "/task_runs/", task)

    def keys(**options: t.Any) -> list[str]:
        found = run("flow_run_info", check_mode=True, **options).result["flow_runs"]
        return [one["name"].rpartition("-")[2] for one in found]

    assert keys(deployment=made.deployment) == ["three", "two", "one"]
    assert keys(work_pool=made.pool, states=["failed"]) == ["two"]
    assert keys(flow=made.flow, tags_all=["project:billing", "deployed"]) == ["two", "one"]
    assert keys(flow=made.flow, tags_any=["project:sales", "nothing"]) == ["three"]
    assert keys(flow=made.flow, state_names=["Scheduled"], since="1h") == ["three", "one"]
    assert keys(flow=made.flow, until="2020-01-01T00:00:00Z") == []
    assert keys(ids=[failed]) == ["two"]
    assert keys(ids=[]) == []
    assert keys(flow=made.flow, limit=0) == ["three", "two", "one"]
    assert run("flow_run_info", flow=made.flow, limit=1).result["truncated"] is True
    (one,) = run("flow_run_info", ids=[failed], parameters=True, logs=True, task_run_counts=True).result["flow_runs"]
    assert (one["parameters"], one["logs"]) == ({"rows": 1}, [])
    assert (one["task_run_counts"]["completed"], one["task_run_counts"]["failed"]) == (1, 0)
    assert run("flow_run_info", flow=f"{name}-none").result["error"]["kind"] == "NotFound"
    assert run("flow_run_info", check_mode=True, work_pool="none").result["predicted"] == ["work pool none"]


@contextlib.contextmanager
def worker(server: RealServer, pool: str, home: pathlib.Path) -> t.Iterator[None]:
    """A real worker of a pool, which asks for work each second."""
    settings = {
        "PREFECT_API_URL": server.url,
        "PREFECT_API_AUTH_STRING": server.auth_string,
        "PREFECT_HOME": str(home),
        "PREFECT_WORKER_QUERY_SECONDS": "1",
        "DO_NOT_TRACK": "1",
    }
    command = [prefect_command(), "worker", "start", "--pool", pool, "--type", "process", "--install-policy", "never"]
    with open(home / "worker.log", "wb") as log:
        process = subprocess.Popen(
            [*command, "--no-create-pool-if-not-found"],
            cwd=home,
            env=environment(**settings),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            yield
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def test_a_real_worker_runs_one_to_its_end_and_one_into_an_error(
    protected: RealServer, name: str, tmp_path: pathlib.Path
) -> None:
    protected.ask("POST", "/work_pools/", {"name": name, "type": "process"})
    (tmp_path / "flows.py").write_text(FLOWS)
    pull = [{"prefect.deployments.steps.set_working_directory": {"directory": str(tmp_path)}}]
    good, bad = (
        deploy(protected, name, f"{name}-{flow}", entrypoint=f"flows.py:{flow}", pull_steps=pull).deployment
        for flow in ("loads", "fails")
    )
    door = {"secret_parameters": {"door": {"key": SECRET}}}

    def run_protected(module: str, **options: t.Any) -> Ran:
        return run_module(module, {"api_url": protected.url, "auth_string": protected.auth_string, **options})

    with worker(protected, name, tmp_path):
        started = run_protected("flow_run", deployment=bad, **door).result["flow_run"]["id"]
        loaded = run_protected(
            "flow_run", deployment=good, wait=True, wait_timeout=120, wait_interval=1, logs=True, **door
        )
        failed = run_protected("flow_run", id=started, wait=True, wait_timeout=120, wait_interval=1, logs=True).result
    result = loaded.result
    assert (result["changed"], result["flow_run"]["state"]) == (True, "Completed"), result
    kinds = [state["type"] for state in result["states"]]
    assert list(dict.fromkeys(kinds)) == ["scheduled", "pending", "running", "completed"]
    messages = [line["message"] for line in result["logs"]]
    assert any("3 rows loaded through" in message for message in messages)
    assert any("Finished in state Completed" in message for message in messages)
    assert SECRET not in loaded.output
    assert failed["error"]["kind"] == "RunFailed"
    assert "it ended Failed: Flow run encountered an exception: ValueError: the partner is closed" in failed["msg"]
    assert any("the partner is closed" in line["message"] for line in failed["logs"])
