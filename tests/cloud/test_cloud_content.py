# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The content of workspaces: a real server behind each, roles and access lists in front."""

from __future__ import annotations

import uuid

import pytest

AUTOMATION = {
    "trigger": {"type": "event", "posture": "Reactive", "expect": ["x"], "threshold": 1, "within": 0},
    "actions": [{"type": "do-nothing"}],
}


@pytest.fixture
def pool(cloud, name):
    return cloud.get("POST", "W/work_pools/", {"name": name, "type": "process"})


@pytest.fixture
def block(cloud, name):
    kind = cloud.get("GET", "W/block_types/slug/secret")
    schema = cloud.get("POST", "W/block_schemas/filter", {"block_schemas": {"block_type_id": {"any_": [kind["id"]]}}})
    wanted = {"name": name, "block_type_id": kind["id"], "block_schema_id": schema[0]["id"]}
    return cloud.get("POST", "W/block_documents/", {**wanted, "data": {"value": "s3cr3t-value"}})


@pytest.fixture
def deployment(cloud, name, pool):
    flow = cloud.get("POST", "W/flows/", {"name": name})
    return cloud.get("POST", "W/deployments/", {"name": name, "flow_id": flow["id"], "work_pool_name": pool["name"]})


def lists(*kinds, **given):
    """An access list in which everyone may do all, but for what is given."""
    return {"access_control": {f"{kind}_actor_ids": ["*"] for kind in kinds} | given}


def only(*actors):
    """An access list of a work pool or deployment that these alone stand in."""
    return lists(manage_actor_ids=list(actors), run_actor_ids=[], view_actor_ids=[])


def test_variables_are_kept_by_the_real_server(cloud, name):
    made = cloud.ask("POST", "W/variables/", {"name": name, "value": {"a": [1, None]}})
    assert made.status_code == 201
    assert cloud.get("GET", f"W/variables/name/{name}")["value"] == {"a": [1, None]}
    assert cloud.ask("POST", "W/variables/", {"name": name, "value": 1}).status_code == 409
    assert cloud.ask("PATCH", f"W/variables/{made.json()['id']}", {"value": 2}).status_code == 204
    assert cloud.ask("DELETE", f"W/variables/name/{name}").status_code == 204
    assert cloud.ask("GET", f"W/variables/name/{name}").status_code == 404


def test_a_wrong_body_comes_back_from_the_real_server_as_it_does_there(cloud):
    answer = cloud.ask("POST", "W/variables/", {"name": "UPPER", "value": "x", "colour": "red"})
    assert answer.status_code == 422
    assert answer.json()["request_body"]["colour"] == "red"


@pytest.mark.parametrize(
    "path",
    ["admin/version", "csrf-token?client=x", "collections/views/aggregate-worker-metadata", "version", "nothing"],
)
def test_what_only_a_self_hosted_server_has_is_not_there(cloud, path):
    answer = cloud.ask("GET", f"W/{path}")
    assert (answer.status_code, answer.json()) == (404, {"detail": "Not Found"})


def test_redirects_lead_back_to_the_double(cloud, pool):
    first = cloud.ask("POST", f"W/work_pools/{pool['name']}/queues/", {"name": "q"}, allow_redirects=False)
    assert first.status_code == 307
    assert first.headers["Location"] == f"{cloud.url_of()}/work_pools/{pool['name']}/queues"
    assert cloud.ask("POST", f"W/work_pools/{pool['name']}/queues/", {"name": "q"}).status_code == 201
    own = cloud.ask("POST", "A/teams", {"name": "x"}, allow_redirects=False)
    assert (own.status_code, own.headers["Location"]) == (
        307,
        f"{cloud.base_url}/api/accounts/{cloud.account_id}/teams/",
    )
    inside = cloud.ask("POST", "W/webhooks", {}, allow_redirects=False)
    assert (inside.status_code, inside.headers["Location"]) == (307, f"{cloud.url_of()}/webhooks/")


def test_a_wrong_method_is_not_allowed(cloud):
    for method, path in (("PUT", "A/bots/"), ("DELETE", "W/user_access/"), ("PATCH", "W/variables/")):
        answer = cloud.ask(method, path, {})
        assert (answer.status_code, "detail" in answer.json()) == (405, True), path


