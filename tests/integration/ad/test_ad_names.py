# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names as people write them: with special characters, in any script and any case, and as long as they may be."""

from __future__ import annotations

import pytest
from ad_support.runner import Step

OWNED = {"description": "Nightly loads", "ticket": "CHG-1"}
# module -> options of a new object whose name need not be fit for an account
NAMED = {"ad_ou": {}, "ad_group": {}, "ad_user": {"enabled": False}, "ad_computer": {}}
NAMES = {
    "comma": "Data, Science",
    "plus": "A+B=C; D",
    "quotes": "The \"big\" 'one'",
    "brackets": "<x> (y) [z] {a}",
    "star": "*(objectClass=*)",
    "hash": "#1",
    "backslash": "C:\\Jobs\\",
    "blanks within": "two  blanks",
    "slash": "in/out",
    "percent": "100 %(x)s {{ y }}",
    "name of a container": "x,OU=Elsewhere",
    "composed": "Datenqualit\u00e4t",
    "decomposed": "Datenqualita\u0308t",
    "sharp s": "Stra\u00dfe",
    "dotted I": "\u0130stanbul",
    "Greek": "\u0391\u03bd\u03ac\u03bb\u03c5\u03c3\u03b7\u03c2",
    "Japanese": "\u30c7\u30fc\u30bf\u57fa\u76e4",
    "beyond 16 bits": "\U0001f680 loads",
}
RESULTS = {"ad_ou": "organizational_unit", "ad_group": "group", "ad_user": "user", "ad_computer": "computer"}


def named(module, name, place, unique):
    """Options of an object with a name, and an account name that fits where one is needed."""
    account = {} if module == "ad_ou" else {"sam_account_name": f"n{unique}{'$' if module == 'ad_computer' else ''}"}
    return {"name": name, "path": place, **account, **NAMED[module]}


# users and computers are written by the same code as groups: some of the names are enough
CASES = [(module, called) for module in ("ad_ou", "ad_group") for called in NAMES]
CASES += [(module, called) for module in ("ad_user", "ad_computer") for called in list(NAMES)[::4]]


@pytest.mark.parametrize(("module", "called"), CASES)
def test_a_name_means_itself(module, called, run, eye, place, unique):
    name = NAMES[called]
    wanted = named(module, name, place, unique)
    first, again = run.all(Step(module, wanted), Step(module, wanted))
    assert (first["changed"], again["changed"]) == (True, False)
    dn = first["distinguished_name"]
    assert again["distinguished_name"] == dn
    assert eye.texts(dn, "name") == [name]
    assert again[RESULTS[module]]["name"] == name
    results = run.all(
        Step(module, {**wanted, "identity": first["object_guid"], "name": f"New {name} name"}),
        Step(module, {**wanted, "identity": first["object_guid"]}),
        Step(module, {**wanted, "state": "absent"}),
    )
    assert [result.get("changed") for result in results] == [True, True, True], results[-1].get("msg")
    assert results[1]["distinguished_name"] == dn
    assert eye.get(dn) is None


@pytest.mark.parametrize("module", ["ad_authentication_policy", "ad_authentication_policy_silo"])
@pytest.mark.parametrize("called", ["comma", "star", "backslash", "decomposed"])
def test_a_policy_of_the_forest_with_such_a_name(module, called, as_administrator, unique):
    name = {"name": f"{NAMES[called]} {unique}"}
    steps = (Step(module, name), Step(module, name), Step(module, {**name, "state": "absent"}))
    results = as_administrator.all(*steps)
    assert [result.get("changed") for result in results] == [True, False, True], results[-1].get("msg")


def test_a_distinguished_name_may_be_spelled_in_any_valid_way(run, eye, place, unique):
    first = run.one("ad_group", **named("ad_group", "Data, \u00e9t\u00e9 #1", place, unique))
    spellings = (
        f"CN=Data\\, \u00e9t\u00e9 #1,{place}",
        f"cn=Data\\2C \\C3\\A9t\\c3\\a9 #1, {place.replace(',', ', ').lower()}",
        f"CN=DATA\\, \u00c9T\u00c9 \\#1,{place.upper()}",
    )
    for spelling in spellings:
        result = run.one("ad_group", identity=spelling, description=f"found as {spelling}")
        assert (result["changed"], result["object_guid"]) == (True, first["object_guid"])
    holder = {"name": f"holder{unique}", "path": place}
    members = [run.one("ad_group", **holder, members={"add": [spelling]})["changed"] for spelling in spellings]
    assert members == [True, False, False]
    assert eye.texts(f"CN=holder{unique},{place}", "member") == [first["distinguished_name"]]


@pytest.mark.parametrize("module", list(NAMED))
def test_case_does_not_count(module, run, place, unique):
    wanted = named(module, f"Mixed {unique}", place, unique)
    first, again = run.all(Step(module, wanted), Step(module, {**wanted, "name": wanted["name"].upper()}))
    assert (first["changed"], again["changed"]) == (True, False)
    assert again["distinguished_name"] == first["distinguished_name"]


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("module", list(NAMED))
def test_64_characters_are_a_name_and_65_are_not(module, check, run, eye, place, unique):
    wanted = named(module, "x" * 64, place, unique)
    first, again = run.all(Step(module, wanted), Step(module, wanted))
    assert (first["changed"], again["changed"]) == (True, False), again.get("msg")
    longer = "y" * 65
    for options in (
        named(module, longer, place, unique[::-1]),
        {**wanted, "identity": first["object_guid"], "name": longer},
    ):
        message = run.error(module, check=check, **options)
        assert longer in message
        assert "65 characters" in message
        assert "64" in message
    assert eye.texts(first["distinguished_name"], "name") == ["x" * 64]


# module, options of a new account, and the longest account name
LIMITS = [
    ("ad_user", {"enabled": False}, 20),
    ("ad_computer", {}, 15),
    ("ad_service_account", {"type": "gmsa", "dns_hostname": "x.lab.test", **OWNED}, 15),
    ("ad_service_account", {"type": "smsa", **OWNED}, 15),
    ("ad_service_account", {"type": "user", "enabled": False, **OWNED}, 20),
]


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize(("module", "options", "longest"), LIMITS)
def test_account_names_as_long_as_windows_takes_them(module, options, longest, check, run, eye, target, place, unique):
    name = f"{unique}{'x' * longest}"[:longest]
    owner = {"managed_by": target.other_user} if module == "ad_service_account" else {}
    wanted = {"path": place, **owner, **options}
    first, again = run.all(Step(module, {**wanted, "name": name}), Step(module, {**wanted, "name": name}))
    assert (first["changed"], again["changed"]) == (True, False)
    assert len(eye.texts(first["distinguished_name"], "sAMAccountName")[0].rstrip("$")) == longest
    message = run.error(module, check=check, **wanted, name=f"{name}y")
    assert f"has {longest + 1} characters" in message
    assert str(longest) in message
    assert eye.get(f"CN={name}y,{place}") is None
