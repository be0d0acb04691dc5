# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Conditional expressions: the bytes are those that Samba makes, and nothing that is not understood gets lost."""

from __future__ import annotations

import struct

import pytest
from ansible_collections.flowops.prefect.plugins.module_utils._ad import conditional_ace as ca
from ansible_collections.flowops.prefect.plugins.module_utils._ad.values import sid_to_bytes
from hypothesis import given
from hypothesis import strategies as st

HOST1, HOST2, ADMINISTRATORS, EVERYONE = "S-1-5-21-1-2-3-1101", "S-1-5-21-1-2-3-1102", "S-1-5-32-544", "S-1-1-0"
CLAIM = "ad://ext/AuthenticationSilo"

# Application data that python3-samba 4.22 makes of these expressions, in SDDL of a DACL with an entry of the kind XA.
# The first three were also read back from policies that "samba-tool domain auth policy" of 4.22 wrote.
GROUPS = "617274785042000000" + "".join(
    f"511c000000010500000000000515000000010000000200000003000000{rid}" for rid in ("4d040000", "4e040000")
)
SILO = (
    "f936000000610064003a002f002f006500780074002f00410075007400680065006e007400690063006100740069006f006e0053006900"
    "6c006f001008000000730069006c006f0080"
)
FROM_SAMBA = {
    "(Member_of_any {SID(S-1-5-21-1-2-3-1101), SID(S-1-5-21-1-2-3-1102)})": GROUPS + "8b",
    f'(@USER.{CLAIM} == "silo")': "61727478" + SILO + "000000",
    f'((Member_of_any {{SID(S-1-5-21-1-2-3-1101), SID(S-1-5-21-1-2-3-1102)}}) || (@USER.{CLAIM} == "silo"))': GROUPS
    + "8b"
    + SILO
    + "a10000",
    "(Member_of {SID(S-1-5-32-544)})": "6172747850150000005110000000010200000000000520000000200200008900",
    "(Member_of SID(S-1-5-32-544))": "61727478511000000001020000000000052000000020020000890000",
    '((@USER.Title == "PM") && ((Device_Member_of {SID(S-1-5-32-544)}) || (!(@RESOURCE.Level >= -7))))': (
        "61727478f90a0000005400690074006c006500100400000050004d008050150000005110000000010200000000000520000000200200008a"
        "fa0a0000004c006500760065006c0004f9ffffffffffffff020285a2a1a00000"
    ),
    (
        "(((Not_Member_of_any {SID(S-1-5-32-544), SID(S-1-1-0)}) && (Exists @DEVICE.Bits))"
        " && (@USER.Raw Any_of {#00ff, #01}))"
    ): (
        "6172747850260000005110000000010200000000000520000000200200"
        "00510c00000001010000000000010000000092fb08000000420069007400730087a0f906000000520061007700500d000000180200000000"
        "ff18010000000188a00000"
    ),
    "((@USER.Age Contains {1, 16, 8}) && (Not_Exists Age))": (
        "61727478f906000000410067006500502100000004010000000000000003020410000000000000000303040800000000000000030186f806"
        "0000004100670065008da000"
    ),
    f'(@USER.{CLAIM} != "x")': "61727478" + SILO[: SILO.index("10080000")] + "100200000078008100",
}
# The example of MS-DTYP 2.4.4.17.9: (Title=="VP").
FROM_MICROSOFT = "61727478f80a0000005400690074006c00650010040000005600500080000000"


def raw(text: str) -> bytes:
    return bytes.fromhex(FROM_SAMBA[text])


LITERALS = (
    st.binary(max_size=6).map(lambda payload: ca.Node(ca.OCTETS, payload))
    | st.text(max_size=6).map(lambda text: ca.Node(ca.UNICODE, text.encode("utf-16-le")))
    | st.integers(-(2**63), 2**63 - 1).map(lambda number: ca.Node(ca.INT64, struct.pack("<qBB", number, 3, 2)))
    | st.integers(0, 2**32 - 1).map(lambda rid: ca.Node(ca.SID, sid_to_bytes(f"S-1-5-21-1-2-3-{rid}")))
)
VALUES = (
    LITERALS
    | st.lists(LITERALS, max_size=4).map(lambda elements: ca.Node(ca.COMPOSITE, operands=tuple(elements)))
    | st.builds(
        lambda code, name: ca.Node(code, name.encode("utf-16-le")),
        st.sampled_from([ca.LOCAL_ATTRIBUTE, ca.USER_ATTRIBUTE, ca.RESOURCE_ATTRIBUTE, ca.DEVICE_ATTRIBUTE]),
        st.text(min_size=1, max_size=6),
    )
)
TREES = st.recursive(
    VALUES,
    lambda trees: (
        st.builds(lambda code, one: ca.Node(code, operands=(one,)), st.sampled_from(sorted(ca._UNARY)), trees)
        | st.builds(
            lambda code, one, two: ca.Node(code, operands=(one, two)), st.sampled_from(sorted(ca._BINARY)), trees, trees
        )
    ),
    max_leaves=12,
).filter(lambda tree: tree.code > ca.SID)


