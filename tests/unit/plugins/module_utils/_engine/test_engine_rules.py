# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a spec says besides its fields: other names of an option, states, what has to hold, when secrets are renewed."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.flowops.prefect.plugins.module_utils._engine import apply, reconcile
from ansible_collections.flowops.prefect.plugins.module_utils._engine.errors import Forbidden
from ansible_collections.flowops.prefect.plugins.module_utils._engine.estate import Entry, PlanFailed, Planner
from ansible_collections.flowops.prefect.plugins.module_utils._engine.module import run_resource
from ansible_collections.flowops.prefect.plugins.module_utils._engine.spec import Compare, Field, ResourceSpec
from ansible_collections.flowops.prefect.tests.unit.support.memory_backend import MemoryBackend
from ansible_collections.flowops.prefect.tests.unit.support.memory_estate import BOX, MemoryEstate, box
from ansible_collections.flowops.prefect.tests.unit.support.module_runner import Ran, run_module

SPEC = ResourceSpec(
    kind="thing",
    result="thing",
    fields=(
        Field("name", required=True, identity=True),
        Field("size", "int"),
        Field("owner", aliases=("boss", "chief"), required_on_create=True),
        Field("members", aliases=("people",), compare=Compare.MEMBERSHIP),
        Field("token", aliases=("key",), write_only=True, secret=True),
    ),
)
NOW = object()


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconcile, "_REREAD_PAUSE_SECONDS", 0)
    monkeypatch.setattr(apply, "_REREAD_PAUSE_SECONDS", 0)


class Store(MemoryBackend):
    """Gives back no secret, and knows what time it is."""

    now = NOW

    def read(self, identity: dict[str, t.Any]) -> dict[str, t.Any] | None:
        found = super().read(identity)
        return found and {key: value for key, value in found.items() if key != "token"}


def run(spec: ResourceSpec, store: MemoryBackend, *, check_mode: bool = False, **options: t.Any) -> Ran:
    def around(_module: t.Any, work: t.Callable[[MemoryBackend], t.Any]) -> t.Any:
        store.read_only = check_mode
        return work(store)

    return run_module(lambda: run_resource(spec, {}, around=around), check_mode=check_mode, name="n", **options)


class TestAliases:
    """Further names of an option."""

    @pytest.mark.parametrize("name", ["owner", "boss", "chief"])
    @pytest.mark.parametrize("members", ["members", "people"])
    def test_each_name_means_the_option(self, name: str, members: str) -> None:
        store = Store(SPEC)
        options = {name: "ann", members: {"add": ["bob"]}}
        results = [run(SPEC, store, check_mode=check, **options).result for check in (True, False, False)]
        assert [result["changed"] for result in results] == [True, True, False]
        assert results[0]["diff"] == results[1]["diff"]
        assert results[1]["diff"]["after"] == {"name": "n", "owner": "ann", "members": ["bob"]}
        assert results[1]["thing"]["owner"] == "ann"

    def test_what_is_missing_is_called_by_its_first_name(self) -> None:
        assert "needed to create it: owner" in run(SPEC, Store(SPEC), size=1).result["msg"]

    def test_a_secret_by_another_name_is_a_secret(self) -> None:
        for check_mode in (True, False):
            ran = run(SPEC, Store(SPEC), check_mode=check_mode, boss="ann", key="t0p-s3cr3t")
            assert ran.result["changed"] is True
            assert "s3cr3t" not in ran.output

    def test_a_list_of_names_of_its_own_for_each_argument_spec(self) -> None:
        SPEC.argument_spec()["owner"]["aliases"].append("broken")
        assert SPEC.argument_spec()["owner"]["aliases"] == ["boss", "chief"]
        assert "aliases" not in SPEC.argument_spec()["size"]


class TestStates:
    """An object that is never removed has no option state."""

    ALWAYS = dataclasses.replace(SPEC, states=("present",))

    def test_the_option_is_there_when_there_is_a_choice(self) -> None:
        assert SPEC.argument_spec()["state"]["choices"] == ["present", "absent"]
        assert SPEC.argument_spec()["state"]["default"] == "present"
        assert "state" not in self.ALWAYS.argument_spec()

    def test_without_the_option_the_object_shall_be_there(self) -> None:
        store = Store(self.ALWAYS, {"name": "n", "size": 1})
        assert run(self.ALWAYS, store, size=2).result["changed"] is True
        assert store.writes == ["update"]
        assert "Unsupported parameters" in run(self.ALWAYS, store, state="absent").result["msg"]


