# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Block types and their schemas on real servers."""

from __future__ import annotations

import typing as t

import pytest
from prefectkit.module_process import Ran
from prefectkit.real_server import RealServer

Run = t.Callable[..., Ran]
# What only looks at values needs no second server.
only_open = pytest.mark.parametrize("server", ["open"], indirect=True)

FIELDS = {
    "title": "Account",
    "type": "object",
    "properties": {"user": {"type": "string"}, "password": {"type": "string", "format": "password"}},
    "secret_fields": ["password"],
}


def schemas(server: RealServer, slug: str) -> list[dict[str, t.Any]]:
    block_type = server.ask("GET", f"/block_types/slug/{slug}")
    query = {"block_schemas": {"block_type_id": {"any_": [block_type["id"]]}}}
    return server.ask("POST", "/block_schemas/filter", query)


@pytest.fixture
def block_type(run: Run, name: str) -> str:
    """A block type without a schema."""
    run("block_type", slug=name, name=f"Type {name}")
    return name


def test_a_block_type_from_nothing_to_nothing(cycle: Run, server: RealServer, name: str) -> None:
    texts = {
        "description": "d",
        "code_example": "import this",
        "documentation_url": "https://wiki.example.com/blocks",
        "logo_url": "https://wiki.example.com/logo.png",
    }
    done = cycle("block_type", slug=name, name=f"Type {name}", **texts)
    assert done.result["diff"] == {"before": {}, "after": {"slug": name, "name": f"Type {name}", **texts}}
    held = server.ask("GET", f"/block_types/slug/{name}")
    assert {key: held[key] for key in texts} == texts
    cycle("block_type", slug=name, description="other")
    cycle("block_type", slug=name, **dict.fromkeys(texts, ""))
    held = server.ask("GET", f"/block_types/slug/{name}")
    assert [held[key] for key in texts] == [None] * 4
    cycle("block_type", slug=name, state="absent")
    assert server.ask("GET", f"/block_types/slug/{name}") is None


@pytest.mark.parametrize(
    ("options", "kind", "why"),
    [
        ({"slug": "secret", "description": "mine"}, "Forbidden", "one of the server's own block types"),
        ({"slug": "secret", "state": "absent"}, "Forbidden", "one of the server's own block types"),
        ({"slug": "Big", "name": "n"}, "InvalidInput", "lowercase letters, digits and dashes"),
        ({"slug": "new-type"}, "InvalidInput", "needed to create it: name"),
        ({"slug": "new-type", "name": "a/b"}, "InvalidInput", "may not hold /"),
        ({"slug": "new-type", "name": " "}, "InvalidInput", "may not be empty"),
    ],
)
@pytest.mark.parametrize("check_mode", [True, False])
@only_open
def test_a_block_type_that_cannot_be(
    run: Run, options: dict[str, t.Any], kind: str, why: str, check_mode: bool
) -> None:
    result = run("block_type", **options, check_mode=check_mode).result
    assert result["error"]["kind"] == kind
    assert why in result["msg"]


@only_open
def test_the_name_of_a_block_type_cannot_change(run: Run, block_type: str) -> None:
    result = run("block_type", slug=block_type, name="other").result
    assert result["error"]["kind"] == "ImmutableChange"


def test_a_schema_from_nothing_to_nothing(cycle: Run, run: Run, server: RealServer, block_type: str) -> None:
    options = {"block_type": block_type, "fields": FIELDS}
    done = cycle("block_schema", **options, capabilities=["write", "read"])
    after = {**options, "version": "non-versioned", "capabilities": ["read", "write"]}
    assert done.result["diff"] == {"before": {}, "after": after}
    assert done.result["block_schema"]["checksum"].startswith("sha256:")
    assert run("block_schema", **options, capabilities=["read", "write"]).result["changed"] is False
    refused = run("block_schema", **options, capabilities=["other"]).result
    assert refused["error"]["kind"] == "ImmutableChange"
    cycle("block_schema", **options, version="2")
    cycle("block_schema", block_type=block_type, fields={**FIELDS, "title": "Another"})
    assert len(schemas(server, block_type)) == 3
    cycle("block_schema", **options, state="absent")
    assert len(schemas(server, block_type)) == 2


