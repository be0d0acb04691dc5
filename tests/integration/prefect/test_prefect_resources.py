# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole desired state in one task, against real servers: planned, applied, proven, pruned, exported, broken off."""

from __future__ import annotations

import copy
import json
import math
import typing as t

import pytest
from prefectkit.desired_state import Document, count, estate, of, summary
from prefectkit.module_process import Ran, run_module_here
from prefectkit.real_server import RealServer
from prefectkit.simulated_gateway import simulated_gateway

Run = t.Callable[..., Ran]
PAGE = 200


def test_a_whole_estate_from_nothing_to_nothing(run: Run, server: RealServer, name: str) -> None:
    wanted = estate(name)
    promised = run("resources", resources=wanted, ledger=name, check_mode=True)
    done = run("resources", resources=wanted, ledger=name)
    again = run("resources", resources=wanted, ledger=name)
    assert promised.plan == done.plan
    assert promised.result["changes"] == done.result["changes"]
    assert summary(done) == {"created": count(wanted)}
    assert summary(again) == {"unchanged": count(wanted)}
    assert again.result["diff"] == {"before": {}, "after": {}}
    assert [text for text in (promised, done, again) if "s3cr3t" in text.output] == []

    held = server.ask("GET", f"/deployments/name/{name}-1/d")
    assert (held["work_pool_name"], held["work_queue_name"], held["schedules"][0]["slug"]) == (name, "q-1", "daily")
    assert server.ask("GET", f"/block_types/slug/{name}/block_documents/name/b-1")["id"] == held["storage_document_id"]
    (automation,) = server.ask("POST", "/automations/filter", {"automations": {"name": {"any_": [f"{name} 1"]}}})
    assert automation["trigger"]["match"] == {"prefect.resource.id": f"prefect.deployment.{held['id']}"}

    gone = {
        kind: [{**item, "state": "absent"} for item in items if kind != "block_schemas"]
        for kind, items in wanted.items()
    }
    promised = run("resources", resources=gone, ledger=name, check_mode=True)
    done = run("resources", resources=gone, ledger=name)
    assert promised.plan == done.plan
    assert summary(done) == {"deleted": count(wanted) - 1}
    assert summary(run("resources", resources=gone, ledger=name)) == {"unchanged": count(wanted) - 1}
    assert server.ask("GET", f"/work_pools/{name}") is None


def test_only_what_differs_is_written_and_the_diff_says_what(run: Run, name: str) -> None:
    wanted = estate(name)
    run("resources", resources=wanted)
    wanted["variables"][1]["value"] = "other"
    wanted["work_queues"][0]["concurrency_limit"] = -1
    del wanted["flows"][0]["tags"]
    done = run("resources", resources=wanted)
    assert done.result["changes"] == [
        {"kind": "variable", "name": f"{name}-1", "action": "update", "pruned": False},
        {"kind": "work queue", "name": f"{name}/q-0", "action": "update", "pruned": False},
    ]
    assert done.result["diff"]["before"]["variables"][f"{name}-1"]["value"] == {"number": 1}
    assert done.result["diff"]["after"]["variables"][f"{name}-1"]["value"] == "other"
    assert done.result["diff"]["after"]["work_queues"][f"{name}/q-0"]["concurrency_limit"] is None


def test_a_thousand_objects_without_a_change_take_pages_and_not_objects(
    servers: dict[str, RealServer], name: str
) -> None:
    server = servers["open"]
    wanted: Document = {"variables": [{"name": f"{name}-{number}", "value": number} for number in range(1000)]}
    options = {"api_url": server.url, "resources": wanted, "concurrency": 4}
    assert summary(run_module_here("resources", options)) == {"created": 1000}
    again = run_module_here("resources", options)
    assert summary(again) == {"unchanged": 1000}
    held = server.ask("POST", "/variables/count", {})
    # one more page tells that there are no more, and the first is read again
    assert again.result["summary"]["requests"] <= math.ceil(held / PAGE) + 2


