# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Service accounts and the rotation of their keys."""

from __future__ import annotations

import datetime

import pytest

MASK = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"


def bot(cloud, name):
    return cloud.get("POST", "A/bots/filter", {"service_accounts": {"name": {"any_": [name]}}})[0]


def keys(cloud, name):
    return cloud.get("GET", f"A/bots/{bot(cloud, name)['id']}/read_bot_api_keys")


def test_a_service_account_comes_and_goes(cloud, cycle, works, name):
    done = cycle("service_account", name=name, account_role="Admin")
    key = done.result["api_key"]
    assert works(key)
    assert bot(cloud, name)["account_role_name"] == "Admin"
    cycle("service_account", name=name, account_role="Member")
    assert works(key)
    cycle("service_account", name=name, state="absent")
    assert not works(key)


def test_custom_account_roles_fit_service_accounts(cloud, cycle, name):
    cloud.lab("POST", "account_roles", {"name": f"role {name}", "permissions": ["read:account"]})
    cycle("service_account", name=name, account_role=f"role {name}")


def test_the_key_is_returned_once_and_never_shown_again(run, same, name):
    assert run("service_account", check_mode=True, name=name).result["api_key"] == MASK
    key = run("service_account", name=name).result["api_key"]
    again = same("service_account", name=name, rotate_after="30d")
    assert "api_key" not in again.result
    assert key not in again.output
    assert again.result["service_account"]["active_key"]["masked_key"].endswith(key[-4:])


def test_a_rotation_overlaps(cloud, run, same, works, name):
    old = run("service_account", name=name).result["api_key"]
    options = {"name": name, "rotate_after": "0", "overlap": 600, "api_key_lifetime": "45d"}
    promised, done = run("service_account", check_mode=True, **options), run("service_account", **options)
    assert (promised.result["changed"], promised.result["diff"]) == (done.result["changed"], done.result["diff"])
    assert promised.result["api_key"] == MASK
    new = done.result["api_key"]
    assert new != old
    assert works(old)
    assert works(new)
    assert old not in done.output
    assert [key["masked_key"][-4:] for key in done.result["service_account"]["old_keys"]] == [old[-4:]]
    assert done.result["service_account"]["old_keys"][0]["expiration"]
    lifetime = datetime.datetime.fromisoformat(keys(cloud, name)["active_key"]["expiration"])
    days = (lifetime - datetime.datetime.now(datetime.UTC)) / datetime.timedelta(days=1)
    assert 44.9 < days < 45.1
    same("service_account", **{**options, "rotate_after": "1h"})
    assert works(old)


def test_old_keys_end_when_they_are_retired(cycle, run, same, works, name):
    first = run("service_account", name=name).result["api_key"]
    second = run("service_account", name=name, rotate_after="0").result["api_key"]
    third = run("service_account", name=name, rotate_after="0").result["api_key"]
    same("service_account", name=name, retire_old_keys=False)
    done = cycle("service_account", name=name, retire_old_keys=True)
    assert done.result["service_account"]["old_keys"] == []
    assert [works(key) for key in (first, second, third)] == [False, False, True]


def test_without_an_overlap_the_old_key_ends_at_once(run, works, name):
    old = run("service_account", name=name).result["api_key"]
    done = run("service_account", name=name, rotate_after="0", overlap=0)
    assert not works(old)
    assert works(done.result["api_key"])
    assert done.result["consequences"] == [f"The old API key of '{name}' stops working at once"]


def test_an_expired_key_is_rotated_whatever_its_age(run, works, name):
    old = run("service_account", name=name, api_key_expiration="2020-01-01T00:00:00+00:00").result["api_key"]
    assert not works(old)
    done = run("service_account", name=name, rotate_after="30d")
    assert done.result["diff"]["before"]["rotate_after"] == "the key is expired"
    assert works(done.result["api_key"])


def test_a_key_of_that_age_is_rotated(cloud, run, name, monkeypatch):
    from ansible_collections.flowops.prefect.plugins.module_utils._prefect import client

    run("service_account", name=name)
    ahead = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=29)
    monkeypatch.setattr(client.Client, "server_time", property(lambda _client: ahead.timestamp()))
    assert run("service_account", name=name, rotate_after="30d").result["changed"] is False
    ahead += datetime.timedelta(days=2)
    promised = run("service_account", check_mode=True, name=name, rotate_after="30d")
    assert promised.result["diff"]["before"]["rotate_after"] == "the key is 31 days old"
    assert promised.result["changed"] is True
    assert len(keys(cloud, name)["rotating_keys"]) == 0


def test_a_lost_answer_to_a_creation_costs_no_key(cloud, run, works, name):
    cloud.control(fail={"method": "POST", "path_regex": "/bots/$", "status": 503, "when": "after"})
    result = run("service_account", name=name, account_role="Admin").result
    assert works(result["api_key"])
    assert bot(cloud, name)["account_role_name"] == "Admin"


def test_a_lost_answer_to_a_rotation_costs_no_key(cloud, run, works, name):
    old = run("service_account", name=name).result["api_key"]
    cloud.control(fail={"method": "POST", "path_regex": "/rotate_api_key$", "status": 502, "when": "after"})
    result = run("service_account", name=name, rotate_after="0").result
    assert works(result["api_key"])
    assert works(old)
    assert [key["masked_key"][-4:] for key in keys(cloud, name)["rotating_keys"]] == [old[-4:]]


def test_a_key_that_is_lost_after_all_is_said_to_be(cloud, run, name, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    cloud.control(eventual_seconds=30)
    result = run("service_account", name=name).result
    assert result["failed"] is True
    assert result["changed"] is True
    assert "rotate_after: 0" in result["msg"]
    assert "api_key" not in result
    assert "pnb_" not in str(result)


def test_the_own_service_account_is_not_cut_off(cloud, refused, name):
    key = cloud.as_key(None, account_role="Admin", name=name)
    for options in ({"state": "absent"}, {"rotate_after": "0", "overlap": 0}):
        assert "whose key this task uses" in refused("service_account", name=name, api_key=key, **options)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"rotate_after": "a month"}, "no span of time"),
        ({"overlap": 172_801}, "not between 0 and 172800"),
        ({"api_key_expiration": "2027-01-31"}, "no offset from UTC"),
        ({"rotate_after": "30d", "retire_old_keys": True}, "mutually exclusive"),
        ({"api_key_lifetime": "1d", "api_key_expiration": "2027-01-31T00:00:00+00:00"}, "mutually exclusive"),
        ({"api_key_lifetime": "30d", "rotate_after": "30d"}, "expire before it is rotated"),
        ({"account_role": "Moon"}, "there is no account role 'Moon'"),
    ],
)
def test_what_is_refused(refused, name, options, why):
    assert why in refused("service_account", name=name, **options)
