# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reconciling: the one write, the proof after it, references, and what check mode promises."""

from __future__ import annotations

import copy
import typing as t

import pytest
from ansible_collections.flowops.prefect.plugins.module_utils._engine import reconcile as subject
from ansible_collections.flowops.prefect.plugins.module_utils._engine.errors import (
    InvalidInput,
    NotConverged,
    NotFound,
    ServerError,
)
from ansible_collections.flowops.prefect.plugins.module_utils._engine.masking import MASK, MASK_CHANGED
from ansible_collections.flowops.prefect.plugins.module_utils._engine.reconcile import Outcome, reconcile
from ansible_collections.flowops.prefect.plugins.module_utils._engine.spec import Compare, Field, ResourceSpec
from ansible_collections.flowops.prefect.tests.unit.support.memory_backend import MemoryBackend
from hypothesis import given
from hypothesis import strategies as st

SPEC = ResourceSpec(
    kind="thing",
    result="thing",
    fields=(
        Field("name", required=True, identity=True, problem=lambda name: "it is too long" if len(name) > 5 else ""),
        Field("size", "int", wire="max"),
        Field("owner", reference="person"),
        Field("members", elements="str", compare=Compare.MEMBERSHIP, reference="person"),
        Field("token", secret=True),
    ),
)


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject.time, "sleep", lambda _seconds: None)


def run(backend: MemoryBackend, *, check_mode: bool = False, **params: t.Any) -> Outcome:
    return reconcile(SPEC, backend, {"name": "n", "state": "present", **params}, check_mode=check_mode)


people = st.sampled_from(["ann", "bob", "cat"])
wishes = st.fixed_dictionaries(
    {"state": st.sampled_from(["present", "absent"])},
    optional={
        "size": st.integers(0, 2),
        "owner": people,
        "members": st.fixed_dictionaries(
            {}, optional={verb: st.lists(people, max_size=3) for verb in ("add", "remove", "set")}
        ),
        "token": st.sampled_from(["token-one", "token-two"]),
    },
)
stored = st.none() | st.fixed_dictionaries(
    {"name": st.just("n"), "max": st.none() | st.integers(0, 2), "owner": st.none() | people.map("id of {}".format)},
    optional={
        "members": st.lists(people.map("id of {}".format), max_size=3, unique=True),
        "token": st.just("token-one"),
    },
)


@given(stored, wishes)
def test_check_mode_promises_what_the_real_run_does_and_the_next_run_does_nothing(
    current: dict[str, t.Any] | None, wish: dict[str, t.Any]
) -> None:
    watched, backend = (
        MemoryBackend(SPEC, copy.deepcopy(current), read_only=True),
        MemoryBackend(SPEC, copy.deepcopy(current)),
    )
    promised, done, again = run(watched, check_mode=True, **wish), run(backend, **wish), run(backend, **wish)
    assert (promised.changed, promised.diff, promised.resource) == (done.changed, done.diff, done.resource)
    assert watched.stored == current
    assert len(backend.writes) == done.changed
    assert not again.changed
    assert again.diff["before"] == again.diff["after"]


def test_a_secret_that_the_server_returns_is_hidden_before_anything_else_happens() -> None:
    hidden: set[str] = set()
    backend = MemoryBackend(SPEC, {"name": "n", "token": "held-by-the-server"})
    outcome = reconcile(SPEC, backend, {"name": "n"}, check_mode=False, hide=hidden.update)
    assert hidden == {"held-by-the-server"}
    assert "held" not in str(outcome.resource)


def test_a_name_that_no_server_takes_is_refused_before_anything_is_read() -> None:
    with pytest.raises(InvalidInput, match=r"Cannot set 'name' of thing 'longer' on .*: it is too long"):
        reconcile(SPEC, MemoryBackend(SPEC), {"name": "longer"}, check_mode=True)


def test_a_reference_to_nothing_fails_in_a_real_run() -> None:
    backend = MemoryBackend(SPEC, known=set())
    with pytest.raises(NotFound, match=r"there is no person 'ann'\. Correct the name, or create the person first"):
        run(backend, owner="ann")
    assert backend.writes == []


def test_a_reference_to_nothing_is_predicted_in_check_mode_with_the_same_diff() -> None:
    promised = run(MemoryBackend(SPEC, known=set()), check_mode=True, owner="ann", members={"add": ["bob"]})
    done = run(MemoryBackend(SPEC), owner="ann", members={"add": ["bob"]})
    assert promised.predicted == ["person ann", "person bob"]
    assert promised.diff == done.diff
    assert done.predicted == []


