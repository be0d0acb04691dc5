# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""verify.yml where it can prove nothing: it says so, and why."""

from __future__ import annotations

import contextlib
import json

import pytest
from e2e_support.faulty_server import answering, serving

VERIFY = "flowops.prefect.verify"
KEY = "pnu_0123456789abcdefghij"

pytestmark = pytest.mark.usefixtures("converged")


WORKER = {"id": "w1", "name": "win1", "status": "ONLINE", "last_heartbeat_time": None, "heartbeat_interval_seconds": 30}
SEEN = {"host": "WIN1", "account": "LAB\\svc-prefect$", "instance": "default"}
RUN = {"id": "r1", "name": "a-run", "state_type": "COMPLETED", "total_run_time": 1.0}


def _prefect(**answers):
    """URL of an API that knows one worker, ONLINE, and what else it is told. What it does not know is forbidden."""
    known = {"/workers/filter": [WORKER], **{f"/{name.replace('__', '/')}": answers[name] for name in answers}}

    def answer(path):
        return next(
            ((200, value) for end, value in known.items() if path.endswith(end)), (403, {"detail": "Not for you"})
        )

    return serving(answer)


def _finished(taken_by, **seen):
    """Answers of a server where a run for win1 was taken by a worker, whose flow saw this."""
    line = f"flowops-verification {json.dumps({**SEEN, **seen})}"
    return {
        "csrf-token": {"token": "t"},
        "queues__filter": [{"name": "win1"}],
        "flows__": {"id": "f1"},
        "deployments__": {"id": "d1"},
        "create_flow_run": RUN,
        "flow_runs__r1": {**RUN, "labels": {"prefect.worker.name": taken_by}},
        "logs__filter": [{"message": "a line of another kind"}, {"message": line}],
    }


def _complaint(run) -> str:
    assert run.status == 2
    message = run.errors[-1]
    print(message)
    assert "\n" not in message
    return message


def test_a_run_that_any_worker_may_take_proves_nothing(ansible):
    message = _complaint(ansible.playbook(VERIFY, "-e", "verify_work_queue=nowhere", "--limit", "win1"))
    assert [word for word in ("win1", "nowhere", "verify_work_queue") if word not in message] == []


def test_without_a_queue_of_its_own_any_worker_could_take_the_run(ansible, estate):
    before = len(estate.flow_runs_of("win1"))
    run = ansible.playbook(VERIFY, "-e", '{"win_worker_work_queues": ["default"]}')
    messages = [message for message in run.errors if "No work queue" in message]
    assert run.status == 2
    assert len(messages) == len(run.errors) == 2, run.errors
    for host in ("win1", "win2"):
        assert run.stats[host]["failures"] == 1
        assert any(f"'{host}'" in message for message in messages)
    expected = ("windows", "127.0.0.90", "2 workers", "ONLINE", "win_worker_work_queues", "verify_work_queue")
    assert [word for word in expected if word not in messages[0]] == []
    assert "\n" not in messages[0]
    assert len(estate.flow_runs_of("win1")) == before, "a flow run was made all the same"


WRONG = {
    "taken": ("other", {}, "worker 'other'"),
    "instance": ("win1", {"instance": "etl"}, "service instance 'etl'"),
    "host": ("win1", {"host": "TAKEN.lab.test"}, "on host taken"),
}


def test_a_run_that_was_elsewhere_proves_nothing(ansible, tmp_path):
    """Every host has a server of its own, so that one run shows all cases: the worker, the service, the host."""
    hosts = tmp_path / "hosts.json"
    with contextlib.ExitStack() as servers:
        entries = {
            host: {"flowops_prefect_api_url": servers.enter_context(_prefect(**_finished(taken_by, **seen)))}
            for host, (taken_by, seen, _expected) in WRONG.items()
        }
        group = {"hosts": entries, "vars": {"win_worker_work_pool": "windows", "win_worker_name": "win1"}}
        hosts.write_text(json.dumps({"all": {"children": {"prefect_workers": group}}}))
        run = ansible.with_inventory(hosts).playbook(VERIFY, "-e", "verify_work_queue=win1")
    assert run.status == 2
    assert len(run.errors) == len(WRONG), run.output[-4000:]
    for taken_by, _seen, expected in WRONG.values():
        assert any("COMPLETED, but not there" in error and expected in error for error in run.errors), expected
        assert any(f"worker '{taken_by}'" in error for error in run.errors)


def test_check_mode_on_an_estate_that_is_not_there_yet(ansible):
    run = ansible.playbook(VERIFY, "--check", "-e", "win_worker_work_pool=not-yet")
    assert run.status == 0, run.output[-4000:]
    assert run.changed == {"win1": 0, "win2": 0}
    messages = [str(event["message"]) for event in run.results("ok") if event["task"].endswith("What check mode found")]
    assert len(messages) == 2
    assert all("not ONLINE (yet)" in message for message in messages)


def test_the_reason_is_visible_where_headers_are_hidden(ansible):
    with _prefect() as url:
        settings = ("-e", f"flowops_prefect_api_url={url}", "-e", f"flowops_prefect_api_key={KEY}")
        run = ansible.playbook(VERIFY, *settings, "--limit", "win1", "-vvv")
    message = _complaint(run)
    assert [word for word in ("windows", "127.0.0.92", "403") if word not in message] == []
    assert "no_log" in run.output, "the request that carries the key is shown"
    assert KEY not in run.output.replace(f"flowops_prefect_api_key={KEY}", "")


def test_the_reason_is_visible_and_the_key_is_not(ansible):
    with answering(503) as url:
        settings = ("-e", f"flowops_prefect_api_url={url}", "-e", f"flowops_prefect_api_key={KEY}")
        run = ansible.playbook(VERIFY, *settings, "-e", "verify_online_timeout=3", "-vvv")
    message = _complaint(run)
    assert "127.0.0.92" in message
    assert "503" in message
    assert KEY not in run.output.replace(f"flowops_prefect_api_key={KEY}", "")
