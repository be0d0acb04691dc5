# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Making flow runs: once, by the right name, and without a secret in anything that is shown."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.flowops.prefect.plugins.module_utils._prefect import requester
from ansible_collections.flowops.prefect.plugins.modules import flow_run, flow_run_info
from ansible_collections.flowops.prefect.tests.unit.support.module_runner import Ran, run_module
from ansible_collections.flowops.prefect.tests.unit.support.simulated_server import Answer, SimulatedServer

ID = "0fad8ffa-18e7-4fbb-861d-443aaf7e027d"
DEPLOYMENT = Answer(200, {"id": "d1", "flow_id": "f1", "name": "nightly", "work_pool_name": "windows", "tags": ["a"]})
RUN = {"id": ID, "name": "n", "flow_id": "f1", "deployment_id": "d1", "state_type": "SCHEDULED", "state_name": "Late"}
NAMES = [Answer(200, [{"id": "f1", "name": "etl"}]), Answer(200, [{"id": "d1", "name": "nightly"}])]
STATES = Answer(200, [])
CLOUD = "accounts/11111111-1111-1111-1111-111111111111/workspaces/22222222-2222-2222-2222-222222222222"


def play(server: SimulatedServer, *, check_mode: bool = False, **options: t.Any) -> Ran:
    options = {"api_url": server.url, "deployment": "etl/nightly", "requested_by": "alice", **options}
    return run_module(flow_run.main, check_mode=check_mode, **options)


def posted(server: SimulatedServer) -> list[dict[str, t.Any]]:
    return [asked.body for asked in server.asked if asked.path.endswith("/create_flow_run")]


def test_a_lost_answer_makes_no_second_run(server: SimulatedServer) -> None:
    server.answers = [DEPLOYMENT, Answer(502, "<html>"), Answer(200, [RUN]), STATES]
    ran = play(server)
    assert (ran.result["changed"], ran.result["flow_run"]["id"]) == (True, ID)
    (sent,) = posted(server)
    (looked,) = [asked.body for asked in server.asked if asked.path == "/api/flow_runs/filter"]
    assert looked["flow_runs"]["idempotency_key"]["any_"] == [sent["idempotency_key"]]
    assert len(sent["idempotency_key"]) == 32


def test_a_creation_that_did_not_happen_is_repeated_with_the_same_key(server: SimulatedServer) -> None:
    server.answers = [DEPLOYMENT, Answer(503, "<html>"), Answer(200, []), Answer(201, RUN), STATES]
    assert play(server).result["changed"] is True
    first, second = posted(server)
    assert first == second


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"project": "billing"}, "billing-nightly-alice-20261126-110508"),
        ({}, "nightly-alice-20261126-110508"),
        ({"name": "mine", "project": "billing"}, "mine"),
        ({"name": "", "project": ""}, "nightly-alice-20261126-110508"),
    ],
)
def test_names_carry_project_user_and_the_servers_time(
    server: SimulatedServer, options: dict[str, str], name: str
) -> None:
    date = {"Date": "Thu, 26 Nov 2026 11:05:08 GMT"}
    server.answers = [DEPLOYMENT._replace(headers=date), Answer(201, RUN), STATES]
    play(server, **options)
    assert posted(server)[0]["name"] == name


def test_tags_and_labels_say_who_and_for_what(server: SimulatedServer) -> None:
    server.answers = [DEPLOYMENT, Answer(201, RUN), STATES]
    done = play(server, project="billing", tags=["own"], labels={"project": "forged", "ticket": "7"})
    (sent,) = posted(server)
    assert sent["tags"] == ["own", "project:billing", "requested-by:alice"]
    assert sent["labels"] == {"ticket": "7", "requested-by": "alice", "project": "billing"}
    assert done.result["diff"]["after"]["tags"] == ["a", "own", "project:billing", "requested-by:alice"]


