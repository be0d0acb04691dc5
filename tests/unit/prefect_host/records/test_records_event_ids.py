# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ids are a promise to whoever filters by them: documented, and never used for something else."""

from __future__ import annotations

import pathlib
import re

import pytest
from prefect_host.records.event_ids import DEFAULT_LOG, HostEvent, Kind, Source, kind_of, record_event

GUIDE = pathlib.Path(__file__).parents[4] / "docs" / "docsite" / "rst" / "guide_event_log.rst"

PROMISED = {
    "STARTING": 100, "RUNNING": 101, "STOPPING": 102, "STOPPED": 103, "STOPPED_BY_ITSELF": 104, "WORKER_STARTED": 110,
    "WORKER_ENDED": 111, "WORKER_SILENT": 113, "DRAIN_BEGUN": 120, "DRAINED": 121, "DRAIN_LIMIT_REACHED": 122,
    "RESUMED": 123, "RUN_CRASHED": 130, "RUN_GIVEN_BACK": 131, "CREDENTIAL_TAKEN_OVER": 140, "CREDENTIAL_REFUSED": 141,
    "CREDENTIAL_MISSING": 142, "EVENT_LOG_FAILED": 150, "PREFECT_LOG_FAILED": 151, "RECORDS_LEFT_OUT": 152,
    "INJECTOR_ENDED": 160,
}  # fmt: skip


def test_ids_are_those_of_the_first_release():
    assert {name: event.value for name, event in HostEvent.__members__.items()} == PROMISED


@pytest.mark.parametrize(
    ("source", "level", "expected"),
    [
        (Source.WORKER, 10, (1000, Kind.INFORMATION)),
        (Source.WORKER, 5, (1000, Kind.INFORMATION)),
        (Source.WORKER, 20, (1001, Kind.INFORMATION)),
        (Source.FLOW_RUN, 30, (2002, Kind.WARNING)),
        (Source.FLOW_RUN, 35, (2002, Kind.WARNING)),
        (Source.TASK_RUN, 40, (3003, Kind.ERROR)),
        (Source.TASK_RUN, 50, (3004, Kind.ERROR)),
        (Source.TASK_RUN, 99, (3004, Kind.ERROR)),
    ],
)
def test_a_record_has_the_id_of_its_source_and_level(source, level, expected):
    assert record_event(source, level) == expected


def test_what_went_wrong_is_no_information():
    assert kind_of(HostEvent.STOPPED_BY_ITSELF) is Kind.ERROR
    assert kind_of(HostEvent.RUN_CRASHED) is Kind.WARNING
    assert kind_of(HostEvent.RUNNING) is Kind.INFORMATION


def test_a_source_is_named_after_its_log():
    assert [source.name_in(DEFAULT_LOG) for source in Source] == [
        "FlowOps-Prefect-Host", "FlowOps-Prefect-Worker", "FlowOps-Prefect-FlowRun", "FlowOps-Prefect-TaskRun"
    ]  # fmt: skip
    assert Source.HOST.name_in("Second") == "Second-Host"


def test_the_guide_documents_every_id_with_its_type():
    rows = dict(re.findall(r"^   \* - (\d+)\n     - (\w+)$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE))
    expected = {str(event.value): kind_of(event).name.capitalize() for event in HostEvent}
    for source in (Source.WORKER, Source.FLOW_RUN, Source.TASK_RUN):
        for level in (10, 20, 30, 40, 50):
            event_id, kind = record_event(source, level)
            expected[str(event_id)] = kind.name.capitalize()
    assert rows == expected
