# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client against a simulated server: retries, CSRF, redirects, foreign answers, and the lock in check mode."""

from __future__ import annotations

import base64
import json
import pathlib
import socket
import typing as t

import pytest
from ansible_collections.flowops.prefect.plugins.module_utils._engine import errors
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.answers import Errand
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.client import PAGE, Client
from ansible_collections.flowops.prefect.tests.unit.support.simulated_server import Answer, SimulatedServer

ERRAND = Errand("read work pool", "windows")
FOUND = Answer(200, {"name": "windows"})
GONE = Answer(404, {"detail": 'Work pool "windows" not found.'})
Connect = t.Callable[..., Client]


def never() -> t.NoReturn:
    raise AssertionError("nothing has to be read")


def json_answer(body: t.Any) -> Answer:
    return Answer(200, json.dumps(body), {"Content-Type": "application/json"})


def test_an_object_is_found(server: SimulatedServer, connect: Connect) -> None:
    server.answers = [FOUND]
    assert connect().find("/work_pools/windows", ERRAND) == {"name": "windows"}
    assert server.requests == ["GET /api/work_pools/windows"]


def test_only_the_servers_own_words_prove_absence(server: SimulatedServer, connect: Connect) -> None:
    server.answers = [GONE]
    assert connect().find("/work_pools/windows", ERRAND) is None


@pytest.mark.parametrize(
    "answer",
    [
        Answer(404, {"detail": "Not Found"}),
        Answer(404, "<html>nginx</html>"),
        Answer(404, ["a", "list"]),
        Answer(404),
        Answer(405, {"detail": "Method Not Allowed"}),
    ],
)
def test_a_missing_route_or_a_foreign_page_is_not_taken_for_absence(
    server: SimulatedServer, connect: Connect, answer: Answer
) -> None:
    server.answers = [answer]
    with pytest.raises(errors.ServerError, match="Check api_url"):
        connect().find("/work_pools/windows", ERRAND)
    with pytest.raises(errors.ServerError, match="Check api_url"):
        connect().remove("/work_pools/windows", ERRAND)


WORKSPACE = "/api/accounts/0a1b2c3d-0000-4000-8000-000000000001/workspaces/0a1b2c3d-0000-4000-8000-000000000002"


@pytest.mark.parametrize(
    "detail",
    ["Workspace not found", 'Account "x" not found.', "You don't have access to this workspace", "No such accounts"],
)
def test_a_workspace_that_prefect_cloud_does_not_know_is_not_taken_for_absence(
    server: SimulatedServer, connect: Connect, detail: str
) -> None:
    server.answers = [Answer(404, {"detail": detail})]
    client = connect(api_url=server.url.removesuffix("/api") + WORKSPACE)
    with pytest.raises(errors.ServerError, match="Check the account and the workspace in api_url"):
        client.find("/work_pools/windows", ERRAND)
    with pytest.raises(errors.ServerError, match="Check the account and the workspace in api_url"):
        client.remove("/work_pools/windows", ERRAND)


@pytest.mark.parametrize(
    "detail",
    [
        "Not Found",
        "Variable not found.",
        'Work pool "account" not found.',
        "Work pool 'my workspace' not found.",
        "Service account not found",
        "Workspace role not found",
        "Account membership not found",
        "No such workspace access",
    ],
)
def test_an_object_that_prefect_cloud_does_not_know_is_absent(
    server: SimulatedServer, connect: Connect, detail: str
) -> None:
    server.answers = [Answer(404, {"detail": detail})]
    assert connect(api_url=server.url.removesuffix("/api") + WORKSPACE).find("/work_pools/account", ERRAND) is None


def test_a_key_with_a_line_end_is_sent_without_it(server: SimulatedServer, connect: Connect) -> None:
    server.answers = [FOUND]
    connect(api_key="pnu_123\n").find("/work_pools/windows", ERRAND)
    assert server.asked[0].headers["Authorization"] == "Bearer pnu_123"


@pytest.mark.parametrize("status", [200, 201])
def test_a_web_page_is_no_answer(server: SimulatedServer, connect: Connect, status: int) -> None:
    server.answers = [Answer(status, "<html>Sign in</html>")]
    with pytest.raises(
        errors.ServerError, match=r"Cannot read work pool 'windows' on http://127.* a web page \(text/html\)"
    ):
        connect().find("/work_pools/windows", ERRAND)


def test_broken_json_is_no_answer(server: SimulatedServer, connect: Connect) -> None:
    server.answers = [Answer(200, "{broken", {"Content-Type": "application/json"})]
    with pytest.raises(errors.ServerError):
        connect().find("/work_pools/windows", ERRAND)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, errors.InvalidInput),
        (401, errors.AuthFailed),
        (403, errors.Forbidden),
        (409, errors.Conflict),
        (422, errors.InvalidInput),
        (500, errors.ServerError),
        (418, errors.ServerError),
    ],
)
def test_each_failure_has_its_type(
    server: SimulatedServer, connect: Connect, status: int, error: type[errors.EngineError]
) -> None:
    server.answers = [Answer(status, {"detail": "the reason"})]
    with pytest.raises(error):
        connect().find("/work_pools/windows", ERRAND)
    assert len(server.asked) == 1


