# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who launched the job reaches the module, unless the task says who it is."""

from __future__ import annotations

import types
import typing as t

import pytest
from ansible.plugins.action.normal import ActionModule as NormalActionModule
from ansible_collections.flowops.prefect.plugins.action import flow_run
from ansible_collections.flowops.prefect.plugins.action.flow_run import ActionModule


@pytest.mark.parametrize(
    ("given", "variables", "person"),
    [
        ({}, {"awx_user_name": "carol"}, "carol"),
        ({"requested_by": ""}, {"awx_user_name": "carol"}, "carol"),
        ({"requested_by": "dave"}, {"awx_user_name": "carol"}, "dave"),
        ({}, {}, None),
        ({}, None, None),
    ],
)
def test_who_asks(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], variables: dict[str, str] | None, person: str | None
) -> None:
    seen: list[dict[str, t.Any]] = []

    def run(plugin: NormalActionModule, _tmp: None, _task_vars: t.Any) -> dict[str, t.Any]:
        seen.append(plugin._task.args)
        return {"changed": False}

    monkeypatch.setattr(NormalActionModule, "run", run)
    plugin = ActionModule.__new__(ActionModule)
    plugin._task = types.SimpleNamespace(
        args={"deployment": "etl/nightly", **given}, check_mode=False, async_val=0, no_log=False
    )
    before = dict(plugin._task.args)
    assert plugin.run(task_vars=variables) == {"changed": False}
    assert seen[0].get("requested_by") == person
    assert {**before, **({"requested_by": person} if person else {})} == seen[0]


CONNECTION = {"api_url": "http://prefect.example.com/api", "api_key": "k"}
STARTED = {
    "changed": True,
    "diff": {"after": {"name": "r"}},
    "flow_run": {"id": "1", "name": "r", "state": "Scheduled"},
}


def unfinished(state: str, seconds: int) -> dict[str, t.Any]:
    text = f"it is still {state} after {seconds} seconds"
    return {
        "failed": True,
        "changed": False,
        "msg": f"Cannot see the end: {text}.",
        "error": {"kind": "RunUnfinished", "reason": text},
        "flow_run": {"id": "1", "name": "r", "state": state, "seconds_in_state": 7},
    }


ENDED = {"changed": False, "flow_run": {"id": "1", "name": "r", "state": "Completed"}, "logs": ["l"]}
UNREACHABLE = {
    "failed": True,
    "changed": False,
    "msg": "no answer",
    "error": {"kind": "ConnectionFailed", "reason": "r"},
}


class Played(t.NamedTuple):
    result: dict[str, t.Any]
    asked: list[dict[str, t.Any]]
    shown: list[str]


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> t.Callable[..., Played]:
    """Runs the plugin with these answers of the module, on a clock that goes on by the time that a wait may take."""

    def play(answers: list[dict[str, t.Any]], **args: t.Any) -> Played:
        asked, shown, now = [], [], [0.0]

        def execute(_plugin: t.Any, module_args: dict[str, t.Any], task_vars: t.Any) -> dict[str, t.Any]:
            assert task_vars == {}
            asked.append(module_args)
            now[0] += module_args.get("wait_timeout", 0) if module_args.get("wait") else 0
            return answers.pop(0) if len(answers) > 1 else answers[0]

        monkeypatch.setattr(flow_run.time, "monotonic", lambda: now[0])
        monkeypatch.setattr(ActionModule, "_execute_module", execute)
        monkeypatch.setattr(flow_run.Display, "display", lambda _display, text, *_more, **_rest: shown.append(text))
        plugin = ActionModule.__new__(ActionModule)
        options = {**CONNECTION, "deployment": "etl/nightly", "wait": True, **args}
        plugin._task = types.SimpleNamespace(args=options, check_mode=False, async_val=0, no_log=False)
        return Played(plugin.run(), asked, shown)

    return play


def test_a_wait_shows_each_state_and_ends_with_the_run(play: t.Callable[..., Played]) -> None:
    ran = play([STARTED, unfinished("Pending", 15), unfinished("Running", 15), ENDED], logs=True, parameters={"a": 1})
    assert ran.shown == [
        "flow run 'r': Scheduled",
        "flow run 'r': Pending for 7 s",
        "flow run 'r': Running for 7 s",
        "flow run 'r': Completed for 7 s",
    ]
    assert (ran.result["changed"], ran.result["diff"]) == (True, STARTED["diff"])
    assert (ran.result["flow_run"]["state"], ran.result["logs"], "failed" in ran.result) == ("Completed", ["l"], False)
    assert ran.asked[0]["wait"] is False
    assert ran.asked[1] == {**CONNECTION, "id": "1", "wait": True, "wait_timeout": 15, "logs": True}


def test_a_run_that_does_not_end_in_time_is_said_to_have_had_all_of_it(play: t.Callable[..., Played]) -> None:
    ran = play(
        [STARTED, unfinished("Running", 15), unfinished("Running", 15), unfinished("Running", 5)], wait_timeout=35
    )
    assert [asked["wait_timeout"] for asked in ran.asked[1:]] == [15, 15, 5]
    assert ran.result["failed"] is True
    assert ran.result["msg"] == "Cannot see the end: it is still Running after 35 seconds."
    assert ran.result["error"]["reason"] == "it is still Running after 35 seconds"


def test_a_run_that_cannot_be_started_is_not_waited_for(play: t.Callable[..., Played]) -> None:
    ran = play([UNREACHABLE])
    assert (ran.result, len(ran.asked), ran.shown) == (UNREACHABLE, 1, [])


def test_a_server_that_is_away_for_a_moment_does_not_end_the_wait(play: t.Callable[..., Played]) -> None:
    ran = play([STARTED, UNREACHABLE, UNREACHABLE, ENDED])
    assert ran.result["flow_run"]["state"] == "Completed"
    gone = play([STARTED, UNREACHABLE])
    assert gone.result["error"]["kind"] == "ConnectionFailed"
    assert len(gone.asked) == 1 + 300 // 15


@pytest.mark.parametrize("quiet", ["check_mode", "async_val", "no_log"])
def test_what_may_not_or_cannot_be_shown_is_left_to_the_module(monkeypatch: pytest.MonkeyPatch, quiet: str) -> None:
    monkeypatch.setattr(NormalActionModule, "run", lambda _plugin, _tmp, _task_vars: {"changed": False})
    plugin = ActionModule.__new__(ActionModule)
    flags = {"check_mode": False, "async_val": 0, "no_log": False, quiet: 1}
    plugin._task = types.SimpleNamespace(args={"deployment": "etl/nightly", "wait": "yes"}, **flags)
    assert plugin.run() == {"changed": False}