def test_check_mode_promises_what_the_real_run_does_and_sends_nothing(server: SimulatedServer) -> None:
    options = {"parameters": {"a": 1}, "scheduled_time": "2099-01-01T00:00:00+01:00", "wait": True}
    server.answers = [DEPLOYMENT]
    promised = play(server, check_mode=True, **options).result
    assert server.requests == ["GET /api/deployments/name/etl/nightly"]
    server.answers = [DEPLOYMENT, Answer(201, {**RUN, "state_type": "COMPLETED"}), STATES]
    done = play(server, **options).result
    assert (promised["changed"], promised["diff"]) == (done["changed"], done["diff"])
    assert promised["flow_run"] == promised["diff"]["after"]
    assert posted(server)[0]["state"]["state_details"] == {"scheduled_time": "2098-12-31T23:00:00Z"}


@pytest.mark.parametrize("secret", ["s3cr3t-parameter", "xq7"])
def test_secret_parameters_are_shown_nowhere(server: SimulatedServer, secret: str) -> None:
    echo = {**RUN, "parameters": {"door": {"key": secret, "number": 7}}, "state": {"message": f"bad {secret}"}}
    ended = {**echo, "state_type": "FAILED", "state_name": "Failed"}
    line = {"id": "1", "level": 40, "message": f"ValueError({secret!r})", "timestamp": "2026-01-01T00:00:00Z"}
    server.answers = [DEPLOYMENT, Answer(201, ended), STATES, Answer(200, [line])]
    options = {"parameters": {"door": {"number": 7}}, "secret_parameters": {"door": {"key": secret}}}
    failed = play(server, wait=True, logs=True, **options)
    assert failed.result["error"]["kind"] == "RunFailed"
    assert posted(server)[0]["parameters"] == {"door": {"number": 7, "key": secret}}
    server.answers = [DEPLOYMENT, Answer(409, {"detail": f"Error creating flow run: Validation failed: {secret!r}"})]
    refused = play(server, **options)
    assert refused.result["error"]["kind"] == "InvalidInput"
    promised = play(server, check_mode=True, **options)
    for ran in (failed, refused, promised):
        assert secret not in ran.output
    assert failed.result["flow_run"]["parameters"]["door"]["number"] == 7


def test_parameters_of_a_run_that_is_only_named_are_left_out(server: SimulatedServer) -> None:
    found = Answer(200, {**RUN, "parameters": {"key": "s3cr3t"}})
    server.answers = [found, *NAMES, STATES]
    ran = run_module(flow_run.main, api_url=server.url, id=ID)
    assert (ran.result["flow_run"]["flow"], ran.result["flow_run"]["deployment"]) == ("etl", "etl/nightly")
    assert "s3cr3t" not in ran.output
    assert "parameters" not in ran.result["flow_run"]


def test_what_goes_wrong_after_the_run_was_made_does_not_hide_the_run(server: SimulatedServer) -> None:
    server.answers = [DEPLOYMENT, Answer(201, RUN), Answer(403, {"detail": "no states for you"})]
    result = play(server).result
    assert (result["failed"], result["changed"], result["error"]["kind"]) == (True, True, "RunInterrupted")
    assert (result["flow_run"]["id"], result["flow_run"]["deployment"]) == (ID, "etl/nightly")
    assert f"The flow run {ID} is there all the same." in result["msg"]


def test_a_cancellation_that_the_server_refuses(server: SimulatedServer) -> None:
    running = Answer(200, {**RUN, "state_type": "RUNNING", "state_name": "Running"})
    refusal = Answer(200, {"status": "ABORT", "details": {"reason": "not now"}, "state": None})
    server.answers = [running, refusal, running]
    result = run_module(flow_run.main, api_url=server.url, id=ID, state="cancelled").result
    assert result["error"]["kind"] == "Conflict"
    assert "it is still Running: not now" in result["msg"]


