# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a task goes on to the next domain controller, and when it must not. The connections are simulated."""

from __future__ import annotations

import contextlib
import typing as t

import pytest
from ansible_collections.flowops.prefect.plugins.module_utils._ad import connection, failover, filters
from ansible_collections.flowops.prefect.plugins.module_utils._ad.directory import Directory
from ansible_collections.flowops.prefect.plugins.module_utils._engine import errors
from ldap3.core.exceptions import LDAPSocketReceiveError

DN = "CN=a,DC=lab,DC=test"
SUCCESS = (0, "success")
BUSY = (51, "busy")
LOST = LDAPSocketReceiveError("timed out")


class SimulatedConnection:
    """Answers in the given order; an answer that is an exception is raised."""

    def __init__(self, answers: list[t.Any]) -> None:
        self.answers = list(answers)
        self.result: dict[str, t.Any] = {}
        self.response: list[dict[str, t.Any]] = []

    def _answer(self, *_args: t.Any, **_rest: t.Any) -> None:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        self.result = {"result": answer[0], "description": answer[1], "message": ""}
        self.response = [{"type": "searchResEntry", "dn": DN, "raw_attributes": {}}] if answer == SUCCESS else []

    add = modify = modify_dn = delete = search = _answer


class SimulatedServers:
    """What each server does: the error of its logon, or its answers."""

    def __init__(self, **servers: t.Any) -> None:
        self.servers = {name.replace("_", "."): answers for name, answers in servers.items()}
        self.logons: list[str] = []
        self.closed: list[str] = []

    @contextlib.contextmanager
    def open_directory(
        self, endpoint: connection.Endpoint, *, read_only: bool, **options: t.Any
    ) -> t.Iterator[Directory]:
        self.logons.append(endpoint.server)
        answers = self.servers[endpoint.host]
        if isinstance(answers, Exception):
            raise answers
        try:
            yield Directory(SimulatedConnection(answers), endpoint.server, read_only=read_only, **options)
        finally:
            self.closed.append(endpoint.server)


def unreachable(server: str) -> errors.ConnectionFailed:
    return errors.ConnectionFailed("connect to the directory", server=server, why="connection refused", todo="Look")


def options(*servers: str, **changes: t.Any) -> connection.ConnectionOptions:
    given = {"server": list(servers), "tls_mode": "ldaps", "auth_protocol": "simple", "connection_timeout": 5}
    return connection.from_params({**given, "username": "svc@lab.test", "password": "S3cret-of-the-test", **changes})


@pytest.fixture
def simulate(monkeypatch: pytest.MonkeyPatch) -> t.Callable[..., SimulatedServers]:
    def start(**servers: t.Any) -> SimulatedServers:
        simulated = SimulatedServers(**servers)
        monkeypatch.setattr(failover.directories, "open_directory", simulated.open_directory)
        return simulated

    return start


Simulate: t.TypeAlias = "t.Callable[..., SimulatedServers]"


def read(directory: Directory) -> str:
    """Work that only reads."""
    assert directory.get(DN, ["cn"]) is not None
    return directory.server


def write(directory: Directory) -> str:
    """Work that reads, writes and reads again."""
    read(directory)
    directory.add(DN, {"objectClass": [b"group"]})
    directory.modify(DN, {"description": [b"x"]})
    return read(directory)


def test_the_first_that_answers_does_the_work(simulate: Simulate) -> None:
    servers = simulate(dc1=unreachable("dc1:636"), dc2=[SUCCESS], dc3=[SUCCESS])
    assert failover.with_directory(options("dc1", "dc2", "dc3"), False, read) == "dc2:636"
    assert servers.logons == ["dc1:636", "dc2:636"]


@pytest.mark.parametrize("failure", [LOST, BUSY, (52, "unavailable")])
def test_the_work_begins_again_when_a_read_fails(simulate: Simulate, failure: t.Any) -> None:
    simulate(dc1=[SUCCESS, failure], dc2=[SUCCESS] * 5)
    begun: list[str] = []

    def work(directory: Directory) -> str:
        begun.append(directory.server)
        read(directory)
        return write(directory)

    assert failover.with_directory(options("dc1", "dc2"), False, work) == "dc2:636"
    assert begun == ["dc1:636", "dc2:636"]


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ([SUCCESS, LOST], f"whether '{DN}' was changed is not known"),
        ([SUCCESS, SUCCESS, LOST], f"whether '{DN}' was changed is not known; before that this task created '{DN}'"),
        ([SUCCESS, SUCCESS, SUCCESS, LOST], f"before that this task created '{DN}', changed '{DN}'."),
    ],
)
def test_after_a_write_nothing_is_tried_elsewhere(simulate: Simulate, answers: list[t.Any], said: str) -> None:
    servers = simulate(dc1=answers, dc2=[SUCCESS] * 4)
    with pytest.raises(errors.ConnectionFailed) as raised:
        failover.with_directory(options("dc1", "dc2"), False, write)
    assert said in str(raised.value)
    assert "Run again: what was written is found and kept, and the rest is done." in str(raised.value)
    assert raised.value.facts() == {"changed": True}
    assert servers.logons == ["dc1:636"]


