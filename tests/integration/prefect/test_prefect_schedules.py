# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Schedules of deployments on real servers: every sort, one turned into another, and limits that go."""

from __future__ import annotations

import typing as t

import pytest
from prefectkit.module_process import Ran
from prefectkit.real_server import RealServer

Run = t.Callable[..., Ran]
# What only looks at values needs no second server.
only_open = pytest.mark.parametrize("server", ["open"], indirect=True)

WINTER = "2026-01-31T08:00:00+01:00"


def held(server: RealServer, deployment: str, slug: str = "s") -> dict[str, t.Any] | None:
    schedules = server.ask("GET", f"/deployments/name/{deployment}")["schedules"]
    return next((schedule for schedule in schedules if schedule["slug"] == slug), None)


@pytest.mark.parametrize(
    "timing",
    [
        {"cron": "0 6 * * 1-5", "day_or": False, "timezone": "Europe/Berlin"},
        {"interval": 900, "anchor_date": WINTER, "timezone": "Europe/Berlin"},
        {"interval": 0.5},
        {"rrule": "FREQ=WEEKLY;BYDAY=MO,WE", "timezone": "Europe/Berlin"},
        {"rrule": "DTSTART:20260101T060000\nRRULE:FREQ=DAILY;COUNT=3"},
    ],
)
@only_open
def test_a_schedule_from_nothing_to_nothing(
    cycle: Run, server: RealServer, deployment: str, timing: dict[str, t.Any]
) -> None:
    rest = {"active": False, "max_scheduled_runs": 3, "parameters": {"a": 1}}
    done = cycle("deployment_schedule", deployment=deployment, slug="s", **timing, **rest)
    assert done.result["diff"] == {"before": {}, "after": {"deployment": deployment, "slug": "s", **timing, **rest}}
    found = held(server, deployment)
    assert found is not None
    assert (found["active"], found["max_scheduled_runs"], found["parameters"]) == (False, 3, {"a": 1})
    assert done.result["deployment_schedule"]["id"] == found["id"]
    cycle("deployment_schedule", deployment=deployment, slug="s", active=True, parameters={})
    cycle("deployment_schedule", deployment=deployment, slug="s", state="absent")
    assert held(server, deployment) is None


def test_one_sort_of_schedule_becomes_another(cycle: Run, server: RealServer, deployment: str) -> None:
    place = {"deployment": deployment, "slug": "s"}
    cycle("deployment_schedule", **place, cron="0 6 * * *", day_or=False, timezone="Europe/Berlin", active=False)
    cycle("deployment_schedule", **place, interval=60, anchor_date=WINTER)
    found = held(server, deployment)
    assert found is not None
    assert (found["schedule"]["interval"], found["schedule"]["timezone"]) == (60.0, "Europe/Berlin")
    cycle("deployment_schedule", **place, interval=120)
    cycle("deployment_schedule", **place, rrule="FREQ=DAILY")
    cycle("deployment_schedule", **place, cron="5 6 * * *")
    cycle("deployment_schedule", **place, timezone="Asia/Tokyo")
    found = held(server, deployment)
    assert found is not None
    assert found["schedule"] == {"cron": "5 6 * * *", "timezone": "Asia/Tokyo", "day_or": True}
    assert found["active"] is False


@only_open
def test_the_same_moment_with_another_offset_is_no_change(run: Run, deployment: str) -> None:
    place = {"deployment": deployment, "slug": "s", "interval": 60}
    run("deployment_schedule", **place, anchor_date=WINTER)
    assert run("deployment_schedule", **place, anchor_date="2026-01-31T07:00:00Z").result["changed"] is False


@only_open
def test_a_limit_that_the_server_does_not_take_away_goes_with_a_new_schedule(
    cycle: Run, server: RealServer, deployment: str
) -> None:
    place = {"deployment": deployment, "slug": "s"}
    cycle("deployment_schedule", **place, cron="0 6 * * *", timezone="Europe/Berlin", max_scheduled_runs=3)
    cycle("deployment_schedule", **place, max_scheduled_runs=-1, parameters={"a": 1})
    found = held(server, deployment)
    assert found is not None
    assert (found["max_scheduled_runs"], found["parameters"]) == (None, {"a": 1})
    assert found["schedule"] == {"cron": "0 6 * * *", "timezone": "Europe/Berlin", "day_or": True}


