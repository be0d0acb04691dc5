# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The engine inside an AnsibleModule: results, failures, and what must not leave the process."""

from __future__ import annotations

import contextlib
import json
import re
import sys
import typing as t

import pytest
from ansible.module_utils.basic import AnsibleModule
from ansible_collections.flowops.prefect.plugins.module_utils._engine import reconcile
from ansible_collections.flowops.prefect.plugins.module_utils._engine.errors import ConnectionFailed, Forbidden
from ansible_collections.flowops.prefect.plugins.module_utils._engine.module import finish, run_resource
from ansible_collections.flowops.prefect.plugins.module_utils._engine.spec import Field, ResourceSpec
from ansible_collections.flowops.prefect.tests.unit.support.memory_backend import MemoryBackend
from ansible_collections.flowops.prefect.tests.unit.support.module_runner import Ran, run_module

SPEC = ResourceSpec(
    kind="thing",
    result="thing",
    fields=(Field("name", required=True, identity=True), Field("size", "int"), Field("token", secret=True)),
)


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconcile.time, "sleep", lambda _seconds: None)


def run(backend: MemoryBackend, **options: t.Any) -> Ran:
    @contextlib.contextmanager
    def open_backend(_module: AnsibleModule) -> t.Iterator[MemoryBackend]:
        yield backend

    return run_module(lambda: run_resource(SPEC, {"login": {"type": "str", "no_log": True}}, open_backend), **options)


def test_the_result_has_changed_diff_and_the_object_under_its_own_key() -> None:
    result = run(MemoryBackend(SPEC), name="n", size=1).result
    assert result["changed"] is True
    assert result["diff"] == {"before": {}, "after": {"name": "n", "size": 1}}
    assert result["thing"] == {"name": "n", "size": 1}


def test_without_diff_mode_a_result_and_a_failure_carry_no_diff_and_lose_nothing_else() -> None:
    def rewriting() -> MemoryBackend:
        return MemoryBackend(SPEC, {"name": "n", "size": 1}, rewrite=lambda written: {**written, "size": 9})

    for backend in (lambda: MemoryBackend(SPEC), rewriting):
        shown = run(backend(), name="n", size=2).result
        short = run(backend(), diff_mode=False, name="n", size=2).result
        assert shown.pop("diff")["after"] == {"name": "n", "size": 2}
        assert short == shown


def test_a_session_that_cannot_be_opened_names_the_object_it_was_wanted_for() -> None:
    def closed(_module: AnsibleModule) -> t.NoReturn:
        raise ConnectionFailed("connect to the directory", server="dc1:636", why="connection refused", todo="Look")

    result = run_module(lambda: run_resource(SPEC, {}, closed), name="n").result
    assert result["msg"] == "Cannot connect to the directory on dc1:636 for thing 'n': connection refused. Look."
    assert result["error"]["object"] == "thing 'n'"


def test_work_may_be_run_again_with_another_backend() -> None:
    backends = [MemoryBackend(SPEC), MemoryBackend(SPEC, {"name": "n", "size": 1})]

    def around(_module: AnsibleModule, work: t.Callable[[MemoryBackend], t.Any]) -> t.Any:
        work(backends[0])
        return work(backends[1])

    result = run_module(lambda: run_resource(SPEC, {}, around=around), name="n", size=1).result
    assert result["changed"] is False, "the result is that of the last one"


@pytest.mark.parametrize("begun", [True, False])
def test_an_error_of_the_session_names_the_object_even_when_the_work_had_begun(begun: bool) -> None:
    lost = ConnectionFailed("connect to the directory", server="dc2:636", why="connection refused", todo="Look")

    def around(_module: AnsibleModule, work: t.Callable[[MemoryBackend], t.Any]) -> t.Any:
        if begun:
            work(MemoryBackend(SPEC))
        raise lost

    result = run_module(lambda: run_resource(SPEC, {}, around=around), name="n").result
    assert result["msg"] == "Cannot connect to the directory on dc2:636 for thing 'n': connection refused. Look."


def test_an_error_of_the_work_speaks_for_itself() -> None:
    class Refusing(MemoryBackend):
        def read(self, _identity: dict[str, t.Any]) -> dict[str, t.Any] | None:
            raise Forbidden("read thing", obj="n", server="srv", why="no", todo="Ask")

    def around(_module: AnsibleModule, work: t.Callable[[MemoryBackend], t.Any]) -> t.Any:
        return work(Refusing(SPEC))

    result = run_module(lambda: run_resource(SPEC, {}, around=around), name="n").result
    assert result["msg"] == "Cannot read thing 'n' on srv: no. Ask."


