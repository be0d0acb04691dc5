# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Account events to the last page; and flow runs, worker types and variables where they differ in Prefect Cloud."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flowops.prefect.plugins.module_utils._prefect import lookups

CREATED = "prefect-cloud.team.created"


@pytest.fixture
def teams(cloud, name):
    """Resource identifiers of more new teams than a page of events holds."""
    made = [cloud.get("POST", "A/teams/", {"name": f"{name}-{number}"})["id"] for number in range(53)]
    return [f"prefect-cloud.team.{key}" for key in made]


def about(events: list[dict[str, t.Any]]) -> list[str]:
    return [event["resource"]["prefect.resource.id"] for event in events]


def test_events_to_the_last_page(run, teams):
    options = {"since": "1h", "events": [CREATED], "resources": teams}
    found = run("account_event_info", check_mode=True, **options).result
    assert (found["changed"], found["truncated"]) == (False, False)
    assert about(found["events"]) == teams[::-1]
    assert about(run("account_event_info", order="oldest", limit=0, **options).result["events"]) == teams
    cut = run("account_event_info", limit=51, **options).result
    assert (cut["truncated"], about(cut["events"])) == (True, teams[:1:-1])


def test_names_beginnings_and_actors(run, cloud, name):
    team = f"prefect-cloud.team.{cloud.get('POST', 'A/teams/', {'name': name})['id']}"
    cloud.get("DELETE", f"A/teams/{team.rpartition('.')[2]}")

    def names(**options: t.Any) -> list[str]:
        found = run("account_event_info", resources=[team], order="oldest", **options).result["events"]
        return [event["event"].rpartition(".")[2] for event in found]

    assert names() == ["created", "deleted"]
    assert names(events=["prefect-cloud.team.*"]) == ["created", "deleted"]
    assert names(events=[CREATED]) == ["created"]
    assert names(events=[CREATED, "prefect-cloud.team.del*"]) == ["created", "deleted"]
    assert names(events=["prefect-cloud.bot.*"]) == []
    (event, *_rest) = run("account_event_info", resources=[team]).result["events"]
    actors = [one["prefect.resource.id"] for one in event["related"] if one.get("prefect.resource.role") == "actor"]
    assert names(related=actors) == ["created", "deleted"]
    assert names(related=["prefect-cloud.user.nobody"]) == []
    assert names(until="2020-01-01T00:00:00Z", since="2019-01-01T00:00:00Z") == []


def test_the_account_alone_is_address_enough(run, cloud):
    url = cloud.url_of().partition("/workspaces/")[0]
    assert "failed" not in run("account_event_info", api_url=url, limit=1).result


def test_who_may_not_read_them_is_told_so(run, cloud):
    result = run("account_event_info", api_key=cloud.as_key("Viewer")).result
    assert result["error"]["kind"] == "Forbidden"


def test_runs_know_who_made_them(cycle, cloud, name):
    flow = cloud.get("POST", "W/flows/", {"name": name})["id"]
    cloud.get("POST", "W/work_pools/", {"name": name, "type": "process"})
    cloud.get("POST", "W/deployments/", {"name": "nightly", "flow_id": flow, "work_pool_name": name})
    options = {"deployment": f"{name}/nightly", "idempotency_key": name}
    done = cycle("flow_run", requested_by="alice", project="billing", **options).result["flow_run"]
    assert {"requested-by": "alice", "project": "billing"}.items() <= done["labels"].items()
    assert done["created_by"]["type"] == "USER"
    place = f"account/{cloud.account_id}/workspace/{cloud.workspace_id}"
    assert done["url"] == f"{cloud.base_url}/{place}/runs/flow-run/{done['id']}"
    ended = cycle("flow_run", state="cancelled", **options).result["flow_run"]
    assert ended["state"] == "Cancelled"


def test_a_lost_answer_makes_no_second_run(run, cloud, name):
    flow = cloud.get("POST", "W/flows/", {"name": name})["id"]
    cloud.get("POST", "W/deployments/", {"name": "nightly", "flow_id": flow})
    cloud.control(
        fail={"method": "POST", "path_regex": "/create_flow_run$", "status": 503, "times": 1, "when": "after"}
    )
    made = run("flow_run", deployment=f"{name}/nightly").result
    assert made["changed"] is True
    (found,) = run("flow_run_info", deployment=f"{name}/nightly").result["flow_runs"]
    assert found["id"] == made["flow_run"]["id"]


def test_worker_types_and_variables(run, cloud, name):
    found = run("worker_type_info", type="process", source="server").result
    assert [one["type"] for one in found["worker_types"]] == ["process"]
    cloud.get("POST", "W/variables/", {"name": name, "value": {"a": 1}})
    with lookups.session({"api_url": cloud.url_of(), "api_key": cloud.owner_key}) as client:
        assert lookups.read_variable(client, name, ()) == {"a": 1}
        assert lookups.read_variable(client, f"{name}-none", ("default",)) == "default"
