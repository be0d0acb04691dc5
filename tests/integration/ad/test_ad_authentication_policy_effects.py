# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the KDC makes of authentication policies and silos: shorter tickets, and logons from the right hosts only.

A host shows where a logon comes from by armouring it with its own ticket.
"""

from __future__ import annotations

import itertools
import secrets

import pytest
from ad_support import gmsa_keytab
from ad_support.policies import Client
from ad_support.runner import Step

POLICY, SILO = "ad_authentication_policy", "ad_authentication_policy_silo"
REJECTED = "KDC policy rejects request while getting initial credentials"
DEFAULT_MINUTES = 600


@pytest.fixture
def client(target, tmp_path):
    """Makes Kerberos clients, each with an empty cache."""
    numbers = itertools.count(1)
    return lambda: Client(tmp_path / f"client-{next(numbers)}", target)


class User:
    """A user, or another account with a password."""

    def __init__(self, eye, place, name, client, object_class="user"):
        user = object_class == "user"
        self.name, self.dn, self._client = name if user else f"{name}$", f"CN={name},{place}", client
        self._password = f"Aa1{secrets.token_urlsafe(24)}"
        eye.add(
            self.dn,
            [object_class],
            sAMAccountName=self.name,
            userAccountControl="512" if user else "4096",
            unicodePwd=f'"{self._password}"'.encode("utf-16-le"),
        )

    def logon(self, host=None):
        """What the KDC says, or the minutes that the ticket lives."""
        made = self._client()
        return made.logon_from(host, self.name, password=self._password) or made.minutes()

    def logged_on(self):
        """A client with a ticket."""
        made = self._client()
        assert made.logon(self.name, password=self._password) == ""
        return made


@pytest.fixture
def user(eye, place, mark, client):
    """A user of this test."""
    return User(eye, place, f"u{mark}", client)


@pytest.fixture
def hosts(eye, place, mark, client):
    """Names of two computers of this test, and what logs one of them on anew."""
    made = {name: User(eye, place, name, client, "computer") for name in (f"h1{mark}", f"h2{mark}")}

    return [*made], lambda name: made[name].logged_on()


def assign(eye, dn, *, policy="", silo=""):
    """As an administrator of the account does it."""
    eye.set(dn, "msDS-AssignedAuthNPolicy", *([policy] if policy else []))
    eye.set(dn, "msDS-AssignedAuthNPolicySilo", *([silo] if silo else []))


def test_tickets_of_a_user_live_as_long_as_the_policy_says(govern, administrator, eye, mark, user):
    assert user.logon() == DEFAULT_MINUTES
    govern.one(POLICY, name=mark, enforced=True, user_ticket_lifetime=60, service_ticket_lifetime=45)
    assign(eye, user.dn, policy=administrator.policy(mark))
    assert user.logon() == 60
    govern.one(POLICY, name=mark, user_ticket_lifetime=90)
    assert user.logon() == 90
    govern.one(POLICY, name=mark, enforced=False)
    assert user.logon() == DEFAULT_MINUTES
    govern.one(POLICY, name=mark, enforced=True, user_ticket_lifetime=0)
    assert user.logon() == DEFAULT_MINUTES


def test_tickets_of_a_group_managed_account_live_as_long_as_the_policy_says(
    run, govern, administrator, eye, place, target, mark, client, tmp_path
):
    name = f"g{mark[1:]}"
    run.one(
        "ad_service_account",
        name=name,
        path=place,
        dns_hostname=f"{name}.{target.dns_domain}",
        managed_by=target.other_user,
        description="Workers",
        ticket="CHG-1",
        principals_allowed_to_retrieve={"set": [f"{target.computers[0]}$"]},
    )
    dn, keytab = f"CN={name},{place}", tmp_path / "keytab"
    (version,) = eye.texts(dn, "msDS-KeyVersionNumber")
    gmsa_keytab.write(keytab, eye.managed_password(target.computers[0], dn), f"{name}$", target.realm, int(version))

    def logon():
        made = client()
        return made.logon_from(None, f"{name}$", keytab=keytab) or made.minutes()

    assert logon() == DEFAULT_MINUTES
    # Windows takes the lifetime of services for it (MS-KILE 3.3.5.5), Samba 4.22 that of computers.
    lifetimes = {"user_ticket_lifetime": 45, "service_ticket_lifetime": 60, "computer_ticket_lifetime": 60}
    govern.one(POLICY, name=mark, enforced=True, **lifetimes)
    assign(eye, dn, policy=administrator.policy(mark))
    assert logon() == 60


def test_a_managed_account_is_pinned_to_its_host_for_an_hour(govern, administrator, eye, place, mark, hosts, client):
    (first, second), logged_on = hosts
    account = User(eye, place, f"s{mark}", client, object_class="msDS-ManagedServiceAccount")
    assert account.logon() == DEFAULT_MINUTES
    govern.one(
        POLICY,
        name=mark,
        enforced=True,
        user_ticket_lifetime=45,
        service_ticket_lifetime=60,
        computer_ticket_lifetime=75,
        service_allowed_from={"groups": [f"{first}$"]},
    )
    assign(eye, account.dn, policy=administrator.policy(mark))
    assert [account.logon(host) for host in (None, logged_on(first), logged_on(second))] == [REJECTED, 60, REJECTED]


def test_only_hosts_of_the_group_and_nested_ones(run, govern, administrator, eye, place, mark, user, hosts):
    (first, second), logged_on = hosts
    run.all(
        Step("ad_group", {"name": f"in{mark}", "path": place, "members": {"set": [f"{first}$"]}}),
        Step("ad_group", {"name": f"out{mark}", "path": place, "members": {"set": [f"in{mark}"]}}),
    )
    govern.one(POLICY, name=mark, enforced=True, user_allowed_from={"groups": [f"out{mark}"]})
    assign(eye, user.dn, policy=administrator.policy(mark))
    logons = [user.logon(host) for host in (None, logged_on(first), logged_on(second))]
    assert logons == [REJECTED, DEFAULT_MINUTES, REJECTED]

    govern.one(POLICY, name=mark, user_allowed_from={"groups": [f"out{mark}", f"{second}$"]})
    assert user.logon(logged_on(second)) == DEFAULT_MINUTES
    govern.one(POLICY, name=mark, enforced=False)
    assert user.logon() == DEFAULT_MINUTES
    govern.one(POLICY, name=mark, enforced=True, user_allowed_from={})
    assert user.logon() == DEFAULT_MINUTES


@pytest.mark.parametrize("name", ["{mark}", 'Prefect (Zürich) & "{mark}"'])
def test_a_host_of_the_silo(name, govern, administrator, eye, place, mark, user, hosts):
    (first, second), logged_on = hosts
    silo = name.format(mark=mark)
    govern.one(POLICY, name=mark, enforced=True, user_allowed_from={"silo": silo})
    assign(eye, user.dn, policy=administrator.policy(mark))
    made = govern.one(SILO, name=silo, enforced=False, members={"set": [f"{first}$", f"{second}$"]})
    assert user.logon(logged_on(first)) == REJECTED, "the silo is not assigned to the host"
    assign(eye, f"CN={first},{place}", silo=made["distinguished_name"])
    assert user.logon(logged_on(first)) == REJECTED, "the silo is not enforced"
    govern.one(SILO, name=silo, enforced=True)
    logons = [user.logon(host) for host in (None, logged_on(first), logged_on(second))]
    assert logons == [REJECTED, DEFAULT_MINUTES, REJECTED]
    govern.one(SILO, name=silo, members={"remove": [f"{first}$"]})
    assert user.logon(logged_on(first)) == REJECTED


def test_the_policy_of_a_silo_counts_for_its_members(govern, administrator, eye, mark, user):
    govern.all(
        Step(POLICY, {"name": mark, "user_ticket_lifetime": 60}),
        Step(SILO, {"name": mark, "enforced": True, "user_policy": mark}),
    )
    assign(eye, user.dn, silo=administrator.silo(mark))
    assert user.logon() == DEFAULT_MINUTES, "the account is no member yet"
    govern.one(SILO, name=mark, members={"add": [user.name]})
    # the policy itself only audits: for members the silo decides (MS-KILE 3.3.5.5)
    assert user.logon() == 60
    govern.one(SILO, name=mark, members={"set": []})
    assert user.logon() == DEFAULT_MINUTES
