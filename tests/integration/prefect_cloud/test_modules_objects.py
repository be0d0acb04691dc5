# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What belongs to single objects of a workspace: webhooks, service level agreements, access lists."""

from __future__ import annotations

import pytest
import requests

MASK = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
TEMPLATE = '{"event": "storage.file.created"}'


def called(endpoint, **headers):
    return requests.post(endpoint, json={}, headers=headers, timeout=30).status_code


def test_a_webhook_comes_and_goes(cloud, cycle, name):
    bot = cloud.bot("Runner")
    done = cycle("webhook", name=name, template=TEMPLATE, service_account=bot["name"], description="x")
    endpoint = done.result["webhook"]["endpoint"]
    assert called(endpoint) == 401
    assert called(endpoint, Authorization=f"Bearer {bot['api_key']['key']}") == 204
    # a hash of the key of its service account is no business of ours
    assert "hash" not in done.output
    cycle("webhook", name=name, service_account="", description="")
    assert called(endpoint) == 204
    cycle("webhook", name=name, enabled=False)
    assert called(endpoint) == 404
    cycle("webhook", name=name, template='{"event": "another"}')
    cycle("webhook", name=name, state="absent")


def test_a_slug_that_leaked_is_replaced_once(cycle, same, run, name):
    run("webhook", name=name, template=TEMPLATE)
    old = same("webhook", name=name).result["webhook"]
    done = cycle("webhook", name=name, retire_slug=old["slug"])
    assert done.result["diff"] == {
        "before": {"name": name, "retire_slug": MASK},
        "after": {"name": name, "retire_slug": f"{MASK} - changed"},
    }
    assert old["slug"] not in done.output
    assert called(old["endpoint"]) == 404
    assert called(done.result["webhook"]["endpoint"]) == 204
    same("webhook", name=name, retire_slug="another-slug")


def test_webhooks_of_the_same_name_are_not_guessed_about(cloud, refused, name):
    for _twice in range(2):
        cloud.get("POST", "W/webhooks/", {"name": name, "template": TEMPLATE})
    assert "2 objects have this name" in refused("webhook", name=name, enabled=False)


def test_webhooks_are_read_to_the_last_page(cloud, cycle, name):
    for number in range(205):
        cloud.get("POST", "W/webhooks/", {"name": f"crowd-{number:03}", "template": TEMPLATE})
    cycle("webhook", name=f"zz-{name}", template=TEMPLATE)
    assert len(cloud.get("POST", "W/webhooks/filter", {"offset": 200})) > 5


@pytest.fixture
def deployment(cloud, name):
    """A deployment, as flow/name."""
    flow = cloud.get("POST", "W/flows/", {"name": f"f-{name}"})
    cloud.get("POST", "W/deployments/", {"name": name, "flow_id": flow["id"]})
    return f"f-{name}/{name}"


def test_agreements_are_exactly_what_is_given(cycle, same, deployment):
    fresh = {
        "name": "fresh",
        "within": 60.5,
        "expected_event": "x.y",
        "resource_match": {"prefect.resource.id": f"prefect.deployment.<{deployment}>"},
    }
    slas = [
        {"name": "quick", "duration": 600, "severity": "critical"},
        {"name": "often", "stale_after": 3600, "enabled": False},
        {"name": "late", "within": 30},
        fresh,
    ]
    done = cycle("resource_sla", deployment=deployment, slas=slas)
    kept = {sla["name"]: sla for sla in done.result["resource_sla"]["slas"]}
    assert kept["quick"] == {"name": "quick", "duration": 600, "severity": "critical", "enabled": True}
    assert kept["often"]["enabled"] is False
    same("resource_sla", deployment=deployment, slas=slas[::-1])
    cycle("resource_sla", deployment=deployment, slas=[{"name": "quick", "duration": 601}, fresh])
    done = cycle("resource_sla", deployment=deployment, slas=[fresh])
    assert len(done.result["resource_sla"]["sla_ids"]) == 1
    cycle("resource_sla", deployment=deployment, state="absent")


@pytest.mark.parametrize(
    ("slas", "why"),
    [
        ([], "state: absent removes all"),
        ([{"name": "a"}], "needs exactly one of"),
        ([{"name": "a", "duration": 1, "within": 1}], "needs exactly one of"),
        ([{"name": "a", "within": 0}], "is not above 0"),
        ([{"name": "a", "within": 1, "expected_event": "x"}], "together"),
        ([{"name": "a", "duration": 1, "expected_event": "x", "resource_match": {}}], "together"),
        ([{"name": "a", "within": 1}, {"name": "a", "duration": 1}], "is there twice"),
    ],
)
def test_agreements_that_no_server_takes(refused, slas, why):
    assert why in refused("resource_sla", deployment="f/d", slas=slas)


