# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All three sinks get every record; when one of them fails, the others say so and the run goes on."""

from __future__ import annotations

import io
import json
import logging

import pytest
from prefect_host.records import handlers, outlets, pipe
from prefect_host.records.failure import SinkError

ENVIRONMENT = {"FLOWOPS_EVENT_LOG": "Some-Log", "PREFECT__FLOW_RUN_ID": "f1", "APP_PASSWORD": "open-sesame-1"}


@pytest.fixture
def stream():
    return io.StringIO()


@pytest.fixture
def made(memory_sink, stream, monkeypatch):
    monkeypatch.setattr(pipe, "RETRY_SECONDS", (0.01,))
    made = outlets.Outlets(ENVIRONMENT, stream, lambda *_arguments: memory_sink)
    yield made
    for one in (made.event_log, made.prefect, made.file):
        one.close(2)


@pytest.fixture
def logger(made, monkeypatch):
    """A logger as logging.yml makes them: the event log on it and on its parent, the console on the parent only."""
    monkeypatch.setattr(handlers, "outlets", lambda: made)
    parent, child = logging.getLogger("records_test"), logging.getLogger("records_test.child")
    parent.handlers = [handlers.ConsoleHandler(), handlers.EventLogHandler()]
    child.handlers = [handlers.EventLogHandler()]
    child.setLevel(logging.DEBUG)
    parent.propagate = False
    yield child
    parent.handlers, child.handlers = [], []


def test_a_record_is_in_the_simulated_event_log_once_and_on_standard_error(simulated_event_log, logger, made, stream):
    logger.error("it is %s", "open-sesame-1")
    made.drain()
    assert [(event[0], event[2], event[3][0]) for event in simulated_event_log.events] == [
        ("Some-Log-FlowRun", 2003, "it is ********")
    ]
    assert stream.getvalue().endswith("| ERROR   | records_test.child - it is ********\n")


def test_the_words_of_a_sinks_own_thread_do_not_go_round_in_circles(simulated_event_log, logger, made, memory_sink):
    write = memory_sink.write

    def chatty(lines):
        logger.debug("sending %d", len(lines))
        write(lines)

    memory_sink.write = chatty
    logger.warning("once")
    made.prefect.put(outlets.Line("to Prefect"))
    made.drain()
    assert memory_sink.texts == ["to Prefect"]
    assert [event[3][0] for event in simulated_event_log.events] == ["once"]


def test_when_the_simulated_event_log_fails_prefect_and_the_file_say_so(
    simulated_event_log, logger, made, memory_sink, stream
):
    simulated_event_log.failures = [(5, "Access is denied.")] * 10_000
    for number in range(5):
        logger.info("line %d", number)
    made.drain()
    begin = "the Windows Event Log can't be written: source Some-Log-FlowRun: Access is denied. (5)"
    end = "the Windows Event Log can't be written: at the end of the process 5 records are lost"
    assert memory_sink.texts == [begin, end]
    shown = stream.getvalue()
    assert all(text in shown for text in (begin, end, "line 0", "line 4"))


def test_when_prefect_fails_the_simulated_event_log_and_the_file_say_so(simulated_event_log, made, memory_sink, stream):
    memory_sink.failures = [SinkError("HTTP status 503")] * 1000
    made.prefect.put(outlets.Line("line"))
    made.drain()
    assert [(event[0], event[2], event[3][0]) for event in simulated_event_log.events] == [
        ("Some-Log-Host", 151, "records don't reach Prefect: HTTP status 503"),
        ("Some-Log-Host", 151, "records don't reach Prefect: at the end of the process 1 records are lost"),
    ]
    assert "records don't reach Prefect: HTTP status 503" in stream.getvalue()


def test_limits_that_cannot_be_read_are_reported_and_replaced_by_the_defaults(memory_sink, stream):
    environment = {"FLOWOPS_RECORDS": json.dumps({"burst": 5})}
    made = outlets.Outlets(environment, stream, lambda *_arguments: memory_sink)
    made.file.drain(2)
    assert "FLOWOPS_RECORDS: burst: 5 is no number from 100 to 10000; the defaults count" in stream.getvalue()
    made.file.close(2)


def test_the_sink_of_prefect_is_told_the_run_the_mask_and_the_longest_text(stream, memory_sink):
    told = []

    def make(*arguments):
        told.extend(arguments)
        return memory_sink

    outlets.Outlets({**ENVIRONMENT, "FLOWOPS_RECORDS": '{"prefect_text": 1000}'}, stream, make)
    assert (told[0], told[2]) == ("f1", 1000)
    assert told[1]("open-sesame-1") == "********"
