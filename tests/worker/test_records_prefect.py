# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records of real flow runs reach a real Prefect server and standard error; the Windows Event Log is simulated."""

from __future__ import annotations

import concurrent.futures
import itertools
import pathlib
import re
import time
import uuid

import prefect
import pytest
import yaml
from prefectkit.real_server import free_port
from recordskit.process import Process, flood_of
from workerkit.server import Server


@pytest.fixture
def process(tmp_path: pathlib.Path, package: pathlib.Path, server: Server) -> Process:
    return Process(server.url, tmp_path, package)


def _is_whole_but_for_one_gap_each(texts: list[str], total: int) -> None:
    numbers, notes = flood_of(texts)
    assert numbers == sorted(set(numbers))
    # The server's and Prefect's own lines are among the first and the last thousand.
    assert numbers[:990] == list(range(990))
    assert numbers[-990:] == list(range(total - 990, total))
    assert len(numbers) + sum(notes) == total
    assert len(notes) == sum(1 for one, next_one in itertools.pairwise(numbers) if next_one != one + 1)


def test_a_flood_keeps_its_first_and_last_lines_in_every_sink_with_a_simulated_event_log(process: Process) -> None:
    total = 30_000
    assert process.run("flood", 10_000, 3, str(process.folder / "report.json"), FLOWOPS_SIMULATED_DELAY="0.002") == 0
    for texts in process.texts().values():
        _is_whole_but_for_one_gap_each(texts, total)


@pytest.mark.parametrize("flow", ["flood_that_fails", "interrupted"])
def test_a_flow_that_ends_badly_loses_nothing_of_its_end_with_a_simulated_event_log(
    process: Process, flow: str
) -> None:
    assert process.run(flow) != 0
    for sink, texts in process.texts().items():
        numbers, notes = flood_of(texts)
        assert numbers[-900:] == list(range(4100, 5000)), sink
        assert len(numbers) + sum(notes) == 5000
    assert "Hunter2" not in process.event_log.read_text(encoding="utf-8")
    assert "Hunter2" not in str(process.in_prefect())


def test_every_kind_of_record_arrives_whole_and_without_secrets_with_a_simulated_event_log(process: Process) -> None:
    assert process.run("says_it_all", PREFECT_LOGGING_EXTRA_LOGGERS="library,elsewhere") == 0
    entries, events = process.in_prefect(), process.in_event_log()
    for secret in ("abc123xyz", "abcdef123456"):
        assert secret not in str(entries) + str(events) + process.errors
    by_text = {event["text"]: event for event in events}
    task, library = by_text["from a task, token=********"], by_text["from a library"]
    assert (task["source"], task["id"], library["id"]) == ("FlowOps-Prefect-TaskRun", 3002, 3002)
    assert {"task_run_id", "task_run_name", "flow_run_id", "flow_run_name", "flow", "host"} <= set(task["fields"])
    assert library["fields"]["flow_run_name"] == task["fields"]["flow_run_name"]
    assert task["fields"]["flow"] == "says-it-all"
    in_prefect = {entry["message"].partition(" ")[0]: entry for entry in entries}
    assert [entry["message"] for entry in entries if entry["name"] == "library"] == ["from a library"]
    assert next(entry for entry in entries if entry["name"] == "library")["task_run_id"] is not None
    assert re.search(r" \.\.\. \[cut: \d+ of 100005 characters\]$", in_prefect["long"]["message"])
    assert len(in_prefect["long"]["message"]) <= 24_000
    assert "two\nlines and \\x00 and \\udc80" in [entry["message"] for entry in entries]
    assert "two\r\nlines and \\x00 and \\udc80" in [event["text"] for event in events]
    assert "Traceback" in in_prefect["an"]["message"]
    assert [event["text"] for event in events].count("from elsewhere") == 1


def test_a_task_in_a_process_of_its_own_is_heard_with_a_simulated_event_log(process: Process) -> None:
    assert process.run("in_another_process") == 0
    for sink, texts in process.texts().items():
        assert sum("from a task, token=********" in text for text in texts) == 1, sink


def test_without_prefect_the_simulated_event_log_says_so_and_has_the_records(
    tmp_path: pathlib.Path, package: pathlib.Path
) -> None:
    process = Process(f"http://127.0.0.1:{free_port()}/api", tmp_path, package)
    assert process.run("without_server", str(uuid.uuid4())) == 0
    texts = [event["text"] for event in process.in_event_log()]
    assert {f"line {number}" for number in range(5)} <= set(texts)
    (failed,) = [event for event in process.in_event_log() if event["id"] == 151 and "ConnectError" in event["text"]]
    assert failed["source"] == "FlowOps-Prefect-Host"
    assert texts[-1] == "records don't reach Prefect: at the end of the process 5 records are lost"
    assert "records don't reach Prefect" in process.errors


def test_records_of_an_outage_reach_prefect_when_it_is_back_and_the_simulated_event_log_says_so(
    tmp_path: pathlib.Path, package: pathlib.Path
) -> None:
    late, back = Server(tmp_path / "server"), tmp_path / "back"
    process = Process(late.url, tmp_path, package)
    with concurrent.futures.ThreadPoolExecutor() as pool:
        running = pool.submit(process.run, "without_server", str(uuid.uuid4()), str(back), 90)
        try:
            deadline = time.monotonic() + 60
            while "151" not in process.event_log_text() and time.monotonic() < deadline:
                time.sleep(0.1)
            late.start()
            back.touch()
            assert running.result() == 0
            assert [entry["message"] for entry in process.in_prefect()] == [f"line {number}" for number in range(5)]
        finally:
            late.stop()
    texts = [event["text"] for event in process.in_event_log()]
    assert texts[-1] == "over: records don't reach Prefect; 0 records were lost"


def test_without_a_simulated_event_log_prefect_says_so_and_has_the_records(process: Process) -> None:
    del process.environment["FLOWOPS_SIMULATED_EVENT_LOG"]
    # As a worker starts it, the process knows its run; a word about records belongs to it.
    assert process.run("says_it_all", PREFECT__FLOW_RUN_ID=str(uuid.uuid4())) == 0
    texts = [entry["message"] for entry in process.in_prefect()]
    assert any(text.startswith("the Windows Event Log can't be written") and "1722" in text for text in texts)
    assert any("records are lost" in text for text in texts)
    assert "Finished in state Completed()" in texts


def test_our_configuration_knows_every_logger_of_prefects_own() -> None:
    theirs = pathlib.Path(prefect.__file__).parent / "logging" / "logging.yml"
    ours = pathlib.Path(__file__).parents[2] / "roles/win_worker/files/prefect_host/prefect_host/records/logging.yml"
    documents = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in (theirs, ours)]
    assert set(documents[0]["loggers"]) == set(documents[1]["loggers"])
    for name, logger in documents[0]["loggers"].items():
        for key in ("level", "propagate"):
            assert logger.get(key) == documents[1]["loggers"][name].get(key), (name, key)
    assert documents[0]["root"]["level"] == documents[1]["root"]["level"]
