# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reaching a domain controller, and every way in which that fails: one line that says what to do."""

from __future__ import annotations

import os
import socket
import ssl
import subprocess
import sys
import threading
import time

import gssapi
import krb5
import pytest
from ad_support import simulated_certificates
from ad_support.runner import Step
from ldap3.protocol.sasl import kerberos as ldap3_kerberos

AES128, AES256 = 17, 18

LOOK = Step("ad_object_info", {"search_scope": "base"})


def looked(run, **options):
    """Result of a read with these connection options."""
    (result,) = run.all(Step("ad_object_info", {"search_scope": "base", **options}))
    return result


def refused(run, **options):
    """Message of a read that has to fail."""
    result = looked(run, **options)
    assert result["failed"], result
    assert "\n" not in result["msg"]
    assert "Traceback" not in run.output
    return result["msg"]


@pytest.fixture
def wrong_ca(tmp_path):
    """A CA that signed nothing here."""
    file = tmp_path / "other-ca.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-days", "2", "-subj", "/CN=Unrelated CA", "-keyout", str(tmp_path / "other-ca.key"), "-out", str(file)),
        ],
        check=True,
        capture_output=True,
    )
    return str(file)


@pytest.fixture
def closed_port():
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def ticket(run, target, tmp_path):
    """A Kerberos ticket of the account in a cache of its own; environment variables that point to it."""
    cache = {"KRB5CCNAME": f"FILE:{tmp_path}/ticket"}
    subprocess.run(
        ["kinit", "-c", cache["KRB5CCNAME"], f"{target.user}@{target.dns_domain.upper()}"],
        input=f"{target.password}\n",
        env={**os.environ, **run.environment, **cache},
        text=True,
        check=True,
        capture_output=True,
    )
    return cache


@pytest.mark.parametrize("mode", ["ldaps", "start_tls"])
def test_both_ways_to_encrypt(mode, run, target):
    result = looked(run, tls_mode=mode)
    assert [item["distinguished_name"] for item in result["objects"]] == [target.domain_dn]


@pytest.mark.parametrize("mode", ["ldaps", "start_tls"])
def test_kerberos_with_a_password(mode, run):
    assert looked(run, tls_mode=mode, auth_protocol="kerberos")["objects"]


def test_kerberos_with_a_ticket(run, ticket):
    defaults = {name: value for name, value in run.defaults.items() if name not in ("username", "password")}
    run.defaults = {**defaults, "auth_protocol": "kerberos"}
    run.environment.update(ticket)
    assert looked(run)["objects"]


def test_kerberos_without_anything(run):
    message = refused(run, auth_protocol="kerberos", username="", password="")
    assert "as 'the owner of the Kerberos ticket'" in message
    assert "Kerberos says: No Kerberos credentials available" in message
    assert "kinit" in message


def test_kerberos_with_a_wrong_password(run):
    assert "Kerberos says: Preauthentication failed" in refused(
        run, auth_protocol="kerberos", password="Wr0ng-Passw0rd"
    )


@pytest.fixture
def keytab(target, tmp_path):
    """Writes a keytab of the account with the keys of a password (RFC 3962, salt of MS-KILE 3.1.1.2)."""

    def write(password, account=""):
        name = account or target.user
        context = krb5.init_context()
        file = tmp_path / f"{name}.keytab"
        table = krb5.kt_resolve(context, f"FILE:{file}".encode())
        principal = krb5.parse_name_flags(context, f"{name}@{target.realm}".encode())
        for kind in (AES256, AES128):
            key = krb5.c_string_to_key(context, kind, password.encode(), f"{target.realm}{name}".encode())
            krb5.kt_add_entry(context, table, principal, 1, int(time.time()), key)
        return str(file)

    return write


@pytest.mark.parametrize("mode", ["ldaps", "start_tls"])
def test_kerberos_with_a_keytab(mode, run, target, keytab, tmp_path):
    options = {"auth_protocol": "kerberos", "password": "", "keytab": keytab(target.password), "tls_mode": mode}
    assert looked(run, **options)["objects"]
    assert not (tmp_path / "no-ticket").exists(), "the ticket stays in memory"


def test_kerberos_with_a_keytab_of_an_old_password(run, keytab, target):
    options = {"auth_protocol": "kerberos", "password": "", "keytab": keytab("An-0ld-Password")}
    message = refused(run, **options)
    assert f"Cannot log on to the directory as '{target.upn(target.user)}'" in message
    assert "Kerberos says: " in message
    assert f"that 'keytab' holds the current key of '{target.user}@{target.realm}' (klist -k)" in message


def test_kerberos_with_a_keytab_of_somebody_else(run, keytab, target):
    file = keytab(target.passwords[target.other_user], target.other_user)
    message = refused(run, auth_protocol="kerberos", password="", keytab=file)
    assert f"the keytab '{file}' holds no key of '{target.user}@{target.realm}'" in message


def test_a_keytab_and_a_password(run, keytab, target):
    message = refused(run, auth_protocol="kerberos", keytab=keytab(target.password))
    assert "both a password and a keytab are given" in message


