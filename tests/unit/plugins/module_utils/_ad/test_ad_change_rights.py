# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may change an object, by the entries of its descriptor, and what the reader of a descriptor may see."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flowops.prefect.plugins.module_utils._ad import change_rights, values
from ansible_collections.flowops.prefect.plugins.module_utils._ad import security_descriptor as sd
from ansible_collections.flowops.prefect.plugins.module_utils._ad.change_rights import Grant, grants
from ansible_collections.flowops.prefect.plugins.module_utils._ad.directory import Entry
from ansible_collections.flowops.prefect.plugins.module_utils._ad.readable import Reader
from ansible_collections.flowops.prefect.plugins.module_utils._ad.schema import Attribute

OWNER, HELPDESK, BOB, SELF = "S-1-5-21-1-2-3-512", "S-1-5-21-1-2-3-1200", "S-1-5-21-1-2-3-1201", "S-1-5-10"
SPN, KEY, INFO, SECRET = (f"{number:08}-0000-0000-0000-000000000000" for number in range(4))
PUBLIC, NOTES, RESET, CHANGE = (
    "e48d0154-bcf8-11d1-8702-00c04fb96050",
    "77b5b886-944a-11d1-aebd-0000f80367c1",
    "00299570-246d-11d0-a768-00aa006e0529",
    "ab721a53-1e2f-11d0-9819-00aa0040529b",
)
SENSITIVE = {
    "servicePrincipalName": Attribute("servicePrincipalName", SPN, PUBLIC),
    "msDS-KeyCredentialLink": Attribute("msDS-KeyCredentialLink", KEY),
}
SPN_WRITE, KEY_WRITE = "write:servicePrincipalName", "write:msDS-KeyCredentialLink"


def told(*aces: sd.Ace, owner: str | None = OWNER) -> dict[str, tuple[str, ...]]:
    """Rights by principal, without the owner's own."""
    found = grants(sd.SecurityDescriptor(owner=owner, dacl=aces), SENSITIVE)
    return {grant.sid: grant.rights for grant in found if grant.rights != ("owner",)}


@pytest.mark.parametrize(
    ("mask", "about", "rights"),
    [
        (sd.FULL_CONTROL, None, ("full_control",)),
        (sd.GENERIC_ALL, None, ("full_control",)),
        (sd.GENERIC_WRITE, None, ("write_all_properties",)),
        (sd.WRITE_PROPERTY, None, ("write_all_properties",)),
        (sd.WRITE_PROPERTY, SPN, (SPN_WRITE,)),
        (sd.WRITE_PROPERTY, PUBLIC, (SPN_WRITE,)),
        (sd.WRITE_PROPERTY, KEY, (KEY_WRITE,)),
        (sd.WRITE_PROPERTY, INFO, None),
        (sd.WRITE_DAC | sd.WRITE_OWNER, None, ("write_dacl", "write_owner")),
        (sd.CONTROL_ACCESS, None, ("all_extended_rights",)),
        (sd.CONTROL_ACCESS, RESET, ("reset_password",)),
        (sd.CONTROL_ACCESS, CHANGE, None),
        (sd.GENERIC_READ | sd.READ_PROPERTY | sd.LIST_CONTENTS | sd.READ_CONTROL, None, None),
        (sd.CREATE_CHILD | sd.DELETE_CHILD | sd.VALIDATED_WRITE, None, None),
    ],
)
def test_what_an_entry_allows(mask: int, about: str | None, rights: tuple[str, ...] | None) -> None:
    kind = sd.ALLOW_OBJECT if about else sd.ALLOW
    assert told(sd.entry(kind, BOB, mask, object_type=about)).get(BOB) == rights


def test_the_owner_may_change_permissions_unless_entries_say_what_owners_may() -> None:
    assert grants(sd.SecurityDescriptor(owner=BOB), SENSITIVE) == [Grant(BOB, ("owner",))]
    limited = sd.SecurityDescriptor(owner=BOB, dacl=(sd.allow("S-1-3-4", sd.READ_CONTROL),))
    assert grants(limited, SENSITIVE) == []
    given = sd.SecurityDescriptor(owner=BOB, dacl=(sd.allow("S-1-3-4", sd.WRITE_DAC),))
    assert grants(given, SENSITIVE) == [Grant("S-1-3-4", ("write_dacl",))]


def test_without_a_list_everybody_may_do_everything() -> None:
    found = grants(sd.SecurityDescriptor(owner=OWNER, dacl=None), SENSITIVE)
    assert found == [Grant("S-1-1-0", ("full_control",))]


def test_entries_for_what_is_below_say_nothing() -> None:
    assert told(sd.allow(BOB, sd.FULL_CONTROL, sd.CONTAINER_INHERIT | sd.INHERIT_ONLY)) == {}
    assert told(sd.allow(BOB, sd.FULL_CONTROL, sd.CONTAINER_INHERIT)) == {BOB: ("full_control",)}


def test_what_is_inherited_is_told_apart() -> None:
    own, inherited = sd.allow(BOB, sd.WRITE_DAC), sd.allow(BOB, sd.WRITE_OWNER, sd.INHERITED)
    found = grants(sd.SecurityDescriptor(owner=OWNER, dacl=(own, inherited)), SENSITIVE)
    assert found[1:] == [Grant(BOB, ("write_dacl",)), Grant(BOB, ("write_owner",), inherited=True)]


