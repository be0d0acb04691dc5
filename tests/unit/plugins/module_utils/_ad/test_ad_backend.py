# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Directory objects through their modules: who is found again, and what can be taken away."""

from __future__ import annotations

import pytest
from ansible_collections.flowops.prefect.plugins.modules import ad_group, ad_service_account
from ansible_collections.flowops.prefect.tests.unit.support.memory_directory import BASE, MemoryDirectory, run_on

PLACE = f"OU=FlowOps,{BASE}"
OWNED = {"managed_by": "GG-A", "description": "Runs the workers", "ticket": "CHG-1"}
ACCOUNT = {"name": "gmsa-a", "path": PLACE, "dns_hostname": "gmsa-a.lab.test", **OWNED}


@pytest.fixture
def directory() -> MemoryDirectory:
    found = MemoryDirectory(PLACE)
    found.put(
        f"CN=GG-A,{PLACE}",
        objectClass=["top", "group"],
        sAMAccountName=["GG-A"],
        userPrincipalName=["gg-a@lab.test"],
        groupType=["-2147483646"],
    )
    return found


@pytest.mark.parametrize("identity", ["GG-A", "gg-a@lab.test", f"CN=GG-A,{PLACE}"])
def test_a_group_that_is_renamed_is_found_again_by_its_new_account_name(
    directory: MemoryDirectory, identity: str
) -> None:
    wanted = {"identity": identity, "name": "GG-B", "sam_account_name": "GG-B"}
    first = run_on(directory, ad_group.main, **wanted).result
    assert (first["changed"], first["distinguished_name"]) == (True, f"CN=GG-B,{PLACE}")
    directory.modify(f"CN=GG-B,{PLACE}", {"userPrincipalName": []})
    for check_mode in (True, False):
        again = run_on(directory, ad_group.main, check_mode=check_mode, **wanted).result
        assert (again["changed"], again["object_guid"]) == (False, first["object_guid"])
    gone = run_on(directory, ad_group.main, **wanted, state="absent").result
    assert (gone["changed"], gone["distinguished_name"]) == (True, None)


def test_an_account_name_may_change_without_the_name(directory: MemoryDirectory) -> None:
    wanted = {"identity": "GG-A", "sam_account_name": "GG-B"}
    results = [run_on(directory, ad_group.main, **wanted).result for _twice in range(2)]
    assert [result["changed"] for result in results] == [True, False]
    assert {result["distinguished_name"] for result in results} == {f"CN=GG-A,{PLACE}"}


@pytest.mark.parametrize("identity", ["GG-Old", f"CN=GG-Old,{BASE}"])
@pytest.mark.parametrize("check_mode", [True, False])
def test_an_account_name_that_is_used_in_another_place_than_asked_for(
    directory: MemoryDirectory, identity: str, check_mode: bool
) -> None:
    wanted = {"identity": identity, "name": "GG-A", **({} if "=" in identity else {"path": BASE})}
    result = run_on(directory, ad_group.main, check_mode=check_mode, **wanted).result
    assert result["error"]["kind"] == "Conflict"
    assert f"its account name 'GG-A' belongs to 'CN=GG-A,{PLACE}'" in result["msg"]
    gone = run_on(directory, ad_group.main, check_mode=check_mode, **wanted, state="absent").result
    assert gone["error"]["kind"] == "Conflict"
    assert "Leave 'path' out to remove that object" in gone["msg"]


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_member_that_is_gone_from_the_directory(directory: MemoryDirectory, check_mode: bool) -> None:
    elsewhere = "CN=Foreign,DC=other,DC=test"
    directory.objects[f"cn=gg-a,{PLACE}".lower()][1]["member"] = [elsewhere.encode()]
    result = run_on(
        directory,
        ad_group.main,
        check_mode=check_mode,
        name="GG-A",
        members={"remove": ["GG-Gone", f"CN=Gone,{PLACE}", elsewhere.lower()]},
    ).result
    assert result["diff"]["before"]["members"] == [elsewhere]
    assert result["diff"]["after"]["members"] == []
    assert "predicted" not in result


@pytest.mark.parametrize("check_mode", [True, False])
def test_the_sid_of_a_principal_that_is_gone_from_the_directory(directory: MemoryDirectory, check_mode: bool) -> None:
    sid = directory.put(f"CN=GG-B,{PLACE}", objectClass=["top", "group"], sAMAccountName=["GG-B"])
    run_on(directory, ad_service_account.main, **ACCOUNT, principals_allowed_to_retrieve={"set": ["GG-A", "GG-B"]})
    directory.delete(f"CN=GG-B,{PLACE}")

    def without(*names: str) -> dict[str, object]:
        verbs = {"remove": list(names)}
        return run_on(
            directory,
            ad_service_account.main,
            check_mode=check_mode,
            **ACCOUNT,
            principals_allowed_to_retrieve=verbs,
        ).result

    assert without("GG-B")["changed"] is False
    result = without(sid.lower())
    assert result["changed"] is True
    assert "predicted" not in result
    assert without(sid)["changed"] is check_mode


@pytest.mark.parametrize("check_mode", [True, False])
def test_no_encryption_types_would_let_rc4_in(directory: MemoryDirectory, check_mode: bool) -> None:
    result = run_on(
        directory, ad_service_account.main, check_mode=check_mode, **ACCOUNT, kerberos_encryption_types=[]
    ).result
    assert result["msg"].startswith("Cannot set 'kerberos_encryption_types' of service account 'gmsa-a'")
    assert "which may include RC4" in result["msg"]


def test_bits_that_are_no_encryption_types_survive(directory: MemoryDirectory) -> None:
    run_on(directory, ad_service_account.main, **ACCOUNT)
    account = f"CN=gmsa-a,{PLACE}"
    directory.modify(account, {"msDS-SupportedEncryptionTypes": [str(0x50000 | 28).encode()]})
    assert run_on(directory, ad_service_account.main, **ACCOUNT).result["changed"] is True
    assert directory.texts(account, "msDS-SupportedEncryptionTypes") == [str(0x50000 | 24)]
