# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts that an authentication policy allows: what is understood, and what is left alone."""

from __future__ import annotations

import pytest
from ansible_collections.flowops.prefect.plugins.module_utils._ad import allowed_from as af
from ansible_collections.flowops.prefect.plugins.module_utils._ad import conditional_ace as ca
from ansible_collections.flowops.prefect.plugins.module_utils._ad import security_descriptor as sd
from ansible_collections.flowops.prefect.plugins.module_utils._ad.directory import Entry
from hypothesis import given
from hypothesis import strategies as st

HOST1, HOST2 = "S-1-5-21-1-2-3-1101", "S-1-5-21-1-2-3-1102"
ATTRIBUTE = "msDS-UserAllowedToAuthenticateFrom"
PROPERTY = af.AllowedFrom("user_allowed_from", ATTRIBUTE)
# Read back from policies that samba-tool 4.22 wrote, with
# "domain auth policy create --user-allowed-to-authenticate-from=SDDL" and
# O:SYG:SYD:(XA;OICI;CR;;;WD;((Member_of_any {SID(S-1-5-21-1-2-3-1101), SID(S-1-5-21-1-2-3-1102)}) ||
# (@USER.ad://ext/AuthenticationSilo == "silo")))
BOTH = bytes.fromhex(
    "010004801400000020000000000000002c0000000101000000000005120000000101000000000005120000000400b400010000000903ac00"
    "00010000010100000000000100000000617274785042000000511c0000000105000000000005150000000100000002000000030000004d04"
    "0000511c0000000105000000000005150000000100000002000000030000004e0400008bf936000000610064003a002f002f006500780074"
    "002f00410075007400680065006e007400690063006100740069006f006e00530069006c006f001008000000730069006c006f0080a10000"
)
# With "domain auth policy service-allowed-to-authenticate-from set --device-group='Domain Computers'".
GROUP = bytes.fromhex(
    "010004801400000020000000000000002c00000001010000000000051200000001010000000000051200000004004800010000000903400000"
    "010000010100000000000100000000617274785021000000511c000000010500000000000515000000f815556a0428c48ec7e8ae7903020000"
    "8b00"
)
SIDS = st.integers(1, 2**32 - 1).map(lambda rid: f"S-1-5-21-7-8-9-{rid}")
HOSTS = st.builds(
    lambda groups, silo: af.Hosts(tuple(groups), silo),
    st.lists(SIDS, max_size=9, unique=True),
    st.none() | st.text(min_size=1, max_size=64),
).filter(lambda hosts: hosts.groups or hosts.silo)


def met_by(*terms: ca.Node, kind: int = sd.ALLOW_CALLBACK, sid: str = af.EVERYONE, flags: int = 3) -> sd.Ace:
    return sd.entry(kind, sid, sd.CONTROL_ACCESS, flags, condition=ca.encode(ca.either(*terms)))


def descriptor(*entries: sd.Ace) -> bytes:
    return sd.SecurityDescriptor(owner=af.LOCAL_SYSTEM, dacl=entries).to_bytes()


IN_GROUPS = ca.member_of_any([HOST1, HOST2])
IN_SILO = ca.user_claim_is(af.SILO_CLAIM, "silo")
(SID1,) = ca.member_of_any([HOST1]).operands[0].operands
(SIDS_1_2,) = IN_GROUPS.operands


@pytest.mark.parametrize(
    ("raw", "hosts"),
    [
        (BOTH, af.Hosts((HOST1, HOST2), "silo")),
        (GROUP, af.Hosts(("S-1-5-21-1783961080-2395219972-2041505991-515",))),
    ],
)
def test_the_bytes_are_those_that_samba_writes(raw: bytes, hosts: af.Hosts) -> None:
    assert af.hosts_of(raw) == hosts
    assert af.descriptor_for(hosts) == raw
    assert af.descriptor_for(hosts, raw) == raw


@given(HOSTS)
def test_hosts_survive_the_way_there_and_back(hosts: af.Hosts) -> None:
    assert af.hosts_of(af.descriptor_for(hosts)) == hosts


@given(HOSTS, HOSTS)
def test_owner_and_group_stay(before: af.Hosts, after: af.Hosts) -> None:
    old = sd.SecurityDescriptor(owner=HOST1, group=HOST2, dacl=sd.parse(af.descriptor_for(before)).dacl).to_bytes()
    new = sd.parse(af.descriptor_for(after, old))
    assert (new.owner, new.group) == (HOST1, HOST2)
    assert af.hosts_of(new.to_bytes()) == after