def test_check_mode_cancels_what_an_earlier_task_would_make(server: SimulatedServer) -> None:
    server.answers = [DEPLOYMENT, Answer(200, [])]
    result = play(server, check_mode=True, idempotency_key="k", state="cancelled").result
    assert (result["changed"], result["predicted"]) == (True, ["flow run k"])
    server.answers = [DEPLOYMENT, Answer(200, [])]
    assert play(server, idempotency_key="k", state="cancelled").result["error"]["kind"] == "NotFound"


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"id": ID}, "deployment would describe another one"),
        ({"id": ID, "deployment": "", "tags": ["a"]}, "tags would describe another one"),
        ({"id": "nightly", "deployment": ""}, "'nightly' is no identifier"),
        ({"deployment": ""}, "it is not given"),
        ({"deployment": "nightly"}, "'nightly' is not the whole name of a deployment"),
        ({"state": "cancelled"}, "nothing says which flow run to cancel"),
        ({"scheduled_time": "tomorrow"}, "'tomorrow' is no point in time"),
        ({"scheduled_time": "2026-01-01T00:00:00"}, "has no offset from UTC"),
        ({"wait_timeout": 0}, "0 is below 1 second"),
        ({"wait_interval": -1}, "-1 is below 1 second"),
        ({"logs_limit": -1}, "-1 is below 0"),
    ],
)
def test_what_no_server_could_accept(server: SimulatedServer, options: dict[str, t.Any], why: str) -> None:
    result = play(server, **options).result
    assert result["error"]["kind"] == "InvalidInput"
    assert why in result["msg"]
    assert server.requests == []


def test_a_queue_without_a_pool(server: SimulatedServer) -> None:
    server.answers = [Answer(200, {"id": "d1", "flow_id": "f1", "name": "nightly", "work_pool_name": None})]
    assert "the deployment has no work pool" in play(server, work_queue="urgent").result["msg"]


@pytest.mark.parametrize("check_mode", [True, False])
def test_an_account_alone_has_no_runs(server: SimulatedServer, check_mode: bool) -> None:
    url = f"{server.url}/{CLOUD.partition('/workspaces')[0]}"
    for module in (flow_run, flow_run_info):
        options = {"deployment": "etl/nightly"}
        result = run_module(module.main, check_mode=check_mode, api_url=url, **options).result
        assert "flow runs live in a workspace" in result["msg"]


def test_prefect_cloud_has_a_web_address_of_its_own(server: SimulatedServer) -> None:
    server.answers = [DEPLOYMENT, Answer(201, RUN), STATES]
    result = play(server, api_url=f"{server.url}/{CLOUD}").result
    place = CLOUD.replace("accounts", "account").replace("workspaces", "workspace")
    assert result["flow_run"]["url"] == f"{server.url.removesuffix('/api')}/{place}/runs/flow-run/{ID}"


@pytest.mark.parametrize(
    ("variables", "person"),
    [
        ({"awx_user_name": "carol", "tower_user_name": "dave"}, "carol"),
        ({"awx_user_name": "", "tower_user_name": "dave"}, "dave"),
        ({"awx_schedule_name": "every night"}, "schedule every night"),
        ({}, ""),
    ],
)
def test_who_launched_the_job(variables: dict[str, str], person: str) -> None:
    assert requester.launched_by(variables) == person


def test_the_login_name_is_the_last_resort(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUDO_USER", "erin")
    assert requester.login_name() == "erin"
    monkeypatch.delenv("SUDO_USER")
    monkeypatch.setenv("LOGNAME", "frank")
    assert requester.login_name() == "frank"

    def nobody() -> str:
        raise KeyError("no such account")

    monkeypatch.setattr(requester.getpass, "getuser", nobody)
    assert requester.login_name().startswith("uid-")


def test_relative_times_go_by_the_servers_clock(server: SimulatedServer) -> None:
    server.answers = [Answer(200, [], {"Date": "Thu, 26 Nov 2026 11:00:00 GMT"})]
    result = run_module(flow_run_info.main, api_url=server.url, since="90m", until="2026-11-27T00:00:00+01:00").result
    assert result["flow_runs"] == []
    times = server.asked[-1].body["flow_runs"]["expected_start_time"]
    assert times == {"after_": "2026-11-26T09:30:00Z", "before_": "2026-11-26T23:00:00Z"}
    assert json.dumps(server.asked[0].body) == '{"limit": 1}'
