# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The adapter around ldap3: paging, ranges, errors and the lock of check mode.

Samba hands out all values at once, and pages only when asked; so the answers of a Windows domain controller are
simulated here, one answer after the other, in the form in which ldap3 passes them on.
"""

from __future__ import annotations

import datetime
import typing as t

import ldap3
import pytest
from ansible_collections.flowops.prefect.plugins.module_utils._ad import filters
from ansible_collections.flowops.prefect.plugins.module_utils._ad.directory import Directory, Entry, Swap
from ansible_collections.flowops.prefect.plugins.module_utils._engine.errors import (
    CheckModeWriteRefused,
    ConnectionFailed,
    Forbidden,
    InvalidInput,
    NotFound,
    ServerError,
)
from ldap3.core.exceptions import LDAPSocketReceiveError

GROUP = "CN=big,DC=lab,DC=test"
PAGED = "1.2.840.113556.1.4.319"
SUCCESS = {"result": 0, "description": "success", "message": "", "dn": ""}


def entry(dn: str, **attributes: list[bytes] | None) -> dict[str, t.Any]:
    return {"type": "searchResEntry", "dn": dn, "raw_attributes": attributes}


def members(first: int, last: int) -> list[bytes]:
    return [f"CN=u{number},DC=lab,DC=test".encode() for number in range(first, last + 1)]


class SimulatedConnection:
    """Answers in the given order and remembers what was asked. An answer that is an exception is raised."""

    def __init__(self, *answers: t.Any) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, tuple[t.Any, ...], dict[str, t.Any]]] = []
        self.result: dict[str, t.Any] = {}
        self.response: list[dict[str, t.Any]] = []

    def _answer(self, verb: str, *args: t.Any, **kwargs: t.Any) -> bool:
        self.asked.append((verb, args, kwargs))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        self.result, self.response = answer
        return True

    def search(self, *args: t.Any, **kwargs: t.Any) -> bool:
        return self._answer("search", *args, **kwargs)

    def modify(self, *args: t.Any, **kwargs: t.Any) -> bool:
        return self._answer("modify", *args, **kwargs)


def simulated(*answers: t.Any, read_only: bool = False) -> tuple[Directory, SimulatedConnection]:
    connection = SimulatedConnection(*answers)
    return Directory(connection, "dc1:636", read_only=read_only), connection


def page(cookie: bytes, *entries: dict[str, t.Any]) -> tuple[dict[str, t.Any], list[dict[str, t.Any]]]:
    return {**SUCCESS, "controls": {PAGED: {"value": {"cookie": cookie}}}}, list(entries)


def refused(code: int, name: str, message: str = "") -> tuple[dict[str, t.Any], list[dict[str, t.Any]]]:
    return {"result": code, "description": name, "message": message, "dn": ""}, []


def test_a_search_goes_to_the_last_page_and_skips_referrals() -> None:
    referral = {"type": "searchResRef", "uri": ["ldap://other.lab.test"]}
    directory, connection = simulated(
        page(b"next", entry("CN=a,DC=lab,DC=test"), referral), page(b"", entry("CN=b,DC=lab,DC=test"))
    )
    found = directory.search(filters.present("cn"), ["cn"], base="DC=lab,DC=test")
    assert [item.dn for item in found] == ["CN=a,DC=lab,DC=test", "CN=b,DC=lab,DC=test"]
    assert [kwargs["paged_cookie"] for _verb, _args, kwargs in connection.asked] == [None, b"next"]


def test_a_page_that_fails_is_an_error_and_not_a_short_list() -> None:
    directory, _connection = simulated(page(b"next", entry("CN=a")), refused(4, "sizeLimitExceeded"))
    with pytest.raises(ServerError, match="cut the result short"):
        directory.search(filters.present("cn"), ["cn"], base="DC=lab,DC=test")


def piece(label: str, values: list[bytes], version: bytes = b"7") -> tuple[dict[str, t.Any], list[dict[str, t.Any]]]:
    return SUCCESS, [entry(GROUP, **{label: values, "uSNChanged": [version]})]


def test_simulated_windows_ranges_are_put_together() -> None:
    directory, connection = simulated(
        (SUCCESS, [entry(GROUP, **{"member": [], "member;range=0-1499": members(0, 1499), "cn": [b"big"]})]),
        piece("member;range=0-1499", members(0, 1499)),
        piece("member;range=1500-2999", members(1500, 2999)),
        piece("Member;Range=3000-*", members(3000, 3100)),
    )
    found = directory.get(GROUP, ["member", "cn"])
    assert found is not None
    assert found.all("member") == members(0, 3100)
    assert found.text("CN") == "big"
    assert [kwargs["attributes"][0] for _verb, _args, kwargs in connection.asked[1:]] == [
        "member;range=0-*",
        "member;range=1500-*",
        "member;range=3000-*",
    ]


@pytest.mark.parametrize("rest", [[], [entry(GROUP)], [entry(GROUP, member=members(0, 1))]])
def test_a_range_that_breaks_off_is_an_error_and_not_a_short_list(rest: list[dict[str, t.Any]]) -> None:
    directory, _connection = simulated(
        (SUCCESS, [entry(GROUP, **{"member;range=0-1499": members(0, 1499)})]),
        piece("member;range=0-1499", members(0, 1499)),
        (SUCCESS, rest),
    )
    with pytest.raises(ServerError, match="after 1500 values of 'member'"):
        directory.get(GROUP, ["member"])


def test_an_object_that_is_not_there_is_none() -> None:
    directory, _connection = simulated(refused(32, "noSuchObject"))
    assert directory.get(GROUP, ["cn"]) is None


def test_an_object_that_may_not_be_read_is_not_absent() -> None:
    directory, _connection = simulated((SUCCESS, []))
    with pytest.raises(Forbidden, match="may not read it"):
        directory.get(GROUP, ["cn"])


def test_a_search_below_a_place_that_is_not_there_is_an_error() -> None:
    directory, _connection = simulated(refused(32, "noSuchObject"))
    with pytest.raises(NotFound):
        directory.search(filters.present("cn"), ["cn"], base="OU=nope,DC=lab,DC=test")


def test_a_connection_that_breaks_off_is_not_absence() -> None:
    directory, _connection = simulated(LDAPSocketReceiveError("timed out"))
    with pytest.raises(
        ConnectionFailed, match=r"'CN=big,DC=lab,DC=test' on dc1:636: the connection broke off \(timed out"
    ):
        directory.get(GROUP, ["cn"])


def test_members_are_swapped_in_one_operation() -> None:
    directory, connection = simulated((SUCCESS, []))
    directory.modify(GROUP, {"member": Swap([b"CN=old"], [b"CN=a", b"CN=b"]), "description": [b"x"]})
    assert connection.asked == [
        (
            "modify",
            (
                GROUP,
                {
                    "member": [(ldap3.MODIFY_DELETE, [b"CN=old"]), (ldap3.MODIFY_ADD, [b"CN=a", b"CN=b"])],
                    "description": [(ldap3.MODIFY_REPLACE, [b"x"])],
                },
            ),
            {},
        )
    ]


WRITES = {
    "add": lambda directory: directory.add(GROUP, {"objectClass": [b"group"]}),
    "modify": lambda directory: directory.modify(GROUP, {"description": [b"x"]}),
    "move": lambda directory: directory.move(GROUP, "CN=new", None),
    "delete": lambda directory: directory.delete(GROUP),
}


@pytest.mark.parametrize("verb", WRITES)
def test_check_mode_refuses_every_write_before_ldap3_sees_it(verb: str) -> None:
    directory, connection = simulated(read_only=True)
    with pytest.raises(CheckModeWriteRefused, match="this is check mode"):
        WRITES[verb](directory)
    assert connection.asked == []


def test_ldap3s_own_read_only_lets_add_pass() -> None:
    """Why the lock is ours; if this fails, ldap3 has learned it."""
    connection = ldap3.Connection(ldap3.Server("simulated"), client_strategy=ldap3.MOCK_SYNC, read_only=True)
    connection.strategy.add_entry("CN=me,DC=lab,DC=test", {"userPassword": "x", "objectClass": ["user"]})
    connection.rebind("CN=me,DC=lab,DC=test", "x")
    assert connection.add(GROUP, ["group"])


def test_a_server_that_is_no_domain_controller() -> None:
    directory, _connection = simulated((SUCCESS, [entry("")]))
    with pytest.raises(ServerError, match="does not say its defaultNamingContext"):
        assert directory.base


ROOT = {
    "defaultNamingContext": [b"DC=lab,DC=test"],
    "configurationNamingContext": [b"CN=Configuration,DC=lab,DC=test"],
    "currentTime": [b"20261126142656.0Z"],
}


def test_the_root_is_read_once() -> None:
    directory, connection = simulated((SUCCESS, [entry("", **ROOT)]))
    assert directory.base == "DC=lab,DC=test"
    assert directory.configuration == "CN=Configuration,DC=lab,DC=test"
    assert directory.now == datetime.datetime(2026, 11, 26, 14, 26, 56, tzinfo=datetime.UTC)
    assert len(connection.asked) == directory.operations == 1


@pytest.mark.parametrize("paged", [True, False])
def test_descriptors_are_asked_for_without_the_part_that_takes_a_privilege(paged: bool) -> None:
    directory, connection = simulated(page(b"", entry(GROUP)))
    if paged:
        directory.search(filters.present("cn"), ["nTSecurityDescriptor"], base=GROUP, descriptors=True)
    else:
        directory.get(GROUP, ["nTSecurityDescriptor"], descriptors=True)
    ((_verb, _args, kwargs),) = connection.asked
    ((oid, criticality, value),) = [(str(one[0]), bool(one[1]), bytes(one[2])) for one in kwargs["controls"]]
    # SEQUENCE { INTEGER 7 }: OWNER, GROUP and DACL (MS-ADTS 3.1.1.3.4.1.11)
    assert (oid, criticality, value) == ("1.2.840.113556.1.4.801", True, bytes.fromhex("3003020107"))


def test_without_descriptors_no_control_is_sent() -> None:
    directory, connection = simulated((SUCCESS, [entry(GROUP)]))
    directory.get(GROUP, ["cn"])
    assert "controls" not in connection.asked[0][2]


def test_operations_are_counted_with_every_page_and_every_range() -> None:
    directory, _connection = simulated(
        page(b"next", entry(GROUP, **{"member;range=0-1499": members(0, 1499)})),
        piece("member;range=0-1499", members(0, 1499)),
        piece("member;range=1500-*", members(1500, 1501)),
        page(b"", entry("CN=b")),
    )
    directory.search(filters.present("cn"), ["member"], base="DC=lab,DC=test")
    assert (directory.operations, directory.written) == (4, False)


def test_what_was_written_is_kept() -> None:
    directory, _connection = simulated(
        (SUCCESS, []), refused(19, "constraintViolation"), LDAPSocketReceiveError("gone")
    )
    directory.modify(GROUP, {"description": [b"x"]})
    with pytest.raises(InvalidInput, match=r"'mail': a value breaks a rule"):
        directory.modify(GROUP, {"mail": [b"x"]})
    assert (directory.written, directory.writes, directory.unanswered) == (True, [f"changed '{GROUP}'"], None)
    with pytest.raises(ConnectionFailed):
        directory.modify(GROUP, {"info": [b"x"]})
    assert directory.unanswered == GROUP


def test_entries_know_attributes_without_case() -> None:
    found = Entry("CN=a", {"sAMAccountName": [b"a"], "userAccountControl": [b"4096"]})
    assert found.text("samaccountname") == "a"
    assert found.number("USERACCOUNTCONTROL") == 4096
    assert (found.first("cn"), found.text("cn"), found.texts("cn"), found.number("cn")) == (None, None, [], 0)
