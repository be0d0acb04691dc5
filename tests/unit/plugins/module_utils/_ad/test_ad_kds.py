# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The KDS root key: there, there but not effective, absent, and not visible to who asks."""

from __future__ import annotations

import datetime

import pytest
from ansible_collections.flowops.prefect.plugins.module_utils._ad import values
from ansible_collections.flowops.prefect.plugins.module_utils._ad.kds import expect_root_key
from ansible_collections.flowops.prefect.plugins.module_utils._engine.errors import Conflict
from ansible_collections.flowops.prefect.plugins.modules import ad_objects, ad_service_account
from ansible_collections.flowops.prefect.tests.unit.support.memory_directory import (
    BASE,
    CONFIGURATION,
    NOW,
    MemoryDirectory,
    run_on,
)

KEYS = f"CN=Master Root Keys,CN=Group Key Distribution Service,CN=Services,{CONFIGURATION}"
HOURS = datetime.timedelta(hours=1)
ACCOUNT = {"dns_hostname": "a.lab.test", "owner": "jane", "purpose": "Loads", "ticket": "CHG-1"}


def ticks(moment: datetime.datetime) -> str:
    """As msKds-UseStartTime: 100 ns since 1601."""
    return str(int((moment - values.moment(0)).total_seconds()) * 10_000_000)


def forest(*starts: datetime.datetime | None, allowed: bool = False) -> MemoryDirectory:
    """A forest with root keys; None is one of which nothing can be read. allowed: who asks may make keys."""
    directory = MemoryDirectory()
    directory.put(f"CN=Jane,{BASE}", objectClass=["top", "user"], sAMAccountName=["jane"])
    may = {"allowedChildClassesEffective": ["msKds-ProvRootKey"]} if allowed else {}
    directory.put(KEYS, objectClass=["top", "container"], **may)
    for number, start in enumerate(starts):
        shown = {} if start is None else {"msKds-UseStartTime": [ticks(start)]}
        directory.put(f"CN=key{number},{KEYS}", objectClass=["top", "msKds-ProvRootKey"], **shown)
    return directory


def with_password(directory: MemoryDirectory) -> MemoryDirectory:
    """The same forest, in which a host has fetched a password."""
    directory.put(
        f"CN=other,{BASE}",
        objectClass=["top", "user", "computer", "msDS-GroupManagedServiceAccount"],
        **{"msDS-ManagedPasswordId": ["key"]},
    )
    return directory


@pytest.mark.parametrize("starts", [(NOW,), (NOW - 11 * HOURS,), (NOW + 9 * HOURS, NOW - HOURS), (None, NOW)])
def test_a_key_that_counts(starts: tuple[datetime.datetime | None, ...]) -> None:
    assert expect_root_key(forest(*starts), "a") == []


@pytest.mark.parametrize("evidence", [False, True])
def test_a_key_that_does_not_count_yet(evidence: bool) -> None:
    directory = forest(NOW + 10 * HOURS)
    if evidence:
        with_password(directory)
    with pytest.raises(Conflict) as caught:
        expect_root_key(directory, "a")
    said = caught.value.one_line()
    assert "counts from 2026-11-26 22:00 UTC on, and it is 2026-11-26 12:00 UTC now" in said
    assert "Wait until then" in said


def test_no_key_as_who_would_see_one() -> None:
    with pytest.raises(Conflict, match=r"the forest has no KDS root key.* Add-KdsRootKey once, and wait ten hours"):
        expect_root_key(forest(allowed=True), "a")


@pytest.mark.parametrize("starts", [(), (None,)])
def test_what_cannot_be_seen_is_said(starts: tuple[None, ...]) -> None:
    (said,) = expect_root_key(forest(*starts), "a")
    assert "cannot be seen with the rights of this account" in said
    assert "no host can fetch the password of 'a'" in said


@pytest.mark.parametrize("starts", [(), (None,)])
def test_a_password_that_was_made_is_evidence(starts: tuple[None, ...]) -> None:
    assert expect_root_key(with_password(forest(*starts)), "a") == []


@pytest.mark.parametrize("check_mode", [True, False])
def test_without_a_key_no_managed_account_is_created(check_mode: bool) -> None:
    directory = forest(allowed=True)
    result = run_on(directory, ad_service_account.main, check_mode=check_mode, name="a", **ACCOUNT).result
    assert result["error"]["kind"] == "Conflict"
    assert "no KDS root key" in result["msg"]
    for kind in ("smsa", "user"):
        options = {**ACCOUNT, "name": "a", "type": kind, "dns_hostname": None, "enabled": False}
        assert run_on(directory, ad_service_account.main, check_mode=True, **options).result["changed"] is True


def test_an_account_that_is_there_needs_no_key() -> None:
    directory = forest(NOW)
    run_on(directory, ad_service_account.main, name="a", **ACCOUNT)
    directory.delete(f"CN=key0,{KEYS}")
    result = run_on(directory, ad_service_account.main, name="a", enabled=False).result
    assert (result["changed"], "consequences" in result) == (True, False)


def test_for_many_accounts_it_is_asked_once() -> None:
    directory = forest(None)
    accounts = [{**ACCOUNT, "name": f"a{number}"} for number in range(3)]
    result = run_on(directory, ad_objects.main, check_mode=True, objects={"service_accounts": accounts}).result
    assert [change["action"] for change in result["changes"]] == ["create"] * 3
    assert len(result["consequences"]) == 1
