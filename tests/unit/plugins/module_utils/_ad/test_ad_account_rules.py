# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules about accounts that need what no test directory lets anybody write: SID history, and old passwords."""

from __future__ import annotations

import datetime
import typing as t

import pytest
from ansible_collections.flowops.prefect.plugins.module_utils._ad import values
from ansible_collections.flowops.prefect.plugins.modules import ad_objects, ad_service_account, ad_user
from ansible_collections.flowops.prefect.tests.unit.support.memory_directory import BASE, NOW, MemoryDirectory, run_on

PLACE = f"OU=FlowOps,{BASE}"
OWNED = {"owner": "GG-A", "purpose": "Runs the workers", "ticket": "CHG-1"}
ACCOUNT = {"name": "gmsa-a", "path": PLACE, "dns_hostname": "gmsa-a.lab.test", **OWNED}
DN = f"CN=gmsa-a,{PLACE}"
FORMER_ADMINS, FORMER_USER = "S-1-5-21-9-9-9-512", "S-1-5-21-9-9-9-1601"
PASSWORD = "A-long-Passphrase-4711"


@pytest.fixture
def directory() -> MemoryDirectory:
    found = MemoryDirectory(PLACE)
    found.put(f"CN=GG-A,{PLACE}", objectClass=["top", "group"], sAMAccountName=["GG-A"], groupType=["-2147483646"])
    return found


def with_history(directory: MemoryDirectory, sid: str) -> None:
    run_on(directory, ad_service_account.main, **ACCOUNT)
    directory.objects[DN.lower()][1]["sIDHistory"] = [values.sid_to_bytes(sid)]


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_privileged_group_in_the_sid_history(directory: MemoryDirectory, check_mode: bool) -> None:
    with_history(directory, FORMER_ADMINS)
    wanted = {"objects": {"service_accounts": [ACCOUNT]}}
    for main, options in ((ad_service_account.main, ACCOUNT), (ad_objects.main, wanted)):
        result = run_on(directory, main, check_mode=check_mode, **options).result
        assert f"its SID history holds '{FORMER_ADMINS}'" in result["msg"]
        assert "administers the domain and every host in it" in result["msg"]
    allowed = run_on(directory, ad_service_account.main, **ACCOUNT, allow_privileged=[FORMER_ADMINS]).result
    assert allowed["changed"] is False
    off = run_on(directory, ad_service_account.main, check_mode=check_mode, **ACCOUNT, enabled=False).result
    assert FORMER_ADMINS in off["consequences"][0]


def test_an_ordinary_account_in_the_sid_history_is_none_of_our_business(directory: MemoryDirectory) -> None:
    with_history(directory, FORMER_USER)
    assert run_on(directory, ad_service_account.main, **ACCOUNT).result["changed"] is False


def test_a_sid_history_that_is_hidden(directory: MemoryDirectory) -> None:
    with_history(directory, FORMER_ADMINS)
    directory.hide(DN, "sIDHistory")
    result = run_on(directory, ad_service_account.main, **ACCOUNT).result
    assert "its 'sIDHistory' may be hidden" in result["msg"]


@pytest.mark.parametrize("bulk", [True, False])
@pytest.mark.parametrize(("days", "due"), [(29, False), (31, True)])
def test_the_age_of_a_password_is_measured_by_the_domain_controller(
    directory: MemoryDirectory, days: int, due: bool, bulk: bool
) -> None:
    """The directory's time here is not that of this machine."""
    assert abs(NOW - datetime.datetime.now(datetime.UTC)) > datetime.timedelta(minutes=1)
    user: dict[str, t.Any] = {"name": "jane", "path": PLACE, "account_password": PASSWORD}
    run_on(directory, ad_user.main, **user)
    set_at = NOW - datetime.timedelta(days=days)
    ticks = int((set_at - datetime.datetime(1601, 1, 1, tzinfo=datetime.UTC)).total_seconds()) * 10**7
    directory.set(f"CN=jane,{PLACE}", "pwdLastSet", str(ticks))
    wanted = {**user, "update_password": "when_older", "password_max_age": 30}
    options, main = ({"objects": {"users": [wanted]}}, ad_objects.main) if bulk else (wanted, ad_user.main)
    directory.set(f"CN=jane,{PLACE}", "unicodePwd", "as before")
    assert run_on(directory, main, check_mode=True, **options).result["changed"] is due
    assert directory.texts(f"CN=jane,{PLACE}", "unicodePwd") == ["as before"]


@pytest.mark.parametrize("hidden", [("pwdLastSet",), ()])
def test_a_password_of_unknown_age_is_not_reset(directory: MemoryDirectory, hidden: tuple[str, ...]) -> None:
    user: dict[str, t.Any] = {"name": "jane", "path": PLACE, "account_password": PASSWORD}
    run_on(directory, ad_user.main, **user)
    directory.hide(f"CN=jane,{PLACE}", *hidden)
    directory.set(f"CN=jane,{PLACE}", "unicodePwd", "as before")
    wanted = {**user, "update_password": "when_older", "password_max_age": 30}
    assert "'pwdLastSet'" in run_on(directory, ad_user.main, **wanted).result["msg"]
    assert directory.texts(f"CN=jane,{PLACE}", "unicodePwd") == ["as before"]


def test_what_was_written_and_cannot_be_read_back_counts_as_a_change(directory: MemoryDirectory) -> None:
    directory.hide(DN, "info")
    result = run_on(directory, ad_service_account.main, **ACCOUNT).result
    assert "may not read 'info'" in result["msg"]
    assert result["changed"] is True
    assert directory.texts(DN, "info") == ["Ticket: CHG-1"]
