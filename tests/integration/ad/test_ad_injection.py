# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts that mean something in a filter or a distinguished name, through every text option of every module for Active
Directory: they mean themselves, or they are refused in one line; never is another object read or changed.

A new module is taken in by itself, since its options are read from its argument spec. It needs an entry here only if it
cannot be run with what C(filled) knows.
"""

from __future__ import annotations

import dataclasses
import json
import random
import typing as t

import pytest
from ad_support.runner import Runner, Step
from ansible_collections.flowops.prefect.plugins.module_utils._ad import catalogue, connection
from ansible_collections.flowops.prefect.tests.unit.support.declarations import MODULES

# {m} is a text that no other name has, {v} the account name of an object that nobody means here, {d} its distinguished
# name with something behind its first part. None is longer than the shortest name allowed (15), but for the last.
REFERRING = ("*)(cn=*{m}", "{v}*", "{v}\x00{m}", "#04\"'<{m}>;=", "{d}")
NAMING = (*REFERRING, r"a\2a{m}\5c", "{m},DC=x", "{m}+CN=b", "  {m} both ", "Ü🙂\u202e{m}")
KEPT = ("*)(cn=*{m}", "{v}\x00{m}", "  {m} both ", "Ü🙂\u202e{m}")
# Options that say which object is meant.
NAMES = ("identity", "name", "path", "sam_account_name")
# Options whose texts are kept and lead to no object. Some of the values have to get through.
TEXTS = ("description", "display_name", "department", "title", "location", "firstname", "surname", "ticket")
SPECS = {module.name: module.declared["argument_spec"] for module in MODULES if module.name.startswith("ad_")}
BULK = "ad_objects"
_USER = {"type": "user", "account_password": "Aa1-injection-test"}
# What an option needs besides itself to be looked at.
TOGETHER = {
    ("ad_service_account", "upn"): _USER,
    ("ad_service_account", "logon_workstations"): _USER,
    ("ad_service_account", "account_password"): _USER,
}


@dataclasses.dataclass(frozen=True)
class Case:
    """One text option: where it is in the options of a module, and of which type."""

    module: str
    path: tuple[str, ...]
    type: str

    def __str__(self) -> str:
        return ".".join((self.module, *self.path))

    @property
    def values(self) -> tuple[str, ...]:
        """What is tried."""
        name = self.path[-1]
        return NAMING if name in NAMES else KEPT if name in TEXTS else REFERRING

    def options(self, value: str) -> dict[str, t.Any]:
        """The option alone, with the value."""
        made: t.Any = {"list": [value], "dict": {"cn": value}}.get(self.type, value)
        for name in reversed(self.path):
            made = {name: made}
        return made


def texts(module: str, spec: dict[str, t.Any], path: tuple[str, ...] = ()) -> t.Iterator[Case]:
    """Options that take any text."""
    for name, option in spec.items():
        kind = option.get("type", "str")
        if option.get("options"):
            yield from texts(module, option["options"], (*path, name))
        elif not option.get("choices") and kind in ("str", "list", "dict"):
            yield Case(module, (*path, name), kind)


def cases() -> list[Case]:
    """Those of all modules; the bulk module has the options of the others, of which names are enough."""
    reaching = connection.argument_spec().keys()
    found = [
        case
        for module, spec in SPECS.items()
        for case in texts(module, {name: option for name, option in spec.items() if name not in reaching})
        if module != BULK
    ]
    plurals = [family.plural for family in catalogue.FAMILIES if {"name", "path"} <= _options_of(family)]
    return [*found, *(Case(BULK, ("objects", plural, "name"), "str") for plural in dict.fromkeys(plurals))]


def _options_of(family: t.Any) -> set[str]:
    return family.spec.argument_spec().keys()


@pytest.fixture
def mark():
    """Letters that no GUID and no other test has."""
    return letters(4)


class Victims:
    """Objects that no test here means, with everything that is known of them."""

    def __init__(self, eye, playground):
        self._eye = eye
        self.place = f"OU=Victims,{playground}"
        # short, since it becomes part of names; in letters, since no GUID has them
        self.name = "v" + letters(4)
        self.dn = f"CN={self.name},{self.place}"
        eye.add(self.place, ["organizationalUnit"])
        eye.add(self.dn, ["user"], sAMAccountName=self.name, description="as it was")
        eye.add(f"CN={self.name}-group,{self.place}", ["group"], sAMAccountName=f"{self.name}-g", member=self.dn)
        eye.add(f"CN={self.name}-pc,{self.place}", ["computer"], sAMAccountName=f"{self.name}$")

    def values_with(self, mark, values):
        """The values, filled in."""
        dn = rf"CN={self.name}\00{mark},{self.place}"
        return [value.replace("{m}", mark).replace("{v}", self.name).replace("{d}", dn) for value in values]

    def everything(self):
        """All of them with all their attributes."""
        look = self._eye.connection
        look.search(self.place, "(objectClass=*)", "SUBTREE", attributes=["*"])
        return {item["dn"]: item["raw_attributes"] for item in look.response if item["type"] == "searchResEntry"}


def letters(count):
    return "".join(random.choices("ghjkmnpqrsuwxyz", k=count))


@pytest.fixture(scope="module")
def victims(eye, playground):
    return Victims(eye, playground)


@pytest.fixture
def runners(run, as_administrator, keeper, tmp_path):
    """Who runs a module so that the directory does not refuse it for want of rights."""

    def of(module: str) -> Runner:
        if module.startswith("ad_authentication_policy"):
            return Runner(tmp_path / "keeper", keeper, run.environment)
        return as_administrator if module == "ad_delegation" else run

    return of


@pytest.fixture
def swept(administrator, mark):
    """Takes away what a test leaves outside of its container."""
    yield
    administrator.sweep(mark)


class Filled:
    """The other options of a case, so that the run comes as far as to the directory."""

    def __init__(self, eye, place, mark):
        self._eye, self._place, self._mark, self._number = eye, place, mark, 0

    def options(self, case: Case, value: str) -> dict[str, t.Any]:
        """Complete options, with names that are used once."""
        self._number += 1
        if case.module == BULK:
            plural = case.path[1]
            family = next(family for family in catalogue.FAMILIES if family.plural == plural)
            others = self._others(family.spec.argument_spec())
            return {"objects": {plural: [{**others, "name": value}]}}
        others = self._others(SPECS[case.module])
        if case.path != ("identity",) and SPECS[case.module].get("identity", {}).get("required"):
            others["identity"] = self._existing(case.module)
        if case.path == ("properties",):
            others["identity"] = self._place
        if case.path[0] in ("match", "starts_with"):
            others["search_base"] = self._place.partition(",")[2]
        return {**others, **TOGETHER.get((case.module, case.path[0]), {}), **case.options(value)}

    def _others(self, spec: dict[str, t.Any]) -> dict[str, t.Any]:
        name = f"{self._mark}{self._number}"
        known = {
            "name": name,
            "path": self._place,
            "sam_account_name": f"s{name}",
            "dns_hostname": f"{name}.lab.test",
            "managed_by": self._eye.target.other_user,
            "description": "purpose",
            "ticket": "T-1",
            "account_password": "Aa1-injection-test",
        }
        # only what the object needs, so that an error is about the option of the case
        needed = {"name", "path", "sam_account_name"}
        needed |= {"dns_hostname", "managed_by", "description", "ticket"} if "ticket" in spec else {"account_password"}
        return {option: value for option, value in known.items() if option in spec and option in needed}

    def _existing(self, module: str) -> str:
        """A group or an account of this test."""
        name, kind = f"e{self._mark}{self._number}", "group" if "members" in SPECS[module] else "user"
        self._eye.add(f"CN={name},{self._place}", [kind], sAMAccountName=name)
        return f"CN={name},{self._place}"


@pytest.fixture
def filled(eye, place, mark):
    return Filled(eye, place, mark)


def expect_clean(run, result):
    """No failure, or one line and no defect of ours."""
    if result["failed"]:
        assert "\n" not in result["msg"]
        assert result.get("error", {}).get("kind") != "UnexpectedError", result["msg"]
        assert "Traceback" not in run.output, run.output


def shown(result):
    """What a module says of the directory, without the options as they were given."""
    told = {key: value for key, value in result.items() if key not in ("invocation", "msg", "error")}
    return json.dumps(told, ensure_ascii=False)


@pytest.mark.usefixtures("swept")
@pytest.mark.parametrize("case", cases(), ids=str)
def test_a_text_means_itself_or_is_refused(case, runners, filled, victims, mark):
    run, before, done = runners(case.module), victims.everything(), 0
    removes = case.path in (("identity",), ("name",)) and "state" in SPECS[case.module]
    for value in victims.values_with(mark, case.values):
        options = filled.options(case, value)
        # nothing has this name yet, so there is nothing to remove
        first = run.all(Step(case.module, {**options, "state": "absent"})) if removes else []
        (result,) = run.all(Step(case.module, options))
        again = run.all(Step(case.module, options)) if not result["failed"] else []
        for each in (*first, result, *again):
            expect_clean(run, each)
            assert victims.dn not in shown(each), f"{value!r}: {each}"
        assert not any(each["changed"] for each in (*first, *again) if not each["failed"]), f"{value!r}: {again}"
        assert victims.everything() == before, repr(value)
        done += bool(again) and not again[0]["failed"]
    assert done or case.path[-1] not in ("name", *TEXTS), result["msg"]


def test_every_module_has_text_options_that_are_tried():
    assert {case.module for case in cases()} == SPECS.keys()
