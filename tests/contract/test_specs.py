# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for every spec of the collection, through a real AnsibleModule and an object store in memory."""

from __future__ import annotations

import contextlib
import copy
import json
import typing as t

import pytest
from ansible_collections.flowops.prefect.plugins.module_utils._engine.module import run_resource
from ansible_collections.flowops.prefect.plugins.module_utils._engine.spec import ResourceSpec
from ansible_collections.flowops.prefect.tests.unit.support.declarations import SPECS
from ansible_collections.flowops.prefect.tests.unit.support.memory_backend import MemoryBackend
from ansible_collections.flowops.prefect.tests.unit.support.module_runner import Ran, run_module
from ansible_collections.flowops.prefect.tests.unit.support.samples import blank, marked, place_of, wish

every_spec = pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.result)


class Store(MemoryBackend):
    """Also answers what guards ask."""

    def resolve(self, _kind: str, name: str) -> t.Any:
        return place_of(name)

    def look_up(self, _kind: str, _name: str) -> dict[str, t.Any] | None:
        return None


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
    outcome(run(spec, store, **wish(spec, which, **rest)))
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
    promised, done, again = outcome(foreseen), outcome(real), outcome(run(spec, store, **options))

    assert promised == done
    assert foreseen.result[spec.result] == real.result[spec.result]
    assert done[0] is True
    assert again[0] is False
    assert again[1]["before"] == again[1]["after"]


@every_spec
def test_absent_twice(spec: ResourceSpec) -> None:
    store = created(spec, 0)
    options = {name: value for name, value in wish(spec, 0).items() if name in spec.identity({})}
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
    texts.append(run(spec, store, state="absent", **options).output)
    texts.append(run(spec, created(spec, 0, secrets=True), **wish(spec, 0), size="no such option").output)
    assert "s3cr3t" not in "\n".join(texts)


@every_spec
def test_what_the_server_rewrites_is_reported(spec: ResourceSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    changing = [
        field for field in spec.fields if not (field.identity or field.immutable or field.write_only or field.secret)
    ]
    store = created(spec, 0)
    kept = copy.deepcopy(store.stored)
    store.rewrite = lambda _written: copy.deepcopy(kept)
    options = wish(spec, 1)
    for field in [field for field in spec.fields if field.immutable]:
        options.pop(field.name, None)
    result = run(spec, store, **options).result
    assert result["failed"] is True
    assert result["changed"] is True
    assert set(result["not_converged"]) == {field.name for field in changing}


@every_spec
def test_what_the_server_rewrites_is_reported_even_where_it_could_not_be_changed(
    spec: ResourceSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    for field in [field for field in spec.fields if field.immutable]:
        store = Store(spec, rewrite=lambda written, field=field: {**written, field.key: "something else"})
        result = run(spec, store, **wish(spec, 0)).result
        assert (result["changed"], result["not_converged"]) == (True, [field.name])