@pytest.mark.parametrize("check_mode", [True, False])
def test_what_does_not_exist_is_no_member(check_mode: bool) -> None:
    backend = MemoryBackend(SPEC, {"name": "n", "members": ["id of bob"]}, known={("person", "bob")})
    outcome = run(backend, check_mode=check_mode, members={"remove": ["ann"]})
    assert (outcome.changed, outcome.predicted) == (False, [])
    outcome = run(backend, check_mode=check_mode, members={"remove": ["ann", "bob"]})
    assert (outcome.changed, outcome.diff["after"]["members"], outcome.predicted) == (True, [], [])


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_member_that_leads_nowhere_is_removed_by_its_identifier(check_mode: bool) -> None:
    backend = MemoryBackend(SPEC, {"name": "n", "members": ["id of ann", "id of bob"]}, known=set())
    outcome = run(backend, check_mode=check_mode, members={"remove": ["id of ann"]})
    assert (outcome.diff["after"]["members"], outcome.predicted) == (["id of bob"], [])


def test_what_is_added_and_removed_is_no_member_even_if_it_does_not_exist_yet() -> None:
    backend = MemoryBackend(SPEC, {"name": "n"}, known=set())
    outcome = run(backend, check_mode=True, members={"set": ["ann"], "remove": ["ann"]})
    assert not outcome.changed


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_failed_look_up_never_means_that_there_is_nothing_to_remove(check_mode: bool) -> None:
    class Broken(MemoryBackend):
        def resolve(self, kind: str, name: str) -> t.Any:
            raise ServerError(f"read {kind}", obj=name)

    with pytest.raises(ServerError):
        run(Broken(SPEC, {"name": "n"}), check_mode=check_mode, members={"remove": ["ann"]})


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize("stored", [None, {"name": "n", "owner": "id of ann"}])
def test_a_blank_name_of_another_object_is_as_good_as_none(stored: dict[str, t.Any] | None, check_mode: bool) -> None:
    backend = MemoryBackend(SPEC, copy.deepcopy(stored), known=set())
    outcome = run(backend, check_mode=check_mode, owner="")
    assert outcome.diff["after"] == {"name": "n"}
    assert (backend.stored or {}).get("owner") == (stored or {}).get("owner")


def test_a_blank_that_clears_a_reference_is_not_looked_up() -> None:
    spec = ResourceSpec("thing", "thing", (Field("name", identity=True), Field("owner", clears="", reference="person")))
    backend = MemoryBackend(spec, {"name": "n", "owner": "id of ann"}, known=set())
    outcome = reconcile(spec, backend, {"name": "n", "owner": ""}, check_mode=False)
    assert (outcome.changed, backend.stored) == (True, {"name": "n", "owner": None})


@pytest.mark.parametrize("check_mode", [True, False])
def test_blanks_alone_find_nothing(check_mode: bool) -> None:
    fields = (Field("identity", identity=True), Field("name", identity=True))
    spec = ResourceSpec("thing", "thing", fields, required_one_of=(("name", "identity"),))
    params = {"identity": "", "name": None, "state": "absent"}
    with pytest.raises(InvalidInput, match="one of these options is needed: name, identity"):
        reconcile(spec, MemoryBackend(spec, {"name": "n"}), params, check_mode=check_mode)


def test_references_are_not_looked_up_for_an_object_that_shall_go() -> None:
    assert run(MemoryBackend(SPEC, {"name": "n"}, known=set()), state="absent", owner="ann").changed


def test_a_server_that_keeps_another_value_is_told_on() -> None:
    backend = MemoryBackend(SPEC, {"name": "n", "max": 1}, rewrite=lambda written: {**written, "max": 9})
    with pytest.raises(NotConverged, match=r"not converged: \[size\]") as raised:
        run(backend, size=2)
    assert raised.value.fields == ["size"]
    assert backend.writes == ["update"]


def test_a_server_that_keeps_another_value_of_a_fixed_property_has_been_written_to_all_the_same() -> None:
    fixed = Field("kind", immutable=True, required_on_create=True)
    spec = ResourceSpec("thing", "thing", (Field("name", identity=True), fixed, Field("size", "int")))
    backend = MemoryBackend(spec, rewrite=lambda written: {**written, "kind": "else"})
    with pytest.raises(NotConverged, match=r"not converged: \[kind\]") as raised:
        reconcile(spec, backend, {"name": "n", "kind": "a", "size": 1}, check_mode=False)
    assert raised.value.plan.action == "create"


def test_an_object_that_is_gone_after_a_change_is_told_on_even_if_it_could_not_be_created() -> None:
    class Losing(MemoryBackend):
        def write(self, *given: t.Any) -> None:
            super().write(*given)
            self.stored = None

    spec = ResourceSpec(
        "thing", "thing", (Field("name", identity=True), Field("kind", required_on_create=True), Field("size", "int"))
    )
    backend = Losing(spec, {"name": "n", "kind": "a", "size": 1})
    with pytest.raises(NotConverged, match=r"not converged: \[name, size\]"):
        reconcile(spec, backend, {"name": "n", "size": 2}, check_mode=False)