def test_equal_fields_of_two_block_types_are_two_schemas(cycle: Run, run: Run, server: RealServer, name: str) -> None:
    """Their checksums would be the same, and the server would give back the schema of the other block type."""
    for slug in (name, f"{name}-2"):
        run("block_type", slug=slug, name=slug)
        cycle("block_schema", block_type=slug, fields=FIELDS)
        cycle("block_document", block_type=slug, name="one", data={"user": "u"})
    assert [len(schemas(server, slug)) for slug in (name, f"{name}-2")] == [1, 1]


@pytest.mark.parametrize("check_mode", [True, False])
@only_open
def test_a_schema_that_differs_only_in_what_is_secret_needs_a_version_of_its_own(
    run: Run, cycle: Run, server: RealServer, block_type: str, check_mode: bool
) -> None:
    """The server does not look at what is secret and would give back the old schema."""
    run("block_schema", block_type=block_type, fields=FIELDS)
    more = {**FIELDS, "secret_fields": ["user", "password"]}
    result = run("block_schema", block_type=block_type, fields=more, check_mode=check_mode).result
    assert result["error"]["kind"] == "Conflict"
    assert "differs only in secret_fields, which never change. Give it another version" in result["msg"]
    cycle("block_schema", block_type=block_type, fields=more, version="2")
    assert len(schemas(server, block_type)) == 2


@only_open
def test_a_schema_with_definitions_and_another_block_inside(
    cycle: Run, run: Run, server: RealServer, block_type: str
) -> None:
    run("block_type", slug=f"{block_type}-inner", name=f"Inner {block_type}")
    inner = run("block_schema", block_type=f"{block_type}-inner", fields=FIELDS).result["block_schema"]
    reference = {"block_type_slug": f"{block_type}-inner", "block_schema_checksum": inner["checksum"]}
    outer = {
        "title": "Share",
        "type": "object",
        "properties": {
            "account": {"$ref": "#/definitions/Account"},
            "mode": {"allOf": [{"$ref": "#/definitions/Mode"}]},
        },
        "definitions": {
            "Account": inner["fields"],
            "Mode": {"type": "object", "properties": {"bits": {"$ref": "#/definitions/Bits"}}},
            "Bits": {"type": "integer"},
            "Unused": {"type": "null"},
        },
        "secret_fields": ["account.password"],
        "block_schema_references": {"account": reference},
    }
    cycle("block_schema", block_type=block_type, fields=outer)
    assert run("block_schema", block_type=block_type, fields=outer).result["changed"] is False
    kept = schemas(server, block_type)[0]["fields"]
    assert kept["block_schema_references"]["account"] == reference


@only_open
def test_a_schema_of_a_missing_block_type(run: Run, name: str) -> None:
    options = {"block_type": name, "fields": FIELDS}
    assert f"there is no block type '{name}'" in run("block_schema", **options).result["msg"]
    promised = run("block_schema", **options, check_mode=True)
    assert promised.result["predicted"] == [f"block type {name}"]
    run("block_type", slug=name, name=name)
    assert run("block_schema", **options).plan == promised.plan
    assert run("block_schema", block_type=f"{name}-none", fields={}, state="absent").result["changed"] is False


@pytest.mark.parametrize("check_mode", [True, False])
@only_open
def test_what_block_documents_are_made_of_stays_while_they_are_there(
    run: Run, block_type: str, check_mode: bool
) -> None:
    """The server would remove the block documents with their type or their schema."""
    run("block_schema", block_type=block_type, fields=FIELDS)
    run("block_document", block_type=block_type, name="one", data={"user": "u"})
    for module, options in (
        ("block_type", {"slug": block_type}),
        ("block_schema", {"block_type": block_type, "fields": FIELDS}),
    ):
        result = run(module, **options, state="absent", check_mode=check_mode).result
        assert result["error"]["kind"] == "Forbidden"
        assert f"1 block document would be removed with it: {block_type}/one. Remove them first" in result["msg"]
    run("block_document", block_type=block_type, name="one", state="absent")
    assert run("block_type", slug=block_type, state="absent", check_mode=check_mode).result["changed"] is True