def test_a_422_gives_places_and_messages_and_nothing_that_was_sent(server: SimulatedServer, connect: Connect) -> None:
    server.answers = [
        Answer(
            422,
            {
                "exception_message": "Invalid request received.",
                "exception_detail": [
                    {"loc": ["body", "value"], "msg": "too long", "input": "s3cr3t", "ctx": {"x": "s3cr3t"}}
                ],
                "request_body": {"value": "s3cr3t"},
            },
        )
    ]
    with pytest.raises(errors.InvalidInput, match=r"value: too long \(HTTP 422\)") as raised:
        connect().create("/variables/", {"value": "s3cr3t"}, ERRAND, never)
    assert "s3cr3t" not in str(raised.value)


def test_a_busy_server_is_asked_again_with_growing_pauses(
    server: SimulatedServer, connect: Connect, pauses: t.Any
) -> None:
    server.answers = [Answer(503), Answer(502, "<html>"), Answer(504), FOUND]
    assert connect().find("/work_pools/windows", ERRAND)
    assert pauses.taken == [0.5, 1.0, 2.0]


def test_retry_after_is_honoured(server: SimulatedServer, connect: Connect, pauses: t.Any) -> None:
    late = {"Date": "Tue, 24 Nov 2026 03:00:00 GMT", "Retry-After": "Tue, 24 Nov 2026 03:00:05 GMT"}
    server.answers = [Answer(429, None, {"Retry-After": "7"}), Answer(503, None, late), FOUND]
    assert connect().find("/work_pools/windows", ERRAND)
    assert pauses.taken == [7.0, 5.0]


def test_waiting_longer_than_the_timeout_is_refused(server: SimulatedServer, connect: Connect, pauses: t.Any) -> None:
    server.answers = [Answer(429, {"detail": "slow down"}, {"Retry-After": "3600"})]
    with pytest.raises(errors.ServerError, match=r"slow down .*Run again later"):
        connect(timeout=10).find("/work_pools/windows", ERRAND)
    assert pauses.taken == []


def test_a_server_that_stays_down_is_given_up(server: SimulatedServer, connect: Connect) -> None:
    server.answers = [Answer(503, "<html>down</html>")]
    with pytest.raises(errors.ServerError, match=r"HTTP 503 with a web page.* See that the Prefect server runs"):
        connect().find("/work_pools/windows", ERRAND)
    assert len(server.asked) == 5


@pytest.mark.parametrize("body", [{}, [], ["windows"], "windows", 7, True, None])
def test_json_that_is_no_object_is_no_answer(server: SimulatedServer, connect: Connect, body: t.Any) -> None:
    server.answers = [json_answer(body)]
    with pytest.raises(errors.ServerError, match="api_url"):
        connect().find("/work_pools/windows", ERRAND)


@pytest.mark.parametrize("body", [{}, {"id": "1"}, ["windows"], [{}], [{"name": "no id"}], "windows", 7])
def test_json_that_is_no_list_of_objects_is_no_page(server: SimulatedServer, connect: Connect, body: t.Any) -> None:
    server.answers = [json_answer(body)]
    with pytest.raises(errors.ServerError, match="does not look like Prefect's API: check api_url"):
        connect().read_all("/work_pools/filter", {}, ERRAND)


def test_an_answer_without_content_does_not_prove_absence(server: SimulatedServer, connect: Connect) -> None:
    server.answers = [Answer(204)]
    with pytest.raises(errors.ServerError, match="nothing came back"):
        connect().find("/work_pools/windows", ERRAND)


def test_a_removal_whose_first_answer_was_lost_counts_as_done(server: SimulatedServer, connect: Connect) -> None:
    server.answers = [Answer(502), GONE]
    connect().remove("/work_pools/windows", ERRAND)
    assert server.requests == ["DELETE /api/work_pools/windows"] * 2


def test_the_csrf_token_is_fetched_when_the_server_wants_it_and_again_when_it_has_expired(
    server: SimulatedServer, connect: Connect
) -> None:
    refused = Answer(403, {"detail": "Missing CSRF token."})
    expired = Answer(403, {"detail": "Invalid CSRF token or client identifier."})
    server.answers = [
        refused,
        Answer(200, {"token": "one"}),
        Answer(204),
        expired,
        Answer(200, {"token": "two"}),
        Answer(204),
    ]
    client = connect()
    client.change("/work_pools/windows", {"is_paused": True}, ERRAND)
    client.change("/work_pools/windows", {"is_paused": False}, ERRAND)
    assert [asked.headers.get("Prefect-Csrf-Token") for asked in server.asked] == [
        None,
        None,
        "one",
        "one",
        "one",
        "two",
    ]
    assert server.asked[2].body == {"is_paused": True}
    assert server.asked[4].headers["Prefect-Csrf-Client"] != server.asked[5].headers["Prefect-Csrf-Client"]


