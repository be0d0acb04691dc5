# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kerberos proves the accounts: what the modules set is what the KDC does.

The logons and tickets are MIT Kerberos's own. A managed password is retrieved over LDAP by a computer that may, and
made into keys as that computer would.
"""

from __future__ import annotations

import itertools

import pytest
from ad_support import gmsa_keytab
from ad_support.kerberos import AES, RC4, Kerberos
from ad_support.runner import Step
from ansible_collections.flowops.prefect.plugins.module_utils._ad import security_descriptor as sd

AES128, AES256 = AES
# What the KDC says to whom it gives no ticket.
NOT_DELEGATED, NO_RC4 = "constrained delegation failed", "no support for encryption type"
OWNED = {"description": "Nightly loads", "ticket": "CHG-1"}


@pytest.fixture
def client(target, tmp_path):
    """Makes Kerberos clients, each with an empty cache."""
    numbers = itertools.count(1)
    return lambda enctypes=AES: Kerberos(tmp_path / f"client-{next(numbers)}", target, enctypes)


@pytest.fixture
def visitor(client, target):
    """A client on which another user has logged on: somebody who uses the service."""
    made = client()
    assert made.logon(target.other_user, password=target.passwords[target.other_user]) == ""
    return made


@pytest.fixture
def account(place, unique, target):
    """Options of a managed account whose password the first computer may retrieve; its DN and its SPN."""
    name = f"g{unique}"
    fqdn = f"{name}.{target.dns_domain}"
    options = {
        "name": name,
        "path": place,
        "dns_hostname": fqdn,
        "managed_by": target.other_user,
        **OWNED,
        "principals_allowed_to_retrieve": {"set": [f"{target.computers[0]}$"]},
        "service_principal_names": {"set": [f"HTTP/{fqdn}"]},
    }
    return options, f"CN={name},{place}", f"HTTP/{fqdn}"


@pytest.fixture
def keytab_of(eye, target, tmp_path):
    """Makes the keytab that a computer has of a managed account."""

    def make(dn, computer=None):
        blob = eye.managed_password(computer or target.computers[0], dn)
        assert blob is not None, f"{computer} gets no password of {dn}"
        (name,), (version,) = eye.texts(dn, "sAMAccountName"), eye.texts(dn, "msDS-KeyVersionNumber")
        file = tmp_path / f"{name}.keytab"
        gmsa_keytab.write(file, blob, name, target.realm, int(version))
        return file

    return make


def test_the_password_goes_to_an_allowed_host_and_to_nobody_else(run, eye, target, account):
    options, dn, _spn = account
    run.one("ad_service_account", **options)
    allowed, other = target.computers
    assert eye.managed_password(allowed, dn)
    readers = (other, target.user, target.other_user, target.administrator)
    assert {reader: eye.managed_password(reader, dn) for reader in readers} == dict.fromkeys(readers)


def test_an_allowed_host_logs_on_as_the_account_and_serves_with_its_keys(
    run, target, account, keytab_of, client, visitor
):
    options, dn, spn = account
    run.one("ad_service_account", **options)
    keytab, host = keytab_of(dn), client()
    assert host.logon(f"{options['name']}$", keytab=keytab) == ""
    (granting,) = host.tickets()
    assert granting.service == f"krbtgt/{target.realm}"
    assert {granting.session, granting.ticket} <= set(AES)

    assert visitor.service(spn) == ""
    assert (visitor.tickets()[-1].service, visitor.tickets()[-1].ticket) == (spn, AES256)
    # with -k the ticket is decrypted: the keys of the host are those that the KDC uses
    assert visitor.service(f"{options['name']}$", "-k", str(keytab)) == ""


@pytest.mark.parametrize(
    ("kinds", "ticket"), [(["aes256"], AES256), (["aes128"], AES128), (["aes128", "aes256"], AES256)]
)
def test_tickets_to_the_account_are_of_the_kinds_that_were_asked_for(kinds, ticket, run, account, visitor):
    options, _dn, spn = account
    run.one("ad_service_account", **options, kerberos_encryption_types=kinds)
    assert visitor.service(spn) == ""
    assert visitor.tickets()[-1].ticket == ticket


def test_rc4_is_refused_until_somebody_switches_it_on(run, eye, target, account, client):
    options, dn, spn = account
    run.one("ad_service_account", **options)
    old_client = client([RC4])
    assert old_client.logon(target.other_user, password=target.passwords[target.other_user]) == ""
    assert NO_RC4 in old_client.service(spn)
    eye.set(dn, "msDS-SupportedEncryptionTypes", "28")
    assert old_client.service(spn) == ""
    run.one("ad_service_account", **options)
    again = client([RC4])
    assert again.logon(target.other_user, password=target.passwords[target.other_user]) == ""
    assert NO_RC4 in again.service(spn)


def test_a_disabled_account_gets_no_ticket(run, account, keytab_of, client):
    options, dn, _spn = account
    run.one("ad_service_account", **options)
    keytab = keytab_of(dn)
    assert client().logon(f"{options['name']}$", keytab=keytab) == ""
    run.one("ad_service_account", **options, enabled=False)
    assert "revoked" in client().logon(f"{options['name']}$", keytab=keytab)
    run.one("ad_service_account", **options, enabled=True)
    assert client().logon(f"{options['name']}$", keytab=keytab) == ""


def test_a_renamed_and_moved_account_keeps_its_keys_and_its_guid(run, eye, account, keytab_of, client, visitor, place):
    options, dn, spn = account
    first = run.one("ad_service_account", **options)
    keytab = keytab_of(dn)
    moved = {"identity": first["object_guid"], "name": f"n{options['name'][1:]}", "path": f"OU=Elsewhere,{place}"}
    run.all(Step("ad_ou", {"name": "Elsewhere", "path": place}), Step("ad_service_account", moved))
    now = eye.get(f"CN={moved['name']},{moved['path']}", "objectGUID", "sAMAccountName")
    assert now is not None
    assert eye.get(dn) is None
    assert run.one("ad_service_account", **moved)["object_guid"] == first["object_guid"]
    assert client().logon(now["sAMAccountName"][0].decode(), keytab=keytab) == ""
    assert visitor.service(spn) == ""


@pytest.fixture
def services(run, place, unique, target):
    """SPNs of two services of another account, and that account."""
    name = f"b{unique}"
    fqdn = f"{name}.{target.dns_domain}"
    names = [f"HTTP/{fqdn}", f"CIFS/{fqdn}"]
    described = {"name": name, "path": place, "dns_hostname": fqdn, "managed_by": target.other_user, **OWNED}
    run.one("ad_service_account", **described, service_principal_names={"set": names})
    return *names, f"{name}$"


@pytest.fixture
def host(run, account, keytab_of, client):
    """The account, the keytab of a host that may use it, and a way to log on as the account with an empty cache."""
    options, dn, _spn = account
    run.one("ad_service_account", **options, account_not_delegated=False)
    name, keytab = f"{options['name']}$", keytab_of(dn)

    def logged_on():
        made = client()
        assert made.logon(name, keytab=keytab) == ""
        return made

    return name, keytab, logged_on


def test_constrained_delegation_works_to_the_listed_service_only(as_administrator, target, host, services):
    name, _keytab, logged_on = host
    first, second, _account = services
    user = target.other_user
    assert NOT_DELEGATED in logged_on().for_somebody_else(user, first)
    for listed, other in ((first, second), (second, first)):
        wanted = {"allowed_to_delegate_to": {"set": [listed]}, "protocol_transition": True}
        as_administrator.one("ad_delegation", identity=name, **wanted)
        now = logged_on()
        assert now.for_somebody_else(user, listed) == ""
        assert (now.tickets()[-1].service, now.tickets()[-1].ticket) == (listed, AES256)
        assert NOT_DELEGATED in logged_on().for_somebody_else(user, other)
    as_administrator.one("ad_delegation", identity=name, allowed_to_delegate_to={"set": []}, protocol_transition=False)
    assert NOT_DELEGATED in logged_on().for_somebody_else(user, second)


def test_without_protocol_transition_the_user_has_to_come_with_a_ticket(
    as_administrator, target, account, host, services, client, visitor
):
    name, keytab, logged_on = host
    _options, _dn, spn = account
    listed, other, _account = services
    wanted = {"allowed_to_delegate_to": {"set": [listed]}, "protocol_transition": False}
    as_administrator.one("ad_delegation", identity=name, **wanted)
    assert NOT_DELEGATED in logged_on().for_somebody_else(target.other_user, listed)
    assert client().with_evidence(visitor, keytab, spn, listed) == ""
    assert "can't fulfill requested option" in client().with_evidence(visitor, keytab, spn, other)


def test_resource_based_delegation_works_to_the_service_that_allows_it(run, as_administrator, target, host, services):
    name, _keytab, logged_on = host
    first, second, back = services
    user, elsewhere = target.other_user, f"ldap/{target.tls_server_name}"
    # Windows asks for no more than the list at the back end; Samba for protocol transition at the front end as well
    as_administrator.one("ad_delegation", identity=name, protocol_transition=True)
    assert NOT_DELEGATED in logged_on().for_somebody_else(user, first)
    run.one("ad_delegation", identity=back, allowed_to_act={"set": [name]})
    assert {spn: logged_on().for_somebody_else(user, spn) for spn in (first, second)} == {first: "", second: ""}
    assert NOT_DELEGATED in logged_on().for_somebody_else(user, elsewhere)
    run.one("ad_delegation", identity=back, allowed_to_act={"remove": [name]})
    assert NOT_DELEGATED in logged_on().for_somebody_else(user, first)


def test_what_is_shown_of_resource_based_delegation_is_what_the_kdc_does(
    run, as_administrator, administrator, target, host, services
):
    """The KDC asks for an extended right, not for the right to read as for a managed password."""
    name, _keytab, logged_on = host
    first, _second, back = services
    as_administrator.one("ad_delegation", identity=name, protocol_transition=True)
    sid = run.one("ad_object_info", identity=name)["objects"][0]["sid"]
    dn = administrator.dn_of(back)
    masks = {
        sd.CONTROL_ACCESS: True,
        sd.FULL_CONTROL & ~sd.READ_PROPERTY: True,
        sd.FULL_CONTROL & ~sd.CONTROL_ACCESS: False,
        sd.GENERIC_ALL: False,
    }
    for mask, granted in masks.items():
        value = sd.SecurityDescriptor(owner=sd.BUILTIN_ADMINISTRATORS, dacl=(sd.allow(sid, mask),)).to_bytes()
        administrator.set(dn, "msDS-AllowedToActOnBehalfOfOtherIdentity", value)
        assert (logged_on().for_somebody_else(target.other_user, first) == "") is granted, f"{mask:#x}"
        result = run.one("ad_delegation", identity=back, allowed_to_act={"set": []})
        assert result["changed"] is granted, f"{mask:#x}"
        assert NOT_DELEGATED in logged_on().for_somebody_else(target.other_user, first)
        run.one("ad_delegation", identity=back, allowed_to_act={"add": [name]})
        assert logged_on().for_somebody_else(target.other_user, first) == ""


def test_a_user_who_is_not_delegatable_is_nobodys_to_act_for(run, as_administrator, host, services, place, unique):
    name, _keytab, logged_on = host
    listed, _other, _account = services
    as_administrator.one(
        "ad_delegation", identity=name, allowed_to_delegate_to={"set": [listed]}, protocol_transition=True
    )
    person = {"name": f"p{unique}", "path": place, "account_password": f"Aa1-{unique}-{unique}"}
    run.one("ad_user", **person, account_not_delegated=False)
    assert logged_on().for_somebody_else(person["name"], listed) == ""
    run.one("ad_user", **person, account_not_delegated=True)
    assert NOT_DELEGATED in logged_on().for_somebody_else(person["name"], listed)


@pytest.fixture
def fallback(run, place, unique, target):
    """Options of a user account for a service that cannot use a managed account, its DN and its SPN."""
    name = f"u{unique}"
    spn = f"HTTP/{name}.{target.dns_domain}"
    options = {
        "name": name,
        "path": place,
        "type": "user",
        "managed_by": target.other_user,
        **OWNED,
        "account_password": f"Aa1-{unique}-{unique}",
        "service_principal_names": {"set": [spn]},
    }
    run.one("ad_service_account", **options)
    return options, f"CN={name},{place}", spn


def test_the_user_account_logs_on_with_its_password_and_gives_aes_tickets_only(
    run, eye, target, fallback, client, visitor
):
    options, dn, spn = fallback
    logged_on = client()
    assert logged_on.logon(options["name"], password=options["account_password"]) == ""
    assert {logged_on.tickets()[0].session, logged_on.tickets()[0].ticket} <= set(AES)
    assert visitor.service(spn) == ""
    assert visitor.tickets()[-1].ticket == AES256

    def with_rc4():
        made = client([RC4])
        assert made.logon(target.other_user, password=target.passwords[target.other_user]) == ""
        return made.service(spn)

    assert NO_RC4 in with_rc4()
    eye.set(dn, "msDS-SupportedEncryptionTypes", "28")
    assert with_rc4() == ""
    run.one("ad_service_account", **options)
    assert NO_RC4 in with_rc4()


def test_the_user_account_logs_on_no_more_once_it_is_disabled_or_its_password_was_renewed(run, eye, fallback, client):
    options, dn, _spn = fallback
    name, old = options["name"], options["account_password"]
    eye.set(dn, "pwdLastSet", "0")
    renewed = {**options, "account_password": f"{old}-new", "update_password": "when_older", "password_max_age": 1}
    assert run.one("ad_service_account", **renewed)["changed"] is True
    assert "Password incorrect" in client().logon(name, password=old)
    assert client().logon(name, password=renewed["account_password"]) == ""
    run.one("ad_service_account", **renewed, enabled=False)
    assert "revoked" in client().logon(name, password=renewed["account_password"])
