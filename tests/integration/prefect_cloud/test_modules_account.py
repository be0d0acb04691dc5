# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The account, its settings and its allowlist; the own user and its keys."""

from __future__ import annotations

import pytest

MASK = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
STORAGE = {
    "block_type": {"name": "Own storage", "slug": "own-storage"},
    "block_schema": {"checksum": "sha256:0"},
    "data": {"token": "storage-s3cr3t"},
}


@pytest.fixture(autouse=True)
def _as_it_was(cloud):
    before = cloud.get("GET", "A")
    yield
    names = ("name", "handle", "location", "link", "billing_email", "auth_expiration_seconds")
    cloud.get("PATCH", "A", {key: before[key] for key in names})
    cloud.get("PATCH", "A/domains", {"domain_names": []})
    settings = {key: value for key, value in before["settings"].items() if key != "enabled_feature_flags"}
    cloud.get("PATCH", "A/settings", settings)
    cloud.get("PUT", "A/ip_allowlist", {"entries": []})


def test_the_account_is_changed_and_emptied(cloud, cycle):
    wanted = {"location": "Here", "link": "https://www.example.com", "billing_email": "bills@example.com"}
    done = cycle(
        "account", name="Another", auth_expiration_seconds=3600, domains=["Example.com", "b.example"], **wanted
    )
    assert done.result["diff"]["before"]["name"] == "Example"
    found = cloud.get("GET", "A")
    assert {key: found[key] for key in wanted} == wanted
    assert [one["name"] for one in cloud.get("GET", "A/domains")] == ["Example.com", "b.example"]
    cycle("account", location="", link="", billing_email="", auth_expiration_seconds=-1, domains=[])
    found = cloud.get("GET", "A")
    assert [found[key] for key in (*wanted, "auth_expiration_seconds")] == [None] * 4
    assert cloud.get("GET", "A/domains") == []


def test_domains_are_a_set_without_case(same, run):
    run("account", domains=["a.example", "b.example"])
    same("account", domains=["B.example", "a.example"])


def test_an_account_cannot_be_absent(run):
    assert "Unsupported parameters" in run("account", state="absent").result["msg"]


def test_settings_that_are_not_given_stay(cloud, cycle):
    cycle("account_settings", managed_execution=False, ai_log_summaries=True)
    cycle("account_settings", managed_execution=True)
    assert cloud.get("GET", "A/settings")["ai_log_summaries"] is True


def test_the_result_storage_is_a_secret_as_a_whole(cloud, cycle):
    done = cycle("account_settings", default_result_storage=STORAGE)
    assert cloud.get("GET", "A/settings")["default_result_storage"]["data"] == STORAGE["data"]
    assert done.result["diff"]["after"] == {"default_result_storage": f"{MASK} - changed"}
    assert "s3cr3t" not in done.output
    cycle("account_settings", default_result_storage={})
    assert cloud.get("GET", "A/settings")["default_result_storage"] is None


OFFICE = {"ip_network": "203.0.113.0/24", "enabled": True, "description": "office"}
HERE = {"ip_network": "127.0.0.1/32", "enabled": True, "description": ""}


def test_the_allowlist_is_exactly_what_is_given(cloud, cycle, same):
    cycle("ip_allowlist", entries=[{"ip_network": "127.0.0.1"}, {**OFFICE, "ip_network": "203.0.113.7/24"}])
    entries = [
        {key: value for key, value in entry.items() if key != "last_seen"}
        for entry in cloud.get("GET", "A/ip_allowlist")["entries"]
    ]
    assert entries == [HERE, OFFICE]
    same("ip_allowlist", entries=[OFFICE, HERE])
    cycle("ip_allowlist", entries=[HERE], enforce=True)
    assert cloud.get("GET", "A/settings")["enforce_ip_allowlist"] is True
    # what keeps us in goes last, and what is no longer enforced may leave us out
    cycle("ip_allowlist", entries=[OFFICE], enforce=False)


@pytest.mark.parametrize("entries", [[OFFICE], [{**HERE, "enabled": False}], []])
def test_an_allowlist_never_locks_out_who_writes_it(run, refused, entries):
    run("ip_allowlist", entries=[HERE])
    assert "would lock out 127.0.0.1" in refused("ip_allowlist", entries=entries, enforce=True)
    run("ip_allowlist", enforce=True)
    assert "would lock out 127.0.0.1" in refused("ip_allowlist", entries=entries)


@pytest.mark.parametrize(
    ("entries", "why"),
    [
        ([{"ip_network": "203.0.113.0/33"}], "no IP address"),
        ([{"ip_network": "10.0.0.1/8"}, {"ip_network": "10.0.0.0/8"}], "10.0.0.0/8 is there twice"),
        ([{"ip_network": f"10.0.0.{number}"} for number in range(26)], "more than the 25"),
    ],
)
def test_entries_that_no_server_takes(refused, entries, why):
    assert why in refused("ip_allowlist", entries=entries)


def test_the_own_profile(cloud, cycle):
    cycle("user", first_name="Olive", location="Here", title="Owner")
    done = cycle("user", location="", title="", first_name="Olivia")
    assert done.result["user"]["handle"] == "olivia"
    assert cloud.get("GET", f"users/{done.result['user']['id']}")["location"] is None


def test_a_service_account_has_no_profile(cloud, run):
    result = run("user", first_name="x", api_key=cloud.as_key(None)).result
    assert result["error"]["kind"] == "Forbidden"
    assert "A service account has no user" in result["msg"]


def test_a_user_key_is_returned_once(cycle, run, same, works, name):
    done = cycle("user_api_key", name=name, lifetime="90d")
    key = done.result["api_key"]
    assert works(key)
    assert run("user_api_key", check_mode=True, name=f"{name}-2").result["api_key"] == MASK
    again = same("user_api_key", name=name, lifetime="90d")
    assert "api_key" not in again.result
    assert key not in again.output
    assert again.result["user_api_key"]["masked_key"].endswith(key[-4:])
    cycle("user_api_key", name=name, state="absent")
    assert not works(key)


def test_the_expiration_of_a_user_key_is_fixed(cycle, refused, same, name):
    cycle("user_api_key", name=name, expiration="2035-01-01T00:00:00+01:00")
    same("user_api_key", name=name, expiration="2034-12-31T23:00:00+00:00")
    assert "is fixed at creation" in refused("user_api_key", name=name, expiration="2036-01-01T00:00:00+00:00")


def test_the_key_in_use_is_not_removed(refused):
    assert "the key that this task uses" in refused("user_api_key", name="owner", state="absent")


def test_keys_of_the_same_name_are_not_guessed_about(cloud, refused, name):
    me = cloud.get("GET", "me/")["id"]
    for _twice in range(2):
        cloud.get("POST", f"users/{me}/api_keys", {"name": name})
    assert "2 objects have this name" in refused("user_api_key", name=name, state="absent")


def test_a_user_key_whose_answer_got_lost_is_made_anew(cloud, run, works, name):
    cloud.control(fail={"method": "POST", "path_regex": "/api_keys$", "status": 503, "when": "after"})
    result = run("user_api_key", name=name).result
    assert works(result["api_key"])
    keys = cloud.get("GET", f"users/{cloud.get('GET', 'me/')['id']}/api_keys?name={name}")
    assert [key["id"] for key in keys] == [result["user_api_key"]["id"]]
