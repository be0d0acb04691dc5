# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values, held against published examples and against ldap3's formatters."""

from __future__ import annotations

import pytest
from ansible_collections.flowops.prefect.plugins.module_utils._ad import values
from hypothesis import given
from hypothesis import strategies as st
from ldap3.protocol.formatters.formatters import format_sid, format_uuid_le

SIDS = st.builds(
    lambda authority, subs: "-".join(["S-1", str(authority), *map(str, subs)]),
    st.integers(0, 2**48 - 1),
    st.lists(st.integers(0, 2**32 - 1), max_size=15),
)


@given(SIDS)
def test_sids_survive_the_way_there_and_back(sid: str) -> None:
    assert values.sid_from_bytes(values.sid_to_bytes(sid)) == sid


@given(st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=15))
def test_ldap3_reads_the_same_sid(subs: list[int]) -> None:
    sid = "-".join(["S-1-5", *map(str, subs)])
    assert format_sid(values.sid_to_bytes(sid)) == sid


def test_a_published_sid() -> None:
    # MS-DTYP 2.4.2.4: BUILTIN\Administrators
    assert values.sid_to_bytes("S-1-5-32-544").hex() == "01020000000000052000000020020000"


@pytest.mark.parametrize(
    "sid", ["S-1-5-4294967296", "S-1-281474976710656-1", "S-2-5-1", "alice", "S-1-5-" + "1-" * 16 + "1"]
)
def test_what_is_no_sid_is_refused(sid: str) -> None:
    with pytest.raises(ValueError, match="security identifier"):
        values.sid_to_bytes(sid)


@pytest.mark.parametrize(
    "raw", [b"", b"\x01\x01" + b"\0" * 6, values.sid_to_bytes("S-1-5-32") + b"x", b"\x02" + b"\0" * 7]
)
def test_damaged_sids_are_refused(raw: bytes) -> None:
    with pytest.raises(ValueError, match="not a security identifier"):
        values.sid_from_bytes(raw)


@given(st.uuids())
def test_guids_survive_and_ldap3_reads_the_same(guid: object) -> None:
    raw = values.guid_to_bytes(str(guid))
    assert values.guid_from_bytes(raw) == str(guid)
    assert format_uuid_le(raw).strip("{}") == str(guid)


@pytest.mark.parametrize(
    ("scope", "category", "number"),
    [
        ("global", "security", -2147483646),
        ("domainlocal", "security", -2147483644),
        ("universal", "security", -2147483640),
        ("global", "distribution", 2),
    ],
)
def test_group_types(scope: str, category: str, number: int) -> None:
    assert values.group_type(scope, category) == number
    assert (values.group_scope(number), values.group_category(number)) == (scope, category)


def test_encryption_types() -> None:
    assert values.encryption_types(["aes256", "aes128", "aes128"]) == 24
    assert values.encryption_types(["aes256"], 0x10000 | 28) == 0x10000 | 16
    assert values.encryption_names(28) == ["rc4", "aes128", "aes256"]
    assert values.encryption_names(0) == []


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("5f1d5c1c-7a7b-4a0e-9a5f-6d2a8f0f5c11", True),
        ("{5F1D5C1C-7A7B-4A0E-9A5F-6D2A8F0F5C11}", True),
        ("5f1d5c1c", False),
    ],
)
def test_is_guid(text: str, answer: bool) -> None:
    assert values.is_guid(text) is answer
