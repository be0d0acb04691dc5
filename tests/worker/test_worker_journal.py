# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run is in the journal from claim to end, whatever ends the worker; an outage of Prefect does not."""

from __future__ import annotations

import json
import logging
import pathlib
import time

from prefect_host.local_api import LocalApi
from prefect_host.runs.journal import Journal
from prefect_host.runs.repair import Repaired, repair
from workerkit.bench import ACCOUNT, HOST, Bench


class NoEvents:
    """Nobody listens."""

    def write(self, _event_id: int, _text: str, **_fields: object) -> None:
        """Forgets it."""


def repaired(bench: Bench) -> Repaired:
    api = LocalApi(bench.server.url, {})
    return repair(Journal(bench.runs), api, "the worker was killed", logging.getLogger("test"), NoEvents())


def began(bench: Bench, marker: pathlib.Path) -> None:
    bench.until(pathlib.Path(f"{marker}.began").exists, "the flow has begun")


def test_the_entry_tells_what_runs(bench: Bench, tmp_path: pathlib.Path) -> None:
    bench.start()
    marker = tmp_path / "go"
    run_id = bench.submit("good.py:waits", {"name": "nightly"}, parameters={"marker": str(marker)})
    began(bench, marker)
    entry = json.loads((bench.runs / f"{run_id}.json").read_text(encoding="utf-8"))
    assert (entry["phase"], entry["flow_name"], entry["deployment"]) == ("started", "waits", "nightly")
    assert (entry["host"], entry["account"], entry["worker"]) == (HOST, ACCOUNT, bench.name)
    assert entry["requested_by"] == "API (unknown)"
    assert bench.run(run_id)["infrastructure_pid"] == str(entry["pid"])
    before = bench.poll_file.stat().st_mtime_ns
    bench.until(lambda: bench.poll_file.stat().st_mtime_ns > before, "the worker polls again", 20)
    marker.touch()
    assert bench.finished(run_id)["state_type"] == "COMPLETED"


def test_a_killed_worker_leaves_what_a_repair_needs_and_the_next_one_goes_on(
    bench: Bench, tmp_path: pathlib.Path
) -> None:
    bench.start()
    marker = tmp_path / "go"
    alone = bench.submit("good.py:waits", parameters={"marker": str(marker)})
    nested = bench.submit("bad.py:waits_within")
    began(bench, marker)
    bench.until_state(nested, "RUNNING")
    ask = {"flow_runs": {"parent_flow_run_id": {"any_": [nested]}, "state": {"type": {"any_": ["RUNNING"]}}}}
    bench.until(lambda: bool(bench.server.ask("POST", "/flow_runs/filter", ask)), "the subflow runs")
    late = bench.submit("good.py:quick")
    bench.until(lambda: late in bench.journal(), "the last run is claimed")
    bench.kill()
    time.sleep(1)
    done = repaired(bench)
    assert {alone, nested} <= set(done.crashed)
    assert [*done.left, *bench.journal()] == []
    assert bench.server.ask("POST", "/flow_runs/filter", ask) == []
    for run_id in (alone, nested):
        assert "the worker was killed" in bench.run(run_id)["state"]["message"]
    bench.start()
    if late in done.given_back:
        assert bench.finished(late)["state_type"] == "COMPLETED"
    assert repaired(bench) == Repaired()


def test_a_run_that_is_cancelled_ends_as_cancelled(bench: Bench, tmp_path: pathlib.Path) -> None:
    bench.start()
    run_id = bench.submit("good.py:waits", parameters={"marker": str(tmp_path / "never")})
    began(bench, tmp_path / "never")
    state = {"state": {"type": "CANCELLING", "name": "Cancelling"}}
    bench.server.ask("POST", f"/flow_runs/{run_id}/set_state", state)
    assert bench.finished(run_id, 90)["state_type"] == "CANCELLED"
    assert bench.alive()


def test_a_journal_that_cant_be_written_keeps_runs_waiting_and_loses_none(bench: Bench) -> None:
    bench.runs.write_text("a file stands where the folder should be")
    bench.start()
    run_id = bench.submit("good.py:quick")
    bench.until(lambda: f"{run_id} is not claimed" in bench.log, "the worker says why")
    assert bench.run(run_id)["state_type"] == "SCHEDULED"
    assert bench.alive()
    bench.runs.unlink()
    assert bench.finished(run_id)["state_type"] == "COMPLETED"


def test_without_a_journal_the_worker_is_prefects(bench: Bench) -> None:
    bench.start(FLOWOPS_RUNS_FOLDER="")
    run = bench.until_state(bench.submit("good.py:quick"), "COMPLETED", "FAILED", "CRASHED")
    assert run["state_type"] == "COMPLETED"
    assert "FLOWOPS_RUNS_FOLDER is not set" in bench.log


def test_a_template_that_is_wrong_does_not_keep_runs_from_starting(bench: Bench) -> None:
    bench.start(FLOWOPS_FLOW_RUN_NAME="{nobody}")
    run = bench.finished(bench.submit("good.py:quick"))
    assert run["state_type"] == "COMPLETED"
    assert run["name"].startswith("quick/quick-")
    assert "FLOWOPS_FLOW_RUN_NAME: '{nobody}'" in bench.log


def test_an_outage_of_prefect_ends_neither_worker_nor_run(bench: Bench, tmp_path: pathlib.Path) -> None:
    """With few tries in the client each poll soon fails; Prefect's own loop would give up within this time.

    None at all would prove nothing about an outage: SQLite is busy now and then, and a run that is told so crashes.
    """
    bench.start(PREFECT_CLIENT_MAX_RETRIES="2", PREFECT_WORKER_HEARTBEAT_SECONDS="1")
    marker = tmp_path / "go"
    patient = {"job_variables": {"env": {"PREFECT_CLIENT_MAX_RETRIES": "8"}}}
    run_id = bench.submit("good.py:waits", patient, parameters={"marker": str(marker), "seconds": 300})
    began(bench, marker)
    bench.server.stop()
    try:
        before = bench.poll_file.stat().st_mtime
        bench.until(lambda: "can't ask Prefect for runs" in bench.log, "the worker says so", 90)
        bench.until(lambda: bench.poll_file.stat().st_mtime > before + 25, "it goes on trying", 90)
    finally:
        bench.server.start()
    assert bench.alive()
    marker.touch()
    bench.until_state(run_id, "COMPLETED", "FAILED", "CRASHED", seconds=120)
    after = bench.finished(bench.submit("good.py:quick", patient), 120)
    assert after["state_type"] == "COMPLETED", f"{after['state']}\n{bench.log[-4000:]}"


def test_a_run_that_was_claimed_before_draining_is_finished_and_no_other_is_taken(
    bench: Bench, tmp_path: pathlib.Path
) -> None:
    """A paused work pool gives the same answer that the injector gives to a worker that drains: no runs."""
    bench.start()
    marker = tmp_path / "go"
    claimed = bench.submit("good.py:waits", parameters={"marker": str(marker)})
    bench.until(lambda: claimed in bench.journal(), "the run is claimed")
    bench.server.ask("PATCH", f"/work_pools/{bench.pool}", {"is_paused": True})
    waiting = bench.submit("good.py:quick")
    began(bench, marker)
    marker.touch()
    assert bench.finished(claimed)["state_type"] == "COMPLETED"
    time.sleep(3)
    assert bench.run(waiting)["state_type"] == "SCHEDULED"
    bench.server.ask("PATCH", f"/work_pools/{bench.pool}", {"is_paused": False})
    assert bench.finished(waiting)["state_type"] == "COMPLETED"
