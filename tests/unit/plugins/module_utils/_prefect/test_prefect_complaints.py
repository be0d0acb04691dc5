# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a server says is wrong, cut down to what helps."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.complaints import fitting, in_words

CRON = "function-after[validate_timezone(), CronSchedule]"
INTERVAL = "function-after[validate_timezone(), IntervalSchedule]"


def complaint(kind: str, *place: t.Any, message: str = "wrong", **rest: t.Any) -> dict[str, t.Any]:
    return {"type": kind, "loc": ["body", *place], "msg": message, **rest}


def said(*complaints: t.Any) -> list[str]:
    return [in_words(item) for item in fitting(complaints)]


def test_a_plain_complaint() -> None:
    assert said(complaint("missing", "name", message="Field required")) == ["name: Field required"]
    assert in_words({"msg": "as a whole"}) == "as a whole"


def test_what_is_no_complaint_is_left_out() -> None:
    assert said("text", None, 7) == []


def test_only_the_shape_that_comes_nearest_speaks() -> None:
    assert said(
        complaint("missing", "schedule", INTERVAL, "interval"),
        complaint("extra_forbidden", "schedule", INTERVAL, "cron"),
        complaint("value_error", "schedule", CRON, "cron", message="Invalid cron"),
        complaint("missing", "schedule", "RRuleSchedule", "rrule"),
        complaint("extra_forbidden", "schedule", "RRuleSchedule", "cron"),
    ) == ["schedule.cron: Invalid cron"]


def test_each_place_has_a_shape_of_its_own() -> None:
    assert said(
        complaint("missing", "actions", 0, "RunDeployment", "deployment_id", message="one"),
        complaint("literal_error", "actions", 0, "DoNothing", "type"),
        complaint("literal_error", "actions", 1, "RunDeployment", "type"),
        complaint("missing", "actions", 1, "SendNotification", "body", message="two"),
        complaint("missing", "actions", 1, "SendNotification", "subject", message="three"),
    ) == ["actions.0.deployment_id: one", "actions.1.body: two", "actions.1.subject: three"]


def test_a_sort_that_does_not_exist_is_told_what_sorts_there_are() -> None:
    assert said(
        complaint("literal_error", "trigger", "EventTrigger-Input", "type", ctx={"expected": "'event'"}),
        complaint("literal_error", "trigger", "CompoundTrigger-Input", "type", ctx={"expected": "'compound'"}),
    ) == ["trigger.type: Input should be one of 'event', 'compound'"]


def test_a_choice_without_shapes_is_left_as_it_is() -> None:
    assert said(complaint("literal_error", "mode", message="Input should be 'a'")) == ["mode: Input should be 'a'"]


@pytest.mark.parametrize("key", ["PATH", "Path", "pythonPath", "A", "work_pool", "function", "CPU2"])
def test_keys_of_the_user_are_no_shapes(key: str) -> None:
    one, other = complaint("missing", "env", key, "x"), complaint("missing", "env", "other", "y")
    assert said(one, other) == [f"env.{key}.x: wrong", "env.other.y: wrong"]