def test_many_writes_are_counted_and_not_listed(simulate: Simulate) -> None:
    simulate(dc1=[*[SUCCESS] * 8, LOST])

    def work(directory: Directory) -> None:
        for number in range(9):
            directory.delete(f"CN=o{number}")

    with pytest.raises(errors.ConnectionFailed, match=r"deleted 'CN=o3', .*deleted 'CN=o7' and 3 more"):
        failover.with_directory(options("dc1"), False, work)


def test_a_first_write_that_is_refused_is_not_tried_elsewhere_and_changed_nothing(simulate: Simulate) -> None:
    servers = simulate(dc1=[SUCCESS, BUSY], dc2=[SUCCESS] * 4)
    with pytest.raises(errors.ServerBusy) as raised:
        failover.with_directory(options("dc1", "dc2"), False, write)
    assert raised.value.facts() == {}
    assert servers.logons == ["dc1:636"]


@pytest.mark.parametrize(
    "error",
    [
        errors.AuthFailed("log on", why="the password is wrong"),
        errors.InvalidInput("connect", why="no CA"),
        errors.ServerError("read", why="defect"),
    ],
)
def test_an_error_that_another_server_would_repeat_ends_the_task(simulate: Simulate, error: Exception) -> None:
    """Above all a wrong password: each try counts towards a lockout."""
    servers = simulate(dc1=error, dc2=[SUCCESS])
    with pytest.raises(type(error)):
        failover.with_directory(options("dc1", "dc2"), False, read)
    assert servers.logons == ["dc1:636"]


def test_when_all_fail_each_is_named_with_its_reason(simulate: Simulate) -> None:
    simulate(dc1=unreachable("dc1:636"), dc2=[LOST], dc3=[BUSY])
    with pytest.raises(errors.ConnectionFailed) as raised:
        failover.with_directory(options("dc1", "dc2", "dc3"), False, read)
    assert str(raised.value) == (
        "Cannot connect to the directory: none of the servers can be used: dc1:636: connection refused; "
        "dc2:636: the connection broke off (timed out); dc3:636: the server is busy. "
        "Remove the reason for one of them, or name another server."
    )


def test_the_only_server_has_the_error_to_itself(simulate: Simulate) -> None:
    simulate(dc1=unreachable("dc1:636"))
    with pytest.raises(errors.ConnectionFailed, match="Cannot connect to the directory on dc1:636: connection refused"):
        failover.with_directory(options("dc1"), False, read)


def test_the_connection_is_closed_whatever_happens(simulate: Simulate) -> None:
    servers = simulate(dc1=[LOST], dc2=[SUCCESS])
    failover.with_directory(options("dc1", "dc2"), True, read)
    assert servers.closed == ["dc1:636", "dc2:636"]


def test_a_name_that_dns_does_not_know_is_one_more_server_that_failed(
    simulate: Simulate, monkeypatch: pytest.MonkeyPatch
) -> None:
    def endpoints(locator: failover.Locator, host: str) -> list[connection.Endpoint]:
        if host == "dc1":
            raise errors.ConnectionFailed("find a server", why="DNS knows no address of 'dc1'")
        return [locator._options.at(host)]

    monkeypatch.setattr(failover.Locator, "endpoints", endpoints)
    servers = simulate(dc2=[SUCCESS])
    assert failover.with_directory(options("dc1", "dc2"), True, read) == "dc2:636"
    assert servers.logons == ["dc2:636"]


def root(ready: str) -> dict[str, list[bytes]]:
    return {
        "defaultNamingContext": [b"DC=lab,DC=test"],
        "configurationNamingContext": [b"CN=Configuration,DC=lab,DC=test"],
        "rootDomainNamingContext": [b"DC=lab,DC=test"],
        "isGlobalCatalogReady": [ready.encode()],
    }


