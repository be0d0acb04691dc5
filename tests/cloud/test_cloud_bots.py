# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Service accounts and their keys."""

from __future__ import annotations

import datetime
import time
import uuid


def later(**span: float) -> str:
    return (datetime.datetime.now(datetime.UTC) + datetime.timedelta(**span)).isoformat()


def works(cloud, key):
    return cloud.ask("GET", "me/accounts", key=key).status_code


def test_a_key_is_shown_once(cloud, name):
    made = cloud.get("POST", "A/bots/", {"name": name})
    assert made["api_key"]["key"].startswith("pnb_")
    assert made["account_role_name"] == "Member"
    read = cloud.get("GET", f"A/bots/{made['id']}")
    assert read["api_key"] == {
        **{field: made["api_key"][field] for field in ("id", "created", "name", "expiration")},
        "masked_key": f"pnb_...{made['api_key']['key'][-4:]}",
    }
    assert works(cloud, made["api_key"]["key"]) == 200


def test_bots_are_found_by_name_and_id(cloud, name):
    made = [cloud.get("POST", "A/bots/", {"name": f"{name}-{number}"}) for number in range(3)]

    def found(**wanted):
        return [bot["name"] for bot in cloud.get("POST", "A/bots/filter", {"service_accounts": wanted})]

    assert found(name={"any_": [f"{name}-1"]}) == [f"{name}-1"]
    assert found(name={"like_": name}) == [bot["name"] for bot in made]
    assert found(id={"any_": [made[2]["id"]]}) == [f"{name}-2"]


def test_a_name_is_given_once(cloud, name):
    first = cloud.get("POST", "A/bots/", {"name": name})
    assert cloud.ask("POST", "A/bots/", {"name": name}).status_code == 409
    other = cloud.get("POST", "A/bots/", {"name": f"{name}-x"})
    assert cloud.ask("PATCH", f"A/bots/{other['id']}", {"name": name}).status_code == 409
    assert cloud.ask("PATCH", f"A/bots/{first['id']}", {"name": name}).status_code == 204


def test_a_role_changes_what_a_bot_may_do(cloud):
    bot = cloud.bot(None)
    key = bot["api_key"]["key"]
    assert cloud.ask("POST", "A/bots/filter", {}, key=key).status_code == 403
    admin = cloud.get("POST", "A/account_roles/filter", {"account_roles": {"name": {"any_": ["Admin"]}}})[0]
    cloud.get("PATCH", f"A/bots/{bot['id']}", {"account_role_id": admin["id"]})
    assert cloud.ask("POST", "A/bots/filter", {}, key=key).status_code == 200
    assert cloud.get("GET", f"A/bots/{bot['id']}")["account_role_name"] == "Admin"


def test_a_rotation_without_overlap_ends_the_old_key_at_once(cloud):
    bot = cloud.bot(None)
    old = bot["api_key"]["key"]
    new = cloud.ask("POST", f"A/bots/{bot['id']}/rotate_api_key")
    assert new.status_code == 201
    assert works(cloud, old) == 401
    assert works(cloud, new.json()["api_key"]["key"]) == 200
    assert cloud.get("GET", f"A/bots/{bot['id']}/read_bot_api_keys")["rotating_keys"] == []


def test_with_overlap_both_keys_work_until_the_old_one_expires(cloud):
    bot = cloud.bot(None)
    old = bot["api_key"]
    new = cloud.get("POST", f"A/bots/{bot['id']}/rotate_api_key", {"old_key_expires_in_seconds": 2})["api_key"]
    assert [works(cloud, key) for key in (old["key"], new["key"])] == [200, 200]
    listed = cloud.get("GET", f"A/bots/{bot['id']}/read_bot_api_keys")
    assert listed["active_key"]["id"] == new["id"]
    assert [key["id"] for key in listed["rotating_keys"]] == [old["id"]]
    time.sleep(2.1)
    assert [works(cloud, key) for key in (old["key"], new["key"])] == [401, 200]
    assert cloud.get("GET", f"A/bots/{bot['id']}/read_bot_api_keys")["rotating_keys"] == []


