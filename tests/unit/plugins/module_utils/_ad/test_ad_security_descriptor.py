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
# nTSecurityDescriptor of two objects of a Samba 4.22 domain, with owner, group and DACL; Samba's own SDDL of the first:
# D:AI(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;EA)(A;;LCRPLORC;;;BA)(OA;;CR;4ecc03fe-ffc0-4947-b630-eb672a8a9dbc;;WD)
# (A;CIID;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;EA)(A;CIID;CCLCSWRPWPLOCRSDRCWDWO;;;DA)
NTDS_QUOTAS = bytes.fromhex(
    "010007841400000030000000000000004c000000010500000000000515000000f815556a0428c48ec7e8ae79070200000105000000000005"
    "15000000f815556a0428c48ec7e8ae79070200000400b4000500000000002400ff010f00010500000000000515000000f815556a0428c48e"
    "c7e8ae7907020000000018009400020001020000000000052000000020020000050028000001000001000000fe03cc4ec0ff4749b630eb67"
    "2a8a9dbc01010000000000010000000000122400ff010f00010500000000000515000000f815556a0428c48ec7e8ae790702000000122400"
    "bd010f00010500000000000515000000f815556a0428c48ec7e8ae7900020000"
)
# D:AI(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;SY)(A;;LCRPLORC;;;AU)(A;;LCRPLORC;;;ED)
# (OA;CIIOID;SW;d31a8757-2447-4545-8081-3bb610cacbf2;f0f8ffab-1191-11d0-a060-00aa006c33ed;S-1-5-21-..-498)
# (A;CIID;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;EA)(A;CIID;CCLCSWRPWPLOCRSDRCWDWO;;;DA)
DEFAULT_SITE = bytes.fromhex(
    "010007841400000030000000000000004c000000010500000000000515000000f815556a0428c48ec7e8ae79070200000105000000000005"
    "15000000f815556a0428c48ec7e8ae79070200000400d4000600000000001400ff010f000101000000000005120000000000140094000200"
    "01010000000000050b0000000000140094000200010100000000000509000000051a4800080000000300000057871ad34724454580813bb6"
    "10cacbf2abfff8f09111d011a06000aa006c33ed010500000000000515000000f815556a0428c48ec7e8ae79f201000000122400ff010f00"
    "010500000000000515000000f815556a0428c48ec7e8ae790702000000122400bd010f00010500000000000515000000f815556a0428c48e"
    "c7e8ae7900020000"
)
# What python3-samba 4.22 makes of the SDDL O:DAG:DUD:AI
# (OA;CIIO;RPWP;bf967a7f-0de6-11d0-a285-00aa003049e2;bf967aba-0de6-11d0-a285-00aa003049e2;AU)
# (OD;;CR;ab721a53-1e2f-11d0-9819-00aa0040529b;;WD)(D;;SD;;;WD)
# (XA;;CR;;;WD;(Member_of_any {SID(S-1-5-21-1-2-3-1101), SID(S-1-5-21-1-2-3-1102)}))(XD;;CR;;;WD;(Member_of {SID(BA)}))
# in the domain S-1-5-21-1-2-3.
ALL_KINDS = bytes.fromhex(
    "010004841400000030000000000000004c000000010500000000000515000000010000000200000003000000000200000105000000000005"
    "15000000010000000200000003000000010200000400100105000000050a380030000000030000007f7a96bfe60dd011a28500aa003049e2"
    "ba7a96bfe60dd011a28500aa003049e201010000000000050b000000060028000001000001000000531a72ab2f1ed011981900aa0040529b"
    "0101000000000001000000000100140000000100010100000000000100000000090060000001000001010000000000010000000061727478"
    "5042000000511c0000000105000000000005150000000100000002000000030000004d040000511c00000001050000000000051500000001"
    "00000002000000030000004e0400008b0a003400000100000101000000000001000000006172747850150000005110000000010200000000"
    "000520000000200200008900"
)
# The same for O:BAG:BAD:(ZA;;CR;ab721a53-1e2f-11d0-9819-00aa0040529b;;WD;(@USER.Title == "PM")).
CALLBACK_OBJECT = bytes.fromhex(
    "0100048014000000240000000000000034000000010200000000000520000000200200000102000000000005200000002002000004005000"
    "010000000b0048000001000001000000531a72ab2f1ed011981900aa0040529b01010000000000010000000061727478f90a000000540069"
    "0074006c006500100400000050004d0080000000"
)
CHANGE_PASSWORD = "ab721a53-1e2f-11d0-9819-00aa0040529b"
TELEPHONE, USER_CLASS = "bf967a7f-0de6-11d0-a285-00aa003049e2", "bf967aba-0de6-11d0-a285-00aa003049e2"
GUIDS = st.none() | st.uuids().map(str)