@pytest.mark.parametrize("bindings", ["none", "of another certificate"])
def test_kerberos_without_the_right_channel_bindings_is_refused(bindings, run, monkeypatch):
    """So the domain controller checks them, and the tests above prove that we send the right ones. Windows does the
    same with LdapEnforceChannelBinding=2.
    """
    wrong = None if bindings == "none" else gssapi.raw.ChannelBindings(application_data=b"tls-server-end-point:0")
    monkeypatch.setattr(ldap3_kerberos, "get_channel_bindings", lambda _socket: wrong)
    message = refused(run, auth_protocol="kerberos")
    assert "the channel bindings do not fit" in message


@pytest.mark.parametrize("package", ["gssapi", "cryptography"])
def test_kerberos_without_a_package(package, run, monkeypatch):
    monkeypatch.setitem(sys.modules, package, None)
    message = refused(run, auth_protocol="kerberos")
    assert f"auth_protocol=kerberos needs Python packages that the controller lacks: '{package}'" in message


def test_kerberos_under_a_name_that_the_directory_does_not_know(run, target):
    message = refused(run, auth_protocol="kerberos", tls_server_name=target.dns_domain)
    assert "Kerberos says: Server not found in Kerberos database" in message or "is not for the name" in message


def test_a_wrong_password(run, target):
    message = refused(run, password="Wr0ng-Passw0rd")
    assert message == (
        f"Cannot log on to the directory as '{target.upn(target.user)}' on {target.server}:636: the user name or the "
        "password is wrong. Correct 'username' or 'password'."
    )


@pytest.mark.parametrize("mode", ["ldaps", "start_tls"])
def test_a_wrong_ca(mode, run, wrong_ca):
    message = refused(run, ca_cert=wrong_ca, tls_mode=mode)
    assert f"its certificate is not signed by 'ca_cert' ({wrong_ca})" in message
    assert "Set 'ca_cert' to the PEM file of the authority" in message


def test_a_ca_file_that_is_not_there(run):
    assert "'/nonexistent/ca.pem' does not exist" in refused(run, ca_cert="/nonexistent/ca.pem")


@pytest.mark.parametrize("mode", ["ldaps", "start_tls"])
def test_a_certificate_for_another_name(mode, run, target):
    message = refused(run, tls_server_name=f"other.{target.dns_domain}", tls_mode=mode)
    assert f"its certificate is not for the name 'other.{target.dns_domain}'" in message
    assert "Set 'tls_server_name'" in message


def test_a_domain_controller_that_is_down(run, closed_port):
    message = refused(run, server="127.0.0.1", port=closed_port)
    assert f"on 127.0.0.1:{closed_port}: connection refused" in message
    assert "that the domain controller runs" in message


def test_a_server_that_says_nothing(run):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(1)
        message = refused(run, server="127.0.0.1", port=silent.getsockname()[1], connection_timeout=1)
    assert "the server took the connection and then said nothing for 1 seconds" in message


def test_a_server_that_says_nothing_about_the_logon(run, tmp_path):
    simulated_certificates.write(tmp_path, ["127.0.0.1"])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "server.pem")
    asked = threading.Event()

    def shake_hands(listener):
        client, _address = listener.accept()
        with context.wrap_socket(client, server_side=True) as encrypted:
            encrypted.recv(4096)
            asked.set()
            encrypted.recv(4096)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=shake_hands, args=(listener,), daemon=True).start()
        options = {"ca_cert": str(tmp_path / "ca.pem"), "tls_server_name": "127.0.0.1", "connection_timeout": 1}
        begun = time.monotonic()
        message = refused(run, server="127.0.0.1", port=listener.getsockname()[1], **options)
    assert asked.is_set()
    assert "the logon broke off (no answer for 1 seconds)" in message
    assert time.monotonic() - begun < 5


def test_a_name_that_does_not_resolve(run):
    assert "Cannot connect to the directory on dc.invalid:636" in refused(run, server="dc.invalid")


def test_the_plain_port(run):
    assert "that 'port' fits 'tls_mode'" in refused(run, port=389)


def test_everything_from_the_environment_and_empty_variables_count_as_unset(run):
    variables = {f"MICROSOFT_AD_LDAP_{name.upper()}": str(value) for name, value in run.defaults.items()}
    run.defaults = {}
    empty = {f"MICROSOFT_AD_LDAP_{name}": "" for name in ("PORT", "TLS_MODE", "AUTH_PROTOCOL", "CONNECTION_TIMEOUT")}
    (result,) = run.playbook(LOOK, environment={**variables, **empty})
    assert result.get("objects"), result.get("msg")


def test_no_server_and_a_logon_that_does_not_tell_the_domain(run, target):
    message = refused(run, server="", tls_server_name="", username=f"{target.realm.partition('.')[0]}\\{target.user}")
    assert "Set 'server' or 'domain', or MICROSOFT_AD_LDAP_SERVER or MICROSOFT_AD_LDAP_DOMAIN" in message


def test_no_rights_outside_the_delegated_unit(run, target, eye):
    message = run.error("ad_ou", name="Outside", path=target.domain_dn)
    assert f"Cannot create the object 'OU=Outside,{target.domain_dn}'" in message
    assert "has no right to do this" in message
    assert eye.get(f"OU=Outside,{target.domain_dn}") is None


@pytest.mark.parametrize("password", ["", "Wr0ng-Passw0rd"])
def test_the_password_is_nowhere_in_the_output(password, run, target):
    options = {"search_scope": "base", **({"password": password} if password else {})}
    run.playbook(Step("ad_object_info", options), verbosity=4)
    assert (password or target.password) not in run.output
