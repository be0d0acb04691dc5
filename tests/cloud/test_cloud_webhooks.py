# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Webhooks and service level agreements."""

from __future__ import annotations

import pytest
import requests

TEMPLATE = '{"event": "{{ body.event }}"}'


@pytest.fixture
def webhook(cloud, name):
    return cloud.get("POST", "W/webhooks/", {"name": name, "template": TEMPLATE})


def call(cloud, slug, **headers):
    return requests.post(f"{cloud.base_url}/hooks/{slug}", json={"event": "x"}, headers=headers, timeout=30).status_code


def test_a_webhook_is_replaced_whole(cloud, webhook, name):
    assert (webhook["workspace"], webhook["account"]) == (cloud.workspace_id, cloud.account_id)
    place = f"W/webhooks/{webhook['id']}"
    assert cloud.ask("PUT", place, {"name": name, "template": "{}", "description": "d"}).status_code == 204
    read = cloud.get("GET", place)
    assert (read["template"], read["description"], read["slug"]) == ("{}", "d", webhook["slug"])
    assert cloud.ask("PUT", place, {"name": name, "template": "{}"}).status_code == 204
    assert cloud.get("GET", place)["description"] == ""
    assert cloud.ask("DELETE", place).status_code == 204
    assert cloud.ask("GET", place).status_code == 404


def test_a_rotated_webhook_has_another_address(cloud, webhook):
    assert call(cloud, webhook["slug"]) == 204
    new = cloud.get("POST", f"W/webhooks/{webhook['id']}/rotate")
    assert new["slug"] != webhook["slug"]
    assert (call(cloud, webhook["slug"]), call(cloud, new["slug"])) == (404, 204)


def test_a_webhook_that_is_off_hears_nothing(cloud, webhook):
    assert cloud.ask("PATCH", f"W/webhooks/{webhook['id']}", {"enabled": False}).status_code == 204
    assert call(cloud, webhook["slug"]) == 404


def test_a_webhook_of_a_service_account_wants_its_key(cloud, name):
    bot = cloud.bot(None)
    wanted = {"name": name, "template": TEMPLATE, "service_account_id": bot["id"]}
    webhook = cloud.get("POST", "W/webhooks/", wanted)
    read = cloud.get("GET", f"W/webhooks/{webhook['id']}")["service_account"]
    assert (read["name"], read["api_key"]["hash"]) == (bot["name"], "")
    assert call(cloud, webhook["slug"]) == 401
    assert call(cloud, webhook["slug"], Authorization=f"Bearer {cloud.owner_key}") == 401
    assert call(cloud, webhook["slug"], Authorization=f"Bearer {bot['api_key']['key']}") == 204
    assert cloud.ask("POST", "W/webhooks/", {**wanted, "service_account_id": webhook["id"]}).status_code == 404


def test_webhooks_are_listed_in_order_and_need_a_scope(cloud, name):
    for letter in "bac":
        cloud.get("POST", "W/webhooks/", {"name": f"{name}-{letter}", "template": "{}"})
    found = [one["name"] for one in cloud.get("POST", "W/webhooks/filter", {"sort": "NAME_DESC"})]
    assert [one[-1] for one in found if one.startswith(name)] == ["c", "b", "a"]
    viewer = cloud.as_key("Viewer")
    assert cloud.ask("POST", "W/webhooks/filter", {}, key=viewer).status_code == 200
    assert cloud.ask("POST", "W/webhooks/", {"name": "x", "template": "{}"}, key=viewer).status_code == 403
    assert cloud.ask("POST", "W/webhooks/filter", {}, key=cloud.as_key("Worker")).status_code == 403


def test_slas_of_a_resource_are_merged_by_name(cloud, name):
    resource = f"prefect.deployment.{name}"
    place = f"W/slas/apply-resource-slas/{resource}"
    late, slow = {"name": "late", "within": 600}, {"name": "slow", "duration": 60, "severity": "critical"}
    first = cloud.get("POST", place, [late, slow])
    assert [len(first[what]) for what in ("created", "updated", "deleted")] == [2, 0, 0]
    assert {one["name"]: one["type"] for one in first["created"]} == {
        "late": "LatenessSla",
        "slow": "TimeToCompletionSla",
    }
    second = cloud.get("POST", place, [{**slow, "duration": 90}])
    assert [[one["name"] for one in second[what]] for what in ("created", "updated", "deleted")] == [
        [],
        ["slow"],
        ["late"],
    ]
    kept = cloud.get("POST", f"W/slas/by-owner/{resource}", {})
    assert [(one["name"], one["trigger"]["within"], one["severity"]) for one in kept] == [("slow", 90.0, "critical")]
    assert cloud.get("POST", place, [])["deleted"][0]["id"] == kept[0]["id"]


def test_an_sla_is_switched_off_and_deleted(cloud, name):
    wanted = {"name": name, "stale_after": 3600.0, "owner_resource": f"prefect.deployment.{name}"}
    made = cloud.ask("POST", "W/slas/", wanted)
    assert made.status_code == 201
    place = f"W/slas/{made.json()['id']}"
    assert cloud.get("PATCH", place, {"enabled": False}) is True
    assert cloud.get("GET", place)["enabled"] is False
    found = cloud.get("POST", "W/slas/filter?sort=NAME_DESC", {"filter": {"name": {"any_": [name]}}})
    assert [one["id"] for one in found] == [made.json()["id"]]
    assert cloud.get("DELETE", place) is True
    assert cloud.ask("GET", place).status_code == 404


@pytest.mark.parametrize(
    "wanted", [{"name": "x"}, {"name": "x", "duration": 1, "within": 1}, {"name": "x", "duration": "y"}]
)
def test_an_sla_is_of_one_type(cloud, wanted):
    assert cloud.ask("POST", "W/slas/", wanted).status_code == 422