@given(SIDS)
def test_readers_survive_the_way_there_and_back(sids: list[str]) -> None:
    assert sd.parse(sd.for_readers(sids).to_bytes()).holders(sd.READ_PROPERTY) == sids


@given(SIDS, SIDS)
def test_exactly_the_wanted_readers_are_left(before: list[str], after: list[str]) -> None:
    changed = sd.parse(sd.for_readers(before).with_holders(after, sd.READ_PROPERTY).to_bytes())
    assert sorted(changed.holders(sd.READ_PROPERTY)) == sorted(after)
    assert changed.owner == sd.BUILTIN_ADMINISTRATORS


def test_the_bytes_are_those_that_windows_writes() -> None:
    assert sd.for_readers([HOST1]).to_bytes() == FROM_WINDOWS
    assert sd.parse(FROM_WINDOWS).to_bytes() == FROM_WINDOWS


def test_owner_group_and_foreign_entries_survive() -> None:
    # A kind that no DACL of Active Directory has (MS-DTYP 2.4.4.1: ACCESS_ALLOWED_COMPOUND_ACE_TYPE).
    foreign = sd.Ace(struct.pack("<BBHII", 4, 0, 12, 0x10, 1), 4)
    limited = sd.entry(sd.ALLOW_OBJECT, HOST2, sd.READ_PROPERTY, object_type=TELEPHONE)
    before = sd.SecurityDescriptor(
        owner=HOST2,
        group=EVERYONE,
        dacl=(sd.deny(HOST2, 0xF01FF), foreign, limited, sd.allow(HOST1, sd.READ_PROPERTY)),
    )
    after = sd.parse(before.with_holders([HOST2], sd.READ_PROPERTY).to_bytes())
    assert (after.owner, after.group) == (HOST2, EVERYONE)
    assert [ace.kind for ace in after.dacl or ()] == [sd.DENY, 4, sd.ALLOW_OBJECT, sd.ALLOW]
    assert (after.dacl or ())[1:3] == (foreign, limited)
    assert after.holders(sd.READ_PROPERTY) == [HOST2]


def test_a_reader_that_stays_keeps_its_own_mask() -> None:
    before = sd.SecurityDescriptor(owner=HOST1, dacl=(sd.allow(HOST1, sd.READ_PROPERTY),))
    after = before.with_holders([HOST1, HOST2], sd.READ_PROPERTY)
    assert [ace.mask for ace in after.dacl or ()] == [sd.READ_PROPERTY, sd.FULL_CONTROL]


def test_an_entry_that_does_not_allow_reading_is_no_reader_and_stays() -> None:
    before = sd.SecurityDescriptor(owner=HOST1, dacl=(sd.allow(HOST1, 0x20),))
    assert before.holders(sd.READ_PROPERTY) == []
    assert [ace.sid for ace in before.with_holders([HOST2], sd.READ_PROPERTY).dacl or ()] == [HOST1, HOST2]


def test_a_sacl_is_carried_over() -> None:
    sacl = struct.pack("<BBHHH", 2, 0, 8, 0, 0)
    raw = sd.SecurityDescriptor(owner=HOST1, sacl=sacl, control=0x10).to_bytes()
    assert sd.parse(raw).sacl == sacl
    assert sd.parse(sd.parse(raw).with_holders([HOST2], sd.READ_PROPERTY).to_bytes()).sacl == sacl


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


