# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Automations on real servers: names that are not unique, changes that replace the whole, and names inside."""

from __future__ import annotations

import typing as t
import uuid

import pytest
from prefectkit.module_process import Ran
from prefectkit.real_server import RealServer

Run = t.Callable[..., Ran]
# What only looks at values needs no second server.
only_open = pytest.mark.parametrize("server", ["open"], indirect=True)

FAILED = {
    "type": "event",
    "posture": "Reactive",
    "expect": ["prefect.flow-run.Failed", "prefect.flow-run.Crashed"],
    "match": {"prefect.resource.id": "prefect.flow-run.*"},
    "within": 0,
}
NOTHING = [{"type": "do-nothing"}]


def held(server: RealServer, name: str) -> list[dict[str, t.Any]]:
    return server.ask("POST", "/automations/filter", {"automations": {"name": {"any_": [name]}}})


def test_an_automation_from_nothing_to_nothing(cycle: Run, server: RealServer, name: str) -> None:
    options = {
        "name": f"When it fails: {name} <1> / 50%",
        "description": "d",
        "enabled": False,
        "tags": ["a", "b"],
        "trigger": FAILED,
        "actions": NOTHING,
        "actions_on_trigger": NOTHING,
        "actions_on_resolve": NOTHING,
    }
    done = cycle("automation", **options)
    assert done.result["diff"] == {"before": {}, "after": options}
    (found,) = held(server, options["name"])
    assert (found["enabled"], found["tags"], found["actions_on_resolve"][0]["type"]) == (
        False,
        ["a", "b"],
        "do-nothing",
    )
    assert done.result["automation"]["id"] == found["id"]
    cycle("automation", name=options["name"], enabled=True, actions=[], tags=[])
    cycle("automation", name=options["name"], state="absent")
    assert held(server, options["name"]) == []


def test_a_change_replaces_the_whole_and_loses_nothing(cycle: Run, server: RealServer, name: str) -> None:
    cycle("automation", name=name, trigger=FAILED, actions=NOTHING, tags=["kept"], description="kept", enabled=False)
    (before,) = held(server, name)
    cycle("automation", name=name, trigger={"within": 0, "threshold": 3})
    (after,) = held(server, name)
    # the server gives each trigger a new identifier
    assert after["trigger"] == {**before["trigger"], "threshold": 3, "id": after["trigger"]["id"]}
    kept = set(before) - {"trigger", "updated"}
    assert {key: before[key] for key in kept} == {key: after[key] for key in kept}


@pytest.mark.parametrize("check_mode", [True, False])
@only_open
def test_of_several_with_one_name_the_identifier_chooses(
    run: Run, cycle: Run, server: RealServer, name: str, check_mode: bool
) -> None:
    for _twice in range(2):
        server.ask("POST", "/automations/", {"name": name, "trigger": FAILED, "actions": []})
    result = run("automation", name=name, enabled=False, check_mode=check_mode).result
    assert result["error"]["kind"] == "Ambiguous"
    assert result["msg"] == (
        f"Cannot find automation '{name}' on {server.url}: 2 objects have this name."
        " Rename or remove all but one, or name one by its id where the module takes an id."
    )
    one, other = (found["id"] for found in held(server, name))
    cycle("automation", id=one, enabled=False)
    assert {found["id"]: found["enabled"] for found in held(server, name)} == {one: False, other: True}
    cycle("automation", id=other, name=f"{name}-renamed")
    assert run("automation", name=name, enabled=False).result["changed"] is False
    cycle("automation", id=one, state="absent")
    assert [found["id"] for found in held(server, f"{name}-renamed")] == [other]