def test_a_server_that_never_accepts_its_own_token_is_not_asked_for_ever(
    server: SimulatedServer, connect: Connect
) -> None:
    refused = Answer(403, {"detail": "Missing CSRF token."})
    server.answers = [refused, Answer(200, {"token": "one"}), refused]
    with pytest.raises(errors.Forbidden, match="CSRF"):
        connect().change("/work_pools/windows", {}, ERRAND)
    assert len(server.asked) == 3


def test_a_redirect_to_the_other_slash_keeps_method_and_body_and_stays_at_our_address(
    server: SimulatedServer, connect: Connect
) -> None:
    elsewhere = "http://prefect.internal.example.com:4200/api/work_pools/windows/queues"
    server.answers = [Answer(307, None, {"Location": elsewhere}), Answer(201, {"name": "q"})]
    connect().create("/work_pools/windows/queues/", {"name": "q"}, ERRAND, never)
    assert server.requests == ["POST /api/work_pools/windows/queues/", "POST /api/work_pools/windows/queues"]
    assert server.asked[1].body == {"name": "q"}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_any_other_redirect_is_an_error_that_names_the_target(
    server: SimulatedServer, connect: Connect, status: int
) -> None:
    server.answers = [Answer(status, None, {"Location": "https://login.example.com/authorize?client=1"})]
    with pytest.raises(errors.ServerError, match=r"redirects to 'https://login\.example\.com/authorize'"):
        connect().find("/work_pools/windows", ERRAND)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({}, None),
        ({"api_key": "pnu_123"}, "Bearer pnu_123"),
        ({"auth_string": "usér:pa:ss"}, f"Basic {base64.b64encode('usér:pa:ss'.encode()).decode()}"),
    ],
)
def test_credentials_go_into_the_authorization_header(
    server: SimulatedServer,
    connect: Connect,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: pathlib.Path,
    params: dict[str, str],
    expected: str | None,
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login other password other\n")
    monkeypatch.setenv("NETRC", str(netrc))
    server.answers = [FOUND]
    connect(**params, custom_headers={"X-Token": "t"}).find("/work_pools/windows", ERRAND)
    assert server.asked[0].headers.get("Authorization") == expected
    assert server.asked[0].headers["X-Token"] == "t"


@pytest.mark.parametrize(
    ("params", "advice"),
    [({}, "Give auth_string"), ({"api_key": "k"}, "Check api_key"), ({"auth_string": "a:b"}, "Check auth_string")],
)
def test_a_refused_login_says_what_to_check(
    server: SimulatedServer, connect: Connect, params: dict[str, str], advice: str
) -> None:
    server.answers = [Answer(401, {"exception_message": "Unauthorized"})]
    with pytest.raises(errors.AuthFailed, match=advice):
        connect(**params).find("/work_pools/windows", ERRAND)


@pytest.mark.parametrize("verb", ["create", "change", "remove"])
def test_no_write_leaves_in_check_mode(server: SimulatedServer, connect: Connect, verb: str) -> None:
    client = connect(read_only=True)
    arguments = ("/work_pools/windows", ERRAND) if verb == "remove" else ("/work_pools/windows", {}, ERRAND)
    with pytest.raises(errors.CheckModeWriteRefused):
        getattr(client, verb)(*arguments, *([never] if verb == "create" else []))
    assert server.asked == []


def test_reading_posts_are_reads(server: SimulatedServer, connect: Connect) -> None:
    server.answers = [Answer(200, [])]
    assert connect(read_only=True).read_all("/work_pools/filter", {}, ERRAND) == []


def test_reading_goes_on_to_the_last_page_and_looks_at_the_first_again(
    server: SimulatedServer, connect: Connect
) -> None:
    first = [{"id": str(number)} for number in range(PAGE)]
    second = [{"id": str(number)} for number in range(PAGE - 1, PAGE + 3)]
    slipped = [{"id": "slipped"}, *first[:-1]]
    server.answers = [Answer(200, first), Answer(200, second), Answer(200, slipped)]
    found = connect().read_all("/work_pools/p/workers/filter", {"workers": {}}, ERRAND)
    assert len(found) == PAGE + 4
    assert [asked.body["offset"] for asked in server.asked] == [0, PAGE, 0]
    assert {asked.body["limit"] for asked in server.asked} == {PAGE}


def test_one_full_page_is_followed_by_a_look_at_the_next(server: SimulatedServer, connect: Connect) -> None:
    server.answers = [Answer(200, [{"id": str(number)} for number in range(PAGE)]), Answer(200, [])]
    assert len(connect().read_all("/work_pools/filter", {}, ERRAND)) == PAGE
    assert len(server.asked) == 2


def test_a_refused_connection_is_tried_again_and_then_named(connect: Connect, pauses: t.Any) -> None:
    with pytest.raises(errors.ConnectionFailed, match=r"on http://127\.0\.0\.1:1/api: Connection refused"):
        connect(api_url="http://127.0.0.1:1/api").find("/work_pools/windows", ERRAND)
    assert len(pauses.taken) == 4


def test_an_unknown_host_is_named(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_args: t.Any, **_rest: t.Any) -> t.NoReturn:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(errors.ConnectionFailed, match=r"Name or service not known\. See .* names the right host"):
        connect(api_url="http://prefect.invalid/api").find("/work_pools/windows", ERRAND)