@pytest.mark.parametrize("raw", [NTDS_QUOTAS, DEFAULT_SITE, ALL_KINDS, CALLBACK_OBJECT])
def test_real_descriptors_survive_byte_by_byte(raw: bytes) -> None:
    assert sd.parse(raw).to_bytes() == raw


def test_an_extended_right_for_everyone() -> None:
    found = sd.parse(NTDS_QUOTAS)
    assert str(found.owner).endswith("-519")
    entries = [(ace.kind, ace.flags, ace.mask, ace.object_type, ace.inherited) for ace in found.dacl or ()]
    assert entries == [
        (sd.ALLOW, 0, sd.FULL_CONTROL, None, False),
        (sd.ALLOW, 0, sd.LIST_CONTENTS | sd.READ_PROPERTY | sd.LIST_OBJECT | sd.READ_CONTROL, None, False),
        (sd.ALLOW_OBJECT, 0, sd.CONTROL_ACCESS, "4ecc03fe-ffc0-4947-b630-eb672a8a9dbc", False),
        (sd.ALLOW, sd.CONTAINER_INHERIT | sd.INHERITED, sd.FULL_CONTROL, None, True),
        (sd.ALLOW, sd.CONTAINER_INHERIT | sd.INHERITED, 0xF01BD, None, True),
    ]
    assert (found.dacl or ())[2].sid == EVERYONE


def test_a_validated_write_that_only_objects_below_inherit() -> None:
    entry = (sd.parse(DEFAULT_SITE).dacl or ())[3]
    assert (entry.allows, entry.denies, entry.inherited, entry.inherit_only) == (True, False, True, True)
    assert entry.mask == sd.VALIDATED_WRITE
    assert entry.object_type == "d31a8757-2447-4545-8081-3bb610cacbf2"
    assert entry.inherited_object_type == "f0f8ffab-1191-11d0-a060-00aa006c33ed"
    assert str(entry.sid).endswith("-498")


def test_every_kind_of_entry() -> None:
    entries = [*(sd.parse(ALL_KINDS).dacl or ()), *(sd.parse(CALLBACK_OBJECT).dacl or ())]
    assert [(ace.kind, ace.mask, ace.sid, ace.object_type, ace.inherited_object_type) for ace in entries] == [
        (sd.ALLOW_OBJECT, sd.READ_PROPERTY | sd.WRITE_PROPERTY, "S-1-5-11", TELEPHONE, USER_CLASS),
        (sd.DENY_OBJECT, sd.CONTROL_ACCESS, EVERYONE, CHANGE_PASSWORD, None),
        (sd.DENY, sd.DELETE, EVERYONE, None, None),
        (sd.ALLOW_CALLBACK, sd.CONTROL_ACCESS, EVERYONE, None, None),
        (sd.DENY_CALLBACK, sd.CONTROL_ACCESS, EVERYONE, None, None),
        (sd.ALLOW_CALLBACK_OBJECT, sd.CONTROL_ACCESS, EVERYONE, CHANGE_PASSWORD, None),
    ]
    assert [ace.allows for ace in entries] == [True, False, False, True, False, True]
    assert [ace.denies for ace in entries] == [False, True, True, False, True, False]
    assert [(ace.condition or b"")[:4] for ace in entries] == [b"", b"", b"", b"artx", b"artx", b"artx"]
    assert [ace.condition for ace in entries[:3]] == [None] * 3


def test_a_limited_or_conditional_right_to_read_makes_no_reader() -> None:
    limited = sd.entry(sd.ALLOW_OBJECT, HOST1, sd.READ_PROPERTY, object_type=TELEPHONE)
    conditional = sd.entry(sd.ALLOW_CALLBACK, HOST2, sd.READ_PROPERTY, condition=b"artx")
    descriptor = sd.SecurityDescriptor(dacl=(limited, conditional))
    assert descriptor.holders(sd.READ_PROPERTY) == []
    assert descriptor.with_holders([], sd.READ_PROPERTY).dacl == (limited, conditional)
    assert descriptor.unclear(sd.READ_PROPERTY) == [limited, conditional]
    assert descriptor.unclear(sd.CONTROL_ACCESS) == []


