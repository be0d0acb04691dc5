# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Windows Event Log (simulated) and standard error get each record in their own form."""

from __future__ import annotations

import io
import logging

import pytest
from prefect_host.records.event_ids import HostEvent
from prefect_host.records.failure import SinkError
from prefect_host.records.fields import ProcessFields
from prefect_host.records.host_events import HostEvents
from prefect_host.records.line import Line
from prefect_host.records.sinks import EventLogSink, StreamSink


def _line(text="hello", level=logging.INFO, name="INFO", **fields):
    return Line(text, level, fields, logger="prefect.flow_runs", created=1_790_000_000.25, level_name=name)


@pytest.fixture
def sink():
    return EventLogSink(
        "Some-Log", ProcessFields({"FLOWOPS_HOST": "WIN1"}), lambda text: text.replace("key", "***"), 600
    )


def test_a_record_is_an_event_of_its_source_in_the_simulated_log(simulated_event_log, sink):
    sink.write([_line("a key\nb", flow_run_id="f1", flow_run_name="fox")])
    ((source, kind, event_id, strings),) = simulated_event_log.events
    assert (source, kind, event_id) == ("Some-Log-FlowRun", 4, 2001)
    assert strings[0] == "a ***\r\nb"
    assert "flow_run_name=fox" in strings
    assert "host=WIN1" in strings


def test_a_word_about_records_is_an_event_of_the_host_in_the_simulated_log(simulated_event_log, sink):
    sink.write([Line("3 records left out", event=HostEvent.RECORDS_LEFT_OUT)])
    assert simulated_event_log.events[0][:3] == ("Some-Log-Host", 2, 152)


def test_a_long_record_is_cut_for_the_simulated_log(simulated_event_log, sink):
    sink.write([_line("\U0001f600" * 1000)])
    text = simulated_event_log.events[0][3][0]
    assert len(text.encode("utf-16-le")) // 2 <= 600
    assert text.endswith("of 1000 characters]")


def test_the_handle_stays_open_and_is_opened_again_when_the_simulated_log_was_restarted(simulated_event_log, sink):
    sink.write([_line()])
    sink.write([_line()])
    assert len(simulated_event_log.opened) == 1
    simulated_event_log.failures = [(1722, "The RPC server is unavailable.")]
    sink.write([_line("again")])
    assert len(simulated_event_log.opened) == 2
    assert simulated_event_log.closed == [("Some-Log-FlowRun", 1)]
    assert simulated_event_log.events[-1][3][0] == "again"


@pytest.mark.parametrize(("code", "permanent"), [(1722, False), (5, False), (1734, True), (87, True)])
def test_what_the_simulated_log_refuses_twice_is_an_error_with_its_reason(simulated_event_log, sink, code, permanent):
    simulated_event_log.failures = [(code, "no")] * 2
    with pytest.raises(SinkError, match=rf"source Some-Log-FlowRun: no \({code}\)") as caught:
        sink.write([_line()])
    assert caught.value.permanent is permanent


def test_where_no_windows_is_the_sink_says_so(sink):
    with pytest.raises(SinkError, match="win32evtlog"):
        sink.write([_line()])


def test_standard_error_gets_one_line_per_record_that_no_other_can_pass_for():
    stream = io.StringIO()
    forged = "first\n2026-01-01T00:00:00.000Z | INFO    | forged - line"
    StreamSink(stream, str, 1000).write([_line(forged, flow_run_name="fox"), _line("b", task_run_name="t"), _line("c")])
    assert stream.getvalue().splitlines() == [
        "2026-09-21T14:13:20.250Z | INFO    | Flow run 'fox' - first",
        "    2026-01-01T00:00:00.000Z | INFO    | forged - line",
        "2026-09-21T14:13:20.250Z | INFO    | Task run 't' - b",
        "2026-09-21T14:13:20.250Z | INFO    | prefect.flow_runs - c",
    ]


def test_a_closed_standard_error_is_no_error_of_the_flow():
    stream = io.StringIO()
    stream.close()
    with pytest.raises(SinkError):
        StreamSink(stream, str, 1000).write([_line()])


@pytest.fixture
def host_events():
    return HostEvents("Some-Log", logging.getLogger("test"), instance="default")


def test_the_services_events_have_a_text_and_fields_in_the_simulated_log(simulated_event_log, host_events):
    host_events.write(HostEvent.RUN_CRASHED, "run fox crashed", flow_run_id="f1", project="", code=None)
    host_events.write(101, "running")
    assert simulated_event_log.events == [
        ("Some-Log-Host", 2, 130, ["run fox crashed", "instance=default", "flow_run_id=f1"]),
        ("Some-Log-Host", 4, 101, ["running", "instance=default"]),
    ]


def test_no_secret_is_in_the_services_events_in_the_simulated_log(simulated_event_log, host_events):
    host_events.write(
        HostEvent.CREDENTIAL_REFUSED,
        "refused, Bearer abcdef123456",
        credential_kind="api_key",
        tags=["a", "pnu_abcdef123456"],
    )
    assert simulated_event_log.events[0][3] == [
        "refused, Bearer ********", "instance=default", "credential_kind=api_key", "tags=a,********"
    ]  # fmt: skip


def test_a_service_that_cannot_write_an_event_says_it_in_its_log_and_goes_on(
    simulated_event_log, host_events, caplog
):  # fmt: skip
    simulated_event_log.failures = [(5, "Access is denied.")] * 2
    host_events.write(HostEvent.RUNNING, "running")
    host_events.write(7777, "no such event")
    assert "Access is denied. (5)): running" in caplog.messages[0]
    assert "7777" in caplog.messages[1]
    host_events.write(HostEvent.STOPPED, "stopped")
    assert simulated_event_log.events[-1][3][0] == "stopped"


def test_where_no_windows_is_the_services_events_go_to_its_log(host_events, caplog):
    host_events.write(HostEvent.RUNNING, "running")
    assert "win32evtlog" in caplog.text
