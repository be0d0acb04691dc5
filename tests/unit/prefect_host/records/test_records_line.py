# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A record becomes a line that holds nothing of the flow's objects, whatever they do."""

from __future__ import annotations

import sys

import pytest
from prefect_host.records.event_ids import HostEvent, Source
from prefect_host.records.line import DOUBTFUL, LONGEST_TEXT, Line, line_of, longest_text
from prefect_host.records.masking import MASK, Masker

mask = Masker(environment={})


class Unfriendly:
    """A flow's own object."""

    def __str__(self):
        raise ValueError("not now")

    __repr__ = __str__


def _error():
    try:
        raise ValueError("no login with password=Hunter2")
    except ValueError:
        return sys.exc_info()


def test_arguments_are_put_in_and_the_record_keeps_its_line(make_record):
    record = make_record("%s of %d", ("one", 2), flow_run_id="f1", flow_run_name="brave-fox")
    line = line_of(record)
    assert line.text == "one of 2"
    assert line.fields == {"flow_run_id": "f1", "flow_run_name": "brave-fox"}
    assert line_of(record) is line


@pytest.mark.parametrize(
    ("message", "arguments", "text"),
    [
        ("%d pieces", ("many",), "'%d pieces' (its arguments don't fit)"),
        ("%s", (Unfriendly(),), "'%s' (its arguments don't fit)"),
        (Unfriendly(), (), "a record that can't be shown: its arguments don't fit its text"),
    ],
)
def test_a_record_that_cannot_be_formatted_is_a_line_too(make_record, message, arguments, text):
    assert line_of(make_record(message, arguments)).text == text


def test_secrets_in_arguments_and_exceptions_are_hidden(make_record):
    line = line_of(make_record("token=%s", ("abc123xyz",), error=_error()))
    assert "Hunter2" in line.text
    shown = line.shown(mask)
    assert f"token={MASK}" in shown
    assert f"ValueError: no login with password={MASK}" in shown
    assert "Traceback" in shown


def test_a_very_long_text_is_cut_early_and_a_secret_at_the_cut_goes_with_it():
    text = "x" * (LONGEST_TEXT - 20) + " password=" + "S3cret" * 100
    line = Line(text)
    assert len(line.text) == LONGEST_TEXT
    assert "S3cr" not in line.shown(mask)
    assert len(line.shown(mask)) <= LONGEST_TEXT - DOUBTFUL
    assert line.missing == len(text) - LONGEST_TEXT + DOUBTFUL


@pytest.mark.parametrize(
    ("name", "values", "in_flow_run", "source"),
    [
        ("prefect.flow_runs", {"flow_run_id": "f"}, True, Source.FLOW_RUN),
        ("prefect.flow_runs.worker", {"flow_run_id": "f", "worker_name": "w"}, False, Source.FLOW_RUN),
        ("prefect.task_runs", {"task_run_id": "t", "flow_run_id": "f"}, True, Source.TASK_RUN),
        ("prefect.workers.process.w", {}, False, Source.WORKER),
        ("urllib3", {}, False, Source.WORKER),
        ("urllib3", {}, True, Source.FLOW_RUN),
    ],
)
def test_who_speaks_is_told_by_the_record_and_its_process(make_record, name, values, in_flow_run, source):
    assert line_of(make_record(name=name, **values)).source(in_flow_run) is source


def test_a_word_about_records_is_the_hosts():
    assert Line("x", event=HostEvent.RECORDS_LEFT_OUT).source(True) is Source.HOST


def test_no_more_is_masked_than_a_sink_may_show():
    assert longest_text({}) == 30_000 + DOUBTFUL
    assert longest_text({"FLOWOPS_RECORDS": '{"file_text": 60000}'}) == 60_000 + DOUBTFUL
    seen = []
    Line("x" * 200_000).shown(lambda text: seen.append(len(text)) or text)
    assert seen == [30_000 + DOUBTFUL]
