# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a block document is secret, and what is written of one."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.flowops.prefect.plugins.module_utils._engine.plan import merged
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.block_secrets import split_secrets
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.blocks import BLOCK_DOCUMENT, whole_of
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.catalogue import CATALOGUE
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.client import Client
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.store import Store
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.stores import Stores
from hypothesis import given
from hypothesis import strategies as st

keys = st.sampled_from(["a", "b", "c"])
leaves = st.one_of(st.none(), st.integers(), st.sampled_from(["", "t", "text"]), st.lists(st.integers(), max_size=2))
data = st.dictionaries(
    keys, st.recursive(leaves, lambda inner: st.dictionaries(keys, inner, max_size=3), max_leaves=8), max_size=3
)
patterns = st.lists(st.lists(st.sampled_from(["a", "b", "c", "*"]), min_size=1, max_size=3).map(".".join), max_size=4)


def places(value: t.Any, place: tuple[str, ...] = ()) -> t.Iterator[tuple[tuple[str, ...], t.Any]]:
    """Every leaf with its place; an empty dictionary is one."""
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from places(item, (*place, key))
    else:
        yield place, value


def is_secret(place: tuple[str, ...], fields: list[str]) -> bool:
    """Whether a place is called secret, or lies in one that is."""
    for field in fields:
        parts = field.split(".")
        if len(parts) <= len(place) and all(part in ("*", key) for part, key in zip(parts, place, strict=False)):
            return True
    return False


@given(data, patterns)
def test_the_two_parts_together_are_the_whole(whole: dict[str, t.Any], fields: list[str]) -> None:
    plain, secret = split_secrets(whole, fields)
    assert merged(plain, secret) == whole


@given(data, patterns)
def test_no_secret_is_in_the_plain_part(whole: dict[str, t.Any], fields: list[str]) -> None:
    plain, _secret = split_secrets(whole, fields)
    assert [place for place, _value in places(plain) if place and is_secret(place, fields)] == []


@given(data, patterns)
def test_only_what_is_secret_is_in_the_other_part(whole: dict[str, t.Any], fields: list[str]) -> None:
    _plain, secret = split_secrets(whole, fields)
    assert all(is_secret(place, fields) or isinstance(value, list) for place, value in places(secret) if place)


@pytest.mark.parametrize(
    ("whole", "fields", "plain"),
    [
        ({"user": "u", "password": "p"}, ["password"], {"user": "u"}),
        ({"auth": {"user": "u", "password": "p"}}, ["auth.password"], {"auth": {"user": "u"}}),
        ({"auth": {"user": "u"}}, ["auth"], {}),
        ({"env": {"A": "1", "B": {"c": 2}}, "x": 1}, ["env.*"], {"env": {}, "x": 1}),
        ({"hosts": {"one": {"key": "k", "port": 1}}}, ["hosts.*.key"], {"hosts": {"one": {"port": 1}}}),
        # the server keeps secrets of lists as a whole
        ({"tokens": ["a", "b"], "x": 1}, ["tokens.*"], {"x": 1}),
        ({"auth": None, "other": "o"}, ["auth.password"], {"auth": None, "other": "o"}),
        ({"a.b": "plain", "a": {"b": "secret"}}, ["a.b"], {"a.b": "plain", "a": {}}),
    ],
)
def test_paths_of_secrets(whole: dict[str, t.Any], fields: list[str], plain: dict[str, t.Any]) -> None:
    assert split_secrets(whole, fields)[0] == plain


@pytest.fixture
def store(connect: t.Callable[..., Client]) -> Store:
    return Stores(connect(), CATALOGUE, whole=False).store("block document")


FIELDS = {"secret_fields": ["password", "more.token"]}


def stored(data: dict[str, t.Any], **rest: t.Any) -> dict[str, t.Any]:
    return {"id": "1", "name": "one", "block_schema": {"fields": FIELDS}, "data": data, **rest}


def test_a_document_shows_nothing_of_its_secrets(store: Store) -> None:
    found = store.decode(stored({"user": "u", "password": "pw-s3cr3t", "more": {"token": "tok-s3cr3t", "plain": 1}}))
    hidden = BLOCK_DOCUMENT.spec.hidden_keys({})
    assert "s3cr3t" not in json.dumps({key: value for key, value in found.items() if key not in hidden})
    assert whole_of(found)["password"] == "pw-s3cr3t"


def test_a_key_is_written_with_all_that_is_in_it(store: Store) -> None:
    found = store.decode(stored({"user": "u", "more": {"token": "********", "plain": 1, "deep": {"x": 1}}}))
    body = store.encode({"data": {"user": "u", "more": {"plain": 2}}}, found)
    assert body == {"data": {"more": {"token": "********", "plain": 2, "deep": {"x": 1}}}}


def test_what_one_option_brings_along_does_not_undo_the_other(store: Store) -> None:
    """Both may hold all that there was, with what is new in them on top."""
    found = store.decode(stored({"user": "old", "password": "old", "host": "old"}))
    body = {
        "data": {"user": "old", "host": "new"},
        "secret_data": {"user": "new", "password": "old", "host": "old"},
    }
    assert store.encode(body, found) == {"data": {"host": "new", "user": "new"}}


def test_a_block_inside_is_sent_along(store: Store) -> None:
    inside = {"account": {"block_document": {"id": "2", "name": "two"}}}
    found = store.decode(stored({"user": "u", "account": {"password": "***"}}, block_document_references=inside))
    assert found["data"]["account"] == {"$ref": {"block_document_id": "2"}}
    assert store.encode({"secret_data": {"password": "p"}}, found) == {
        "data": {"account": {"$ref": {"block_document_id": "2"}}, "password": "p"}
    }


def test_old_values_of_what_the_user_calls_a_secret_are_hidden(store: Store) -> None:
    found = store.decode(stored({"user": "usr-s3cr3t", "host": "plain"}))
    secrets = BLOCK_DOCUMENT.spec.secrets_of({"secret_data": {"user": "new", "password": "new"}}, found)
    assert json.dumps(secrets).count("usr-s3cr3t") == 1
    assert "plain" not in json.dumps(secrets)
