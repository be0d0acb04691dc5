# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Block documents on real servers: what is secret in them, blocks inside of blocks, and who leans on them."""

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
    "properties": {"user": {"type": "string"}, "password": {"type": "string"}, "more": {"type": "object"}},
    "secret_fields": ["password", "more.token", "keys.*"],
}


@pytest.fixture
def block_type(run: Run, name: str) -> str:
    """A block type with a schema."""
    run("block_type", slug=name, name=f"Type {name}")
    run("block_schema", block_type=name, fields=FIELDS)
    return name


def held(server: RealServer, block_type: str, name: str = "one", secrets: bool = True) -> t.Any:
    query = "?include_secrets=true" if secrets else ""
    found = server.ask("GET", f"/block_types/slug/{block_type}/block_documents/name/{name}{query}")
    return found and found["data"]


def shown(*runs: Ran) -> list[str]:
    """Outputs with a secret in them."""
    return [ran.output for ran in runs if "s3cr3t" in ran.output]


def test_a_block_document_from_nothing_to_nothing(cycle: Run, server: RealServer, block_type: str) -> None:
    place = {"block_type": block_type, "name": "one"}
    data = {"user": "svc", "more": {"plain": [1, {"deep": None}], "empty": {}}, "nothing": None}
    done = cycle("block_document", **place, data=data)
    assert done.result["diff"] == {"before": {}, "after": {**place, "data": data}}
    cycle("block_document", **place, data={"more": {"plain": [2]}, "user": ""})
    assert held(server, block_type) == {"user": "", "more": {"plain": [2], "empty": {}}, "nothing": None}
    assert done.result["block_document"]["data"] == data
    cycle("block_document", **place, state="absent")
    assert held(server, block_type) is None


def test_secrets_come_back_masked_and_stay(cycle: Run, run: Run, server: RealServer, block_type: str) -> None:
    place = {"block_type": block_type, "name": "one"}
    secrets = {"password": "old-s3cr3t", "more": {"token": "tok-s3cr3t"}, "keys": {"a": "a-s3cr3t", "b": "b-s3cr3t"}}
    ran = [cycle("block_document", **place, data={"user": "u", "more": {"plain": 1}}, secret_data=secrets)]
    assert held(server, block_type, secrets=False)["password"] == "********"
    # what is not secret changes next to secrets that nobody names
    ran.append(cycle("block_document", **place, data={"more": {"plain": 2}, "user": "v"}))
    kept = held(server, block_type)
    assert kept == {**secrets, "user": "v", "more": {"plain": 2, "token": "tok-s3cr3t"}}
    ran += [
        run("block_document", **place, secret_data={"password": "new-s3cr3t"}, update_secrets=update, check_mode=True)
        for update in ("on_create", "always", "when_changed")
    ]
    assert [one.result["changed"] for one in ran[2:]] == [False, True, True]
    ran.append(run("block_document", **place, state="absent", check_mode=True))
    assert held(server, block_type) == kept
    assert shown(*ran) == []


@only_open
def test_secrets_that_are_written_on_creation_only(run: Run, server: RealServer, block_type: str) -> None:
    place = {"block_type": block_type, "name": "one"}
    run("block_document", **place, secret_data={"password": "old-s3cr3t"})
    again = run("block_document", **place, secret_data={"password": "new-s3cr3t"})
    assert again.result["changed"] is False
    assert held(server, block_type)["password"] == "old-s3cr3t"


@only_open
def test_secrets_that_are_always_written(run: Run, server: RealServer, block_type: str) -> None:
    place = {"block_type": block_type, "name": "one", "update_secrets": "always"}
    run("block_document", **place, secret_data={"password": "old-s3cr3t", "more": {"token": "tok-s3cr3t"}})
    options = {**place, "secret_data": {"password": "new-s3cr3t"}}
    promised, done, again = (
        run("block_document", **options, check_mode=True),
        run("block_document", **options),
        run("block_document", **options),
    )
    assert promised.plan == done.plan == again.plan
    assert done.result["diff"]["after"]["secret_data"] == "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER - changed"
    assert held(server, block_type) == {"password": "new-s3cr3t", "more": {"token": "tok-s3cr3t"}}
    assert shown(promised, done, again) == []


