# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names inside nested values: to identifiers and back again, and nothing else is touched."""

from __future__ import annotations

import typing as t
import uuid

import pytest
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.nested import identifiers
from hypothesis import given
from hypothesis import strategies as st

KEYS = {"deployment_id": "deployment", "deployment_ids": "deployment", "work_pool_id": "work pool id"}
NAMES = identifiers(KEYS, resources=True, opaque=("parameters",))
KINDS = {"deployment": "deployment", "work-pool": "work pool id", "flow": "flow"}


def identifier_of(kind: str, name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{kind} {name}"))


class Server:
    """Knows every object by its name, once somebody has asked for it."""

    def __init__(self) -> None:
        self.names: dict[tuple[str, str], str] = {}

    def look_up(self, kind: str, name: str) -> str:
        found = identifier_of(kind, name)
        self.names[kind, found] = name
        return found

    def name_of(self, kind: str, identifier: str) -> str | None:
        return self.names.get((kind, identifier))


names = st.text(st.characters(codec="utf-8", exclude_characters="<>"), min_size=1).filter(lambda text: len(text) != 36)
resources = st.builds(lambda kind, name: f"prefect.{kind}.<{name}>", st.sampled_from(sorted(KINDS)), names)
others = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from(["prefect.flow.*", "prefect.flow-run.<x>", "etl/nightly", ""]),
)
free = st.sampled_from(["match", "prefect.resource.id", "type", "parameters", "x"])
values = st.recursive(
    st.one_of(others, resources),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(free, inner, max_size=3),
        st.dictionaries(st.sampled_from(sorted(KEYS)), st.one_of(names, st.lists(names, max_size=3)), max_size=3),
    ),
    max_leaves=12,
)


@given(values)
def test_what_is_encoded_is_decoded_to_the_same(value: t.Any) -> None:
    server = Server()
    assert NAMES.decode(NAMES.encode(value, server.look_up), server.name_of) == value


@given(values)
def test_what_is_encoded_once_is_encoded_for_good(value: t.Any) -> None:
    once = NAMES.encode(value, Server().look_up)
    assert NAMES.encode(once, Server().look_up) == once


@given(values)
def test_what_is_shown_is_what_was_written(value: t.Any) -> None:
    assert NAMES.show is not None
    server = Server()
    encoded = NAMES.encode(value, server.look_up)
    assert NAMES.show(encoded, {identifier: name for (_kind, identifier), name in server.names.items()}) == value


@given(values)
def test_the_value_of_the_user_is_left_as_it_is(value: t.Any) -> None:
    before = repr(value)
    NAMES.encode(value, Server().look_up)
    assert repr(value) == before


def test_names_under_keys_and_in_lists() -> None:
    value = [{"deployment_id": "etl/nightly", "work_pool_id": "p"}, {"filter": {"deployment_ids": ["a/b", "c/d"]}}]
    assert NAMES.encode(value, lambda kind, name: f"{kind}: {name}") == [
        {"deployment_id": "deployment: etl/nightly", "work_pool_id": "work pool id: p"},
        {"filter": {"deployment_ids": ["deployment: a/b", "deployment: c/d"]}},
    ]


@pytest.mark.parametrize(
    "value",
    [
        {"deployment_id": identifier_of("deployment", "etl/nightly")},
        {"deployment_id": None},
        {"deployment_id": 7},
        {"parameters": {"deployment_id": "mine", "text": "prefect.flow.<mine>"}},
        {"text": "prefect.flow-run.<x>"},
        {"text": "prefect.flow.x"},
        {"text": "my prefect.flow.<x>"},
        {"deployment": "etl/nightly"},
    ],
)
def test_what_is_no_name_is_left_alone(value: t.Any) -> None:
    def nobody(kind: str, name: str) -> t.NoReturn:
        raise AssertionError((kind, name))

    assert NAMES.encode(value, nobody) == value


def test_a_key_that_counts_in_one_place_only() -> None:
    inside = identifiers({"block_document_id": "block document"}, inside="$ref")
    value = {"block_document_id": "mine", "account": {"$ref": {"block_document_id": "secret/token"}}}
    assert inside.encode(value, lambda _kind, name: name.upper()) == {
        "block_document_id": "mine",
        "account": {"$ref": {"block_document_id": "SECRET/TOKEN"}},
    }


def test_what_has_no_name_stays_an_identifier() -> None:
    gone = identifier_of("deployment", "gone")
    value = {"deployment_id": gone, "match": f"prefect.flow.{gone}"}
    assert NAMES.decode(value, lambda _kind, _identifier: None) == value


def test_kinds_that_may_be_named() -> None:
    assert identifiers(KEYS).kinds == ("deployment", "work pool id")
    assert {"flow", "work queue id", "block document", "concurrency limit"} <= set(NAMES.kinds)
