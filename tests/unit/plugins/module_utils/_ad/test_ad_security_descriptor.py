# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Security descriptors: round trips, and what must survive a change."""

from __future__ import annotations

import struct

import pytest
from ansible_collections.flowops.prefect.plugins.module_utils._ad import security_descriptor as sd
from ansible_collections.flowops.prefect.plugins.module_utils._ad.values import sid_to_bytes
from hypothesis import given
from hypothesis import strategies as st

HOST1, HOST2, EVERYONE = "S-1-5-21-1-2-3-1101", "S-1-5-21-1-2-3-1102", "S-1-1-0"
SIDS = st.lists(st.integers(1, 2**32 - 1).map(lambda rid: f"S-1-5-21-7-8-9-{rid}"), unique=True, max_size=12)
# As an administrator's tool on Windows writes it for one computer: owner BUILTIN\Administrators, one allow entry.
FROM_WINDOWS = bytes.fromhex(
    "01000480140000000000000000000000240000000102000000000005200000002002000004002c000100000000002400ff010f00"
    "010500000000000515000000010000000200000003000000"
    "4d040000"
)


@given(SIDS)
def test_readers_survive_the_way_there_and_back(sids: list[str]) -> None:
    assert sd.parse(sd.for_readers(sids).to_bytes()).readers == sids


@given(SIDS, SIDS)
def test_exactly_the_wanted_readers_are_left(before: list[str], after: list[str]) -> None:
    changed = sd.parse(sd.for_readers(before).with_readers(after).to_bytes())
    assert sorted(changed.readers) == sorted(after)
    assert changed.owner == sd.BUILTIN_ADMINISTRATORS


def test_the_bytes_are_those_that_windows_writes() -> None:
    assert sd.for_readers([HOST1]).to_bytes() == FROM_WINDOWS
    assert sd.parse(FROM_WINDOWS).to_bytes() == FROM_WINDOWS


def test_owner_group_and_foreign_entries_survive() -> None:
    object_ace = struct.pack("<BBHII", 5, 0, 28, 0x10, 1) + bytes(16)
    foreign = sd.Ace(object_ace, 5)
    before = sd.SecurityDescriptor(
        owner=HOST2, group=EVERYONE, dacl=(sd.deny(HOST2, 0xF01FF), foreign, sd.allow(HOST1, sd.READ_PROPERTY))
    )
    after = sd.parse(before.with_readers([HOST2]).to_bytes())
    assert (after.owner, after.group) == (HOST2, EVERYONE)
    assert [ace.kind for ace in after.dacl or ()] == [1, 5, 0]
    assert (after.dacl or ())[1].raw == object_ace
    assert after.readers == [HOST2]


def test_a_reader_that_stays_keeps_its_own_mask() -> None:
    before = sd.SecurityDescriptor(owner=HOST1, dacl=(sd.allow(HOST1, sd.READ_PROPERTY),))
    assert [ace.mask for ace in before.with_readers([HOST1, HOST2]).dacl or ()] == [sd.READ_PROPERTY, sd.FULL_CONTROL]


def test_an_entry_that_does_not_allow_reading_is_no_reader_and_stays() -> None:
    before = sd.SecurityDescriptor(owner=HOST1, dacl=(sd.allow(HOST1, 0x20),))
    assert before.readers == []
    assert [ace.sid for ace in before.with_readers([HOST2]).dacl or ()] == [HOST1, HOST2]


def test_a_sacl_is_carried_over() -> None:
    sacl = struct.pack("<BBHHH", 2, 0, 8, 0, 0)
    raw = sd.SecurityDescriptor(owner=HOST1, sacl=sacl, control=0x10).to_bytes()
    assert sd.parse(raw).sacl == sacl
    assert sd.parse(sd.parse(raw).with_readers([HOST2]).to_bytes()).sacl == sacl


def test_no_dacl_is_not_an_empty_one() -> None:
    raw = sd.SecurityDescriptor(owner=HOST1, dacl=None).to_bytes()
    assert sd.parse(raw).dacl is None


@given(st.integers(0, len(FROM_WINDOWS) - 1))
def test_a_descriptor_that_is_cut_short_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match=r"cut short|reaches beyond|not a sec|list"):
        sd.parse(FROM_WINDOWS[:length])


@given(st.binary(max_size=80))
def test_rubbish_is_refused_or_understood_but_never_breaks_otherwise(raw: bytes) -> None:
    try:
        sd.parse(raw)
    except ValueError as error:
        assert str(error)


def test_an_absolute_descriptor_is_refused() -> None:
    raw = bytearray(sd.SecurityDescriptor(owner=HOST1).to_bytes())
    raw[3] &= 0x7F
    with pytest.raises(ValueError, match="self-relative"):
        sd.parse(bytes(raw))


def test_the_sid_in_an_entry_is_the_one_that_was_given() -> None:
    assert sid_to_bytes(HOST1) in sd.for_readers([HOST1]).to_bytes()
