# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check mode returns what the real run returns, except for what only the directory can hand out."""

from __future__ import annotations

import copy
import typing as t

import pytest
from ansible_collections.flowops.prefect.plugins.modules import ad_group, ad_ou, ad_service_account
from ansible_collections.flowops.prefect.tests.unit.support.memory_directory import BASE, MemoryDirectory, run_on

PLACE = f"OU=FlowOps,{BASE}"
ROOMS = f"OU=Rooms,{PLACE}"
OWNED = {"managed_by": "GG-Owner", "description": "Runs the workers", "ticket": "CHG-1"}
KINDS: dict[str, tuple[t.Callable[[], None], dict[str, t.Any]]] = {
    "group": (ad_group.main, {"managed_by": "GG-Owner", "members": {"set": ["GG-Owner"]}}),
    "organizational_unit": (ad_ou.main, {"managed_by": "GG-Owner"}),
    "service_account": (
        ad_service_account.main,
        {"dns_hostname": "a.lab.test", "principals_allowed_to_retrieve": {"add": ["GG-Owner"]}, **OWNED},
    ),
}
every_kind = pytest.mark.parametrize("kind", KINDS)


def both(directory: MemoryDirectory, kind: str, **options: t.Any) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
    """Results of check mode and of the real run after it."""
    before = copy.deepcopy(directory.objects)
    promised = run_on(directory, KINDS[kind][0], check_mode=True, **options).result
    assert directory.objects == before
    return promised, run_on(directory, KINDS[kind][0], **options).result


def without(result: dict[str, t.Any], *names: str) -> dict[str, t.Any]:
    """The result without these keys, at every depth."""
    kept = {key: value for key, value in result.items() if key not in (*names, "invocation")}
    return {key: without(value, *names) if isinstance(value, dict) else value for key, value in kept.items()}


@pytest.fixture
def directory() -> MemoryDirectory:
    found = MemoryDirectory(PLACE, ROOMS)
    found.put(f"CN=GG-Owner,{PLACE}", objectClass=["top", "group"], sAMAccountName=["GG-Owner"])
    return found


@every_kind
@pytest.mark.parametrize("path", [PLACE, PLACE.lower(), None])
def test_a_new_object(directory: MemoryDirectory, kind: str, path: str | None) -> None:
    promised, done = both(directory, kind, name="a", path=path, **KINDS[kind][1])
    assert done["changed"] is True
    assert without(promised, "object_guid", "sid") == without(done, "object_guid", "sid")
    assert (promised["sid"] is None) == (done["sid"] is None)
    assert promised["distinguished_name"] == promised[kind]["distinguished_name"]


@every_kind
@pytest.mark.parametrize("to", [{"name": "b"}, {"path": ROOMS}, {"name": "b, c", "path": ROOMS.lower()}, {}])
def test_a_renamed_or_moved_object(directory: MemoryDirectory, kind: str, to: dict[str, str]) -> None:
    needed = {"dns_hostname": "old.lab.test", **OWNED} if kind == "service_account" else {}
    first = run_on(directory, KINDS[kind][0], name="a", path=PLACE, **needed).result
    promised, done = both(directory, kind, identity=first["object_guid"], **to, **KINDS[kind][1])
    assert done["changed"] is True
    assert without(promised) == without(done)


@every_kind
def test_a_removed_object(directory: MemoryDirectory, kind: str) -> None:
    run_on(directory, KINDS[kind][0], name="a", path=PLACE, **KINDS[kind][1])
    promised, done = both(directory, kind, name="a", path=PLACE, state="absent")
    assert without(promised) == without(done)
    assert done["changed"] is True
    assert [done[name] for name in ("distinguished_name", "object_guid", "sid", kind)] == [None, None, None, {}]


def test_what_does_not_exist_yet_is_a_name(directory: MemoryDirectory) -> None:
    options = {"name": "a", "path": f"OU=Later,{BASE}", "managed_by": "Later", "members": {"set": ["Later"]}}
    result = run_on(directory, ad_group.main, check_mode=True, **options).result
    assert result["distinguished_name"] == f"CN=a,OU=Later,{BASE}"
    assert (result["group"]["managed_by"], result["group"]["members"]) == ("Later", ["Later"])
    readers = {"principals_allowed_to_retrieve": {"set": ["Later"]}}
    options = {"name": "b", "dns_hostname": "b.lab.test", **readers, **OWNED, "managed_by": "Later"}
    result = run_on(directory, ad_service_account.main, check_mode=True, **options).result
    assert result["service_account"]["principals_allowed_to_retrieve"] == ["Later"]