@only_open
def test_what_the_server_refuses_does_not_cost_the_schedule(run: Run, server: RealServer, deployment: str) -> None:
    place = {"deployment": deployment, "slug": "s"}
    run("deployment_schedule", **place, cron="0 6 * * *", max_scheduled_runs=3)
    before = held(server, deployment)
    result = run("deployment_schedule", **place, cron="nonsense", max_scheduled_runs=-1).result
    assert result["msg"] == (
        f"Cannot update deployment schedule 's' on {server.url}: schedule.cron: Value error, Invalid cron string:"
        ' "nonsense" (HTTP 422). Correct the options named in the message.'
    )
    assert held(server, deployment) == before


@only_open
def test_several_schedules_each_by_its_slug(cycle: Run, run: Run, server: RealServer, deployment: str) -> None:
    for slug in ("s", "t", "with / slash"):
        cycle("deployment_schedule", deployment=deployment, slug=slug, interval=60)
    cycle("deployment_schedule", deployment=deployment, slug="t", state="absent")
    assert held(server, deployment, "s")
    assert held(server, deployment, "with / slash")
    assert run("deployment_schedule", deployment=deployment, slug="none", state="absent").result["changed"] is False


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({}, "nothing says when it runs. Give it one of cron, interval and rrule"),
        ({"day_or": True}, "nothing says when it runs"),
        ({"interval": 60, "anchor_date": "2026-01-31T08:00:00"}, "has no offset from UTC"),
        ({"interval": 60, "anchor_date": "tomorrow"}, "is no point in time"),
        ({"interval": 0}, "no number of seconds above 0"),
        ({"interval": 60, "max_scheduled_runs": -2}, "-2 is below 0"),
        ({"interval": 60, "max_active_runs": 1}, "a self-hosted server has no max_active_runs"),
        ({"interval": 60, "slug": ""}, "a name may not be empty"),
        ({"interval": 60, "deployment": "no-slash"}, "give it as flow/deployment"),
    ],
)
@pytest.mark.parametrize("check_mode", [True, False])
@only_open
def test_a_schedule_that_cannot_be(
    run: Run, server: RealServer, deployment: str, options: dict[str, t.Any], why: str, check_mode: bool
) -> None:
    given = {"deployment": deployment, "slug": "s", **options}
    result = run("deployment_schedule", **given, check_mode=check_mode).result
    assert result["failed"] is True
    assert why in result["msg"]
    assert held(server, deployment) is None


@pytest.mark.parametrize(
    ("now", "options", "why"),
    [
        (
            {"cron": "0 6 * * *"},
            {"anchor_date": WINTER},
            "anchor_date goes with interval and the sort of this schedule is cron",
        ),
        ({"interval": 60}, {"day_or": False}, "day_or goes with cron and the sort of this schedule is interval"),
        ({"interval": 60}, {"timezone": "Mars/Olympus"}, 'Invalid timezone: "Mars/Olympus"'),
    ],
)
@only_open
def test_a_change_that_cannot_be(
    run: Run, server: RealServer, deployment: str, now: dict[str, t.Any], options: dict[str, t.Any], why: str
) -> None:
    run("deployment_schedule", deployment=deployment, slug="s", **now)
    before = held(server, deployment)
    result = run("deployment_schedule", deployment=deployment, slug="s", **options).result
    assert result["error"]["kind"] == "InvalidInput"
    assert why in result["msg"]
    assert held(server, deployment) == before


@only_open
def test_a_schedule_of_a_missing_deployment(run: Run, flow: str) -> None:
    options = {"deployment": f"{flow}/new", "slug": "s", "interval": 60}
    assert f"there is no deployment '{flow}/new'" in run("deployment_schedule", **options).result["msg"]
    promised = run("deployment_schedule", **options, check_mode=True)
    assert promised.result["predicted"] == [f"deployment {flow}/new"]
    run("deployment", flow=flow, name="new")
    assert run("deployment_schedule", **options).plan == promised.plan
    absent = {"deployment": f"{flow}/none", "slug": "s", "state": "absent"}
    assert run("deployment_schedule", **absent).result["changed"] is False