def test_a_refusal_counts_for_whom_it_names_and_if_it_stands_before() -> None:
    everything, refused = sd.allow(BOB, sd.FULL_CONTROL), sd.deny(BOB, sd.WRITE_DAC | sd.CONTROL_ACCESS)
    assert told(refused, everything) == {BOB: ("write_owner", "write_all_properties")}
    assert told(everything, refused) == {BOB: ("full_control",)}
    assert told(refused, sd.allow(HELPDESK, sd.FULL_CONTROL)) == {HELPDESK: ("full_control",)}
    one = sd.entry(sd.DENY_OBJECT, BOB, sd.WRITE_PROPERTY, object_type=KEY)
    assert told(one, sd.allow(BOB, sd.WRITE_PROPERTY)) == {BOB: (SPN_WRITE,)}


def test_a_condition_is_told_and_not_judged() -> None:
    ace = sd.entry(sd.ALLOW_CALLBACK, BOB, sd.WRITE_DAC, condition=b"artx")
    found = grants(sd.SecurityDescriptor(owner=OWNER, dacl=(ace,)), SENSITIVE)
    assert found[1:] == [Grant(BOB, ("write_dacl",), conditional=True)]
    refused = sd.entry(sd.DENY_CALLBACK, BOB, sd.WRITE_DAC, condition=b"artx")
    assert told(refused, sd.allow(BOB, sd.WRITE_DAC)) == {BOB: ("write_dacl",)}


def test_every_sensitive_attribute_has_one_name() -> None:
    assert len({name.lower() for name in change_rights.SENSITIVE}) == len(change_rights.SENSITIVE)


ATTRIBUTES = {
    "info": Attribute("info", INFO, NOTES),
    "secret": Attribute("secret", SECRET, confidential=True),
    "memberOf": Attribute("memberOf", SPN, PUBLIC),
    "nTSecurityDescriptor": Attribute("nTSecurityDescriptor", KEY),
}


def hidden(*aces: sd.Ace, sids: tuple[str, ...] = (BOB, HELPDESK), **held: t.Any) -> list[str]:
    raw = sd.SecurityDescriptor(owner=OWNER, dacl=aces).to_bytes()
    attributes = {"objectSid": [values.sid_to_bytes(OWNER)], "nTSecurityDescriptor": [raw], **held}
    return Reader(sids, ATTRIBUTES).hidden(Entry("CN=a", attributes), ["info", "secret", "memberOf", "unheardOf"])


def about(kind: int, sid: str, mask: int, guid: str) -> sd.Ace:
    return sd.entry(kind, sid, mask, object_type=guid)


@pytest.mark.parametrize(
    ("aces", "names"),
    [
        ((), ["info", "secret", "memberOf"]),
        ((sd.allow(BOB, sd.READ_PROPERTY),), ["secret"]),
        ((sd.allow(BOB, sd.READ_PROPERTY), sd.allow(HELPDESK, sd.CONTROL_ACCESS)), []),
        ((sd.allow(HELPDESK, sd.GENERIC_ALL),), []),
        ((sd.allow(OWNER, sd.GENERIC_ALL),), ["info", "secret", "memberOf"]),
        ((sd.allow(BOB, sd.READ_PROPERTY, sd.INHERIT_ONLY),), ["info", "secret", "memberOf"]),
        ((about(sd.ALLOW_OBJECT, BOB, sd.READ_PROPERTY, INFO),), ["secret", "memberOf"]),
        ((about(sd.ALLOW_OBJECT, BOB, sd.READ_PROPERTY, PUBLIC),), ["info", "secret"]),
        ((about(sd.DENY_OBJECT, HELPDESK, sd.READ_PROPERTY, NOTES), sd.allow(BOB, sd.GENERIC_ALL)), ["info"]),
        ((sd.allow(BOB, sd.GENERIC_ALL), about(sd.DENY_OBJECT, HELPDESK, sd.READ_PROPERTY, NOTES)), []),
        ((sd.entry(sd.ALLOW_CALLBACK, BOB, sd.GENERIC_ALL, condition=b"artx"),), ["info", "secret", "memberOf"]),
        ((sd.allow(SELF, sd.GENERIC_ALL),), ["info", "secret", "memberOf"]),
    ],
)
def test_what_may_be_hidden_from_the_reader(aces: tuple[sd.Ace, ...], names: list[str]) -> None:
    assert hidden(*aces) == names


def test_who_asks_about_itself_has_the_rights_of_itself() -> None:
    assert hidden(sd.allow(SELF, sd.GENERIC_ALL), sids=(OWNER, HELPDESK)) == []


def test_what_is_shown_is_not_hidden() -> None:
    assert hidden(info=[b"x"]) == ["secret", "memberOf"]


def test_nobody_can_tell_without_a_descriptor_or_a_token() -> None:
    reader = Reader((BOB,), ATTRIBUTES)
    assert reader.hidden(Entry("CN=a", {}), ["info", "unheardOf", "nTSecurityDescriptor"]) == [
        "info",
        "nTSecurityDescriptor",
    ]
    assert hidden(sd.allow(BOB, sd.GENERIC_ALL), sids=()) == ["info", "secret", "memberOf"]


def test_without_a_list_everything_is_shown() -> None:
    raw = sd.SecurityDescriptor(owner=OWNER, dacl=None).to_bytes()
    assert Reader((BOB,), ATTRIBUTES).hidden(Entry("CN=a", {"nTSecurityDescriptor": [raw]}), ["info", "secret"]) == []