@pytest.mark.parametrize(
    "raw",
    [
        descriptor(met_by(IN_GROUPS), met_by(IN_SILO)),
        descriptor(met_by(IN_SILO, IN_GROUPS)),
        descriptor(met_by(IN_GROUPS, IN_SILO, IN_GROUPS)),
        descriptor(met_by(ca.member_of_any([HOST1]), ca.member_of_any([HOST2]), IN_SILO)),
        descriptor(
            met_by(ca.Node(ca.MEMBER_OF, operands=(SID1,)), ca.member_of_any([HOST2])),
            met_by(ca.user_claim_is("AD://EXT/AUTHENTICATIONSILO", "SILO"), flags=0),
        ),
    ],
)
def test_other_ways_to_say_the_same(raw: bytes) -> None:
    hosts = af.hosts_of(raw)
    assert (set(hosts.groups), str(hosts.silo).lower()) == ({HOST1, HOST2}, "silo")


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (descriptor(), "D:"),
        (sd.SecurityDescriptor(owner=HOST1, dacl=None).to_bytes(), "no access control list"),
        (b"junk", "security descriptor of 4 bytes is cut short"),
        (descriptor(met_by(ca.Node(ca.NOT, operands=(IN_SILO,)))), None),
        (descriptor(met_by(ca.Node(ca.MEMBER_OF, operands=(SIDS_1_2,)))), None),
        (descriptor(met_by(IN_SILO, ca.user_claim_is(af.SILO_CLAIM, "other"))), None),
        (descriptor(met_by(IN_GROUPS, ca.user_claim_is("Title", "PM"))), None),
        (descriptor(met_by(ca.Node(ca.EQUALS, operands=(IN_SILO.operands[0], SID1)))), None),
        (descriptor(met_by(ca.Node(ca.MEMBER_OF_ANY, operands=(ca.Node(ca.COMPOSITE),)))), None),
        (descriptor(met_by(IN_GROUPS), sd.allow(HOST1, sd.CONTROL_ACCESS)), None),
        (descriptor(met_by(IN_GROUPS, kind=sd.DENY_CALLBACK)), None),
        (descriptor(met_by(IN_GROUPS, sid=HOST1)), None),
        (descriptor(met_by(IN_GROUPS, flags=sd.INHERIT_ONLY)), None),
        (descriptor(sd.entry(sd.ALLOW_CALLBACK, af.EVERYONE, sd.CONTROL_ACCESS, condition=b"what")), None),
        (descriptor(sd.entry(sd.ALLOW_CALLBACK, af.EVERYONE, sd.READ_PROPERTY, condition=ca.encode(IN_SILO))), None),
        (descriptor(sd.Ace(bytes.fromhex("13000c00") + bytes(8), 0x13)), "D:(0x13;;0x0;;;)"),
    ],
)
def test_what_is_not_understood_is_only_shown(raw: bytes, shown: str | None) -> None:
    with pytest.raises(ValueError, match=r"."):
        af.hosts_of(raw)
    (value,) = PROPERTY.decode(Entry("CN=x", {ATTRIBUTE: [raw]})).values()
    assert list(value) == [af.UNMANAGED]
    assert value[af.UNMANAGED] == (af.shown(raw) if shown is None else shown)


def test_how_an_entry_is_shown() -> None:
    limited = "4ecc03fe-ffc0-4947-b630-eb672a8a9dbc"
    raw = descriptor(
        met_by(IN_SILO),
        sd.entry(sd.DENY_OBJECT, HOST1, sd.CONTROL_ACCESS, 0x12, object_type=limited),
        sd.entry(sd.ALLOW_CALLBACK, HOST1, 1, condition=b"what"),
    )
    assert af.shown(raw) == (
        'D:(XA;0x3;0x100;;;S-1-1-0;(@USER.ad://ext/AuthenticationSilo == "silo"))'
        f"(OD;0x12;0x100;{limited};;{HOST1})(XA;;0x1;;;{HOST1};#77686174)"
    )


def test_silos_are_found_wherever_they_are_mentioned() -> None:
    negated = ca.Node(ca.NOT, operands=(ca.user_claim_is(af.SILO_CLAIM, "Other"),))
    unreadable = sd.entry(sd.ALLOW_CALLBACK, af.EVERYONE, 1, condition=b"what")
    assert af.silos_of(descriptor(unreadable, met_by(negated, IN_GROUPS), met_by(IN_SILO))) == {"other", "silo"}
    assert af.silos_of(b"junk") == af.silos_of(descriptor()) == set()


def test_nothing_to_meet_is_never_written() -> None:
    with pytest.raises(ValueError, match="without terms"):
        af.descriptor_for(af.Hosts())
