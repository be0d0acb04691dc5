# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which domain controllers are tried, and in which order. The answers of DNS are simulated; the integration tests ask a
real domain controller.
"""

from __future__ import annotations

import collections
import sys
import typing as t

import dns.message
import dns.resolver
import dns.rrset
import pytest
from ansible_collections.flowops.prefect.plugins.module_utils._ad import connection, discovery, kerberos
from ansible_collections.flowops.prefect.plugins.module_utils._ad.discovery import Service
from ansible_collections.flowops.prefect.plugins.module_utils._engine.errors import ConnectionFailed, InvalidInput

GIVEN: dict[str, t.Any] = {
    "tls_mode": "ldaps",
    "auth_protocol": "simple",
    "username": "svc@lab.test",
    "password": "S3cret-of-the-test",
    "dns_servers": ["192.0.2.53"],
    "connection_timeout": 7,
}
QUERY = dns.message.make_query("lab.test", "SRV")
EVERYWHERE = "_ldap._tcp.dc._msdcs.lab.test."
IN_BERLIN = "_ldap._tcp.Berlin._sites.dc._msdcs.lab.test."


def options(**changes: t.Any) -> connection.ConnectionOptions:
    return connection.from_params({**GIVEN, **changes})


class SimulatedDns:
    """Records by name and type; a name without any does not exist. An answer that is an exception is raised."""

    def __init__(self) -> None:
        self.records: dict[tuple[str, str], t.Any] = {}
        self.asked: list[tuple[str, str]] = []
        self.nameservers: list[str] = []
        self.lifetime = 0.0

    def resolve(self, resolver: t.Any, name: t.Any, kind: str, **_rest: t.Any) -> t.Any:
        self.nameservers, self.lifetime = list(resolver.nameservers), resolver.lifetime
        self.asked.append((name.to_text(), kind))
        found = self.records.get((name.to_text(), kind))
        if isinstance(found, Exception):
            raise found
        if found is None and not any(known == name.to_text() for known, _kind in self.records):
            raise dns.resolver.NXDOMAIN(qnames=[name])
        return dns.rrset.from_text_list(name, 60, "IN", kind, found) if found else []


@pytest.fixture
def dns_(monkeypatch: pytest.MonkeyPatch) -> SimulatedDns:
    simulated = SimulatedDns()

    # a function, so that it gets the resolver
    def resolve(resolver: t.Any, name: t.Any, kind: str, **rest: t.Any) -> t.Any:
        return simulated.resolve(resolver, name, kind, **rest)

    monkeypatch.setattr(dns.resolver.Resolver, "resolve", resolve)
    return simulated


def test_servers_that_are_named_are_not_looked_up(dns_: SimulatedDns) -> None:
    assert discovery.Locator(options(server=["dc2", "dc1"])).controllers() == ["dc2", "dc1"]
    assert dns_.asked == []


def test_lower_priorities_come_first_whatever_their_weight(dns_: SimulatedDns) -> None:
    dns_.records[EVERYWHERE, "SRV"] = ["20 900 389 c.lab.test.", "0 1 389 a.lab.test.", "10 0 389 b.lab.test."]
    assert discovery.Locator(options()).controllers() == ["a.lab.test", "b.lab.test", "c.lab.test"]
    assert (dns_.nameservers, dns_.lifetime) == (["192.0.2.53"], 7.0)


def test_the_sites_own_come_first_and_the_others_after_them(dns_: SimulatedDns) -> None:
    dns_.records[IN_BERLIN, "SRV"] = ["50 100 389 b.lab.test."]
    dns_.records[EVERYWHERE, "SRV"] = ["0 100 389 a.lab.test.", "10 100 389 b.lab.test."]
    assert discovery.Locator(options(site="Berlin")).controllers() == ["b.lab.test", "a.lab.test"]


def test_a_site_that_is_not_there_is_an_error_and_not_the_whole_domain(dns_: SimulatedDns) -> None:
    dns_.records[EVERYWHERE, "SRV"] = ["0 100 389 a.lab.test."]
    with pytest.raises(ConnectionFailed, match=r"knows no SRV record '_ldap._tcp.Berlin._sites.*site 'Berlin'"):
        discovery.Locator(options(site="Berlin")).controllers()


def test_not_every_server_of_a_large_domain_is_tried(dns_: SimulatedDns) -> None:
    dns_.records[EVERYWHERE, "SRV"] = [f"{number} 0 389 dc{number}.lab.test." for number in range(40)]
    assert discovery.Locator(options()).controllers() == [f"dc{number}.lab.test" for number in range(6)]


def test_the_root_as_target_means_that_there_is_none(dns_: SimulatedDns) -> None:
    dns_.records[EVERYWHERE, "SRV"] = ["0 0 0 ."]
    with pytest.raises(ConnectionFailed, match="knows no SRV record"):
        discovery.Locator(options()).controllers()


def test_global_catalogs_are_those_of_the_forest(dns_: SimulatedDns) -> None:
    dns_.records["_gc._tcp.forest.test.", "SRV"] = ["0 100 3268 gc.lab.test.", "1 100 3268 gc.forest.test."]
    locator = discovery.Locator(options(server="dc1"))
    assert locator.catalogs("forest.test", ("forest.test", "lab.test")) == ["gc.lab.test", "gc.forest.test"]
    assert locator.catalogs("forest.test", ("forest.test",)) == ["gc.forest.test"]


@pytest.mark.parametrize("stranger", ["dc1.example.com.", "dc1.notlab.test.", "lab.test.example.com."])
def test_a_server_outside_of_the_domain_gets_no_password(stranger: str, dns_: SimulatedDns) -> None:
    """Nobody signs SRV records, and anybody can have a certificate for a name of his own."""
    dns_.records[EVERYWHERE, "SRV"] = [f"0 100 389 {stranger}", "10 100 389 DC1.Lab.Test."]
    assert discovery.Locator(options()).controllers() == ["DC1.Lab.Test"]
    dns_.records[EVERYWHERE, "SRV"] = [f"0 100 389 {stranger}"]
    with pytest.raises(ConnectionFailed, match=r"names only servers that are not in lab.test: .*name them in 'server'"):
        discovery.Locator(options()).controllers()


def test_a_domain_may_be_its_own_server(dns_: SimulatedDns) -> None:
    dns_.records[EVERYWHERE, "SRV"] = ["0 100 389 lab.test.", "0 0 389 dc1.child.lab.test."]
    assert sorted(discovery.Locator(options()).controllers()) == ["dc1.child.lab.test", "lab.test"]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (dns.resolver.LifetimeTimeout(timeout=7.1, errors=[]), "no answer for 7 seconds"),
        (dns.resolver.NoNameservers(request=QUERY, errors=[]), "All nameservers failed"),
        (OSError("Network is unreachable"), "Network is unreachable"),
    ],
)
def test_a_server_that_does_not_answer_is_an_error_and_not_an_empty_list(
    dns_: SimulatedDns, answer: Exception, reason: str
) -> None:
    dns_.records[EVERYWHERE, "SRV"] = answer
    with pytest.raises(ConnectionFailed, match=reason) as raised:
        discovery.Locator(options()).controllers()
    assert "the DNS server 192.0.2.53 did not say who is a domain controller of 'lab.test'" in str(raised.value)
    assert "or name the domain controllers in 'server'" in str(raised.value)


def test_names_are_resolved_where_the_records_came_from(dns_: SimulatedDns) -> None:
    dns_.records["dc1.lab.test.", "A"] = ["192.0.2.1", "192.0.2.2"]
    dns_.records["dc1.lab.test.", "AAAA"] = ["2001:db8::1"]
    found = discovery.Locator(options()).endpoints("dc1.lab.test")
    assert [endpoint.address for endpoint in found] == ["192.0.2.1", "192.0.2.2", "2001:db8::1"]
    assert {(endpoint.host, endpoint.tls_server_name) for endpoint in found} == {("dc1.lab.test", "dc1.lab.test")}


def test_a_name_without_an_address_is_an_error(dns_: SimulatedDns) -> None:
    with pytest.raises(ConnectionFailed, match=r"knows no address of 'dc1\.lab\.test'"):
        discovery.Locator(options()).endpoints("dc1.lab.test")
    dns_.records["dc1.lab.test.", "A"] = dns.resolver.LifetimeTimeout(timeout=7.1, errors=[])
    with pytest.raises(ConnectionFailed, match=r"did not say the address of 'dc1\.lab\.test'"):
        discovery.Locator(options()).endpoints("dc1.lab.test")


def test_the_system_resolves_names_unless_dns_servers_are_given(dns_: SimulatedDns) -> None:
    (endpoint,) = discovery.Locator(options(dns_servers=None)).endpoints("dc1.lab.test")
    assert endpoint.address == "dc1.lab.test"
    (endpoint,) = discovery.Locator(options()).endpoints("192.0.2.1")
    assert endpoint.address == "192.0.2.1"
    assert dns_.asked == []


@pytest.mark.parametrize(
    ("given", "domain"),
    [
        ({"domain": "ad.example.com."}, "ad.example.com"),
        ({"username": "svc@lab.test"}, "lab.test"),
        ({"username": "svc", "auth_protocol": "kerberos"}, "krb.test"),
        ({"username": None, "password": None, "auth_protocol": "kerberos"}, "krb.test"),
    ],
)
def test_the_domain(given: dict[str, t.Any], domain: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kerberos, "realm", lambda _options: "KRB.TEST")
    assert discovery.domain_for(options(**given)) == domain


@pytest.mark.parametrize(
    "given", [{"username": "LAB\\svc"}, {"username": None, "password": None, "auth_protocol": "kerberos"}]
)
def test_no_server_and_no_domain(given: dict[str, t.Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kerberos, "realm", lambda _options: None)
    with pytest.raises(
        InvalidInput, match=r"neither a domain controller nor a domain is given.*Set 'server' or 'domain'"
    ):
        discovery.Locator(options(**given)).controllers()


def test_without_dnspython_the_error_names_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "dns", None)
    monkeypatch.setitem(sys.modules, "dns.resolver", None)
    with pytest.raises(InvalidInput, match=r"needs the Python package 'dnspython'.*Install dnspython"):
        discovery.Locator(options()).controllers()
    assert discovery.Locator(options(server="dc1", dns_servers=None)).controllers() == ["dc1"]


def test_weights_share_the_load() -> None:
    services = [Service(0, 90, "heavy"), Service(0, 10, "light"), Service(0, 0, "never-first")]
    first: collections.Counter[str] = collections.Counter()
    for number in range(101):
        draws = iter([number, 0, 0])
        ordered = discovery.in_order(services, lambda _limit, draws=draws: next(draws))
        assert len({service.host for service in ordered}) == 3
        first[ordered[0].host] += 1
    assert first == {"never-first": 1, "light": 10, "heavy": 90}


def test_a_draw_is_asked_for_the_whole_sum() -> None:
    limits: list[int] = []

    def last(limit: int) -> int:
        limits.append(limit)
        return limit - 1

    ordered = discovery.in_order([Service(0, 5, "a"), Service(0, 7, "b")], last)
    assert [service.host for service in ordered] == ["b", "a"]
    assert limits == [13, 6]