@pytest.mark.parametrize(
    ("role", "reads", "writes"),
    [("Viewer", 200, 403), ("Runner", 200, 403), ("Worker", 200, 403), ("Developer", 200, 201), ("Owner", 200, 201)],
)
def test_a_role_reads_or_writes_variables(cloud, name, role, reads, writes):
    key = cloud.as_key(role)
    assert cloud.ask("POST", "W/variables/filter", {}, key=key).status_code == reads
    answer = cloud.ask("POST", "W/variables/", {"name": name, "value": 1}, key=key)
    assert answer.status_code == writes
    assert writes == 201 or answer.json() == {"detail": "Missing workspace scope: write_variables"}


def test_who_has_no_access_sees_nothing(cloud):
    answer = cloud.ask("POST", "W/flows/filter", {}, key=cloud.as_key(None))
    assert (answer.status_code, answer.json()) == (403, {"detail": "No access to this workspace"})


def test_a_worker_polls_and_reports(cloud, pool):
    key = cloud.as_key("Worker")
    place = f"W/work_pools/{pool['name']}"
    assert cloud.ask("POST", f"{place}/workers/heartbeat", {"name": "w1"}, key=key).status_code == 204
    assert cloud.ask("POST", f"{place}/get_scheduled_flow_runs", {}, key=key).json() == []
    assert cloud.ask("POST", f"{place}/workers/filter", {}, key=key).json()[0]["name"] == "w1"
    assert cloud.ask("PATCH", place, {"description": "x"}, key=key).status_code == 403
    assert cloud.ask("DELETE", f"{place}/workers/w1", key=key).status_code == 403


def test_a_custom_role_has_exactly_its_scopes(cloud, name):
    cloud.get("POST", "A/workspace_roles/", {"name": name, "scopes": ["write_variables"]})
    key = cloud.as_key(name)
    assert cloud.ask("POST", "W/variables/", {"name": name, "value": 1}, key=key).status_code == 201
    assert cloud.ask("DELETE", f"W/variables/name/{name}", key=key).status_code == 403
    assert cloud.ask("POST", "W/flows/filter", {}, key=key).status_code == 403


def test_secrets_are_shown_with_a_scope_of_their_own(cloud, block):
    place = f"W/block_documents/{block['id']}?include_secrets=true"
    assert cloud.get("GET", place)["data"]["value"] == "s3cr3t-value"
    assert cloud.get("GET", place, key=cloud.as_key("Worker"))["data"]["value"] == "s3cr3t-value"
    assert cloud.get("GET", place, key=cloud.as_key("Viewer"))["data"]["value"] == "********"


def test_an_access_list_of_a_block_replaces_the_one_before(cloud, block, name):
    place = f"W/block_documents/{block['id']}/access"
    everyone = [{"id": "*", "name": "*", "email": None, "type": "*"}]
    assert cloud.get("GET", place) == {"manage_actors": everyone, "view_actors": everyone}
    inside, outside, reader = cloud.bot("Developer"), cloud.bot("Developer"), cloud.user("Viewer")
    team = cloud.get("POST", "A/teams/", {"name": name})
    members = [{"member_id": reader["user_id"], "member_type": "user"}]
    cloud.get("PUT", f"A/teams/{team['id']}/members", {"members": members})
    wanted = {"manage_actor_ids": [inside["actor_id"]], "view_actor_ids": [], "view_team_ids": [team["id"]]}
    assert cloud.ask("PUT", place, {"access_control": wanted}).status_code == 204
    read = cloud.get("GET", place)
    assert [(one["id"], one["type"]) for one in read["view_actors"]] == [(team["id"], "team")]
    one = f"W/block_documents/{block['id']}"
    keys = [inside["api_key"]["key"], outside["api_key"]["key"], reader["api_key"], cloud.owner_key]
    assert [cloud.ask("GET", one, key=key).status_code for key in keys] == [200, 404, 200, 200]
    changed = {"data": {"value": "x"}, "merge_existing_data": True}
    assert [cloud.ask("PATCH", one, changed, key=key).status_code for key in keys] == [204, 404, 403, 204]
    named = f"W/block_types/slug/secret/block_documents/name/{block['name']}"
    assert [cloud.ask("GET", named, key=key).status_code for key in keys] == [200, 404, 200, 200]
    seen = [{each["id"] for each in cloud.get("POST", "W/block_documents/filter", {}, key=key)} for key in keys]
    assert [block["id"] in ids for ids in seen] == [True, False, True, True]
    cloud.get("PUT", place, lists("manage", "view"))
    assert cloud.ask("GET", one, key=keys[1]).status_code == 200