@only_open
def test_the_order_of_what_a_trigger_waits_for_does_not_matter(run: Run, name: str) -> None:
    wanted = {**FAILED, "for_each": ["prefect.resource.id", "prefect.resource.name"], "after": ["x", "y", "z"]}
    run("automation", name=name, trigger=wanted, actions=NOTHING)
    turned = {**wanted, **{key: wanted[key][::-1] for key in ("expect", "for_each", "after")}}
    assert run("automation", name=name, trigger=turned).result["changed"] is False
    fewer = {**wanted, "expect": wanted["expect"][:1]}
    assert run("automation", name=name, trigger=fewer).result["changed"] is True


@only_open
def test_a_trigger_of_another_sort_is_taken_as_a_whole(cycle: Run, server: RealServer, name: str) -> None:
    cycle("automation", name=name, trigger={**FAILED, "threshold": 5}, actions=NOTHING)
    both = {"type": "compound", "require": "all", "within": 60, "triggers": [FAILED, {**FAILED, "threshold": 2}]}
    cycle("automation", name=name, trigger=both)
    (found,) = held(server, name)
    assert [trigger["threshold"] for trigger in found["trigger"]["triggers"]] == [1, 2]
    cycle("automation", name=name, trigger={**both, "type": "sequence", "require": None})


def test_names_stand_for_identifiers_in_actions(
    cycle: Run, run: Run, server: RealServer, name: str, pool: str, deployment: str
) -> None:
    run("work_queue", name="q", work_pool=pool)
    run("block_document", block_type="slack-webhook", name=name, secret_data={"url": "https://chat.example.com/x"})
    run("automation", name=f"{name}-other", trigger=FAILED, actions=NOTHING)
    actions = [
        {
            "type": "run-deployment",
            "source": "selected",
            "deployment_id": deployment,
            "parameters": {"deployment_id": 1},
        },
        {"type": "pause-work-pool", "source": "selected", "work_pool_id": pool},
        {"type": "pause-work-queue", "source": "selected", "work_queue_id": f"{pool}/q"},
        {"type": "pause-automation", "source": "selected", "automation_id": f"{name}-other"},
        {"type": "send-notification", "block_document_id": f"slack-webhook/{name}", "subject": "s", "body": "b"},
    ]
    done = cycle("automation", name=name, trigger=FAILED, actions=actions)
    assert done.result["diff"]["after"]["actions"] == actions
    found = held(server, name)[0]["actions"]
    assert [next(action[key] for key in action if key.endswith("_id")) for action in found] == [
        server.ask("GET", f"/deployments/name/{deployment}")["id"],
        server.ask("GET", f"/work_pools/{pool}")["id"],
        server.ask("GET", f"/work_pools/{pool}/queues/q")["id"],
        held(server, f"{name}-other")[0]["id"],
        server.ask("GET", f"/block_types/slug/slack-webhook/block_documents/name/{name}")["id"],
    ]
    assert found[0]["parameters"] == {"deployment_id": 1}
    # an identifier may stand there as well
    by_id = [{**action, "deployment_id": found[0]["deployment_id"]} for action in actions[:1]] + actions[1:]
    assert run("automation", name=name, actions=by_id).result["changed"] is False


def test_names_stand_for_identifiers_in_triggers(
    cycle: Run, server: RealServer, name: str, pool: str, deployment: str
) -> None:
    related = {
        "prefect.resource.role": "deployment",
        "prefect.resource.id": [f"prefect.deployment.<{deployment}>", f"prefect.work-pool.<{pool}>", "prefect.flow.*"],
    }
    trigger = {**FAILED, "match_related": related}
    done = cycle("automation", name=name, trigger=trigger, actions=NOTHING)
    assert done.result["diff"]["after"]["trigger"] == trigger
    identifier = server.ask("GET", f"/deployments/name/{deployment}")["id"]
    pool_id = server.ask("GET", f"/work_pools/{pool}")["id"]
    assert held(server, name)[0]["trigger"]["match_related"]["prefect.resource.id"] == [
        f"prefect.deployment.{identifier}",
        f"prefect.work-pool.{pool_id}",
        "prefect.flow.*",
    ]
    other = {"match": {"prefect.resource.id": f"prefect.deployment.<{deployment}>"}}
    changed = cycle("automation", name=name, trigger=other)
    assert changed.result["diff"]["after"]["trigger"]["match"] == other["match"]