def test_a_typed_error_fails_the_task_in_one_line_and_as_data() -> None:
    class Refusing(MemoryBackend):
        def read(self, _identity: dict[str, t.Any]) -> dict[str, t.Any] | None:
            raise Forbidden("read thing", obj="n", server="srv", why="it says login-s3cr3t", todo="Ask")

    ran = run(Refusing(SPEC), name="n", login="login-s3cr3t")
    assert ran.result["failed"] is True
    assert ran.result["error"]["kind"] == "Forbidden"
    assert "s3cr3t" not in ran.output


def test_what_did_not_converge_is_a_failure_that_admits_the_change() -> None:
    backend = MemoryBackend(SPEC, {"name": "n", "size": 1}, rewrite=lambda written: {**written, "size": 9})
    result = run(backend, name="n", size=2).result
    assert (result["failed"], result["changed"], result["not_converged"]) == (True, True, ["size"])
    assert result["diff"] == {"before": {"name": "n", "size": 1}, "after": {"name": "n", "size": 2}}


def test_a_secret_from_the_server_is_masked_everywhere_even_where_the_spec_does_not_expect_it() -> None:
    backend = MemoryBackend(SPEC, {"name": "n", "token": "old-s3cr3t", "note": "the token is old-s3cr3t"})
    ran = run(backend, name="n", token="new-s3cr3t")
    assert ran.result["changed"] is True
    assert "s3cr3t" not in ran.output


def test_a_secret_of_the_server_is_masked_in_a_failure() -> None:
    class Talking(MemoryBackend):
        def write(self, *_given: t.Any) -> None:
            raise Forbidden("update thing", why="I will not give up old-s3cr3t")

    ran = run(Talking(SPEC, {"name": "n", "token": "old-s3cr3t"}), name="n", size=3)
    assert ran.result["failed"] is True
    assert "s3cr3t" not in ran.output


SECRET = "p\u00e4ss'w\"ord\nlogin-s3cr3t"


class Broken(MemoryBackend):
    """Fails in a way that nothing expects."""

    failure: Exception

    def read(self, _identity: dict[str, t.Any]) -> dict[str, t.Any] | None:
        raise self.failure


def broken(failure: Exception, **options: t.Any) -> Ran:
    backend = Broken(SPEC)
    backend.failure = failure
    return run(backend, name="n", login=SECRET, **options)


@pytest.mark.parametrize(
    "text",
    [
        SECRET,
        f"Invalid header value {SECRET!r}",
        f"Invalid header value {SECRET.encode()!r}",
        f"cannot send {SECRET!a}",
        f"cannot send {json.dumps({'login': SECRET})}",
        f"cannot send {[SECRET]}",
        " ".join(SECRET.split()),
    ],
)
def test_what_nothing_expects_fails_the_task_in_one_line_without_secrets(text: str) -> None:
    ran = broken(ValueError(text))
    assert ran.result["failed"] is True
    assert ran.result["error"]["kind"] == "UnexpectedError"
    assert re.fullmatch(
        r"Cannot run \S+ 'n': ValueError in test_engine_module\.py, line \d+: .+ Report this as a defect of \S+\.",
        ran.result["msg"],
    )
    assert "s3cr3t" not in ran.output
    assert "exception" not in ran.result


def test_what_nothing_expects_names_the_server_without_the_password_in_its_address() -> None:
    def work() -> dict[str, t.Any]:
        raise KeyError("id")

    def main() -> None:
        finish(AnsibleModule({"api_url": {"type": "str"}}), work)

    ran = run_module(main, api_url="https://user:url-s3cr3t@prefect.example.com/api?x=url-s3cr3t")
    assert " on prefect.example.com/api: KeyError in " in ran.result["msg"]
    assert "url-s3cr3t" not in ran.result["msg"] + str(ran.result["error"])


def test_what_nothing_expects_names_all_servers() -> None:
    def work() -> dict[str, t.Any]:
        raise KeyError("id")

    def main() -> None:
        finish(AnsibleModule({"server": {"type": "list", "elements": "str"}}), work)

    assert " on dc1, dc2: KeyError in " in run_module(main, server=["dc1", "dc2"]).result["msg"]


@pytest.mark.parametrize("failure", [ValueError("wrong"), Forbidden("read thing")])
def test_no_exception_is_left_for_a_traceback(monkeypatch: pytest.MonkeyPatch, failure: Exception) -> None:
    pending: list[BaseException | None] = []
    fail = AnsibleModule.fail_json

    def watched(module: AnsibleModule, **facts: t.Any) -> t.NoReturn:
        pending.append(sys.exc_info()[1])
        fail(module, **facts)

    monkeypatch.setattr(AnsibleModule, "fail_json", watched)
    assert broken(failure).result["failed"] is True
    assert pending == [None]