def test_an_access_list_of_a_work_pool_locks_a_worker_out(cloud, pool):
    mine, other = cloud.bot("Worker"), cloud.bot("Worker")
    place = f"W/work_pools/{pool['name']}"
    wanted = lists(manage_actor_ids=[], run_actor_ids=[mine["actor_id"]], view_actor_ids=[])
    assert cloud.ask("PUT", f"{place}/access", wanted).status_code == 204
    keys = [mine["api_key"]["key"], other["api_key"]["key"]]
    polled = [cloud.ask("POST", f"{place}/get_scheduled_flow_runs", {}, key=key).status_code for key in keys]
    assert polled == [200, 404]
    for rest, method in (("/access", "GET"), ("/queues/paginate", "POST"), ("", "GET")):
        answers = [cloud.ask(method, f"{place}{rest}", {} if method == "POST" else None, key=key) for key in keys]
        assert [answer.status_code for answer in answers] == [200, 404], rest
    listed = [[one["name"] for one in cloud.get("POST", "W/work_pools/filter", {}, key=key)] for key in keys]
    assert [pool["name"] in names for names in listed] == [True, False]


def test_an_access_list_of_a_deployment_lets_some_run_it(cloud, deployment):
    runner, other = cloud.bot("Runner"), cloud.bot("Runner")
    place = f"W/deployments/{deployment['id']}"
    wanted = lists("view", manage_actor_ids=[], run_actor_ids=[runner["actor_id"]])
    assert cloud.ask("PUT", f"{place}/access", wanted).status_code == 204
    keys = [runner["api_key"]["key"], other["api_key"]["key"]]
    assert [cloud.ask("POST", f"{place}/create_flow_run", {}, key=key).status_code for key in keys] == [201, 403]
    developer = cloud.as_key("Developer")
    assert cloud.ask("POST", f"{place}/disable", key=developer).status_code == 403
    assert cloud.ask("PUT", f"{place}/access", lists("view", "run", "manage"), key=developer).status_code == 403
    assert cloud.ask("PUT", f"{place}/access", lists("view", "run", "manage"), key=cloud.as_key("Owner")).ok
    assert cloud.ask("POST", f"{place}/disable", key=developer).status_code == 200


def test_access_lists_are_checked(cloud, pool, block):
    place = f"W/work_pools/{pool['name']}/access"
    assert cloud.ask("PUT", place, only(str(uuid.uuid4()))).status_code == 404
    assert cloud.ask("PUT", place, {"access_control": {"manage_actor_ids": ["*"]}}).status_code == 422
    assert cloud.ask("PUT", place, only("everyone")).status_code == 422
    assert cloud.ask("PUT", "W/work_pools/nothing/access", only("*")).status_code == 404
    assert cloud.ask("PUT", f"W/block_documents/{block['id']}/access", only("*")).status_code == 422
    assert cloud.ask("PUT", place, only("*"), key=cloud.as_key("Runner")).status_code == 403


def test_a_run_says_who_asked_for_it(cloud, deployment):
    runner = cloud.bot("Runner")
    made = cloud.get("POST", f"W/deployments/{deployment['id']}/create_flow_run", {}, key=runner["api_key"]["key"])
    by = {"id": runner["actor_id"], "type": "SERVICE_ACCOUNT", "display_value": runner["name"]}
    assert made["created_by"] == by
    assert cloud.get("GET", f"W/flow_runs/{made['id']}")["created_by"] == by
    found = cloud.get("POST", "W/flow_runs/filter", {"flow_runs": {"id": {"any_": [made["id"]]}}})
    assert found[0]["created_by"] == by


def test_a_deployment_is_switched_off_and_on(cloud, deployment):
    place = f"W/deployments/{deployment['id']}"
    assert cloud.ask("POST", f"{place}/disable").status_code == 200
    assert cloud.get("GET", place)["paused"] is True
    assert cloud.ask("POST", f"{place}/enable").status_code == 200
    assert cloud.get("GET", place)["paused"] is False
    assert cloud.ask("POST", f"W/deployments/{uuid.uuid4()}/enable").status_code == 404


