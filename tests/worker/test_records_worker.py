# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records of our worker and of the runs that it starts; the Windows Event Log is simulated."""

from __future__ import annotations

import os
import pathlib
import typing as t

import pytest
from recordskit.process import SIMULATED, Process
from workerkit.bench import ACCOUNT, HOST, Bench


@pytest.fixture
def events(bench: Bench, package: pathlib.Path) -> t.Callable[[], list[dict[str, t.Any]]]:
    """Starts the worker as the service does, and returns what the simulated log has by now."""
    process = Process(bench.server.url, bench.folder, package)
    process.event_log.touch()
    bench.start(
        PYTHONPATH=f"{package}{os.pathsep}{SIMULATED}",
        PREFECT_LOGGING_CONFIG_PATH=str(package / "prefect_host" / "records" / "logging.yml"),
        FLOWOPS_SIMULATED_EVENT_LOG=str(process.event_log),
        FLOWOPS_WORK_POOL=bench.pool,
        # The least that a worker says by itself; it also makes Prefect's client talk about the sending of records.
        PREFECT_LOGGING_LEVEL="DEBUG",
        FLOWOPS_LOCAL_SECRET="local-s3cr3t-of-this-start",
    )
    return process.in_event_log


def test_a_run_of_a_deployment_says_who_where_and_what_in_the_simulated_log(
    bench: Bench, events: t.Callable[[], list[dict[str, t.Any]]]
) -> None:
    run_id = bench.submit("good.py:quick", tags=["nightly", "project:billing"], name="brave-fox")
    run = bench.finished(run_id)
    assert run["state_type"] == "COMPLETED"
    bench.until(lambda: any(event["text"].startswith("Finished in state") for event in events()), "the last event")
    of_run = [event for event in events() if event["fields"].get("flow_run_id") == run_id]
    from_process = [event for event in of_run if event["fields"]["logger"] == "prefect.flow_runs"]
    finished = next(event for event in from_process if event["text"].startswith("Finished in state"))
    fields = finished["fields"]
    assert (finished["source"], finished["id"]) == ("FlowOps-Prefect-FlowRun", 2001)
    assert (fields["account"], fields["host"], fields["instance"]) == (ACCOUNT, HOST, "default")
    assert (fields["work_pool"], fields["worker"], fields["project"]) == (bench.pool, bench.name, "billing")
    assert fields["flow_run_name"] == run["name"]
    assert {"nightly", "project:billing"} <= set(fields["tags"].split(","))
    assert fields["deployment"]
    assert fields["requested_by"]
    # The worker's own words about the run are events of the run too, with its names.
    from_worker = [event for event in of_run if "worker" in event["fields"]["logger"]]
    assert {event["fields"]["worker"] for event in from_worker} == {bench.name}


def test_the_worker_itself_speaks_in_the_simulated_log_and_in_its_own_file(
    bench: Bench, events: t.Callable[[], list[dict[str, t.Any]]]
) -> None:
    bench.finished(bench.submit("good.py:quick"))
    bench.until(lambda: "Finished in state Completed()" in bench.log, "the run's words are in the worker's output")
    of_worker = [event for event in events() if event["fields"]["logger"].startswith("prefect.workers")]
    assert {(event["source"], event["id"]) for event in of_worker} >= {("FlowOps-Prefect-Worker", 1000)}
    assert "local-s3cr3t" not in str(events()) + bench.log
