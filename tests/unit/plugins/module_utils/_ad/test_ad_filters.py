# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters: nothing that is put in can change what is searched for."""

from __future__ import annotations

import pytest
from ansible_collections.flowops.prefect.plugins.module_utils._ad import filters
from hypothesis import given
from hypothesis import strategies as st
from ldap3.operation.search import compile_filter, parse_filter

TEXTS = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=40)


def assertion(text: str) -> tuple[str, bytes]:
    """Attribute and value of an equality filter, as ldap3 would put it on the wire."""
    part = compile_filter(parse_filter(text, None, False, False, None, False).elements[0])["equalityMatch"]
    return str(part["attributeDesc"]), bytes(part["assertionValue"])


@given(TEXTS)
def test_text_arrives_as_it_was(value: str) -> None:
    assert assertion(filters.equals("cn", value)) == ("cn", value.encode())


@given(st.binary(min_size=1, max_size=40))
def test_bytes_arrive_as_they_were(value: bytes) -> None:
    assert assertion(filters.equals("objectGUID", value)) == ("objectGUID", value)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("*", r"(cn=\2a)"),
        ("a)(b=c", r"(cn=a\29\28b=c)"),
        ("\\", r"(cn=\5c)"),
        ("\0", r"(cn=\00)"),
        ("ü ", r"(cn=\c3\bc\20)"),
    ],
)
def test_special_characters(value: str, written: str) -> None:
    assert filters.equals("cn", value) == written


def test_combinations() -> None:
    user, mail = filters.equals("objectClass", "user"), filters.present("mail")
    assert filters.all_of(user, filters.any_of(mail, filters.negate(mail))) == (
        "(&(objectClass=user)(|(mail=*)(!(mail=*))))"
    )
    assert filters.all_of(user) == user


def test_rules_of_active_directory() -> None:
    assert filters.in_chain("memberOf", "CN=a*,DC=x") == r"(memberOf:1.2.840.113556.1.4.1941:=CN=a\2a,DC=x)"
    assert filters.bits_set("userAccountControl", 2) == "(userAccountControl:1.2.840.113556.1.4.803:=2)"
    assert filters.starts_with("cn", "GG-*") == r"(cn=GG-\2a*)"


def test_filter_text_from_elsewhere_is_refused() -> None:
    with pytest.raises(TypeError):
        filters.all_of("(cn=*)")  # type-checkers object as well; this is the lock behind them


@pytest.mark.parametrize("name", ["cn)(x", "", "1a", "member;range=0-1", "a b"])
def test_attribute_names_are_checked(name: str) -> None:
    with pytest.raises(ValueError, match="not the name"):
        filters.present(name)


def test_an_empty_combination_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        filters.any_of()
