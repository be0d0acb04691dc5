# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects of Prefect Cloud in shapes that the double does not give, and requests that must be exactly so."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flowops.prefect.plugins.module_utils._engine import errors
from ansible_collections.flowops.prefect.plugins.module_utils._engine.plan import Change, Plan
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.catalogue import CATALOGUE
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.client import Client
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.cloud import caller_of
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.store import Store
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.stores import Stores
from ansible_collections.flowops.prefect.tests.unit.support.simulated_server import Answer, SimulatedServer

Of = t.Callable[..., Store]
EVERYONE = {"id": "*", "name": "*", "email": None, "type": "*"}


@pytest.fixture
def stores(server: SimulatedServer, connect: t.Callable[..., Client]) -> Stores:
    return Stores(connect(api_url=server.cloud_url, api_key="pnu_0123456789"), CATALOGUE, whole=False)


@pytest.fixture
def of(stores: Stores) -> Of:
    return stores.store


@pytest.mark.parametrize("shown", [["run_flows"], ["run_flows", "see_flows"]], ids=["own only", "inherited as well"])
def test_scopes_beside_the_inherited_ones(server: SimulatedServer, of: Of, shown: list[str]) -> None:
    base = {"id": "b", "name": "Viewer", "scopes": ["see_flows"], "inherited_role_id": None}
    role = {"id": "r", "name": "Op", "scopes": shown, "inherited_role_id": "b"}
    server.answers = [Answer(200, [base, role])]
    found = of("workspace role").read({"name": "Op"})
    assert found is not None
    assert found["scopes"] == ["run_flows"]


def test_a_change_of_a_role_says_all_of_it(server: SimulatedServer, of: Of) -> None:
    current = {"id": "r", "name": "Op", "description": "x", "scopes": ["run_flows"], "inherited_role_id": None}
    server.answers = [Answer(204)]
    of("workspace role").change({**current, "account_id": "a"}, {"description": ""}, {"name": "Op"})
    assert server.asked[0].body == {key: value for key, value in current.items() if key != "id"} | {"description": ""}


def test_a_change_of_a_team_keeps_its_tie_to_the_directory(server: SimulatedServer, of: Of) -> None:
    current = {"id": "t", "name": "T", "description": None, "workos_directory_group_id": "g", "memberships": []}
    server.answers = [Answer(200, {"id": "t"})]
    of("team").change(current, {"description": "x"}, {"name": "T"})
    assert server.asked[0].method == "PUT"
    assert server.asked[0].body == {"name": "T", "description": "x", "workos_directory_group_id": "g"}


def test_members_are_added_by_their_own_identifier_and_removed_by_their_actor(server: SimulatedServer, of: Of) -> None:
    mia = {"id": "m1", "user_id": "u1", "actor_id": "a1", "email": "Mia@example.com", "active": True}
    there = {"id": "a2", "handle": "bob", "name": "Bob", "email": "bob@example.com", "type": "user"}
    server.answers = [Answer(200, [mia]), Answer(200, {"id": "t"}), Answer(204)]
    change = Change(["Mia@example.com"], added=("Mia@example.com",), removed=("bob@example.com",))
    plan = Plan("update", {}, {}, {"users": change})
    of("team members").write(plan, {"team": "T"}, {"id": "t", "memberships": [there]})
    assert server.asked[1].body == {"members": [{"member_id": "u1", "member_type": "user"}]}
    assert server.requests[2].endswith("/teams/t/members/a2")


def test_a_member_without_an_address_has_its_handle(of: Of) -> None:
    members = [
        {"id": "1", "handle": "mia", "name": "", "email": None, "type": "user"},
        {"id": "2", "handle": "b", "name": "Bot", "email": None, "type": "service_account"},
    ]
    found = of("team members").decode({"id": "t", "name": "T", "memberships": members})
    assert (found["users"], found["service_accounts"]) == (["mia"], ["Bot"])


@pytest.mark.parametrize(
    ("sla", "option"),
    [
        ({"type": "TimeToCompletionSla", "trigger": {"within": 60.0}}, {"duration": 60}),
        ({"type": "FrequencySla", "trigger": {"within": 60.0}}, {"stale_after": 60.0}),
        ({"type": "LatenessSla", "trigger": {"within": 60.0}}, {"within": 60.0}),
        (
            {"type": "FreshnessSla", "trigger": {"within": 1, "match": {"a": "b"}, "expect": ["x"]}},
            {"within": 1.0, "resource_match": {"a": "b"}, "expected_event": "x"},
        ),
        ({"type": "LatenessSla", "trigger": {"type": "compound", "triggers": []}}, {}),
        ({"type": "SomethingNewSla", "trigger": {"within": 60.0}}, {}),
        ({}, {}),
    ],
)
def test_agreements_as_options(
    server: SimulatedServer, of: Of, sla: dict[str, t.Any], option: dict[str, t.Any]
) -> None:
    server.answers = [
        Answer(200, {"id": "00000000-0000-4000-8000-000000000001", "name": "d"}),
        Answer(200, [{"id": "s", "name": "n", "severity": "low", "enabled": False, **sla}]),
    ]
    found = of("resource SLA").read({"deployment": "f/d"})
    assert found is not None
    assert found["slas"] == [{"name": "n", "severity": "low", "enabled": False, **option}]


