# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that a survey left blank: not given where that can be meant, and otherwise the same error in both modes."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flowops.prefect.plugins.modules import ad_group, ad_ou, ad_service_account
from ansible_collections.flowops.prefect.tests.unit.support.memory_directory import BASE, MemoryDirectory, run_on

PLACE = f"OU=FlowOps,{BASE}"
MAINS = {"group": ad_group.main, "organizational_unit": ad_ou.main, "service_account": ad_service_account.main}
COMPLETE = {
    "group": {"name": "GG-A", "path": PLACE},
    "organizational_unit": {"name": "A", "path": PLACE},
    "service_account": {
        "name": "gmsa-a",
        "path": PLACE,
        "dns_hostname": "gmsa-a.lab.test",
        "owner": "GG-Owner",
        "purpose": "Runs the workers",
        "ticket": "CHG-1",
    },
}
REFUSED = [
    *((kind, "name", "", "it is empty") for kind in MAINS),
    ("group", "sam_account_name", " ", "it is empty"),
    ("group", "members", {"set": [""]}, "an element of 'set' is empty"),
    ("group", "members", {"remove": ["a", " "]}, "an element of 'remove' is empty"),
    ("service_account", "dns_hostname", "", "it is empty"),
    ("service_account", "principals_allowed_to_retrieve", {"add": [""]}, "an element of 'add' is empty"),
    ("service_account", "service_principal_names", {"set": [""]}, "an element of 'set' is empty"),
]


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize(("kind", "option", "value", "why"), REFUSED)
def test_a_blank_that_can_mean_nothing_is_refused(
    kind: str, option: str, value: t.Any, why: str, check_mode: bool
) -> None:
    directory = MemoryDirectory(PLACE)
    options = {**COMPLETE[kind], "identity": COMPLETE[kind]["name"], option: value}
    result = run_on(directory, MAINS[kind], check_mode=check_mode, **options).result
    assert result["error"]["kind"] == "InvalidInput"
    assert result["msg"].startswith(f"Cannot set '{option}' of ")
    assert result["error"]["reason"] == why


@pytest.mark.parametrize("kind", MAINS)
def test_a_blank_path_or_identity_is_not_given(kind: str) -> None:
    directory = MemoryDirectory(PLACE)
    directory.put(f"CN=GG-Owner,{PLACE}", objectClass=["top", "group"], sAMAccountName=["GG-Owner"])
    blank = {**COMPLETE[kind], "path": "", "identity": ""}
    results = [
        run_on(directory, MAINS[kind], check_mode=check_mode, **blank).result for check_mode in (True, False, False)
    ]
    assert [result["changed"] for result in results] == [True, True, False]
    assert results[0]["diff"] == results[1]["diff"]
    assert {"path", "identity"}.isdisjoint(results[1]["diff"]["after"])


def test_a_blank_path_moves_nothing() -> None:
    directory = MemoryDirectory(PLACE)
    run_on(directory, ad_group.main, **COMPLETE["group"])
    result = run_on(directory, ad_group.main, name="GG-A", path="").result
    assert (result["changed"], result["distinguished_name"]) == (False, f"CN=GG-A,{PLACE}")


@pytest.mark.parametrize("state", ["present", "absent"])
@pytest.mark.parametrize("check_mode", [True, False])
def test_a_blank_identity_alone_finds_nothing(check_mode: bool, state: str) -> None:
    result = run_on(MemoryDirectory(), ad_group.main, check_mode=check_mode, identity="", state=state).result
    assert "one of these options is needed: name, identity" in result["msg"]


def test_a_blank_owner_takes_the_owner_away() -> None:
    directory = MemoryDirectory(PLACE)
    run_on(directory, ad_ou.main, **COMPLETE["organizational_unit"], managed_by=PLACE)
    assert directory.texts(f"OU=A,{PLACE}", "managedBy") == [PLACE]
    assert run_on(directory, ad_ou.main, **COMPLETE["organizational_unit"], managed_by="").result["changed"]
    assert directory.texts(f"OU=A,{PLACE}", "managedBy") == []
