# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Domain controllers that DNS names, that fail in the middle of a task, and global catalogs: with the real DNS, domain
controller and global catalog. What breaks is a proxy of the test.
"""

from __future__ import annotations

import dataclasses
import datetime
import socket

import pytest
from ad_support import simulated_proxy
from ad_support.runner import Step
from ansible_collections.flowops.prefect.plugins.module_utils._ad import (
    connection,
    discovery,
    failover,
    filters,
    forest,
)
from ansible_collections.flowops.prefect.plugins.module_utils._ad.directory import Directory
from ansible_collections.flowops.prefect.plugins.module_utils._engine.errors import ConnectionFailed

DEAD = "127.0.0.76"


@pytest.fixture
def dns(target):
    """Options for a domain that is found by the DNS of its domain controllers."""
    return {"server": "", "tls_server_name": "", "dns_servers": [socket.gethostbyname(target.server)]}


def looked(run, **options):
    """Result of a read with these connection options."""
    (result,) = run.all(Step("ad_object_info", {"search_scope": "base", **options}))
    assert "\n" not in result.get("msg", "")
    assert "Traceback" not in run.output
    return result


@pytest.mark.parametrize("mode", ["ldaps", "start_tls"])
@pytest.mark.parametrize("protocol", ["simple", "kerberos"])
def test_the_domain_of_the_user_is_found(mode, protocol, run, target, dns):
    result = looked(run, **dns, tls_mode=mode, auth_protocol=protocol)
    assert [item["distinguished_name"] for item in result["objects"]] == [target.domain_dn], result


def test_a_site(run, target, dns):
    site = "Default-First-Site-Name"
    assert looked(run, **dns, site=site)["objects"]
    message = looked(run, **dns, site="No-Such-Site")["msg"]
    name = f"_ldap._tcp.No-Such-Site._sites.dc._msdcs.{target.dns_domain}"
    assert f"knows no SRV record '{name}' for a domain controller for the site 'No-Such-Site'" in message
    assert "Check 'domain', 'site' and 'dns_servers', or name the domain controllers in 'server'" in message


def test_the_realm_of_the_ticket_tells_the_domain(run, dns):
    """Without a ticket it is the default realm of the configuration."""
    message = looked(run, **dns, auth_protocol="kerberos", username="", password="")["msg"]
    assert "No Kerberos credentials available" in message, "the domain controller was found"


def test_a_domain_that_dns_does_not_know(run, dns):
    message = looked(run, **dns, domain="nowhere.invalid")["msg"]
    assert "Cannot find a server of the directory: the DNS server" in message
    assert "nowhere.invalid" in message


def test_a_dns_server_that_does_not_answer(run, dns):
    message = looked(run, **{**dns, "dns_servers": [DEAD]}, connection_timeout=1)["msg"]
    assert f"the DNS server {DEAD} did not say who is a domain controller" in message


def test_a_named_server_is_resolved_by_the_dns_servers_that_are_given(run, target, dns):
    assert looked(run, **{**dns, "server": target.tls_server_name})["objects"]
    message = looked(run, **{**dns, "server": f"dc99.{target.dns_domain}"})["msg"]
    assert f"knows no address of 'dc99.{target.dns_domain}'" in message


def test_the_next_server_does_the_work_when_the_first_is_down(run, target, dns):
    servers = [DEAD, f"dc99.{target.dns_domain}", target.tls_server_name]
    assert looked(run, **{**dns, "server": servers})["objects"]


def test_servers_may_come_from_the_environment(run, target, dns):
    run.environment["MICROSOFT_AD_LDAP_SERVER"] = f"{DEAD},{target.tls_server_name}"
    assert looked(run, **dns)["objects"]


def test_when_all_are_down_each_is_named(run, dns):
    message = looked(run, **{**dns, "server": [DEAD, "127.0.0.75"]})["msg"]
    assert (
        f"none of the servers can be used: {DEAD}:636: connection refused; 127.0.0.75:636: connection refused"
        in message
    )


@pytest.fixture
def through(monkeypatch, target):
    """Leads the two names of the domain controller through two proxies."""
    direct = discovery.Locator.endpoints

    def lead(first, second):
        ports = {target.dns_domain: first.port, target.tls_server_name: second.port}
        monkeypatch.setattr(
            discovery.Locator,
            "endpoints",
            lambda locator, host: [
                dataclasses.replace(one, address="127.0.0.1", port=ports[host]) for one in direct(locator, host)
            ],
        )

    return lead


def test_a_refused_logon_is_not_tried_elsewhere(run, target, dns, through):
    """Each try counts towards the lockout."""
    options = {**dns, "server": [target.dns_domain, target.tls_server_name], "password": "Wr0ng-Passw0rd"}
    with (
        simulated_proxy.cutting(target.server, 1000, answers=True) as first,
        simulated_proxy.cutting(target.server, 1000, answers=True) as second,
    ):
        through(first, second)
        message = looked(run, **options)["msg"]
    assert f"on {target.dns_domain}:{first.port}: the user name or the password is wrong" in message
    assert (first.connections, second.connections) == (1, 0)


@pytest.mark.parametrize("answers", [False, True], ids=["before the answer", "after the answer"])
def test_a_connection_that_is_cut_anywhere_is_taken_up_elsewhere_or_says_what_was_written(
    answers, run, target, dns, place, eye, through
):
    """Cut at each request in turn, until the task gets through."""
    outcomes = []
    options = {**dns, "server": [target.dns_domain, target.tls_server_name], "connection_timeout": 5}
    while "through" not in outcomes:
        number = len(outcomes) + 1
        dn = f"OU=Cut-{number},{place}"
        step = Step("ad_ou", {**options, "name": f"Cut-{number}", "path": place, "description": "cut off"})
        with (
            simulated_proxy.cutting(target.server, number, answers) as first,
            simulated_proxy.cutting(target.server, 1000, answers) as second,
        ):
            through(first, second)
            (result,) = run.all(step)
            assert result["changed"], result
            outcome = "elsewhere" if second.connections else "through"
            if result["failed"]:
                outcome = "written"
                assert f"on {target.dns_domain}:{first.port}" in result["msg"]
                assert dn in result["msg"]
                assert "Run again: what was written is found and kept, and the rest is done" in result["msg"]
                assert second.connections == 0
                through(second, second)
                (again,) = run.all(step)
                assert not again["failed"], again["msg"]
        outcomes.append(outcome)
        assert eye.texts(dn, "description") == ["cut off"]
    order = ["elsewhere", "written", "through"]
    assert outcomes == sorted(outcomes, key=order.index), "after a write nothing is taken up elsewhere"
    assert set(outcomes) == set(order)


@pytest.fixture
def options(target, dns):
    """Checked options for work without a module."""

    def checked(**changes):
        defaults = {name: option.get("default") for name, option in connection.argument_spec().items()}
        return connection.from_params({**defaults, **target.options(), **dns, **changes})

    return checked


@pytest.fixture
def two_domains(monkeypatch, playground, target):
    """A forest that says it has two domains; everything below the container of the tests counts as the other one's."""
    real = forest.dn.domain_of
    monkeypatch.setattr(forest.Forest, "domains", lambda _forest: [target.domain_dn, "DC=two"])
    monkeypatch.setattr(forest.dn, "domain_of", lambda name: "elsewhere" if name.endswith(playground) else real(name))