def test_secrets_that_are_written_when_they_differ(cycle: Run, run: Run, server: RealServer, block_type: str) -> None:
    place = {"block_type": block_type, "name": "one", "update_secrets": "when_changed"}
    secrets = {"password": "old-s3cr3t", "more": {"token": "tok-s3cr3t"}, "keys": {"a": "a-s3cr3t"}}
    ran = [cycle("block_document", **place, data={"user": "u"}, secret_data=secrets)]
    ran.append(run("block_document", **place, secret_data={"more": {"token": "tok-s3cr3t"}}))
    assert ran[-1].result["changed"] is False
    ran.append(cycle("block_document", **place, data={"user": "v"}, secret_data={"password": "new-s3cr3t"}))
    assert held(server, block_type) == {**secrets, "user": "v", "password": "new-s3cr3t"}
    ran.append(run("block_document", **place, data={"user": "w"}))
    assert ran[-1].result["block_document"]["data"]["user"] == "w"
    assert held(server, block_type)["password"] == "new-s3cr3t"
    assert shown(*ran) == []


@only_open
def test_what_the_schema_calls_no_secret_may_be_hidden_as_well(cycle: Run, server: RealServer, block_type: str) -> None:
    place = {"block_type": block_type, "name": "one", "update_secrets": "when_changed"}
    ran = [cycle("block_document", **place, secret_data={"user": "usr-s3cr3t", "password": "old-s3cr3t"})]
    ran.append(cycle("block_document", **place, secret_data={"user": "new-s3cr3t"}, data={"more": {"plain": 1}}))
    assert held(server, block_type) == {"user": "new-s3cr3t", "password": "old-s3cr3t", "more": {"plain": 1}}
    # to the server it is no secret; so the task that removes it says again that it is one
    ran.append(cycle("block_document", **place, secret_data={"user": "new-s3cr3t"}, state="absent"))
    assert shown(*ran) == []


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize("existing", [True, False])
@only_open
def test_a_secret_that_is_given_in_the_open_is_refused(
    run: Run, server: RealServer, block_type: str, existing: bool, check_mode: bool
) -> None:
    if existing:
        run("block_document", block_type=block_type, name="one", data={"user": "u"})
    before = held(server, block_type)
    data = {"user": "v", "more": {"token": "t"}}
    result = run("block_document", block_type=block_type, name="one", data=data, check_mode=check_mode).result
    assert result["error"]["kind"] == "InvalidInput"
    assert "the block type says that these are secrets: more. Move them from data to secret_data" in result["msg"]
    assert held(server, block_type) == before


@only_open
def test_the_same_in_the_open_and_as_a_secret_is_refused(run: Run, block_type: str) -> None:
    both = {"data": {"more": {"a": 1}, "user": "u"}, "secret_data": {"more": {"a": "twice-s3cr3t"}}}
    ran = run("block_document", block_type=block_type, name="one", **both)
    assert "these are both in data and in secret_data: more.a. Give each of them once" in ran.result["msg"]
    assert shown(ran) == []


@only_open
def test_a_block_of_the_servers_own_types(cycle: Run, server: RealServer, name: str) -> None:
    # Prefect shows a secret of its own in the schema, as an example
    done = cycle("block_document", block_type="secret", name=name, secret_data={"value": "own-hidden"})
    assert held(server, "secret", name) == {"value": "own-hidden"}
    assert "own-hidden" not in done.output
    cycle("block_document", block_type="secret", name=name, state="absent")