def make_by_hand(server: RealServer, name: str) -> None:
    """What somebody clicked together."""
    flow = server.ask("POST", "/flows/", {"name": name, "tags": ["by-hand"], "labels": {"team": "a"}})
    server.ask("POST", "/work_pools/", {"name": name, "type": "process", "concurrency_limit": 3})
    server.ask("POST", f"/work_pools/{name}/queues", {"name": "q", "priority": 7, "filter": {"tags": ["t"]}})
    body = {"name": "d", "flow_id": flow["id"], "work_pool_name": name, "work_queue_name": "q", "labels": {"own": "1"}}
    deployment = server.ask("POST", "/deployments/", {**body, "concurrency_limit": 2, "parameters": {"a": None}})
    path = f"/deployments/{deployment['id']}/schedules"
    server.ask("POST", path, [{"schedule": {"interval": 3600, "timezone": "UTC"}, "slug": "hourly", "active": False}])
    server.ask("POST", path, [{"schedule": {"rrule": "FREQ=DAILY"}, "slug": "rule", "max_scheduled_runs": 2}])
    server.ask("POST", path, [{"schedule": {"cron": "0 1 * * *"}}])
    trigger = {
        "type": "compound",
        "require": "any",
        "within": 60,
        "triggers": [
            {
                "type": "event",
                "posture": "Reactive",
                "expect": ["c", "a", "b"],
                "match_related": {"prefect.resource.id": [f"prefect.deployment.{deployment['id']}"]},
                "for_each": ["prefect.resource.id", "other"],
            }
        ],
    }
    action = {"type": "run-deployment", "source": "selected", "deployment_id": deployment["id"], "parameters": {"a": 1}}
    for title in (f"{name} one", f"{name} twice", f"{name} twice"):
        server.ask(
            "POST", "/automations/", {"name": title, "trigger": trigger, "actions": [action], "tags": ["z", "a"]}
        )
    server.ask("POST", "/v2/concurrency_limits/", {"name": name, "limit": 2, "slot_decay_per_second": 0.5})
    server.ask("POST", "/concurrency_limits/", {"tag": name, "concurrency_limit": 5})
    server.ask("POST", "/variables/", {"name": name, "value": {"deep": [1, None, True]}, "tags": ["b", "a"]})
    block_type = server.ask("GET", "/block_types/slug/secret")
    query = {"block_schemas": {"block_type_id": {"any_": [block_type["id"]]}}}
    (schema,) = server.ask("POST", "/block_schemas/filter", query)
    block = {"block_type_id": block_type["id"], "block_schema_id": schema["id"], "name": name}
    server.ask("POST", "/block_documents/", {**block, "data": {"value": "hand-s3cr3t"}})


def test_an_estate_made_by_hand_is_adopted_in_one_step(run: Run, server: RealServer, name: str) -> None:
    make_by_hand(server, name)
    exported = run("resources_info", format="desired_state")
    document = json.loads(json.dumps(exported.result["resources"]))
    adopted = run("resources", resources=document, ledger=name)
    assert summary(adopted) == {"unchanged": count(document)}
    assert "hand-s3cr3t" not in exported.output

    mine = of(name, document)
    assert {kind: len(items) for kind, items in mine.items()} == {
        "flows": 1,
        "work_pools": 1,
        "work_queues": 2,
        "deployments": 1,
        "deployment_schedules": 2,
        "automations": 1,
        "concurrency_limits": 2,
        "variables": 1,
        "block_documents": 1,
    }
    assert mine["automations"][0]["actions"][0]["deployment_id"] == f"{name}/d"
    (related,) = mine["automations"][0]["trigger"]["triggers"][0]["match_related"]["prefect.resource.id"]
    assert related == f"prefect.deployment.<{name}/d>"
    assert mine["deployments"][0]["labels"] == {"team": "a", "own": "1"}
    left = [(entry["kind"], entry["what"]) for entry in exported.result["left_out"] if name in entry["name"]]
    assert sorted(left) == [
        ("automation", "all of it"),
        ("automation", "all of it"),
        ("block document", "secret_data"),
    ]
    assert ("deployment schedule", "it has no slug, so nothing can find it again") in [
        (entry["kind"], entry["why"]) for entry in exported.result["left_out"]
    ]


def test_an_export_of_one_server_makes_another_one_alike(servers: dict[str, RealServer], name: str) -> None:
    source, target = servers["open"], servers["protected"]
    make_by_hand(source, name)
    there = {"api_url": target.url, "auth_string": target.auth_string}

    def exported(**connection: str) -> Document:
        return of(
            name, run_module_here("resources_info", {**connection, "format": "desired_state"}).result["resources"]
        )

    wanted = exported(api_url=source.url)
    wanted["block_documents"][0]["secret_data"] = {"value": "hand-s3cr3t"}
    # the default queue comes with its work pool, which is no conflict
    done = run_module_here("resources", {**there, "resources": wanted})
    assert summary(done) == {"created": count(wanted)}
    assert summary(run_module_here("resources", {**there, "resources": wanted})) == {"unchanged": count(wanted)}
    del wanted["block_documents"][0]["secret_data"]
    assert exported(**there) == wanted


