# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Domain controllers that fail, simulated, because the real one of the lab cannot be made to: writes that are not kept,
refused logons with the texts of Windows, busy servers, connections that break, and the next server that takes over."""

from __future__ import annotations

import pytest
from ad_support.runner import Step
from ad_support.simulated_domain_controller import LDAPS, USER
from ad_support.simulated_forest import Forest
from ad_support.simulated_operations import Faults

USERS = "CN=Users,DC=one,DC=test"
GROUP = f"CN=GG-Simulated,{USERS}"


@pytest.fixture
def forest():
    """One domain."""
    return Forest("one.test")


@pytest.mark.parametrize(
    ("module", "options", "left"),
    [
        ("ad_ou", {"name": "Forgotten", "path": "DC=one,DC=test"}, "not converged"),
        ("ad_group", {"name": "GG-Simulated", "path": USERS, "members": {"add": ["u1"]}}, "not converged: [members]"),
        ("ad_group", {"name": "GG-Simulated", "path": USERS, "state": "absent"}, "not converged"),
    ],
)
def test_a_write_that_is_accepted_and_not_kept_is_reported(module, options, left, forest, start, modules_of):
    forest.group(GROUP, forest.users(USERS, 2)[:1])
    controller = start(forest, Faults(forgets_writes=True))
    (result,) = modules_of(controller).all(Step(module, options))
    assert result["failed"]
    assert left in result["msg"]
    assert result["changed"] is True
    assert len(controller.writes()) == 1


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("52e", "the user name or the password is wrong"),
        ("533", "the account is disabled"),
        ("701", "the account has expired"),
        ("773", "the account has to change its password first"),
        ("775", "the account is locked out"),
    ],
)
def test_a_refused_logon_in_words(data, said, forest, start, modules_of):
    controller = start(forest, Faults(logon=data))
    message = modules_of(controller).error("ad_object_info", search_scope="base")
    assert f"as '{USER}' on {controller.address}:{LDAPS}: {said}. " in message
    assert "80090308" not in message


@pytest.mark.parametrize(("code", "said"), [(51, "busy"), (52, "not available")])
def test_a_server_that_is_busy_is_not_an_empty_one(code, said, forest, start, modules_of):
    controller = start(forest, Faults(answers={"search": (code, "0000200E: SvcErr: DSID-02010C5F, data 0")}))
    message = modules_of(controller).error("ad_object_info", type="group")
    assert said in message


def test_a_connection_that_breaks_between_two_pages_is_an_error(forest, start, modules_of):
    forest.users(USERS, 1200)
    message = modules_of(start(forest, Faults(breaks_after=2))).error("ad_object_info", starts_with={"cn": "u"})
    assert "the connection broke off" in message


@pytest.fixture
def two(forest, start, modules_of):
    """Starts two domain controllers that know the same, the first one with a fault; both, and what runs modules."""
    forest.group(GROUP, forest.users(USERS, 2)[:1])

    def started(faults):
        first, second = start(forest, faults), start(forest)
        return first, second, modules_of(first, server=[first.address, second.address])

    return started


WANTED = {"name": "GG-Simulated", "path": USERS, "members": {"set": ["u1"]}}


@pytest.mark.parametrize(
    "faults",
    [
        Faults(breaks_after=0),
        Faults(breaks_after=1),
        Faults(answers={"search": (51, "0000200E: SvcErr: DSID-02010C5F, problem 5001 (BUSY), data 0")}),
        Faults(answers={"search": (52, "0000200F: SvcErr: DSID-0C0906E1, problem 5002 (UNAVAILABLE), data 0")}),
    ],
)
def test_before_the_first_write_the_next_server_takes_over(faults, two):
    first, second, run = two(faults)
    assert run.one("ad_group", **WANTED)["changed"] is True
    assert (first.writes(), second.writes()) == ([], [("modify", GROUP)])
    assert second.values(GROUP, "member") == [f"CN=u1,{USERS}".encode()]


def test_after_a_write_no_other_server_is_asked(two):
    first, second, run = two(Faults(breaks_on="modify"))
    (result,) = run.all(Step("ad_group", WANTED))
    assert result["failed"]
    assert result["changed"] is True
    assert f"'{GROUP}'" in result["msg"]
    assert "Run again" in result["msg"]
    assert first.values(GROUP, "member") == [f"CN=u1,{USERS}".encode()]
    assert second.logons() == 0


def test_when_the_server_is_lost_after_a_write_its_name_and_the_write_are_told(two):
    first, second, run = two(Faults(breaks_on="delete"))
    (result,) = run.all(Step("ad_group", {**WANTED, "members": None, "state": "absent"}))
    assert result["failed"]
    assert first.address in result["msg"]
    assert second.logons() == 0


@pytest.mark.parametrize("data", ["52e", "775"])
def test_a_refused_logon_is_not_tried_on_the_next_server(data, two):
    first, second, run = two(Faults(logon=data))
    assert first.address in run.error("ad_group", **WANTED)
    assert (first.logons(), second.logons()) == (1, 0)


def test_when_no_server_can_be_used_each_is_named_with_its_reason(forest, start, modules_of):
    broken = [start(forest, Faults(breaks_after=0)), start(forest, Faults(answers={"search": (51, "")}))]
    run = modules_of(broken[0], server=[one.address for one in broken])
    message = run.error("ad_object_info", type="group")
    assert f"{broken[0].address}:{LDAPS}: the connection broke off" in message
    assert f"{broken[1].address}:{LDAPS}: the server is busy" in message
