# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The context of a run: who asked for it, for which project, and what is put on the run."""

from __future__ import annotations

import json
import types
import typing as t

import pytest
from prefect_host.attribution.context import LONGEST_VALUE, RunContext, clean, from_environment, new_tags
from prefect_host.attribution.requester import SCHEDULE, UNKNOWN, project, requester


def thing(**fields: t.Any) -> types.SimpleNamespace:
    return types.SimpleNamespace(**{"labels": {}, "tags": [], "created_by": None, "auto_scheduled": False, **fields})


def creator(kind: str | None, name: str | None) -> types.SimpleNamespace:
    return types.SimpleNamespace(type=kind, display_value=name)


def test_nobody_is_called_nobody() -> None:
    assert requester(thing()) == UNKNOWN


def test_a_schedule_is_called_one() -> None:
    assert requester(thing(auto_scheduled=True)) == SCHEDULE


@pytest.mark.parametrize(
    ("kind", "name", "who"),
    [
        ("SCHEDULE", "0 6 * * *", SCHEDULE),
        ("AUTOMATION", "restart", "automation restart"),
        ("USER", "anna@corp.example", "anna@corp.example"),
        (None, "anna", "anna"),
        ("SERVICE_ACCOUNT", "win1", "service account win1"),
        ("USER", None, UNKNOWN),
    ],
)
def test_what_prefect_knows_of_the_creator_counts(kind: str | None, name: str | None, who: str) -> None:
    assert requester(thing(created_by=creator(kind, name))) == who


@pytest.mark.parametrize(
    "fields",
    [
        {"labels": {"flowops.requested-by": "CORP\\anna"}},
        {"labels": {"requested-by": "CORP\\anna"}},
        {"tags": ["x", "requested-by:CORP\\anna"]},
        {"tags": ["Requested-By: CORP\\anna "]},
    ],
)
def test_what_the_run_states_counts_more(fields: dict[str, t.Any]) -> None:
    assert requester(thing(created_by=creator("USER", "bob"), **fields)) == "CORP\\anna"


def test_what_every_run_of_the_deployment_states_says_nothing_about_this_one() -> None:
    deployment = thing(tags=["requested-by:bob"], labels={"requested-by": "carol"})
    run = thing(tags=["requested-by:bob"], labels={"requested-by": "carol"}, auto_scheduled=True)
    assert requester(run, deployment) == SCHEDULE
    stated = thing(tags=["requested-by:anna", "requested-by:bob"], labels={"requested-by": "carol"})
    assert requester(stated, deployment) == "anna"


def test_a_run_that_a_run_started_was_asked_for_by_the_same_person() -> None:
    parent = thing(labels={"flowops.requested-by": "CORP\\anna"})
    service = creator("SERVICE_ACCOUNT", "win1")
    assert requester(thing(created_by=service), None, parent) == "CORP\\anna"
    assert requester(thing(created_by=service), None, thing()) == "service account win1"


@pytest.mark.parametrize("labels", [{}, {"flowops.requested-by": ""}, {"flowops.requested-by": " \n"}])
def test_an_empty_statement_is_none(labels: dict[str, str]) -> None:
    assert requester(thing(labels=labels, tags=["requested-by:"])) == UNKNOWN


def test_that_an_earlier_worker_knew_nobody_does_not_count() -> None:
    earlier = {"flowops.requested-by": UNKNOWN}
    assert requester(thing(labels=earlier, tags=[f"requested-by:{UNKNOWN}", "requested-by:anna"])) == "anna"
    assert requester(thing(labels=earlier, created_by=creator("USER", "bob"))) == "bob"


def test_the_project_of_the_run_counts_then_the_deployments_then_the_hosts() -> None:
    deployment = thing(tags=["project:warehouse"])
    assert project(thing(tags=["project:payroll"]), deployment, "host") == "payroll"
    assert project(thing(labels={"project": "billing"}, tags=["project:payroll"]), deployment, "host") == "billing"
    assert project(thing(), deployment, "host") == "warehouse"
    assert project(thing(labels={"flowops.project": ""}), thing(), "host") == "host"
    assert project(thing(), None, "") == ""


def test_a_value_is_one_short_line() -> None:
    assert clean(" a\r\nb\x00\x1b[31m\u2028c ") == "a b [31m c"
    assert len(clean("x" * 1000)) == LONGEST_VALUE
    assert clean(None) == ""


CONTEXT = RunContext(
    account="CORP\\svc$",
    host="WIN1",
    worker="w1",
    requested_by="CORP\\anna",
    project="payroll",
    flow_run_id="id",
    flow_run_name="name",
    flow_name="load",
    deployment="nightly",
    tags=("a", "b"),
)


def test_tags_labels_and_environment_say_the_same() -> None:
    assert CONTEXT.own_tags() == ["account:CORP\\svc$", "host:WIN1", "requested-by:CORP\\anna"]
    assert CONTEXT.labels() == {
        "flowops.account": "CORP\\svc$",
        "flowops.host": "WIN1",
        "flowops.project": "payroll",
        "flowops.requested-by": "CORP\\anna",
        "flowops.worker": "w1",
    }
    environment = CONTEXT.environment()
    assert json.loads(environment["FLOWOPS_RUN_TAGS"]) == ["a", "b"]
    prefects = {"PREFECT__FLOW_RUN_ID": "id", "PREFECT__WORKER_NAME": "w1"}
    assert from_environment(environment | prefects) == CONTEXT


@pytest.mark.parametrize("tags", ["", "{", "5", '{"a": 1}'])
def test_a_broken_environment_is_an_empty_context(tags: str) -> None:
    assert from_environment({"FLOWOPS_RUN_TAGS": tags}) == RunContext()


def test_what_is_not_known_becomes_no_tag() -> None:
    assert RunContext(host="WIN1").own_tags() == ["host:WIN1"]


def test_tags_of_an_earlier_host_are_replaced_and_those_of_people_stay() -> None:
    before = ["mine", "host:WIN0", "host:of-mine", "account:CORP\\old$", "requested-by:CORP\\anna"]
    labels = {"flowops.host": "WIN0", "flowops.account": "CORP\\old$", "flowops.requested-by": "CORP\\anna"}
    assert new_tags(CONTEXT, before, labels) == ["mine", "host:of-mine", *CONTEXT.own_tags()]


def test_tags_that_a_parent_handed_down_are_replaced() -> None:
    assert new_tags(CONTEXT, ["host:WIN0"], {}, {"flowops.host": "WIN0"}) == CONTEXT.own_tags()


def test_a_second_time_changes_no_tag() -> None:
    once = new_tags(CONTEXT, ["mine"], {})
    assert new_tags(CONTEXT, once, CONTEXT.labels()) == once
