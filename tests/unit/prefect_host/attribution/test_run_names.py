# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Default names. Which names Prefect generates is tested with Prefect, by tests/worker."""

from __future__ import annotations

import datetime

import pytest
from prefect_host.attribution import names
from prefect_host.attribution.context import LONGEST_VALUE, RunContext

CONTEXT = RunContext(account="CORP\\svc$", host="WIN1", requested_by="CORP\\anna", project="payroll", flow_name="load")
WHEN = datetime.datetime(2026, 11, 26, 20, 0, 5, tzinfo=datetime.timezone(datetime.timedelta(hours=2)))


def test_a_flow_run_is_named_after_project_flow_requester_and_utc() -> None:
    name = names.flow_run_name(names.FLOW_RUN_TEMPLATE, CONTEXT, WHEN)
    assert name == "payroll/load-CORP\\anna-20261126T180005Z"


def test_without_a_project_the_flow_comes_first() -> None:
    context = RunContext(requested_by="schedule", flow_name="load")
    assert names.flow_run_name(names.FLOW_RUN_TEMPLATE, context, WHEN) == "load/load-schedule-20261126T180005Z"


def test_a_task_run_keeps_prefects_number() -> None:
    assert names.task_run_name(names.TASK_RUN_TEMPLATE, CONTEXT, "clean-3", "clean") == "payroll/clean-3-CORP\\anna"


def test_a_name_has_an_end() -> None:
    context = RunContext(requested_by="x" * 5000, flow_name="load")
    assert len(names.flow_run_name(names.FLOW_RUN_TEMPLATE, context, WHEN)) == LONGEST_VALUE


def test_braces_in_a_value_are_text() -> None:
    context = RunContext(requested_by="{account}", account="secret", flow_name="{0}")
    assert names.task_run_name("{flow}-{requested_by}", context, "n", "t") == "{0}-{account}"


@pytest.mark.parametrize("template", [names.FLOW_RUN_TEMPLATE, "{time} {id}", "{{x}}{flow}"])
def test_a_good_template_is_taken(template: str) -> None:
    assert names.checked(template, names.FLOW_RUN_FIELDS) == template


@pytest.mark.parametrize(
    "template",
    ["", "nightly", "{nobody}", "{flow.__class__}", "{flow[0]}", "{flow!r}", "{flow:>10}", "{", "}", "{}", "{0}"],
)
def test_a_bad_template_is_refused_in_one_line(template: str) -> None:
    with pytest.raises(ValueError) as caught:
        names.checked(template, names.FLOW_RUN_FIELDS)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("template", "fields"),
    [(names.FLOW_RUN_TEMPLATE, names.FLOW_RUN_FIELDS), (names.TASK_RUN_TEMPLATE, names.TASK_RUN_FIELDS)],
)
def test_every_field_can_be_used(template: str, fields: frozenset[str]) -> None:
    everything = " ".join(f"{{{field}}}" for field in sorted(fields))
    names.checked(template, fields)
    if fields == names.FLOW_RUN_FIELDS:
        assert names.flow_run_name(everything, CONTEXT, WHEN)
    else:
        assert names.task_run_name(everything, CONTEXT, "n", "t")