@pytest.mark.parametrize("text", FROM_SAMBA)
def test_what_samba_makes_is_read_and_made_again(text: str) -> None:
    tree = ca.parse(raw(text))
    assert ca.text(tree) == text
    assert ca.encode(tree) == raw(text)


def test_the_example_of_the_specification() -> None:
    tree = ca.parse(bytes.fromhex(FROM_MICROSOFT))
    assert ca.text(tree) == '(Title == "VP")'
    assert ca.encode(tree).hex() == FROM_MICROSOFT


def test_what_this_collection_writes_is_what_samba_writes() -> None:
    groups, silo = ca.member_of_any([HOST1, HOST2]), ca.user_claim_is(CLAIM, "silo")
    in_groups, in_silo, in_either = list(FROM_SAMBA)[:3]
    assert ca.encode(groups) == raw(in_groups)
    assert ca.encode(silo) == raw(in_silo)
    assert ca.encode(ca.either(groups, silo)) == raw(in_either)


def test_the_alternatives_of_an_expression() -> None:
    terms = [ca.member_of_any([HOST1]), ca.user_claim_is(CLAIM, "x"), ca.member_of_any([HOST2])]
    assert ca.alternatives(ca.either(*terms)) == terms
    assert ca.alternatives(ca.Node(ca.OR, operands=(terms[0], ca.either(*terms[1:])))) == terms
    assert ca.alternatives(terms[0]) == terms[:1]
    negated = ca.Node(ca.NOT, operands=(ca.either(*terms),))
    assert ca.alternatives(negated) == [negated]


def test_every_token_is_found() -> None:
    tree = ca.either(ca.member_of_any([HOST1, HOST2]), ca.user_claim_is(CLAIM, "x"))
    assert [node.sid for node in ca.nodes(tree) if node.code == ca.SID] == [HOST1, HOST2]
    assert [node.text for node in ca.nodes(tree) if node.code in (ca.USER_ATTRIBUTE, ca.UNICODE)] == [CLAIM, "x"]


@given(TREES)
def test_any_expression_survives_the_way_there_and_back(tree: ca.Node) -> None:
    encoded = ca.encode(tree)
    assert len(encoded) % 4 == 0
    assert ca.parse(encoded) == tree
    assert isinstance(ca.text(tree), str)


@given(st.lists(st.integers(1, 2**32 - 1).map(lambda rid: f"S-1-5-21-7-8-9-{rid}"), min_size=1, max_size=9), st.text())
def test_any_groups_and_any_silo(sids: list[str], silo: str) -> None:
    groups, claim = ca.alternatives(
        ca.parse(ca.encode(ca.either(ca.member_of_any(sids), ca.user_claim_is(CLAIM, silo))))
    )
    assert [element.sid for element in groups.operands[0].operands] == sids
    assert [operand.text for operand in claim.operands] == [CLAIM, silo]


@given(st.binary(max_size=60))
def test_rubbish_is_refused_or_understood_but_never_breaks_otherwise(rubbish: bytes) -> None:
    try:
        tree = ca.parse(b"artx" + rubbish)
    except ValueError as error:
        assert str(error)
    else:
        assert ca.text(tree)
        assert ca.encode(tree).startswith(b"artx" + rubbish.rstrip(b"\0"))


@pytest.mark.parametrize("text", FROM_SAMBA)
def test_an_expression_that_is_cut_short_is_refused_or_is_another_one(text: str) -> None:
    whole = raw(text).rstrip(b"\0")
    understood = []
    for length in range(len(whole)):
        try:
            understood.append(ca.parse(whole[:length]))
        except ValueError as error:
            assert str(error)
    assert ca.parse(whole) not in understood
    assert len(understood) < 6


@pytest.mark.parametrize(
    ("tokens", "problem"),
    [
        ("8b", "before its operands"),
        ("51080000000101000000000001", "security identifier"),
        ("1000000000" * 2, "leaves 2 values"),
        ("", "leaves 0 values"),
        ("1000000000", "a literal and no condition"),
        ("77", "unknown token 0x77"),
        ("1001000000ff87", "codec"),
        ("1000000000870001", "goes on after its end"),
        ("500500000050000000008b", "inside a list"),
        ("5005000000f9000000008b", "inside a list"),
        ("1000000000" + "a2" * 101, "100 levels"),
    ],
)
def test_what_no_server_would_accept(tokens: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        ca.parse(b"artx" + bytes.fromhex(tokens))


def test_other_application_data_is_no_condition() -> None:
    with pytest.raises(ValueError, match="does not begin with 'artx'"):
        ca.parse(b"")