def test_automations_and_events_say_where_they_belong(cloud, name):
    made = cloud.get("POST", "W/automations/", {"name": name, **AUTOMATION})
    assert (made["account"], made["workspace"]) == (cloud.account_id, cloud.workspace_id)
    assert cloud.get("GET", f"W/automations/{made['id']}")["name"] == name
    found = cloud.get("POST", "W/automations/filter", {"automations": {"name": {"any_": [name]}}})
    assert [one["id"] for one in found] == [made["id"]]
    event = {"event": name, "occurred": made["created"], "resource": {"prefect.resource.id": name}, "id": made["id"]}
    assert cloud.ask("POST", "W/events", [event]).status_code == 204
    assert cloud.get("POST", "W/events/filter", {})["next_page"] is None


def test_a_write_has_an_audit_event(cloud, name):
    key = cloud.as_key("Developer")
    made = cloud.get("POST", "W/variables/", {"name": name, "value": 1}, key=key)
    cloud.get("DELETE", f"W/variables/{made['id']}", key=key)
    wanted = {"resource": {"id": [f"prefect-cloud.variable.{made['id']}"]}, "order": "ASC"}
    found = cloud.get("POST", "A/events/filter", {"filter": wanted})["events"]
    assert [event["event"].rpartition(".")[2] for event in found] == ["created", "deleted"]
    assert {event["workspace"] for event in found} == {cloud.workspace_id}


def test_queues_and_workers_come_in_numbered_pages(cloud, pool):
    place = f"W/work_pools/{pool['name']}"
    for number in range(2):
        cloud.get("POST", f"{place}/queues", {"name": f"q{number}"})
        cloud.get("POST", f"{place}/workers/heartbeat", {"name": f"w{number}"})
    page = cloud.get("POST", f"{place}/queues/paginate", {"limit": 2, "page": 2})
    assert (page["count"], page["pages"], len(page["results"])) == (3, 2, 1)
    workers = cloud.get("POST", f"{place}/workers/paginate", {})["results"]
    assert {worker["name"] for worker in workers} == {"w0", "w1"}
    assert cloud.get("GET", f"{place}/workers/{workers[0]['id']}")["name"] == workers[0]["name"]
    assert cloud.ask("GET", f"{place}/workers/{uuid.uuid4()}").status_code == 404
    assert cloud.ask("POST", "W/work_pools/nothing/queues/paginate", {}).status_code == 404


def test_managed_automations_are_switched_on_and_off(cloud):
    place = "W/automations/managed/zombie-cleanup"
    assert [one["type"] for one in cloud.get("GET", "W/automations/managed/types")] == [
        "zombie-cleanup",
        "stuck-cancelling",
    ]
    on = cloud.get("PUT", place, {"settings": {"within": 120}})
    assert (on["enabled"], on["automation"]["trigger"]["within"]) == (True, 120)
    off = cloud.get("PUT", place, {"enabled": False})
    assert (off["enabled"], off["automation"]["id"]) == (False, on["automation"]["id"])
    assert cloud.get("GET", "W/automations/managed/") == [off]
    assert cloud.ask("PUT", "W/automations/managed/other", {}).status_code == 422
    assert cloud.ask("DELETE", place).status_code == 204
    assert cloud.ask("DELETE", place).status_code == 404


def test_logs_are_accepted_as_cloud_does(cloud):
    line = {"name": "test", "level": 20, "message": "m", "timestamp": "2026-01-01T00:00:00Z"}
    assert cloud.ask("POST", "W/logs/", [line]).status_code == 202


def test_work_pool_types_come_from_the_real_server(cloud):
    types = cloud.get("GET", "W/collections/work_pool_types")
    assert "process" in types["prefect"]


def test_a_second_workspace_has_a_server_of_its_own(cloud, name):
    other = cloud.get("POST", "A/workspaces/", {"name": name, "handle": name})
    cloud.get("POST", "W/variables/", {"name": name, "value": "first"})
    assert cloud.ask("GET", f"W/variables/name/{name}", workspace=name).status_code == 404
    cloud.get("POST", "W/variables/", {"name": name, "value": "second"}, workspace=name)
    assert cloud.get("GET", f"W/variables/name/{name}")["value"] == "first"
    assert cloud.get("GET", f"W/variables/name/{name}", workspace=name)["value"] == "second"
    folder = cloud.home / "workspaces" / other["id"]
    assert folder.is_dir()
    assert cloud.ask("DELETE", "W", workspace=other["id"]).status_code == 204
    assert not folder.exists()
    assert cloud.ask("GET", f"W/variables/name/{name}", workspace=other["id"]).status_code == 404