def test_an_access_list_is_written_as_a_whole(server: SimulatedServer, of: Of) -> None:
    user = {"id": "a1", "name": "Mia Example", "email": "mia@example.com", "type": "user"}
    team = {"id": "t1", "name": "T", "email": None, "type": "team"}
    lists = {"manage_actors": [user], "run_actors": [EVERYONE], "view_actors": [user, team]}
    server.answers = [Answer(200, {"id": "1", "name": "p"}), Answer(200, lists), Answer(204)]
    store = of("access control")
    found = store.read({"work_pool": "p"})
    assert found is not None
    assert found["viewers"] == ["team:T", "user:mia@example.com"]
    store.change(found, {"runners": ["user:mia@example.com"]}, {"work_pool": "p"})
    assert server.asked[2].body == {
        "access_control": {
            "manage_actor_ids": ["a1"],
            "manage_team_ids": [],
            "run_actor_ids": ["a1"],
            "run_team_ids": [],
            "view_actor_ids": ["a1"],
            "view_team_ids": ["t1"],
        }
    }


def test_a_block_has_no_runners(server: SimulatedServer, of: Of) -> None:
    server.answers = [Answer(204)]
    of("access control").remove({"id": "block_document/b1"}, {"block_document": "a/b"})
    everyone = {"manage_actor_ids": ["*"], "manage_team_ids": [], "view_actor_ids": ["*"], "view_team_ids": []}
    assert server.asked[0].body == {"access_control": everyone}


@pytest.mark.parametrize(
    ("detail", "address"),
    [
        ("203.0.113.7 is not on the allowlist", "203.0.113.7"),
        ("Your IP address (2001:db8::1) is allowed.", "2001:db8::1"),
        ("Allowed from 203.0.113.7.", "203.0.113.7"),
        ("Access denied: 403 at 12:30", ""),
        ("", ""),
    ],
)
def test_the_own_address_is_read_from_what_the_server_says(
    server: SimulatedServer, of: Of, detail: str, address: str
) -> None:
    server.answers = [Answer(200, {"allowed": True, "detail": detail})]
    assert of("IP allowlist").own_address() == address


def test_a_removal_whose_answer_got_lost(server: SimulatedServer, of: Of) -> None:
    """The second request is told that there is none, in words that could be about the place where we are."""
    server.answers = [Answer(503), Answer(404, {"detail": "Workspace not found"}), Answer(200, [])]
    of("workspace").remove({"id": "w", "handle": "h"}, {"handle": "h"})
    assert server.requests[2].endswith("/workspaces/filter")


def test_a_removal_that_failed_is_an_error(server: SimulatedServer, of: Of) -> None:
    bot = {"id": "b", "name": "n", "actor_id": "a", "account_role_name": "Member"}
    keys = Answer(200, {"active_key": {"id": "k"}, "rotating_keys": []})
    server.answers = [Answer(500, {"detail": "oops"}), Answer(200, [bot]), keys]
    with pytest.raises(errors.ServerError):
        of("service account").remove(bot, {"name": "n"})


def test_who_is_in_no_account_is_told_so(server: SimulatedServer, stores: Stores) -> None:
    server.answers = [Answer(200, [{"account_id": "another", "account_membership_id": "m"}])]
    with pytest.raises(errors.Forbidden, match="not among the members"):
        caller_of(stores)


def test_a_hash_of_a_key_is_not_shown(of: Of) -> None:
    found = of("webhook").decode({"id": "w", "slug": "s", "service_account": {"api_key": {"hash": "h"}}})
    assert "service_account" not in found
    assert found["endpoint"].endswith("/hooks/s")


@pytest.mark.parametrize("asked", [{}, {"state": "absent"}])
def test_members_stand_in_for_their_invitations(server: SimulatedServer, of: Of, asked: dict[str, str]) -> None:
    member = {"id": "m", "email": "Mia@example.com", "account_role_name": "Member"}
    role = {"id": "r", "name": "Member", "permissions": []}
    late = {"id": "i", "email": "mia@example.com", "status": "PENDING", "expiration": "2020-01-01T00:00:00Z"}
    members = [] if asked else [Answer(200, [member])]
    server.answers = [*members, Answer(200, [late]), *([] if asked else [Answer(200, [role])])]
    store = of("account invitation")
    store.begin({**asked, "email": "MIA@example.com"})
    found = store.read({"email": "MIA@example.com"})
    assert (found or {}).get("status") == (None if asked else "MEMBER")
