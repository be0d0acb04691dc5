# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What makes the real service hard: limits, late reads, lost answers."""

from __future__ import annotations

import time

AUTOMATION = {
    "trigger": {"type": "event", "posture": "Reactive", "expect": ["x"], "threshold": 1, "within": 0},
    "actions": [{"type": "do-nothing"}],
}
LATE = 0.6


def test_too_many_requests_are_told_when_to_come_back(cloud):
    cloud.control(rate_limit_per_minute=60, rate_limit_burst=2)
    answers = [cloud.ask("GET", "A") for turn in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].headers["Retry-After"] == "1"
    assert "detail" in answers[2].json()
    time.sleep(1.05)
    assert cloud.ask("GET", "A").status_code == 200


def test_the_limit_shows_in_the_status(cloud):
    assert cloud.get("GET", "A/rate-limits/status") == {"exceeded_buckets": []}
    cloud.control(rate_limit_per_minute=60, rate_limit_burst=1)
    assert cloud.get("GET", "A/rate-limits/status")["exceeded_buckets"] != []


def test_an_ordered_failure_comes_so_often_and_does_nothing(cloud, name):
    cloud.control(fail={"method": "POST", "path_regex": "/bots/$", "status": 503, "times": 2, "retry_after": 1})
    answers = [cloud.ask("POST", "A/bots/", {"name": name}) for turn in range(3)]
    assert [answer.status_code for answer in answers] == [503, 503, 201]
    assert answers[0].headers["Retry-After"] == "1"


def test_a_lost_answer_comes_after_the_work(cloud, name):
    cloud.control(fail={"method": "POST", "path_regex": "/bots/$", "status": 502, "when": "after"})
    assert cloud.ask("POST", "A/bots/", {"name": name}).status_code == 502
    assert cloud.ask("POST", "A/bots/", {"name": name}).status_code == 409


def test_requests_are_counted_by_route(cloud):
    cloud.requests(reset=True)
    for _turn in range(2):
        cloud.get("GET", "A")
    assert cloud.requests(reset=True) == {"GET /api/accounts/{id}": 2}
    assert cloud.requests() == {}


def test_a_body_that_is_too_large_is_refused(cloud):
    assert cloud.ask("POST", "A/bots/", {"name": "x" * (5 * 1024 * 1024)}).status_code == 413


def later(check):
    """Whether a check that fails at first holds after a while."""
    assert not check()
    time.sleep(LATE + 0.05)
    return check()


def test_reads_lag_behind_a_creation(cloud, name):
    cloud.control(eventual_seconds=LATE)
    bot = cloud.get("POST", "A/bots/", {"name": name})
    team = cloud.get("POST", "A/teams/", {"name": name})
    webhook = cloud.get("POST", "W/webhooks/", {"name": name, "template": "{}"})
    workspace = cloud.get("POST", "A/workspaces/", {"name": name, "handle": name})
    grant = cloud.get("POST", "W/bot_access/", {"bot_id": bot["id"], "workspace_role_id": cloud.role_id("Viewer")})
    places = [
        f"A/bots/{bot['id']}",
        f"A/teams/{team['id']}",
        f"W/webhooks/{webhook['id']}",
        f"W/bot_access/{grant['id']}",
    ]

    def read():
        answers = [cloud.ask("GET", place).status_code for place in places]
        answers.append(cloud.ask("GET", "W", workspace=workspace["id"]).status_code)
        return set(answers) == {200}

    assert cloud.ask("GET", places[0]).status_code == 404
    assert name not in [one["name"] for one in cloud.get("POST", "A/bots/filter", {})]
    assert later(read)
    cloud.get("DELETE", "W", workspace=workspace["id"])


def test_reads_lag_behind_a_change_and_a_deletion(cloud, name):
    team = cloud.get("POST", "A/teams/", {"name": name})
    place = f"A/teams/{team['id']}"
    cloud.control(eventual_seconds=LATE)
    cloud.get("PUT", place, {"name": f"{name}-2"})
    assert cloud.get("GET", place)["name"] == name
    assert later(lambda: cloud.get("GET", place)["name"] == f"{name}-2")
    cloud.get("DELETE", place)
    assert cloud.ask("GET", place).status_code == 200
    assert later(lambda: cloud.ask("GET", place).status_code == 404)


def test_a_key_works_at_once_although_reads_lag(cloud, name):
    cloud.control(eventual_seconds=LATE)
    bot = cloud.get("POST", "A/bots/", {"name": name})
    assert cloud.ask("GET", "A", key=bot["api_key"]["key"]).status_code == 200


def test_automations_lag_behind_too(cloud, name):
    kept = cloud.get("POST", "W/automations/", {"name": name, **AUTOMATION})
    cloud.control(eventual_seconds=LATE)
    made = cloud.get("POST", "W/automations/", {"name": name, **AUTOMATION})
    cloud.get("DELETE", f"W/automations/{kept['id']}")

    def seen():
        wanted = {"automations": {"name": {"any_": [name]}}}
        return [one["id"] for one in cloud.get("POST", "W/automations/filter", wanted)]

    assert seen() == [kept["id"]]
    assert cloud.get("GET", f"W/automations/{kept['id']}")["name"] == name
    assert cloud.ask("GET", f"W/automations/{made['id']}").status_code == 404
    assert later(lambda: seen() == [made["id"]])
    place = f"W/automations/{made['id']}"
    cloud.get("PUT", place, {"name": name, "enabled": False, **AUTOMATION})
    assert later(lambda: cloud.get("GET", place)["enabled"] is False)


def test_an_access_list_lags_behind(cloud, name):
    cloud.get("POST", "W/work_pools/", {"name": name, "type": "process"})
    place = f"W/work_pools/{name}/access"
    bot = cloud.bot("Worker")
    cloud.control(eventual_seconds=LATE)
    wanted = {"manage_actor_ids": [bot["actor_id"]], "run_actor_ids": [], "view_actor_ids": []}
    cloud.get("PUT", place, {"access_control": wanted})
    assert later(lambda: [one["id"] for one in cloud.get("GET", place)["manage_actors"]] == [bot["actor_id"]])
