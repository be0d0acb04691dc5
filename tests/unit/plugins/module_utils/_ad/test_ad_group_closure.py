# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Groups, nested and in circles, on a directory in memory; and which of them are special."""

from __future__ import annotations

import pytest
from ansible_collections.flowops.prefect.plugins.module_utils._ad import filters, well_known
from ansible_collections.flowops.prefect.plugins.module_utils._ad.directory import Entry
from ansible_collections.flowops.prefect.plugins.module_utils._ad.group_closure import GroupPath, closure
from ansible_collections.flowops.prefect.plugins.module_utils._ad.local_administrators import places, understood
from ansible_collections.flowops.prefect.tests.unit.support.memory_directory import BASE, MemoryDirectory

DOMAIN = "S-1-5-21-1-2-3"


class CountingDirectory(MemoryDirectory):
    """Counts searches."""

    searches = 0

    def search(self, condition: filters.Filter, attributes: list[str], **where: str) -> list[Entry]:
        self.searches += 1
        return super().search(condition, attributes, **where)


def group(directory: MemoryDirectory, name: str, *parents: str) -> str:
    """A group in others; they need not be there yet."""
    member_of = [f"CN={parent},{BASE}" for parent in parents]
    return directory.put(
        f"CN={name},{BASE}",
        objectClass=["top", "group"],
        sAMAccountName=[name],
        **({"memberOf": member_of} if member_of else {}),
    )


def account(directory: MemoryDirectory, name: str, *groups: str, **more: list[str]) -> Entry:
    member_of = [f"CN={parent},{BASE}" for parent in groups]
    directory.put(f"CN={name},{BASE}", objectClass=["top", "user"], sAMAccountName=[name], memberOf=member_of, **more)
    entry = directory.get(f"CN={name},{BASE}", [])
    assert entry is not None
    return entry


def ways(paths: list[GroupPath]) -> dict[str, tuple[str, ...]]:
    return {path.name: path.through for path in paths}


def test_nested_groups_by_the_shortest_way() -> None:
    directory = MemoryDirectory()
    for name, parents in {"A": ["B"], "B": ["C"], "C": ["D"], "D": [], "E": ["D"]}.items():
        group(directory, name, *parents)
    first, second, third = account(directory, "u", "A", "E"), account(directory, "v", "C"), account(directory, "w")
    found = closure(directory, [first, second, third])
    assert ways(found[first.dn]) == {"A": (), "E": (), "B": ("A",), "D": ("E",), "C": ("A", "B")}
    assert ways(found[second.dn]) == {"C": (), "D": ("C",)}
    assert found[third.dn] == []
    assert all(path.complete and path.sid.startswith(DOMAIN) for path in found[first.dn])


def test_a_circle_ends() -> None:
    directory = MemoryDirectory()
    for name, parents in {"A": ["B"], "B": ["C"], "C": ["A", "C"]}.items():
        group(directory, name, *parents)
    entry = account(directory, "u", "A")
    assert ways(closure(directory, [entry])[entry.dn]) == {"A": (), "B": ("A",), "C": ("A", "B")}


def test_the_primary_group_and_what_it_is_in() -> None:
    directory = MemoryDirectory()
    group(directory, "Top")
    sid = group(directory, "Everybody", "Top")
    entry = account(directory, "u", "Top", primaryGroupID=[sid.rpartition("-")[2]])
    found = {path.name: path for path in closure(directory, [entry])[entry.dn]}
    assert found["Everybody"].primary is True
    assert found["Top"].through == ()
    assert found["Top"].primary is False


def test_a_group_that_nobody_shows_is_there_all_the_same() -> None:
    directory = MemoryDirectory()
    group(directory, "A", "Hidden")
    entry = account(directory, "u", "A", primaryGroupID=["999"])
    found = {path.name: path for path in closure(directory, [entry])[entry.dn]}
    assert found["Hidden"] == GroupPath(f"CN=Hidden,{BASE}", "", "Hidden", ("A",), complete=False)
    assert found[f"{DOMAIN}-999"] == GroupPath("", f"{DOMAIN}-999", f"{DOMAIN}-999", primary=True, complete=False)


def test_what_everybody_is_in_comes_last() -> None:
    directory = MemoryDirectory()
    group(directory, "Admins")
    group(directory, "A")
    stand_in = f"CN=S-1-5-11,CN=ForeignSecurityPrincipals,{BASE}"
    directory.put(stand_in, objectClass=["top", "foreignSecurityPrincipal"], memberOf=[f"CN=Admins,{BASE}"])
    directory.objects[stand_in.lower()][1]["objectSid"] = [bytes.fromhex("01010000000000050b000000")]
    entry = account(directory, "u", "A")
    assert ways(closure(directory, [entry])[entry.dn]) == {"A": ()}
    assert ways(closure(directory, [entry], implicit=True)[entry.dn]) == {"A": (), "Admins": ("Authenticated Users",)}