def test_prune_removes_what_is_ours_and_nothing_else(run: Run, server: RealServer, name: str) -> None:
    wanted = {"variables": [{"name": f"{name}-{letter}", "value": 1} for letter in "abcd"]}
    server.ask("POST", "/variables/", {"name": f"{name}-foreign", "value": 1})
    run("resources", resources=wanted, ledger=name)
    # somebody removed one of ours and made another one with its name
    server.ask("DELETE", f"/variables/name/{name}-b")
    server.ask("POST", "/variables/", {"name": f"{name}-b", "value": "theirs"})
    left = {"variables": wanted["variables"][:1]}
    options = {"resources": left, "ledger": name, "prune": True}

    assert summary(run("resources", resources=left, ledger=name)) == {"unchanged": 1}
    refused = run("resources", **options, prune_maximum=1)
    assert refused.result["error"]["kind"] == "TooMuch"
    assert f"prune_maximum is 1; nothing was written; not wanted any more: variable '{name}-c'" in refused.result["msg"]
    promised = run("resources", **options, prune_maximum=2, check_mode=True)
    done = run("resources", **options, prune_maximum=2)
    assert promised.plan == done.plan
    assert summary(done) == {"deleted": 2, "pruned": 2, "unchanged": 1}
    assert summary(run("resources", **options, prune_maximum=0)) == {"unchanged": 1}
    for letter, there in {"a": True, "b": True, "c": False, "d": False, "foreign": True}.items():
        assert (server.ask("GET", f"/variables/name/{name}-{letter}") is not None) is there, letter


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"prune": True, "prune_maximum": 3}, "prune needs a ledger"),
        ({"ledger": "My Ledger"}, "lowercase letters, digits and dashes"),
        ({"ledger": "l", "prune_maximum": -1}, "prune_maximum is below 0"),
        ({"concurrency": 17}, "concurrency is not between 1 and 16"),
    ],
)
def test_orders_that_cannot_be_meant(run: Run, options: dict[str, t.Any], why: str) -> None:
    for check_mode in (True, False):
        assert why in run("resources", resources={}, **options, check_mode=check_mode).result["msg"]


def test_a_work_pool_goes_with_its_default_queue(run: Run, server: RealServer, name: str) -> None:
    queues = [{"work_pool": name, "name": "default", "concurrency_limit": 2}, {"work_pool": name, "name": "q"}]
    wanted = {"work_pools": [{"name": name, "type": "process"}], "work_queues": queues}
    run("resources", resources=wanted, ledger=name)
    options = {"resources": {}, "ledger": name, "prune": True, "prune_maximum": 3}
    promised, done = run("resources", **options, check_mode=True), run("resources", **options)
    assert promised.plan == done.plan
    assert summary(done) == {"deleted": 2, "pruned": 2}
    assert server.ask("GET", f"/work_pools/{name}") is None
    assert summary(run("resources", **options)) == {}


def test_a_default_queue_is_never_pruned_alone(run: Run, server: RealServer, name: str) -> None:
    pool = {"name": name, "type": "process"}
    queue = {"work_pool": name, "name": "default", "concurrency_limit": 2}
    run("resources", resources={"work_pools": [pool], "work_queues": [queue]}, ledger=name)
    options = {"resources": {"work_pools": [pool]}, "ledger": name, "prune": True, "prune_maximum": 3}
    assert summary(run("resources", **options)) == {"unchanged": 1}
    assert server.ask("GET", f"/work_pools/{name}/queues/default")


def test_a_secret_where_nobody_looks_for_one_is_not_repeated(run: Run, name: str) -> None:
    wrong = [
        {"variables": [{"name": name, "secret_valu": "typo-s3cr3t"}]},
        {"variables": {"name": name, "secret_value": "dict-s3cr3t"}},
        {"passwords": [{"name": "kind-s3cr3t"}]},
        {"block_documents": [{"block_type": "secret", "name": name, "data": {"value": "open-s3cr3t"}}]},
    ]
    for document in wrong:
        ran = run("resources", resources=document)
        assert ran.result["failed"] is True
        assert "s3cr3t" not in ran.output


