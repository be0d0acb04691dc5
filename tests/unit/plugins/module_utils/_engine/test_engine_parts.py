# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors in one line, masking of texts, the environment, and argument specs."""

from __future__ import annotations

import json

import pytest
from ansible.module_utils.basic import AnsibleFallbackNotFound
from ansible_collections.flowops.prefect.plugins.module_utils._engine.env import env_fallback, given
from ansible_collections.flowops.prefect.plugins.module_utils._engine.errors import EngineError, NotFound
from ansible_collections.flowops.prefect.plugins.module_utils._engine.masking import MASK, scrub, secret_texts
from ansible_collections.flowops.prefect.plugins.module_utils._engine.spec import Compare, Field, ResourceSpec


def test_an_error_is_one_line_with_object_server_reason_and_remedy() -> None:
    error = NotFound("read thing", obj="n", server="srv", why="it is\nnot there.", todo="Create it")
    assert str(error) == "Cannot read thing 'n' on srv: it is not there. Create it."
    assert error.as_result() == {
        "kind": "NotFound",
        "object": "n",
        "server": "srv",
        "reason": "it is\nnot there.",
        "remedy": "Create it",
    }


def test_an_error_needs_no_more_than_what_failed() -> None:
    assert str(EngineError("read thing")) == "Cannot read thing."


def test_secret_texts_are_found_at_every_depth() -> None:
    found = secret_texts({"a": ["first", {"b": "second"}], "c": None, "d": True, "e": 12345, "f": "abc"})
    assert found == {"first", "second", "12345"}


def test_scrubbing_takes_the_longest_secret_first_and_leaves_short_words() -> None:
    assert scrub("user:password and password in it", ["password", "user:password", "it"]) == f"{MASK} and {MASK} in it"


@pytest.mark.parametrize(
    "secret", ["s3cr3t\n", "s3cr3t\u20acx", "s3'cr3t", 's3"cr3t', "s3\ncr3t", "s3\\cr3t", "s3'cr\"3t"]
)
def test_a_secret_is_scrubbed_as_programs_write_it(secret: str) -> None:
    written = [
        secret,
        secret.strip(),
        " ".join(secret.split()),
        repr(secret),
        ascii(secret),
        json.dumps(secret),
        repr(secret.encode()),
        repr([f"\"{secret}'"]),
    ]
    for text in written:
        assert "cr" not in scrub(f"<{text}>", [secret]).replace(MASK, "")


def test_an_empty_variable_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRST", "")
    monkeypatch.setenv("SECOND", "value")
    assert env_fallback("FIRST", "SECOND") == "value"
    with pytest.raises(AnsibleFallbackNotFound):
        env_fallback("FIRST", "THIRD")


@pytest.mark.parametrize(("value", "expected"), [(None, False), ("", False), (0, True), (False, True), ("x", True)])
def test_only_nothing_and_the_empty_text_count_as_not_given(value: object, expected: bool) -> None:
    assert given(value) is expected


def test_the_argument_spec_follows_from_the_fields() -> None:
    spec = ResourceSpec(
        kind="thing",
        result="thing",
        fields=(
            Field("name", required=True, identity=True),
            Field("kind", choices=("a", "b")),
            Field("members", compare=Compare.MEMBERSHIP),
            Field("rules", "list", elements="dict", options={"path": {"type": "str"}}),
            Field("token", secret=True),
            Field("phrase", write_only=True),
        ),
    )
    verb = {"type": "list", "elements": "str"}
    assert spec.argument_spec() == {
        "name": {"type": "str", "required": True},
        "kind": {"type": "str", "choices": ["a", "b"]},
        "members": {"type": "dict", "options": {"add": verb, "remove": verb, "set": verb}},
        "rules": {"type": "list", "elements": "dict", "options": {"path": {"type": "str"}}},
        "token": {"type": "str", "no_log": True},
        "phrase": {"type": "str", "no_log": True},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "update_secrets": {"type": "str", "choices": ["on_create", "always"], "default": "on_create", "no_log": False},
    }


def test_an_object_is_named_by_its_title_or_else_by_its_identity() -> None:
    spec = ResourceSpec("thing", "thing", (Field("name"), Field("identity", identity=True)))
    assert spec.name_of({"name": "n", "identity": "i"}) == "n"
    assert spec.name_of({"name": None, "identity": "i"}) == "i"
    assert spec.name_of({}) == ""


def test_a_shared_property_is_hidden_unless_its_plain_field_was_given() -> None:
    spec = ResourceSpec("thing", "thing", (Field("value"), Field("secret_value", wire="value", secret=True)))
    assert spec.hidden_keys({}) == {"value"}
    assert spec.hidden_keys({"secret_value": "s"}) == {"value"}
    assert spec.hidden_keys({"value": "v"}) == set()
