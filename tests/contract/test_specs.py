# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for every spec of the collection, through a real AnsibleModule and an object store in memory."""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import json
import types
import typing as t

import pytest
from ansible_collections.flowops.prefect.plugins.module_utils._ad.catalogue import FAMILIES
from ansible_collections.flowops.prefect.plugins.module_utils._ad.lookup import Finder
from ansible_collections.flowops.prefect.plugins.module_utils._engine.module import run_resource
from ansible_collections.flowops.prefect.plugins.module_utils._engine.spec import ResourceSpec
from ansible_collections.flowops.prefect.tests.unit.support.declarations import SPECS
from ansible_collections.flowops.prefect.tests.unit.support.memory_backend import MemoryBackend
from ansible_collections.flowops.prefect.tests.unit.support.memory_directory import MemoryDirectory
from ansible_collections.flowops.prefect.tests.unit.support.module_runner import Ran, run_module
from ansible_collections.flowops.prefect.tests.unit.support.samples import blank, changeable, marked, place_of, wish

every_spec = pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.result)
every_removable_spec = pytest.mark.parametrize(
    "spec", [spec for spec in SPECS if "state" in spec.argument_spec()], ids=lambda spec: spec.result
)
# No API creates these. They are there because somebody else made them.
NOT_MADE_HERE = {"account role", "account member"}
OBJECT = "CN=first,DC=lab,DC=test"
ACCOUNT = {"id": "account", "settings": {}, "scim_state": "DISABLED"}
ANSWERS = {
    "": ACCOUNT,
    "/me/accounts": [{"account_id": "account", "account_membership_id": "me"}],
    "/accounts/permissions": ["first", "second"],
    "/workspace_scopes": [{"name": "first"}, {"name": "second"}],
}


class Nobody:
    """A session with a workspace of Prefect Cloud in which there is nothing else, of a user in two teams."""

    connection = types.SimpleNamespace(is_cloud=True, account_id="account", api_key="")

    def at(self, *_place: t.Any) -> Nobody:
        return self

    def read_all(self, *_query: t.Any) -> list[dict[str, t.Any]]:
        return []

    def read_value(self, path: str, *_rest: t.Any) -> t.Any:
        return ANSWERS[path]

    def find(self, _path: str, *_rest: t.Any) -> dict[str, t.Any]:
        return {"id": "me", "actor_id": "me", "teams": [{"name": place_of(name)} for name in ("first", "second")]}


class Store(MemoryBackend):
    """Also answers what guards ask."""

    directory = MemoryDirectory()
    directory.put(OBJECT, objectClass=["top", "user"])
    entry = directory.get(OBJECT, ["nTSecurityDescriptor"], descriptors=True)

    stores = types.SimpleNamespace(client=Nobody(), server=MemoryBackend.server, whole=False)
    store = types.SimpleNamespace(own_address=lambda: "")

    def __init__(self, spec: ResourceSpec, **rest: t.Any) -> None:
        super().__init__(spec, **rest)
        # the spec of a family as a whole has no kind of its own; any of its kinds answers
        self.kind = next(
            (kind for family in FAMILIES for kind in family.kinds.values() if spec in (kind.spec, family.spec)), None
        )
        self.finder = Finder(self.directory)

    def refuse_if_taken(self, _plan: t.Any) -> None:
        return None

    def resolve(self, _kind: str, name: str) -> t.Any:
        return place_of(name)

    def look_up(self, _kind: str, _name: str) -> dict[str, t.Any] | None:
        return None

    def plan_of(self, _kind: str, _found: dict[str, t.Any]) -> None:
        return None

    def wanted(self, _kind: str) -> list[dict[str, t.Any]]:
        return []

    def related(self, _kind: str, _key: str, _value: t.Any, **_how: t.Any) -> list[dict[str, t.Any]]:
        return []


def run(spec: ResourceSpec, store: Store, *, check_mode: bool = False, **options: t.Any) -> Ran:
    @contextlib.contextmanager
    def open_backend(_module: t.Any) -> t.Iterator[Store]:
        store.read_only = check_mode
        yield store

    return run_module(lambda: run_resource(spec, {}, open_backend), check_mode=check_mode, **options)


def outcome(ran: Ran) -> tuple[bool, dict[str, t.Any]]:
    assert "failed" not in ran.result, ran.result["msg"]
    return ran.result["changed"], ran.result["diff"]


def created(spec: ResourceSpec, which: int, **rest: t.Any) -> Store:
    store = Store(spec)
    maker = dataclasses.replace(spec, guard=None) if spec.kind in NOT_MADE_HERE else spec
    outcome(run(maker, store, **wish(spec, which, **rest)))
    assert store.stored is not None
    store.stored.setdefault("id", place_of("it"))
    return store


def test_specs_were_found() -> None:
    assert {"work pool", "work queue", "variable", "organizational unit", "group"} <= {spec.kind for spec in SPECS}