def test_what_goes_together_needs_no_permission_and_what_would_be_lost_does(run: Run, name: str) -> None:
    run("resources", resources=estate(name, 2))
    flow = {"name": f"{name}-0", "state": "absent"}
    for check_mode in (True, False):
        result = run("resources", resources={"flows": [flow]}, check_mode=check_mode).result
        assert f"1 deployment would be removed with it: {name}-0/d" in result["msg"]
    both = {"flows": [flow], "deployments": [{"flow": f"{name}-0", "name": "d", "state": "absent"}]}
    assert summary(run("resources", resources=both)) == {"deleted": 2}
    told = run("resources", resources={"flows": [{**flow, "name": f"{name}-1", "delete_deployments": True}]})
    (sentence,) = told.result["consequences"]
    assert sentence.endswith(f"1 deployment: {name}-1/d")
    pool = {"name": name, "state": "absent"}
    run(
        "resources",
        resources={"flows": [{"name": name}], "deployments": [{"flow": name, "name": "d", "work_pool": name}]},
    )
    assert (
        f"would be left without a work pool: {name}/d"
        in run("resources", resources={"work_pools": [pool]}).result["msg"]
    )
    moved = {"flow": name, "name": "d", "work_pool": f"{name}-other", "work_queue": "default"}
    both = {"work_pools": [pool, {"name": f"{name}-other", "type": "process"}], "deployments": [moved]}
    assert summary(run("resources", resources=both)) == {"created": 1, "updated": 1, "deleted": 1}


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ({"pools": []}, "resources does not know pools"),
        ({"flows": {}}, "resources.flows is no list"),
        ({"flows": ["a"]}, "resources.flows[0] is no dictionary"),
        ({"flows": [{"nam": "a"}]}, "there is no option nam"),
        ({"flows": [{"name": "a"}, {"name": "b", "tag": 1}]}, "resources.flows[1] ('b'): "),
        ({"flows": [{"name": "a"}, {"name": "a"}]}, "resources.flows[1] is the flow 'a' for the second time"),
        ({"flows": [{"name": "a/b"}]}, "a name may not hold /"),
        ({"work_queues": [{"name": "a", "work_pool": "nowhere"}]}, "there is no work pool 'nowhere'"),
        ({"variables": [{"name": "new-one"}]}, "these options are needed to create it: value"),
    ],
)
def test_a_document_that_cannot_be_meant_is_refused_before_anything_is_written(
    servers: dict[str, RealServer], document: dict[str, t.Any], why: str
) -> None:
    with simulated_gateway(servers["open"].url) as gateway:
        result = run_module_here("resources", {"api_url": gateway.url, "resources": document}).result
        assert why in result["msg"]
        assert "\n" not in result["msg"]
        written = [asked for asked in gateway.asked if not asked.startswith("GET") and not asked.endswith("/filter")]
        assert written == []


def test_secrets_are_hidden_even_where_the_document_is_wrong(run: Run, name: str) -> None:
    wanted = {
        "variables": [
            {"name": name, "secret_value": "first-s3cr3t"},
            {"name": name, "secret_value": ["second-s3cr3t"]},
        ],
        "block_documents": [
            {"block_type": "secret", "name": name, "secret_data": {"value": "third-s3cr3t"}, "wrong": 1}
        ],
    }
    assert "s3cr3t" not in run("resources", resources=wanted).output
    wanted["variables"].pop()
    del wanted["block_documents"][0]["wrong"]
    done = run("resources", resources=wanted)
    assert summary(done) == {"created": 2}
    other = copy.deepcopy(wanted)
    other["block_documents"][0].update(secret_data={"value": "fourth-s3cr3t"}, update_secrets="when_changed")
    changed = run("resources", resources=other)
    assert summary(changed) == {"updated": 1, "unchanged": 1}
    assert summary(run("resources", resources=other)) == {"unchanged": 2}
    assert "s3cr3t" not in done.output + changed.output


def test_objects_of_a_kind_with_their_whole_names(run: Run, name: str) -> None:
    run("resources", resources=estate(name))
    found = run("resources_info", kinds=["deployments", "work_queues"], names=[f"{name}-1/d", f"{name}/q-1"]).result
    assert {kind: [one["full_name"] for one in objects] for kind, objects in found["objects"].items()} == {
        "deployments": [f"{name}-1/d"],
        "work_queues": [f"{name}/q-1"],
    }
    filters = {"variables": {"name": {"any_": [f"{name}-0", f"{name}-2"]}}}
    found = run("resources_info", kinds=["variables"], filters=filters).result
    assert [one["name"] for one in found["objects"]["variables"]] == [f"{name}-0", f"{name}-2"]
    assert len(run("resources_info", kinds=["variables"], filters=filters, limit=1).result["objects"]["variables"]) == 1
    missing = run("resources_info", kinds=["variables"], names=["no-such-thing"]).result
    assert "there is nothing called no-such-thing" in missing["msg"]
    assert "there are no kinds pools" in run("resources_info", kinds=["pools"]).result["msg"]