def test_a_deletion_without_effect_is_told_on() -> None:
    class Stubborn(MemoryBackend):
        def write(self, plan: t.Any, *_given: t.Any) -> None:
            self.writes.append(plan.action)

    with pytest.raises(NotConverged, match=r"not converged: \[delete\]"):
        run(Stubborn(SPEC, {"name": "n"}), state="absent")


def test_a_server_that_shows_a_write_late_is_waited_for() -> None:
    class Late(MemoryBackend):
        reads = 0

        def read(self, identity: dict[str, t.Any]) -> dict[str, t.Any] | None:
            self.reads += 1
            return super().read(identity) if self.reads in (1, 4) else {"name": "n", "max": 1}

    assert run(Late(SPEC, {"name": "n", "max": 1}), size=2).resource["size"] == 2


def test_a_guard_refuses_alike_in_check_mode_and_for_real() -> None:
    def guard(_backend: t.Any, plan: t.Any, _current: t.Any, _params: t.Any) -> list[str]:
        if plan.action == "delete":
            raise InvalidInput("delete thing", why="it is protected")
        return []

    spec = ResourceSpec("thing", "thing", (Field("name", identity=True),), guard=guard)
    for check_mode in (True, False):
        backend = MemoryBackend(spec, {"name": "n"})
        with pytest.raises(InvalidInput, match="protected"):
            reconcile(spec, backend, {"name": "n", "state": "absent"}, check_mode=check_mode)
        assert backend.writes == []


@pytest.mark.parametrize("check_mode", [True, False])
def test_what_a_guard_foresees_is_in_the_plan(check_mode: bool) -> None:
    def guard(_backend: t.Any, plan: t.Any, current: t.Any, params: t.Any) -> list[str]:
        return [f"{plan.action} {current['name']}, {params['state']}"]

    spec = ResourceSpec("thing", "thing", (Field("name", identity=True),), guard=guard)
    params = {"name": "n", "state": "absent"}
    outcome = reconcile(spec, MemoryBackend(spec, {"name": "n"}), params, check_mode=check_mode)
    assert outcome.plan.consequences == ("delete n, absent",)
    assert reconcile(spec, MemoryBackend(spec), params, check_mode=check_mode).plan.consequences == ()


@pytest.mark.parametrize("check_mode", [True, False])
def test_the_result_holds_references_as_the_server_keeps_them(check_mode: bool) -> None:
    backend = MemoryBackend(SPEC, {"name": "n", "members": ["id of ann"]})
    outcome = run(backend, check_mode=check_mode, owner="bob", members={"add": ["bob"], "remove": ["ann"]})
    assert outcome.resource == {"name": "n", "owner": "id of bob", "members": ["id of bob"]}
    assert outcome.diff["after"] == {"name": "n", "owner": "bob", "members": ["bob"]}


def test_a_reference_to_what_does_not_exist_yet_is_a_name_in_the_result() -> None:
    outcome = run(MemoryBackend(SPEC, known=set()), check_mode=True, owner="ann", members={"add": ["bob"]})
    assert outcome.resource == {"name": "n", "owner": "ann", "members": ["bob"]}


@pytest.mark.parametrize("check_mode", [True, False])
def test_secrets_in_the_result_are_masked_alike(check_mode: bool) -> None:
    fields = (Field("name", identity=True), Field("token", secret=True), Field("phrase", write_only=True))
    spec = ResourceSpec("thing", "thing", fields)

    class Forgetful(MemoryBackend):
        def read(self, identity: dict[str, t.Any]) -> dict[str, t.Any] | None:
            return {key: value for key, value in (super().read(identity) or {}).items() if key != "phrase"}

    params = {"name": "n", "token": "new-token", "phrase": "new-phrase", "update_secrets": "always"}
    outcome = reconcile(spec, Forgetful(spec, {"name": "n", "token": "old-token"}), params, check_mode=check_mode)
    assert outcome.resource == {"name": "n", "token": MASK, "phrase": MASK_CHANGED}


def test_the_result_has_the_options_names_and_what_else_the_server_gave() -> None:
    outcome = run(MemoryBackend(SPEC, {"name": "n", "max": 2, "created": "today"}))
    assert outcome.resource == {"name": "n", "size": 2, "created": "today"}


def test_there_is_one_write_in_the_engine() -> None:
    with open(subject.__file__, encoding="utf-8") as source:
        assert source.read().count(".write(") == 1


def test_a_backend_that_remembers_is_told_to_look_again_before_each_proof() -> None:
    class Remembering(MemoryBackend):
        forgotten = 0

        def forget(self) -> None:
            self.forgotten += 1

        def read(self, identity: dict[str, t.Any]) -> dict[str, t.Any] | None:
            """Shows the write from the third look on."""
            found = super().read(identity)
            return None if self.forgotten in (1, 2) else found

    backend = Remembering(SPEC)
    assert run(backend, size=1).changed
    assert backend.forgotten == 3
