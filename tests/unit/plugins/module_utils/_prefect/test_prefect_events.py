# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Account events: page by page to the last one, and never to another address than ours."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flowops.prefect.plugins.modules import account_event_info
from ansible_collections.flowops.prefect.tests.unit.support.module_runner import run_module
from ansible_collections.flowops.prefect.tests.unit.support.simulated_server import (
    Answer,
    SimulatedServer,
    simulated_server,
)

ACCOUNT = "accounts/11111111-1111-1111-1111-111111111111"
WORKSPACE = f"{ACCOUNT}/workspaces/22222222-2222-2222-2222-222222222222"


def page(*keys: str, following: str | None = None) -> Answer:
    events = [{"id": key, "occurred": f"2026-11-26T11:05:0{key}Z", "event": "e"} for key in keys]
    return Answer(
        200, {"events": events, "total": 9, "next_page": following}, {"Date": "Thu, 26 Nov 2026 12:00:00 GMT"}
    )


def read(server: SimulatedServer, place: str = ACCOUNT, **options: t.Any) -> dict[str, t.Any]:
    options = {"since": "2026-11-01T00:00:00Z", "api_key": "key-s3cr3t", **options}
    return run_module(account_event_info.main, api_url=f"{server.url}/{place}", **options).result


def keys(result: dict[str, t.Any]) -> list[str]:
    return [event["id"] for event in result["events"]]


def test_the_next_page_is_read_at_our_own_address(server: SimulatedServer) -> None:
    with simulated_server() as other:
        other.answers = [page("9")]
        server.answers = [page("3", "2", following=f"{other.url}/evil?page-token=a%2Bb%26c"), page("1")]
        result = read(server, WORKSPACE)
        assert (keys(result), result["truncated"]) == (["3", "2", "1"], False)
        assert other.asked == []
    assert server.requests == [
        f"POST /api/{ACCOUNT}/events/filter",
        f"GET /api/{ACCOUNT}/events/filter/next?page-token=a%2Bb%26c",
    ]
    assert server.asked[1].headers["Authorization"] == "Bearer key-s3cr3t"


def test_a_limit_ends_the_reading(server: SimulatedServer) -> None:
    server.answers = [page("3", "2", following="http://x.example/?page-token=t"), page("1")]
    result = read(server, limit=1)
    assert (keys(result), result["truncated"], len(server.asked)) == (["3"], True, 1)
    server.answers = [page("3", "2", following="http://x.example/?page-token=t"), page("1")]
    assert read(server, limit=3)["truncated"] is False


def test_names_and_beginnings_are_asked_for_one_after_the_other(server: SimulatedServer) -> None:
    server.answers = [page("2"), page("3", "2")]
    result = read(server, events=["user.logged-in", "team.*", ""], resources=["u.1"], related=["a.1"], order="oldest")
    assert keys(result) == ["2", "3"]
    asked = [one.body["filter"] for one in server.asked]
    assert [one["event"] for one in asked] == [{"name": ["user.logged-in"]}, {"prefix": ["team."]}]
    for one in asked:
        assert one["resource"] == {"id": ["u.1"]}
        assert one["related"] == {"id": ["a.1"]}
        assert (one["order"], one["occurred"]) == ("ASC", {"since": "2026-11-01T00:00:00Z"})


def test_relative_times_go_by_the_servers_clock(server: SimulatedServer) -> None:
    server.answers = [page("1")]
    read(server, since="1d", until="60m")
    assert server.asked[-1].body["filter"]["occurred"] == {
        "since": "2026-11-25T12:00:00Z",
        "until": "2026-11-26T11:00:00Z",
    }


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ([page("1", following="http://x.example/?page-token=t"), page("1", following="?page-token=t")], "have no end"),
        ([page("1", following="http://x.example/next")], "holds no page token"),
        ([Answer(200, [])], "holds no events"),
        ([Answer(200, {"events": [1], "next_page": None})], "holds no events"),
    ],
)
def test_an_answer_that_makes_no_sense_is_no_empty_list(
    server: SimulatedServer, answers: list[Answer], why: str
) -> None:
    server.answers = answers
    result = read(server)
    assert result["error"]["kind"] == "ServerError"
    assert why in result["msg"]


def test_a_self_hosted_server_has_none(server: SimulatedServer) -> None:
    result = run_module(account_event_info.main, api_url=server.url).result
    assert "account events exist in Prefect Cloud only" in result["msg"]