def test_without_a_dacl_everybody_holds_every_right() -> None:
    everybody = sd.SecurityDescriptor(owner=HOST1, dacl=None)
    assert everybody.holders(sd.CONTROL_ACCESS) == [EVERYONE]
    after = everybody.with_holders([HOST1, EVERYONE], sd.CONTROL_ACCESS)
    assert after.holders(sd.CONTROL_ACCESS) == [HOST1, EVERYONE]
    assert everybody.with_holders([], sd.CONTROL_ACCESS).dacl == ()


def test_generic_and_inherited_bits_hold_no_right() -> None:
    aces = (sd.allow(HOST1, sd.GENERIC_ALL), sd.allow(HOST2, sd.FULL_CONTROL, sd.INHERIT_ONLY))
    descriptor = sd.SecurityDescriptor(dacl=aces)
    assert descriptor.holders(sd.READ_PROPERTY) == descriptor.holders(sd.CONTROL_ACCESS) == []
    assert descriptor.with_holders([HOST1], sd.CONTROL_ACCESS).holders(sd.CONTROL_ACCESS) == [HOST1]


@given(
    kind=st.sampled_from([*range(2), *range(5, 7), *range(9, 13)]),
    rid=st.integers(1, 2**32 - 1),
    mask=st.integers(0, 2**32 - 1),
    flags=st.integers(0, 255),
    object_type=GUIDS,
    inherited_object_type=GUIDS,
    condition=st.binary(max_size=40),
)
def test_an_entry_survives_the_way_there_and_back(kind, rid, mask, flags, condition, **types) -> None:
    made = sd.entry(kind, f"S-1-5-21-1-2-3-{rid}", mask, flags, condition=condition, **types)
    assert len(made.raw) % 4 == 0
    raw = sd.SecurityDescriptor(owner=HOST1, dacl=(made, sd.allow(HOST2, 1))).to_bytes()
    assert (sd.parse(raw).dacl or ())[0] == made
    assert sd.parse(raw).to_bytes() == raw
    assert (made.sid, made.mask, made.flags) == (f"S-1-5-21-1-2-3-{rid}", mask, flags)
    with_object, with_condition = kind in (5, 6, 11, 12), kind >= 9
    assert made.object_type == (types["object_type"] if with_object else None)
    assert made.inherited_object_type == (types["inherited_object_type"] if with_object else None)
    assert (made.condition is None) is not with_condition
    assert (made.condition or b"").startswith(condition if with_condition else b"")


@pytest.mark.parametrize("raw", [ALL_KINDS, CALLBACK_OBJECT, DEFAULT_SITE])
def test_a_real_descriptor_that_is_cut_short_is_refused(raw: bytes) -> None:
    for length in range(len(raw)):
        with pytest.raises(ValueError, match=r"cut short|reaches beyond|not a sec|list"):
            sd.parse(raw[:length])


def test_an_entry_that_is_shorter_than_its_kind_is_refused() -> None:
    short = struct.pack("<BBHIII", sd.ALLOW_OBJECT, 0, 16, 0x10, 1, 0)
    raw = sd.SecurityDescriptor(owner=HOST1, dacl=(sd.Ace(short, sd.ALLOW_OBJECT),)).to_bytes()
    with pytest.raises(ValueError, match="cut short"):
        sd.parse(raw)


def test_more_entries_than_a_list_can_hold_are_refused() -> None:
    many = sd.for_readers(f"S-1-5-21-1-2-3-{rid}" for rid in range(1, 2000))
    with pytest.raises(ValueError, match="1999 entries is longer than the 65535 bytes"):
        many.to_bytes()