@every_spec
@pytest.mark.parametrize("secrets", [False, True])
@pytest.mark.parametrize("start", ["absent", "present"])
def test_check_mode_promises_what_happens_and_then_nothing_is_left_to_do(
    spec: ResourceSpec, start: str, secrets: bool
) -> None:
    store = Store(spec) if start == "absent" else created(spec, 0, secrets=secrets)
    fixed = {field.name for field in spec.fields if field.immutable}
    options = wish(spec, 1, secrets=secrets)
    if start == "present":
        options = {name: value for name, value in options.items() if name not in fixed}
    before = copy.deepcopy(store.stored)

    foreseen = run(spec, store, check_mode=True, **options)
    assert store.stored == before
    real = run(spec, store, **options)
    if start == "absent" and spec.kind in NOT_MADE_HERE:
        assert foreseen.result["msg"] == real.result["msg"]
        assert store.writes == []
        return
    promised, done, again = outcome(foreseen), outcome(real), outcome(run(spec, store, **options))

    assert promised == done
    assert foreseen.result[spec.result] == real.result[spec.result]
    # a schema of a block type, for one, never changes
    assert done[0] is (start == "absent" or bool(changeable(spec, options)))
    assert again[0] is False
    assert again[1]["before"] == again[1]["after"]


@every_removable_spec
def test_absent_twice(spec: ResourceSpec) -> None:
    store = created(spec, 0)
    options = {name: value for name, value in wish(spec, 0).items() if name in spec.identity({})}
    # where what goes with it has to be named as well
    options.update({field.name: True for field in spec.fields if field.control and field.type == "bool"})
    promised = outcome(run(spec, store, check_mode=True, state="absent", **options))
    done = outcome(run(spec, store, state="absent", **options))
    assert promised == done
    assert done[0] is True
    assert done[1]["before"]
    assert outcome(run(spec, store, state="absent", **options))[0] is False


@every_spec
def test_an_option_that_is_not_given_changes_nothing(spec: ResourceSpec) -> None:
    store = created(spec, 0)
    kept = {field.name for field in spec.fields if field.identity or field.default is not None}
    options = {name: value for name, value in wish(spec, 0).items() if name in kept}
    assert outcome(run(spec, store, **options))[0] is False


@every_spec
def test_a_fixed_property_fails_alike_in_check_mode_and_for_real(spec: ResourceSpec) -> None:
    for field in [field for field in spec.fields if field.immutable]:
        options = {**wish(spec, 0), field.name: wish(spec, 1)[field.name]}
        for check_mode in (True, False):
            store = created(spec, 0)
            result = run(spec, store, check_mode=check_mode, **options).result
            assert result["error"]["kind"] == "ImmutableChange"
            assert f"'{field.name}'" in result["msg"]
            assert store.writes == ["create"]


@every_spec
@pytest.mark.parametrize("start", ["absent", "present"])
def test_an_empty_text_is_the_same_in_check_mode_and_for_real(spec: ResourceSpec, start: str) -> None:
    for field in [field for field in spec.fields if "str" in (field.type, field.elements) and not field.choices]:
        options = {**wish(spec, 0), field.name: blank(field)}
        watched, store = (Store(spec) if start == "absent" else created(spec, 0) for _twice in range(2))
        promised = run(spec, watched, check_mode=True, **options).result
        done, again = run(spec, store, **options).result, run(spec, store, **options).result
        for key in ("changed", "diff", "msg"):
            assert promised.get(key) == done.get(key), field.name
        assert again.get("msg") == done.get("msg")
        assert "failed" in again or again["changed"] is False


@every_spec
@pytest.mark.parametrize("update", ["on_create", "always"])
def test_no_secret_leaves_the_module(spec: ResourceSpec, update: str) -> None:
    hidden = [field for field in spec.fields if field.hidden]
    extra = {"update_secrets": update} if "update_secrets" in spec.argument_spec() else {}
    options = {**wish(spec, 1, secrets=True), **extra}
    store = created(spec, 0, secrets=True)
    for field in hidden:
        assert marked(field, 0) in json.dumps(store.stored)
    texts = [run(spec, store, check_mode=check_mode, **options).output for check_mode in (True, False)]
    gone = {"state": "absent"} if "state" in spec.argument_spec() else {}
    texts.append(run(spec, store, **gone, **options).output)
    texts.append(run(spec, created(spec, 0, secrets=True), **wish(spec, 0), size="no such option").output)
    assert "s3cr3t" not in "\n".join(texts)


@every_spec
def test_what_the_server_rewrites_is_reported(spec: ResourceSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    store = created(spec, 0)
    kept = copy.deepcopy(store.stored)
    store.rewrite = lambda _written: copy.deepcopy(kept)
    options = wish(spec, 1)
    for field in [field for field in spec.fields if field.immutable]:
        options.pop(field.name, None)
    changing = changeable(spec, options)
    result = run(spec, store, **options).result
    if not changing:
        assert result["changed"] is False
        return
    assert result["failed"] is True
    assert result["changed"] is True
    assert set(result["not_converged"]) == changing


@every_spec
def test_what_the_server_rewrites_is_reported_even_where_it_could_not_be_changed(
    spec: ResourceSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    for field in [field for field in spec.fields if field.immutable]:
        store = Store(spec, rewrite=lambda written, field=field: {**written, field.key: "something else"})
        result = run(spec, store, **wish(spec, 0)).result
        assert (result["changed"], result["not_converged"]) == (True, [field.name])