def forbidding(asked: list[t.Any]) -> ResourceSpec:
    """A spec whose objects must not be bigger than 9 afterwards, and that remarks on what is exactly 9."""

    def invariant(backend: t.Any, plan: t.Any, current: dict[str, t.Any] | None, params: dict[str, t.Any]) -> list[str]:
        asked.append((plan.action, current and current.get("max", current.get("size")), params.get("size")))
        size = plan.changes["size"].value if "size" in plan.changes else (current or {}).get("size")
        if size is not None and size > 9:
            raise Forbidden("leave thing", obj=params["name"], server=backend.server, why="it is too big")
        return ["it is as big as can be"] if size == 9 else []

    return dataclasses.replace(SPEC, invariant=invariant)


@pytest.mark.parametrize("check_mode", [True, False])
class TestInvariant:
    """What has to be true of an object after every run, changed or not."""

    def test_an_unchanged_object_is_looked_at_as_well(self, check_mode: bool) -> None:
        asked: list[t.Any] = []
        store = Store(SPEC, {"name": "n", "size": 10})
        result = run(forbidding(asked), store, check_mode=check_mode, owner=None).result
        assert result["error"]["reason"] == "it is too big"
        assert asked == [("none", 10, None)]

    def test_what_a_run_mends_is_fine(self, check_mode: bool) -> None:
        store = Store(SPEC, {"name": "n", "size": 10})
        assert run(forbidding([]), store, check_mode=check_mode, size=3).result["changed"] is True

    @pytest.mark.parametrize("stored", [None, {"name": "n", "size": 1}])
    def test_what_a_run_would_make_wrong_is_not_written(self, stored: t.Any, check_mode: bool) -> None:
        store = Store(SPEC, stored)
        assert "too big" in run(forbidding([]), store, check_mode=check_mode, owner="ann", size=10).result["msg"]
        assert store.writes == []

    def test_a_remark_is_made_on_every_run(self, check_mode: bool) -> None:
        store = Store(SPEC, {"name": "n", "size": 9})
        result = run(forbidding([]), store, check_mode=check_mode, size=9).result
        assert (result["changed"], result["consequences"]) == (False, ["it is as big as can be"])

    def test_what_is_removed_may_be_as_it_is(self, check_mode: bool) -> None:
        asked: list[t.Any] = []
        store = Store(SPEC, {"name": "n", "size": 10})
        assert run(forbidding(asked), store, check_mode=check_mode, state="absent").result["changed"] is True
        assert asked == []


class TestInvariantOfMany:
    """The same, of one among many."""

    @staticmethod
    def entry(name: str, spec: ResourceSpec, **options: t.Any) -> Entry:
        return Entry("box", name, spec, {"name": name, "state": "present", **options})

    def test_nothing_is_written_when_one_would_be_left_wrong(self) -> None:
        def invariant(_backend: t.Any, _plan: t.Any, current: t.Any, _params: t.Any) -> list[str]:
            if (current or {}).get("size") == 10:
                raise Forbidden("leave box", obj="b", why="it is too big")
            return []

        spec = dataclasses.replace(BOX, invariant=invariant)
        estate = MemoryEstate().holding({"name": "b", "size": 10})
        planner = Planner(estate, [box("a", size=1), self.entry("b", spec)], lambda _texts: None)
        with pytest.raises(PlanFailed) as caught:
            planner.plan()
        assert [error["name"] for error in caught.value.facts()["errors"]] == ["b"]
        assert estate.written == []


class TestRenew:
    """When a secret is written again, by a rule instead of an option."""

    @staticmethod
    def spec(seen: list[t.Any], due: bool) -> ResourceSpec:
        def renew(params: dict[str, t.Any], current: dict[str, t.Any] | None, now: t.Any) -> bool:
            seen.append((params["size"], current and current["size"], now))
            return due and bool(current)

        return dataclasses.replace(SPEC, renew=renew)

    def test_the_rule_takes_the_place_of_the_option(self) -> None:
        assert "update_secrets" in SPEC.argument_spec()
        assert "update_secrets" not in self.spec([], True).argument_spec()

    @pytest.mark.parametrize("due", [True, False])
    def test_a_secret_is_written_when_the_rule_says_so(self, due: bool) -> None:
        seen: list[t.Any] = []
        store = Store(SPEC, {"name": "n", "size": 1, "token": "old"})
        for check_mode in (True, False):
            result = run(self.spec(seen, due), store, check_mode=check_mode, token="new-s3cr3t", size=1).result
            assert result["changed"] is due
        assert seen[0] == (1, 1, NOW), "it is told the server's time"
        assert store.stored is not None
        assert store.stored["token"] == ("new-s3cr3t" if due else "old")

    def test_the_proof_asks_for_no_secret(self) -> None:
        """Else a rule that is always true could never be satisfied."""
        store = Store(SPEC, {"name": "n", "size": 1, "token": "old"})
        assert run(self.spec([], True), store, token="new", size=1).result["changed"] is True
        assert store.writes == ["update"]