def test_an_old_key_can_be_retired_early_the_active_one_not(cloud):
    bot = cloud.bot(None)
    old = bot["api_key"]
    new = cloud.get("POST", f"A/bots/{bot['id']}/rotate_api_key", {"old_key_expires_in_seconds": 600})["api_key"]
    place = f"A/bots/{bot['id']}/delete_bot_api_key"
    assert cloud.ask("DELETE", f"{place}/{new['id']}").status_code == 409
    assert cloud.ask("DELETE", f"{place}/{old['id']}").status_code == 200
    assert works(cloud, old["key"]) == 401
    assert cloud.ask("DELETE", f"{place}/{old['id']}").status_code == 404


def test_the_overlap_never_lengthens_a_keys_life(cloud, name):
    expiration = later(seconds=60)
    bot = cloud.get("POST", "A/bots/", {"name": name, "api_key_expiration": expiration})
    cloud.get("POST", f"A/bots/{bot['id']}/rotate_api_key", {"old_key_expires_in_seconds": 172800})
    kept = cloud.get("GET", f"A/bots/{bot['id']}/read_bot_api_keys")["rotating_keys"][0]
    assert datetime.datetime.fromisoformat(kept["expiration"]) == datetime.datetime.fromisoformat(expiration)


def test_a_key_that_has_expired_is_refused(cloud, name):
    bot = cloud.get("POST", "A/bots/", {"name": name, "api_key_expiration": later(seconds=-1)})
    assert works(cloud, bot["api_key"]["key"]) == 401


def test_a_wrong_overlap_is_refused(cloud):
    bot = cloud.bot(None)
    for seconds in (-1, 172801, "soon"):
        wanted = {"old_key_expires_in_seconds": seconds}
        assert cloud.ask("POST", f"A/bots/{bot['id']}/rotate_api_key", wanted).status_code == 422, seconds


def test_a_deleted_bot_leaves_nothing(cloud):
    bot = cloud.bot("Viewer")
    assert cloud.ask("DELETE", f"A/bots/{bot['id']}").status_code == 204
    assert works(cloud, bot["api_key"]["key"]) == 401
    assert cloud.ask("GET", f"A/bots/{bot['id']}").status_code == 404
    assert cloud.ask("GET", f"A/account_memberships/by-bot/{bot['id']}").status_code == 404
    accesses = cloud.get("POST", "W/bot_access/filter")
    assert bot["id"] not in [access["bot_id"] for access in accesses]


def test_pages_hold_two_hundred(cloud, name):
    made = {cloud.get("POST", "A/bots/", {"name": f"{name}-{number:03}"})["id"] for number in range(205)}
    wanted = {"service_accounts": {"name": {"like_": name}}}
    first = cloud.get("POST", "A/bots/filter", wanted)
    second = cloud.get("POST", "A/bots/filter", {**wanted, "offset": 200})
    assert (len(first), len(second)) == (200, 5)
    assert {bot["id"] for bot in first + second} == made
    assert len(cloud.get("POST", "A/bots/filter", {**wanted, "limit": 3, "offset": 1})) == 3
    assert cloud.ask("POST", "A/bots/filter", {"limit": 201}).status_code == 422
    for bot in made:
        cloud.get("DELETE", f"A/bots/{bot}")


def test_an_unknown_bot_is_not_found(cloud):
    gone = uuid.uuid4()
    asked = [("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/rotate_api_key"), ("GET", "/read_bot_api_keys")]
    for method, rest in asked:
        answer = cloud.ask(method, f"A/bots/{gone}{rest}", {} if method in ("PATCH", "POST") else None)
        assert (answer.status_code, answer.json()["detail"]) == (404, "Service account not found")