def test_a_block_inside_of_a_block(cycle: Run, run: Run, server: RealServer, block_type: str) -> None:
    for inner in ("one", "two"):
        run("block_document", block_type=block_type, name=inner, secret_data={"password": "in-s3cr3t"})
    data = {"account": {"$ref": {"block_document_id": f"{block_type}/one"}}, "block_document_id": "no name"}
    outer = {"block_type": block_type, "name": "outer"}
    ran = [cycle("block_document", **outer, data=data)]
    assert ran[0].result["diff"]["after"]["data"] == data
    path = f"/block_types/slug/{block_type}/block_documents/name"
    identifier = server.ask("GET", f"{path}/one")["id"]
    inside = server.ask("GET", f"{path}/outer")["block_document_references"]["account"]
    assert inside["block_document"]["id"] == identifier
    ran.append(cycle("block_document", **outer, data={"user": "u"}))
    assert server.ask("GET", f"{path}/outer")["block_document_references"]["account"] == inside
    assert ran[-1].result["block_document"]["data"]["account"] == {"$ref": {"block_document_id": identifier}}
    for update in ("always", "when_changed"):
        ran.append(run("block_document", **outer, secret_data={"password": f"{update}-s3cr3t"}, update_secrets=update))
        assert ran[-1].result["changed"] is True
        assert server.ask("GET", f"{path}/outer")["block_document_references"]["account"] == inside
    again = run("block_document", **outer, data=data, update_secrets="when_changed")
    assert again.result["changed"] is False
    other = {"account": {"$ref": {"block_document_id": f"{block_type}/two"}}}
    ran.append(cycle("block_document", **outer, data=other))
    assert ran[-1].result["diff"]["after"]["data"]["account"] == other["account"]
    assert shown(*ran, again) == []


@pytest.mark.parametrize(
    ("reference", "why"),
    [
        (
            "secret/none",
            "Cannot set 'data' of block document 'outer' on {url}: there is no block document 'secret/none'.",
        ),
        (
            "none",
            "Cannot find block document 'none' on {url} for block document 'outer': a block document has a name of 2",
        ),
    ],
)
@only_open
def test_a_block_that_is_not_there_inside_of_a_block(
    run: Run, server: RealServer, block_type: str, reference: str, why: str
) -> None:
    data = {"account": {"$ref": {"block_document_id": reference}}}
    result = run("block_document", block_type=block_type, name="outer", data=data).result
    assert result["msg"].startswith(why.format(url=server.url))
    assert "\n" not in result["msg"]


@pytest.mark.parametrize("check_mode", [True, False])
@only_open
def test_a_block_that_something_leans_on_stays(
    run: Run, server: RealServer, block_type: str, flow: str, deployment: str, check_mode: bool
) -> None:
    """The server would remove the deployments whose code is in there, and leave a hole in other blocks."""
    place = {"block_type": block_type, "name": "one"}
    run("block_document", **place, data={"user": "u"})
    run("deployment", flow=flow, name="nightly", storage_block=f"{block_type}/one")
    refused = run("block_document", **place, state="absent", check_mode=check_mode).result
    assert refused["error"]["kind"] == "Forbidden"
    assert f"1 deployment would be removed with it, since it says where the code is: {deployment}" in refused["msg"]
    run("deployment", flow=flow, name="nightly", storage_block="")
    reference = {"account": {"$ref": {"block_document_id": f"{block_type}/one"}}}
    run("block_document", block_type=block_type, name="outer", data=reference)
    refused = run("block_document", **place, state="absent", check_mode=check_mode).result
    assert f"1 block document would lose it: {block_type}/outer" in refused["msg"]
    run("block_document", block_type=block_type, name="outer", state="absent")
    assert run("block_document", **place, state="absent", check_mode=check_mode).result["changed"] is True
    assert server.ask("GET", f"/deployments/name/{deployment}")


@only_open
def test_a_block_of_a_type_that_is_not_ready(run: Run, server: RealServer, name: str) -> None:
    options = {"block_type": name, "name": "one", "data": {}}
    assert f"there is no block type '{name}'" in run("block_document", **options).result["msg"]
    assert run("block_document", **options, check_mode=True).result["predicted"] == [f"block type {name}"]
    assert run("block_document", **options, state="absent").result["changed"] is False
    run("block_type", slug=name, name=name)
    result = run("block_document", **options).result
    assert result["msg"] == (
        f"Cannot create block document '{name}/one' on {server.url}: block type '{name}' has no schema yet."
        " Create one with block_schema, or register the block with 'prefect block register'."
    )
