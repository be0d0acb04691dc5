# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Distinguished names, held against RFC 4514 and against ldap3's own parser."""

from __future__ import annotations

import pytest
from ansible_collections.flowops.prefect.plugins.module_utils._ad import dn
from hypothesis import given
from hypothesis import strategies as st
from ldap3.utils.dn import parse_dn

# Surrogates cannot be sent; everything else, control characters included, is a possible name.
NAMES = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), min_size=1, max_size=40)
PARTS = st.lists(st.tuples(st.sampled_from(["CN", "OU", "DC"]), NAMES), min_size=1, max_size=5)


@given(PARTS)
def test_whatever_is_put_together_comes_apart_again(parts: list[tuple[str, str]]) -> None:
    assert list(dn.parse(dn.text(parts))) == parts


@given(NAMES)
def test_a_name_cannot_leave_its_part(name: str) -> None:
    made = dn.child("CN", name, "OU=FlowOps,DC=lab,DC=test")
    assert dn.leaf(made) == name
    assert dn.parent(made) == "OU=FlowOps,DC=lab,DC=test"


# Without "#": ldap3 wants it escaped everywhere, RFC 4514 at the beginning only.
@given(st.text('abc,+=<>;"\\ é', min_size=1, max_size=20))
def test_ldap3_sees_the_same_number_of_parts(name: str) -> None:
    assert len(parse_dn(dn.child("CN", name, "DC=lab,DC=test"))) == 3


@pytest.mark.parametrize(
    ("written", "value"),
    [
        (r"CN=Doe\, Jane,DC=x", "Doe, Jane"),
        (r"CN=Doe\2C Jane,DC=x", "Doe, Jane"),
        (r"CN=J\C3\BCrgen,DC=x", "Jürgen"),
        (r"CN=\#1,DC=x", "#1"),
        (r"CN=a\\,DC=x", "a\\"),
        (r"CN=ends\ ,DC=x", "ends "),
        (r"CN=two\0Alines,DC=x", "two\nlines"),
        ("CN = spaced , DC=x", "spaced"),
    ],
)
def test_escapes(written: str, value: str) -> None:
    assert dn.leaf(written) == value


@pytest.mark.parametrize(
    "text", ["alice", "a=b+c=d,DC=x", "CN=#0403,DC=x", "CN=x\\", "CN=a<b", "=x", r"CN=\FF\FE", r"CN=a\00b", "CN=a\x00b"]
)
def test_what_is_no_dn_of_active_directory_is_refused(text: str) -> None:
    with pytest.raises(dn.InvalidDn):
        dn.parse(text)


@pytest.mark.parametrize(
    ("text", "answer"), [("OU=x,DC=y", True), ("alice@lab.test", False), ("S-1-5-32", False), ("", False), ("a=", True)]
)
def test_is_dn(text: str, answer: bool) -> None:
    assert dn.is_dn(text) is answer


def test_names_are_compared_without_case_space_and_kind_of_escape() -> None:
    assert dn.canonical(r"cn=Doe\2C Jane, ou=X,dc=LAB") == dn.canonical(r"CN=doe\, jane,OU=x,DC=lab")


def test_letters_that_only_look_alike_stay_apart() -> None:
    assert dn.canonical("CN=Straße,DC=x") != dn.canonical("CN=Strasse,DC=x")


@pytest.mark.parametrize(
    ("inner", "answer"),
    [("OU=a,DC=LAB,DC=test", True), ("dc=lab,dc=test", True), ("OU=a,DC=xlab,DC=test", False), ("DC=test", False)],
)
def test_within(inner: str, answer: bool) -> None:
    assert dn.within(inner, "DC=lab,DC=test") is answer


@given(PARTS, st.sampled_from(["{}", "{} ", " {}", "{}=", "{}\\"]))
def test_the_short_way_to_compare_names_and_the_long_one_agree(parts: list[tuple[str, str]], form: str) -> None:
    name = form.format(dn.text(parts))
    try:
        slow = dn.text((kind.lower(), value.lower()) for kind, value in dn.parse(name))
    except dn.InvalidDn:
        slow = name.lower()
    assert dn.canonical(name) == slow
    assert dn.within(name, dn.parent(name)) if dn.is_dn(name) else True
