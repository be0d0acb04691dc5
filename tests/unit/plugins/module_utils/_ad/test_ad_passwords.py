# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The age of a password, which no real directory lets a test choose."""

from __future__ import annotations

import datetime
import typing as t

import pytest
from ansible_collections.flowops.prefect.plugins.module_utils._ad import values
from ansible_collections.flowops.prefect.plugins.modules import ad_objects, ad_service_account, ad_user
from ansible_collections.flowops.prefect.tests.unit.support.memory_directory import BASE, MemoryDirectory, run_on
from ansible_collections.flowops.prefect.tests.unit.support.module_runner import Ran

OLD, NEW = "0ld-s3cr3t-Password", "N3w-s3cr3t-Password"
MAINS = {"user": ad_user.main, "service_account": ad_service_account.main}
every_kind = pytest.mark.parametrize("kind", list(MAINS))


class WithPasswords(MemoryDirectory):
    """Notes when a password was set, as a domain controller does."""

    def modify(self, name: str, changes: dict[str, t.Any]) -> None:
        super().modify(name, changes)
        if "unicodePwd" in changes:
            self.aged(name, 0)

    def aged(self, name: str, days: float) -> None:
        """The password was set that long ago."""
        moment = self.now - datetime.timedelta(days=days)
        self.set(name, "pwdLastSet", str(int((moment - values.moment(0)).total_seconds() * 10_000_000)))


def options(kind: str) -> dict[str, t.Any]:
    owned = {"type": "user", "owner": "jane", "purpose": "Loads", "ticket": "CHG-1"}
    return {"name": "a", "path": BASE, **(owned if kind == "service_account" else {})}


@pytest.fixture
def directory() -> WithPasswords:
    found = WithPasswords()
    found.put(f"CN=Jane,{BASE}", objectClass=["top", "user"], sAMAccountName=["jane"])
    return found


def made(directory: WithPasswords, kind: str, days: float) -> str:
    """An account whose password is that old; its DN."""
    run_on(directory, MAINS[kind], **options(kind), account_password=OLD)
    directory.aged(f"CN=a,{BASE}", days)
    return f"CN=a,{BASE}"


def run(directory: WithPasswords, kind: str, *, check_mode: bool = False, **how: t.Any) -> Ran:
    return run_on(directory, MAINS[kind], check_mode=check_mode, **options(kind), account_password=NEW, **how)


@every_kind
@pytest.mark.parametrize(
    ("days", "limit", "due"), [(29.9, 30, False), (30.1, 30, True), (1.1, 1, True), (400, 30, True)]
)
def test_a_password_is_renewed_when_it_is_older_than_it_may_be(
    directory: WithPasswords, kind: str, days: float, limit: int, due: bool
) -> None:
    dn = made(directory, kind, days)
    how = {"update_password": "when_older", "password_max_age": limit}
    before = directory.objects[dn.lower()][1]["unicodePwd"]
    results = [run(directory, kind, check_mode=check_mode, **how).result for check_mode in (True, False, False)]
    assert [result["changed"] for result in results] == [due, due, False]
    assert results[0]["diff"] == results[1]["diff"]
    assert (directory.objects[dn.lower()][1]["unicodePwd"] != before) is due


@every_kind
@pytest.mark.parametrize("how", [{}, {"update_password": "on_create"}, {"password_max_age": 1}])
def test_otherwise_it_is_never_touched(directory: WithPasswords, kind: str, how: dict[str, t.Any]) -> None:
    made(directory, kind, 4000)
    assert run(directory, kind, **how).result["changed"] is False


@every_kind
def test_an_account_that_never_got_a_password_gets_one(directory: WithPasswords, kind: str) -> None:
    run_on(directory, MAINS[kind], **options(kind), enabled=False)
    directory.set(f"CN=a,{BASE}", "pwdLastSet", "0")
    how = {"update_password": "when_older", "password_max_age": 9}
    assert run(directory, kind, **how).result["changed"] is True
    assert run(directory, kind, **how).result["changed"] is False


@every_kind
@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"update_password": "when_older"}, "password_max_age"),
        ({"update_password": "when_older", "password_max_age": 0}, "it is below 1 day"),
        ({"update_password": "always"}, "value of update_password must be one of"),
    ],
)
def test_what_cannot_be_meant(directory: WithPasswords, kind: str, how: dict[str, t.Any], said: str) -> None:
    assert said in run(directory, kind, **how).result["msg"]


@every_kind
def test_no_password_leaves_the_module(directory: WithPasswords, kind: str) -> None:
    made(directory, kind, 400)
    how = {"update_password": "when_older", "password_max_age": 30}
    for check_mode in (True, False):
        ran = run(directory, kind, check_mode=check_mode, **how)
        assert ran.result["changed"] is True
        assert "s3cr3t" not in ran.output


def test_many_at_once_are_renewed_by_their_age_as_well(directory: WithPasswords) -> None:
    made(directory, "user", 400)
    wanted = {**options("user"), "account_password": NEW, "update_password": "when_older", "password_max_age": 30}
    for expected in (True, False):
        ran = run_on(directory, ad_objects.main, objects={"users": [wanted]})
        assert ran.result["changed"] is expected
        assert "s3cr3t" not in ran.output