@pytest.mark.usefixtures("two_domains")
@pytest.mark.parametrize("mode", ["ldaps", "start_tls"])
@pytest.mark.parametrize("ready", ["TRUE", "FALSE"], ids=["on the same server", "found by DNS"])
def test_the_global_catalog(ready, mode, options, place, eye, unique, monkeypatch):
    dn = f"CN=GG-{unique},{place}"
    eye.add(dn, ["group"], sAMAccountName=f"GG-{unique}")
    root_text = Directory.root_text
    monkeypatch.setattr(
        Directory, "root_text", lambda one, name: ready if name == "isGlobalCatalogReady" else root_text(one, name)
    )

    def work(directory):
        found = directory.forest_search(filters.equals("sAMAccountName", f"GG-{unique}"), ["cn"])
        return [entry.dn for entry in found]

    # once from the domain, once from the catalog
    assert failover.with_directory(options(tls_mode=mode), True, work) == [dn, dn]


@pytest.mark.usefixtures("two_domains")
def test_a_global_catalog_that_is_down_is_an_error_and_not_an_empty_list(options, monkeypatch):
    monkeypatch.setattr(connection, "_CATALOG_PORTS", {"ldaps": 3270})
    with pytest.raises(ConnectionFailed, match=r":3270: connection refused"):
        failover.with_directory(options(), True, lambda one: one.forest_search(filters.present("cn"), ["cn"]))


def test_a_forest_of_one_domain_needs_no_global_catalog(options, monkeypatch, eye, target):
    monkeypatch.setattr(connection, "_CATALOG_PORTS", {"ldaps": 3270})

    def work(directory):
        found = directory.forest_search(filters.equals("sAMAccountName", target.other_user), ["cn"])
        return [entry.dn for entry in found]

    assert failover.with_directory(options(), True, work) == [eye.dn_of(target.other_user)]


def test_the_root_and_the_descriptors(options, target, place):
    def work(directory):
        assert (directory.base, directory.configuration.lower()) == (
            target.domain_dn,
            f"cn=configuration,{target.domain_dn.lower()}",
        )
        assert abs((directory.now - datetime.datetime.now(datetime.UTC)).total_seconds()) < 300, (
            "Kerberos allows no more"
        )
        plain = directory.get(place, ["nTSecurityDescriptor"])
        asked = directory.get(place, ["nTSecurityDescriptor"], descriptors=True)
        (found,) = directory.search(
            filters.present("ou"), ["nTSecurityDescriptor"], base=place, scope="BASE", descriptors=True
        )
        # without the control the SACL is asked for as well, to which this account has no right
        assert plain.first("nTSecurityDescriptor") is None
        assert asked.first("nTSecurityDescriptor") == found.first("nTSecurityDescriptor")
        assert asked.first("nTSecurityDescriptor")[:1] == b"\x01"

    failover.with_directory(options(), True, work)