def test_many_accounts_cost_no_more_than_the_deepest_of_them() -> None:
    directory = CountingDirectory()
    for number in range(5):
        group(directory, f"G{number}", *([f"G{number + 1}"] if number < 4 else []))
    entries = [account(directory, f"u{number}", f"G{number % 5}") for number in range(400)]
    directory.searches = 0
    found = closure(directory, entries)
    assert ways(found[entries[0].dn])["G4"] == ("G0", "G1", "G2", "G3")
    assert directory.searches <= 2


@pytest.mark.parametrize(
    ("sid", "name", "severity"),
    [
        (f"{DOMAIN}-512", "Domain Admins", "critical"),
        (f"{DOMAIN}-512", "Domänen-Admins", "critical"),
        (f"{DOMAIN}-519", "Enterprise Admins", "critical"),
        ("S-1-5-32-544", "Administrators", "critical"),
        ("S-1-5-32-548", "Account Operators", "critical"),
        (f"{DOMAIN}-1101", "DnsAdmins", "critical"),
        (f"{DOMAIN}-520", "Group Policy Creator Owners", "warning"),
        ("S-1-5-32-573", "Event Log Readers", "info"),
        ("", "DnsAdmins", "critical"),
        ("", "Domain Admins", None),
        (f"{DOMAIN}-513", "Domain Users", None),
        (f"{DOMAIN}-525", "Protected Users", None),
        (f"{DOMAIN}-544", "a group of the domain", None),
        ("S-1-5-32-512", "no such group", None),
    ],
)
def test_privileged_groups_are_known_by_their_number(sid: str, name: str, severity: str | None) -> None:
    found = well_known.privilege(sid, name)
    assert (found.severity if found else None) == severity
    assert (well_known.privilege_of(sid, name) is not None) is (severity in ("critical", "warning"))


def test_who_administers_a_domain() -> None:
    other = "S-1-5-21-7-8-9"
    for sid in ("S-1-5-18", "S-1-5-32-544", "S-1-5-10", f"{DOMAIN}-512", f"{DOMAIN}-519", f"{DOMAIN}-527"):
        assert well_known.administers(sid, DOMAIN, in_forest=sid == f"{DOMAIN}-512")
    assert well_known.administers(f"{other}-519", DOMAIN, in_forest=True)
    assert not well_known.administers(f"{other}-519", DOMAIN, in_forest=False)
    assert not well_known.administers(f"{other}-512", DOMAIN, in_forest=True)
    assert not well_known.administers(f"{DOMAIN}-1100", DOMAIN, in_forest=True)


def test_who_is_everybody() -> None:
    broad = ("S-1-1-0", "S-1-5-11", "S-1-5-7", "S-1-5-32-545", f"{DOMAIN}-513", f"{DOMAIN}-515")
    assert [sid for sid in broad if not well_known.is_broad(sid)] == []
    assert not well_known.is_broad(f"{DOMAIN}-512")
    assert not well_known.is_broad("S-1-5-32-513")


FACTS = {
    "sid": f"{DOMAIN}-1100",
    "sam_account_name": "svc-loads",
    "groups": [{"sid": f"{DOMAIN}-512", "name": "Domain Admins"}, {"sid": f"{DOMAIN}-1200", "name": "Loads"}],
}


@pytest.mark.parametrize(
    ("members", "found"),
    [
        (["LAB\\svc-loads"], [{"host": "h", "through": None}]),
        (["lab\\SVC-LOADS"], [{"host": "h", "through": None}]),
        (["lab.test\\svc-loads"], [{"host": "h", "through": None}]),
        (["svc-loads@lab.test"], [{"host": "h", "through": None}]),
        (["svc-loads"], [{"host": "h", "through": None}]),
        ([f"{DOMAIN.lower()}-1100"], [{"host": "h", "through": None}]),
        (["LAB\\Loads"], [{"host": "h", "through": "Loads"}]),
        ([f"{DOMAIN}-512"], [{"host": "h", "through": "Domain Admins"}]),
        (["NT AUTHORITY\\Authenticated Users"], [{"host": "h", "through": "Authenticated Users"}]),
        (["Everyone"], [{"host": "h", "through": "Everyone"}]),
        (["HOST\\svc-loads"], []),
        (["OTHER\\Domain Admins"], []),
        (["svc-loads@other.test"], []),
        (["LAB\\Everyone"], []),
        (["LAB\\svc-loads2", "S-1-5-21-9-9-9-512"], []),
        ([], []),
    ],
)
def test_local_administrators(members: list[str], found: list[dict[str, str | None]]) -> None:
    directory = CountingDirectory()
    directory.put(
        f"CN=LAB,CN=Partitions,CN=Configuration,{BASE}",
        objectClass=["top", "crossRef"],
        nCName=[BASE],
        nETBIOSName=["LAB"],
    )
    assert places(understood(directory, {"h": members, "empty": []}), FACTS) == found