@pytest.mark.parametrize(
    ("options", "missing"),
    [
        (
            {"actions": [{"type": "run-deployment", "source": "selected", "deployment_id": "f/none"}]},
            "deployment f/none",
        ),
        ({"actions": [{"type": "pause-work-pool", "source": "selected", "work_pool_id": "none"}]}, "work pool none"),
        (
            {"actions_on_resolve": [{"type": "pause-work-queue", "source": "selected", "work_queue_id": "p/none"}]},
            "work queue p/none",
        ),
        ({"trigger": {**FAILED, "match": {"prefect.resource.id": "prefect.flow.<none>"}}}, "flow none"),
        (
            {"trigger": {**FAILED, "match": {"prefect.resource.id": "prefect.concurrency-limit.<none>"}}},
            "concurrency limit none",
        ),
    ],
)
@only_open
def test_a_name_that_nothing_has(
    run: Run, server: RealServer, name: str, options: dict[str, t.Any], missing: str
) -> None:
    wanted = {"name": name, "trigger": FAILED, "actions": NOTHING, **options}
    kind, _space, named = missing.rpartition(" ")
    option = next(iter(options))
    assert run("automation", **wanted).result["msg"] == (
        f"Cannot set '{option}' of automation '{name}' on {server.url}: there is no {kind} '{named}'."
        f" Correct the name, or create the {kind} first."
    )
    promised = run("automation", **wanted, check_mode=True).result
    assert promised["predicted"] == [missing]
    assert promised["diff"]["after"][option] == options[option]
    assert held(server, name) == []


UNKNOWN = str(uuid.uuid4())


@pytest.mark.parametrize(
    ("options", "kind", "why"),
    [
        ({"trigger": FAILED, "id": UNKNOWN}, "NotFound", f"on {{url}}: there is no automation with id '{UNKNOWN}'"),
        ({"name": None, "enabled": False, "id": UNKNOWN}, "NotFound", "leave it out to create a new automation"),
        ({"id": "none"}, "InvalidInput", "'none' is no identifier"),
        ({}, "InvalidInput", "needed to create it: trigger"),
        ({"name": " "}, "InvalidInput", "may not be empty"),
        ({"labels": {"a": "b"}, "trigger": FAILED}, "Forbidden", "a self-hosted server has no labels"),
        (
            {
                "trigger": FAILED,
                "actions": [{"type": "pause-work-pool", "source": "selected", "work_pool_id": "a"}] * 2,
            },
            "NotFound",
            "there is no work pool 'a'",
        ),
    ],
)
@only_open
def test_an_automation_that_cannot_be(
    run: Run, server: RealServer, name: str, options: dict[str, t.Any], kind: str, why: str
) -> None:
    result = run("automation", **{"name": name, **options}).result
    assert result["error"]["kind"] == kind
    assert why.format(url=server.url) in result["msg"]
    assert "\n" not in result["msg"]


@only_open
def test_what_the_server_finds_wrong_is_said_for_the_sort_that_was_meant(run: Run, name: str) -> None:
    """It complains about all sorts of triggers and actions that there are."""
    actions = [{"type": "run-deployment", "source": "selected"}, {"type": "dance"}]
    result = run("automation", name=name, trigger={"type": "event"}, actions=actions).result
    assert "trigger.posture: Field required; actions.0: Value error, deployment_id is required;" in result["msg"]
    assert "actions.1.type: Input should be one of 'do-nothing', 'run-deployment'," in result["msg"]


@only_open
def test_absent_by_an_identifier_that_nothing_has(run: Run) -> None:
    assert run("automation", id=UNKNOWN, state="absent").result["changed"] is False
