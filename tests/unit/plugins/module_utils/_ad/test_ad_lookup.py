# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looking objects up: by every name, many at once, and never twice without need."""

from __future__ import annotations

import pytest
from ansible_collections.flowops.prefect.plugins.module_utils._ad import values
from ansible_collections.flowops.prefect.plugins.module_utils._ad.directory import Entry
from ansible_collections.flowops.prefect.plugins.module_utils._ad.lookup import Finder, key_of
from ansible_collections.flowops.prefect.plugins.module_utils._engine.errors import Ambiguous
from ansible_collections.flowops.prefect.plugins.modules import ad_objects
from ansible_collections.flowops.prefect.tests.unit.support.memory_directory import BASE, MemoryDirectory, run_on

COUNT = 300


@pytest.fixture
def directory() -> MemoryDirectory:
    found = MemoryDirectory()
    for number in range(COUNT):
        found.put(
            f"CN=U{number},{BASE}",
            objectClass=["top", "user"],
            sAMAccountName=[f"u{number}"],
            userPrincipalName=[f"U{number}@lab.test"],
            description=[f"Number {number}"],
        )
    return found


def forms(directory: MemoryDirectory, number: int) -> list[str]:
    """Every way to call an object, and none of them as it is spelled there."""
    entry = directory.get(f"CN=U{number},{BASE}", [])
    assert entry is not None
    guid = values.guid_from_bytes(entry.first("objectGUID") or b"")
    sid = values.sid_from_bytes(entry.first("objectSid") or b"")
    return [f"cn=u{number}, dc=LAB,dc=test", f"{{{guid.upper()}}}", sid.lower(), f"u{number}@LAB.test", f"U{number}"]


def test_one_object_has_one_key_in_every_spelling(directory: MemoryDirectory) -> None:
    for name in forms(directory, 7):
        assert key_of(name) == key_of(name.upper()) == key_of(name.lower())


def test_what_was_found_by_one_name_is_known_by_all(directory: MemoryDirectory) -> None:
    for first in forms(directory, 7):
        finder = Finder(directory)
        found = finder.find(first, ["description"])
        assert found is not None
        before = directory.operations
        assert {finder.find(name, ["description"]) for name in forms(directory, 7)} == {found}
        assert directory.operations - before == 1, "forms() asks once"


def test_many_cost_an_operation_for_each_hundred(directory: MemoryDirectory) -> None:
    finder, before = Finder(directory), directory.operations
    names = [f"u{number}" for number in range(COUNT)]
    finder.prefetch([*names, *names], ["description"])
    assert directory.operations - before == -(-COUNT // 100)
    finder.prefetch(names, ["description"])
    assert [finder.find(name, ["description"]).text("description") for name in names] == [
        f"Number {number}" for number in range(COUNT)
    ]
    assert directory.operations - before == -(-COUNT // 100)


def test_what_was_looked_for_in_vain_is_not_looked_for_again(directory: MemoryDirectory) -> None:
    finder = Finder(directory)
    finder.prefetch(["u1", "nobody", "S-1-5-21-1-2-3-99999"], [])
    before = directory.operations
    assert [finder.find(name, []) is None for name in ("nobody", "S-1-5-21-1-2-3-99999", "u1")] == [True, True, False]
    assert directory.operations == before


def test_a_distinguished_name_that_a_search_does_not_find_is_asked_for_alone(directory: MemoryDirectory) -> None:
    """It may be there, and not readable; that is an error, and only a read tells."""
    finder = Finder(directory)
    finder.prefetch([f"CN=Nobody,{BASE}"], [])
    before = directory.operations
    assert finder.find(f"CN=Nobody,{BASE}", []) is None
    assert directory.operations - before == 1


def test_more_attributes_are_read_when_they_are_asked_for(directory: MemoryDirectory) -> None:
    finder = Finder(directory)
    finder.find("u1", [])
    before = directory.operations
    assert finder.find("u1", ["description"]).text("description") == "Number 1"
    assert finder.find("u1", ["objectClass"]) is not None
    assert directory.operations - before == 1


def test_what_was_written_is_read_again(directory: MemoryDirectory) -> None:
    finder = Finder(directory)
    found = finder.find("u1", ["description"])
    assert found is not None
    directory.set(f"CN=U1,{BASE}", "description", "New")
    assert finder.find("u1", ["description"]).text("description") == "Number 1"
    finder.forget(found)
    for name in forms(directory, 1):
        assert finder.find(name, ["description"]).text("description") == "New"


def test_a_name_with_two_objects_is_no_answer(directory: MemoryDirectory) -> None:
    directory.put(f"CN=Copy,{BASE}", objectClass=["top", "user"], userPrincipalName=["u1@lab.test"])
    for finder in (Finder(directory), Finder(directory)):
        with pytest.raises(Ambiguous, match=r"2 objects answer to it: CN=Copy,.*, CN=U1,"):
            finder.find("u1@lab.test", [])
    finder = Finder(directory)
    finder.prefetch(["u1@lab.test", "u2@lab.test"], [])
    with pytest.raises(Ambiguous):
        finder.find("u1@lab.test", [])
    assert finder.find("u2@lab.test", []) is not None
    assert finder.find("u1", []) is not None, "by another name it is one"


class Folding(MemoryDirectory):
    """Takes for the same what Unicode says is the same, as a domain controller does and we do not."""

    def search(self, condition, attributes, **where):
        return super().search(type(condition)(condition.replace("stra\\c3\\9fe", "strasse")), attributes, **where)


def test_a_directory_may_take_two_spellings_for_one() -> None:
    directory = Folding()
    directory.put(f"CN=S,{BASE}", objectClass=["top", "user"], sAMAccountName=["strasse"])
    finder = Finder(directory)
    finder.prefetch(["stra\u00dfe", "nobody"], [])
    found = finder.find("stra\u00dfe", [])
    assert isinstance(found, Entry)
    assert found.dn == f"CN=S,{BASE}"
    assert finder.find("nobody", []) is None


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize("objects", [{}, {"groups": []}, {"groups": None}])
def test_nothing_to_manage_is_nothing_to_do(objects: dict[str, object], check_mode: bool) -> None:
    result = run_on(MemoryDirectory(), ad_objects.main, check_mode=check_mode, objects=objects).result
    assert (result["changed"], result["changes"]) == (False, [])