def test_a_deployment_that_is_not_there(run, same):
    same("resource_sla", deployment="no/such", state="absent")
    options = {"deployment": "no/such", "slas": [{"name": "a", "within": 1}]}
    assert run("resource_sla", check_mode=True, **options).result["predicted"] == ["deployment no/such"]
    assert "there is no deployment 'no/such'" in run("resource_sla", **options).result["msg"]


@pytest.fixture(params=["work_pool", "deployment", "block_document"])
def target(request, cloud, name):
    """An object that everyone may use, as an option."""
    if request.param == "work_pool":
        cloud.get("POST", "W/work_pools/", {"name": name, "type": "process"})
        return {"work_pool": name}
    if request.param == "deployment":
        return {"deployment": request.getfixturevalue("deployment")}
    made = cloud.get("POST", "W/block_types/", {"name": name, "slug": name})
    schema = cloud.get("POST", "W/block_schemas/", {"block_type_id": made["id"], "fields": {"title": name}})
    body = {"name": "it", "data": {}, "block_type_id": made["id"], "block_schema_id": schema["id"]}
    cloud.get("POST", "W/block_documents/", body)
    return {"block_document": f"{name}/it"}


@pytest.fixture
def actors(cloud, name):
    """A user, a service account and a team."""
    cloud.user(email=f"{name}@example.com")
    cloud.bot(None, name=name)
    cloud.get("POST", "A/teams/", {"name": name})
    return [f"user:{name}@example.com", f"service_account:{name}", f"team:{name}"]


def test_access_is_given_changed_and_given_back(cycle, same, target, actors):
    me = "user:Olivia@example.com"
    done = cycle("access_control", managers=[me, *actors], viewers=[actors[2]], **target)
    assert done.result["access_control"]["managers"] == sorted([me.lower(), *actors])
    same("access_control", managers=[*actors[::-1], me.upper().replace("USER", "user")], **target)
    if "block_document" not in target:
        assert done.result["access_control"]["runners"] == ["*"]
        cycle("access_control", runners=[actors[1]], **target)
    cycle("access_control", managers=[me], **target)
    same("access_control", viewers=[actors[2]], **target)
    cycle("access_control", viewers=["*"], **target)
    cycle("access_control", state="absent", **target)


def test_nobody_locks_themselves_out(refused, run, target, actors):
    for managers in (actors, [], actors[:1]):
        assert "would not be among the managers" in refused("access_control", managers=managers, **target)
    run("access_control", managers=["user:olivia@example.com"], **target)
    assert "would not be among the managers" in refused("access_control", managers=actors, **target)


def test_a_team_of_ones_own_counts(cycle, refused, run, target, name):
    run("team", name=name)
    assert "would not be among the managers" in refused("access_control", managers=[f"team:{name}"], **target)
    run("team_members", team=name, users={"add": ["olivia@example.com"]})
    cycle("access_control", managers=[f"team:{name}"], **target)


def test_a_service_account_counts_as_itself(cloud, refused, cycle, name):
    cloud.get("POST", "W/work_pools/", {"name": name, "type": "process"})
    key = cloud.as_key("Owner", name=name, account_role="Admin")
    other = cloud.bot("Owner")["name"]
    options = {"work_pool": name, "api_key": key}
    assert "would not be among" in refused("access_control", managers=[f"service_account:{other}"], **options)
    cycle("access_control", managers=[f"service_account:{name}", f"service_account:{other}"], **options)


def test_lists_that_make_no_sense(refused, target):
    assert "none of user:EMAIL" in refused("access_control", managers=["mia@example.com"], **target)
    assert "has to stand alone" in refused("access_control", managers=["*", "team:x"], **target)
    assert "Use state: absent" in refused("access_control", managers=["*"], **target)
    nobody = ["user:nobody@example.com", "user:olivia@example.com"]
    said = refused("access_control", managers=nobody, **target)
    assert "there is no account member 'nobody@example.com'" in said
    assert "one of the following is required" in refused("access_control", managers=["team:x"])


def test_blocks_have_no_runners(refused):
    assert "mutually exclusive" in refused("access_control", block_document="a/b", runners=["*"])