class SimulatedForest(SimulatedConnection):
    """Two domains: a domain controller of lab.test, and a global catalog that knows an object of each."""

    def __init__(self, ready: str, catalog: bool) -> None:
        super().__init__([])
        self.root, self.catalog = root(ready), catalog

    def search(self, base: str, condition: str, **options: t.Any) -> None:
        self.result = {"result": 0, "description": "success", "message": ""}
        if base == "" and options["search_scope"] == "BASE":
            found = [("", self.root)]
        elif base.startswith("CN=Partitions"):
            found = [("CN=1", {"nCName": [b"DC=lab,DC=test"]}), ("CN=2", {"nCName": [b"DC=child,DC=lab,DC=test"]})]
        elif base.startswith("CN=Schema"):
            assert "(isMemberOfPartialAttributeSet=TRUE)" in condition
            found = [("CN=Info", {"lDAPDisplayName": [b"info"]})] if "info" in condition else []
        elif self.catalog:
            assert base == ""
            found = [("CN=stale,DC=lab,DC=test", {}), ("CN=far,DC=child,DC=lab,DC=test", {})]
            found.append(("CN=x,CN=Configuration,DC=lab,DC=test", {}))
        else:
            found = [("CN=near,DC=lab,DC=test", {})]
        assert condition
        self.response = [{"type": "searchResEntry", "dn": dn, "raw_attributes": dict(values)} for dn, values in found]


@pytest.mark.parametrize(("ready", "catalog"), [("TRUE", "dc1:3269"), ("FALSE", "gc.lab.test:3269")])
def test_a_forest_is_searched_in_the_own_domain_and_for_the_others_in_a_global_catalog(
    ready: str, catalog: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    logons: list[str] = []

    @contextlib.contextmanager
    def open_directory(endpoint: connection.Endpoint, *, read_only: bool, **options: t.Any) -> t.Iterator[Directory]:
        logons.append(endpoint.server)
        yield Directory(SimulatedForest(ready, endpoint.port == 3269), endpoint.server, read_only=read_only, **options)

    monkeypatch.setattr(failover.directories, "open_directory", open_directory)
    asked: list[t.Any] = []

    def catalogs(_locator: failover.Locator, forest: str, domains: tuple[str, ...]) -> list[str]:
        asked.append((forest, domains))
        return ["gc.lab.test"]

    monkeypatch.setattr(failover.Locator, "catalogs", catalogs)

    def work(directory: Directory) -> tuple[list[str], int]:
        for _again in range(2):
            found = directory.forest_search(filters.equals("sAMAccountName", "a"), ["cn"])
        return [entry.dn for entry in found], directory.operations

    names, operations = failover.with_directory(options("dc1"), True, work)
    assert names == ["CN=near,DC=lab,DC=test", "CN=far,DC=child,DC=lab,DC=test"]
    assert logons == ["dc1:636", catalog], "the catalog is opened once"
    assert operations == 6, "the root, the partitions, and twice the domain and the catalog"
    assert asked == ([] if ready == "TRUE" else [("lab.test", ("lab.test", "child.lab.test"))])


def test_a_global_catalog_that_cannot_be_reached_is_an_error_and_not_an_empty_list(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    @contextlib.contextmanager
    def open_directory(endpoint: connection.Endpoint, *, read_only: bool, **options: t.Any) -> t.Iterator[Directory]:
        if endpoint.port == 3269:
            raise unreachable(endpoint.server)
        yield Directory(SimulatedForest("TRUE", False), endpoint.server, read_only=read_only, **options)

    monkeypatch.setattr(failover.directories, "open_directory", open_directory)
    with pytest.raises(errors.ConnectionFailed, match="dc1:3269: connection refused"):
        failover.with_directory(options("dc1"), True, lambda one: one.forest_search(filters.present("cn"), ["cn"]))


@pytest.fixture
def two_domains(monkeypatch: pytest.MonkeyPatch) -> None:
    @contextlib.contextmanager
    def open_directory(endpoint: connection.Endpoint, *, read_only: bool, **options: t.Any) -> t.Iterator[Directory]:
        yield Directory(SimulatedForest("TRUE", endpoint.port == 3269), endpoint.server, read_only=read_only, **options)

    monkeypatch.setattr(failover.directories, "open_directory", open_directory)


@pytest.mark.usefixtures("two_domains")
def test_an_attribute_that_a_global_catalog_does_not_hold_is_an_error_and_not_an_empty_list() -> None:
    """It would find nothing by it. Attributes that the forest has put into its catalog are allowed."""

    def work(directory: Directory, *parts: filters.Filter) -> int:
        return len(directory.forest_search(filters.all_of(*parts), ["cn"]))

    info = filters.starts_with("info", "a)(carLicense=b")
    assert failover.with_directory(options("dc1"), True, lambda one: work(one, info)) == 2
    owned = filters.equals("managedBy", "CN=a")
    with pytest.raises(errors.ServerError, match="the global catalog does not hold 'managedby'"):
        failover.with_directory(options("dc1"), True, lambda one: work(one, info, filters.negate(owned)))
    told = filters.bits_set("systemFlags", 8)
    with pytest.raises(errors.ServerError, match="does not hold 'systemflags'"):
        failover.with_directory(options("dc1"), True, lambda one: work(one, told))
