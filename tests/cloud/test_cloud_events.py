# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit events of the account."""

from __future__ import annotations


def events(cloud, **wanted):
    return cloud.get("POST", "A/events/filter", {"filter": wanted})["events"]


def test_every_write_has_an_event_with_its_actor(cloud, name):
    admin = cloud.bot(None, account_role="Admin")
    team = cloud.get("POST", "A/teams/", {"name": name}, key=admin["api_key"]["key"])
    resource = f"prefect-cloud.team.{team['id']}"
    cloud.get("DELETE", f"A/teams/{team['id']}")
    found = events(cloud, resource={"id": [resource]}, order="ASC")
    assert [event["event"] for event in found] == ["prefect-cloud.team.created", "prefect-cloud.team.deleted"]
    related = {one["prefect.resource.role"]: one for one in found[0]["related"]}
    assert related["actor"]["prefect.resource.id"] == f"prefect-cloud.actor.{admin['actor_id']}"
    assert related["actor"]["prefect-cloud.actor-type"] == "service_account"
    assert related["account"]["prefect.resource.name"] == "Example"
    by_actor = events(cloud, related={"role": ["actor"], "id": [f"prefect-cloud.actor.{admin['actor_id']}"]})
    assert [event["id"] for event in by_actor] == [found[0]["id"]]


def test_events_are_filtered_by_name_and_time(cloud, name):
    cloud.get("POST", "A/teams/", {"name": name})
    assert {event["event"] for event in events(cloud, event={"prefix": ["prefect-cloud.team."]})} >= {
        "prefect-cloud.team.created"
    }
    assert events(cloud, event={"name": ["prefect-cloud.nothing"]}) == []
    assert events(cloud, occurred={"until": "2020-01-01T00:00:00Z", "since": "2019-01-01T00:00:00Z"}) == []
    assert name in {event["resource"].get("prefect.resource.name") for event in events(cloud, text={"query": name})}


def test_events_come_in_pages(cloud, name):
    for number in range(7):
        cloud.get("POST", "A/teams/", {"name": f"{name}-{number}"})
    body = {"limit": 3, "filter": {"text": {"query": name}, "order": "ASC"}}
    page = cloud.get("POST", "A/events/filter", body)
    seen = list(page["events"])
    while page["next_page"]:
        assert page["total"] == 7
        page = cloud.get("GET", page["next_page"].partition("/api/")[2])
        seen += page["events"]
    assert [event["resource"]["prefect.resource.name"] for event in seen] == [f"{name}-{number}" for number in range(7)]
    assert cloud.ask("POST", "A/events/filter", {"limit": 51}).status_code == 422
    assert cloud.ask("GET", "A/events/filter/next?page-token=x").status_code == 422


def test_an_event_holds_no_key(cloud):
    bot = cloud.bot(None)
    cloud.get("POST", f"A/bots/{bot['id']}/rotate_api_key")
    assert bot["api_key"]["key"] not in (cloud.home / "events.jsonl").read_text()
