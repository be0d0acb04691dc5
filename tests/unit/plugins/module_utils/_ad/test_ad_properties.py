# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options to attributes and back: what an option does not speak of stays, and very many values go in portions."""

from __future__ import annotations

import re
import typing as t

import pytest
from ansible_collections.flowops.prefect.plugins.module_utils._ad import large_writes, properties
from ansible_collections.flowops.prefect.plugins.module_utils._ad.directory import Entry, Swap
from ansible_collections.flowops.prefect.plugins.module_utils._engine.plan import Change
from ansible_collections.flowops.prefect.plugins.modules import ad_group, ad_group_members
from ansible_collections.flowops.prefect.tests.unit.support.memory_directory import BASE, MemoryDirectory, run_on
from hypothesis import given
from hypothesis import strategies as st

NOTES = properties.InfoLines({"ticket": "Ticket", "decommissioned": "Decommissioned"})


def entry(**attributes: str) -> Entry:
    return Entry("CN=x", {name.replace("_", "-"): [text.encode()] for name, text in attributes.items()})


def encoded(item: t.Any, held: Entry | None, **wanted: t.Any) -> t.Any:
    changes = {key: Change(value) for key, value in wanted.items()}
    (value,) = item.encode(changes, wanted, held).values()
    return value


def lines_of(value: list[bytes]) -> list[str]:
    return re.split("\r\n|\r|\n", value[0].decode()) if value else []


class TestNotes:
    """Facts as lines of the notes."""

    @pytest.mark.parametrize(
        ("info", "ticket"),
        [
            ("Ticket: CHG-1", "CHG-1"),
            ("ticket :CHG-1", "CHG-1"),
            ("Old\r\n  TICKET:  CHG 1 ", "CHG 1"),
            ("Ticket:\nTicket: CHG-1\nTicket: CHG-2", "CHG-1"),
            ("Ticket: https://x/y:1", "https://x/y:1"),
            ("Ticketing: CHG-1", None),
            ("The Ticket: CHG-1", None),
            ("Ticket CHG-1", None),
            ("", None),
        ],
    )
    def test_a_line_is_found_by_its_label(self, info: str, ticket: str | None) -> None:
        assert NOTES.decode(entry(info=info))["ticket"] == ticket

    def test_a_new_object_has_only_these_lines(self) -> None:
        assert encoded(NOTES, None, ticket="CHG-1") == [b"Ticket: CHG-1"]
        assert encoded(NOTES, None, ticket="") == []

    @given(st.lists(st.text(max_size=12).filter(lambda line: "\n" not in line and "\r" not in line), max_size=5))
    def test_other_lines_stay_as_they_are(self, others: list[str]) -> None:
        others = [line for line in others if NOTES.decode(entry(info=f"{line}\nTicket: x"))["ticket"] == "x"]
        held = entry(info="\r\n".join([*others[:2], "Ticket: CHG-1", *others[2:]]))
        changed = encoded(NOTES, held, ticket="CHG-2", decommissioned="2026-11-26")
        assert lines_of(changed) == ["Decommissioned: 2026-11-26", "Ticket: CHG-2", *others]
        again = Entry("CN=x", {"info": changed})
        assert NOTES.decode(again) == {"ticket": "CHG-2", "decommissioned": "2026-11-26"}
        without = encoded(NOTES, again, ticket="", decommissioned=None)
        assert lines_of(without) == others


@pytest.mark.parametrize("value", ["", None])
def test_a_text_is_taken_away_by_what_is_there(value: str | None) -> None:
    assert encoded(properties.Text("place", "location"), entry(location="here"), place=value) == Swap([b"here"], [])
    assert encoded(properties.Text("place", "location"), None, place=value) == []


def test_names_in_one_text() -> None:
    hosts = properties.CommaList("hosts", "userWorkstations")
    assert hosts.decode(entry(userWorkstations="A,B,,C")) == {"hosts": ["A", "B", "C"]}
    assert hosts.decode(entry()) == {"hosts": []}
    assert encoded(hosts, entry(userWorkstations="A"), hosts=["B", "C"]) == [b"B,C"]
    assert encoded(hosts, entry(userWorkstations="A"), hosts=[]) == []


@given(st.integers(0, 2**31 - 1), st.booleans(), st.booleans())
def test_other_bits_of_the_account_stay(bits: int, enabled: bool, trusted: bool) -> None:
    control = properties.AccountControl({"enabled": -0x2, "trusted": 0x80000}, 0x200)
    held = entry(userAccountControl=str(bits))
    (written,) = encoded(control, held, enabled=enabled, trusted=trusted)
    assert int(written) & ~0x80002 == bits & ~0x80002
    assert control.decode(Entry("CN=x", {"userAccountControl": [written]})) == {"enabled": enabled, "trusted": trusted}
    (one,) = control.encode({"enabled": Change(enabled)}, {**control.decode(held), "enabled": enabled}, held).values()
    assert int(one[0]) & ~0x2 == bits & ~0x2


@given(st.lists(st.integers(0, 400), unique=True), st.lists(st.integers(500, 900), unique=True))
def test_very_many_values_go_in_portions_and_none_gets_lost(removed: list[int], added: list[int]) -> None:
    most, large_writes.MOST_VALUES = large_writes.MOST_VALUES, 100
    try:
        swap = Swap([b"%d" % number for number in removed], [b"%d" % number for number in added])
        sent = list(large_writes.of_changes({"member": swap, "description": [b"x"]}))
    finally:
        large_writes.MOST_VALUES = most
    assert all(len(some["member"].removed) + len(some["member"].added) <= 100 for some in sent)
    assert [value for some in sent for value in some["member"].removed] == swap.removed
    assert [value for some in sent for value in some["member"].added] == swap.added
    assert [some.get("description") for some in sent].count([b"x"]) == 1
    assert len(sent) <= (len(removed) + len(added)) // 100 + 2


@pytest.fixture
def crowd() -> tuple[MemoryDirectory, list[str]]:
    """An empty group, and more members than one operation takes."""
    directory = MemoryDirectory()
    directory._numbers = iter(range(1, 20000))
    names = [f"CN=c{number},{BASE}" for number in range(5200)]
    for name in names:
        directory.put(name, objectClass=["top", "contact"])
    directory.put(
        f"CN=GG,{BASE}",
        objectClass=["top", "group"],
        sAMAccountName=["GG"],
        groupType=["-2147483646"],
        member=names[:10],
    )
    return directory, names


def test_a_group_of_thousands(crowd: tuple[MemoryDirectory, list[str]]) -> None:
    directory, names = crowd
    for wanted, modifies in ((names, 2), (names[1000:], 1), (names[1000:], 0)):
        before = len(directory.writes)
        result = run_on(directory, ad_group_members.main, identity="GG", members={"set": wanted}).result
        assert result["changed"] is (modifies > 0)
        assert directory.texts(f"CN=GG,{BASE}", "member") == wanted
        assert len(directory.writes) - before == modifies


def test_a_new_group_of_thousands(crowd: tuple[MemoryDirectory, list[str]]) -> None:
    directory, names = crowd
    run_on(directory, ad_group.main, name="GH", path=BASE, members={"set": names})
    assert directory.texts(f"CN=GH,{BASE}", "member") == names
    assert len(directory.writes) == 2
