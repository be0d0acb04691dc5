# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connection options: an empty text is none, and nothing switches the checks off."""

from __future__ import annotations

import pathlib
import ssl
import typing as t

import pytest
from ansible.module_utils import basic
from ansible.module_utils.testing import patch_module_args
from ansible_collections.flowops.prefect.plugins.module_utils._ad import connection, tls
from ansible_collections.flowops.prefect.plugins.module_utils._engine.errors import InvalidInput

GIVEN: dict[str, t.Any] = {
    "server": ["dc1.lab.test"],
    "domain": None,
    "site": None,
    "dns_servers": None,
    "port": None,
    "tls_mode": "ldaps",
    "tls_server_name": None,
    "auth_protocol": "simple",
    "username": "svc@lab.test",
    "password": "S3cret-of-the-test",
    "keytab": None,
    "ca_cert": None,
    "connection_timeout": 10,
}


@pytest.mark.parametrize(("mode", "port"), [("ldaps", 636), ("start_tls", 389)])
def test_the_port_follows_the_mode(mode: str, port: int) -> None:
    assert connection.from_params({**GIVEN, "tls_mode": mode}).port == port


@pytest.mark.parametrize("name", ["tls_server_name", "ca_cert", "domain", "site", "dns_servers", "keytab"])
def test_an_empty_text_counts_as_not_set(name: str) -> None:
    assert connection.from_params({**GIVEN, name: ""}) == connection.from_params(GIVEN)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"username": ""}, "both a user name and a password"),
        ({"password": None}, "both a user name and a password"),
        ({"auth_protocol": "kerberos", "username": None}, "password is given without a user name"),
        (
            {"auth_protocol": "kerberos", "keytab": __file__, "password": None, "username": None},
            "keytab is given without",
        ),
        ({"auth_protocol": "kerberos", "keytab": __file__}, "both a password and a keytab"),
        ({"keytab": __file__, "password": None}, "a keytab serves Kerberos only"),
        (
            {"auth_protocol": "kerberos", "keytab": "/nonexistent/k", "password": None},
            "the keytab '/nonexistent/k' does not",
        ),
        ({"server": ["dc1", "dc2"], "tls_server_name": "dc1"}, "more than one server it could belong to"),
        ({"server": None, "tls_server_name": "dc1"}, "more than one server it could belong to"),
        ({"dns_servers": ["dns.lab.test"]}, "'dns.lab.test' in 'dns_servers' is not an IP address"),
        ({"dns_servers": ["192.0.2.1:53"]}, "is not an IP address"),
        ({"domain": "lab..test"}, "is not the DNS name of a domain"),
        ({"domain": "ldap://lab.test"}, "is not the DNS name of a domain"),
        ({"domain": "x" * 64}, "is not the DNS name of a domain"),
        ({"site": "a.b"}, "cannot be the name of a site"),
        ({"site": "s" * 64}, "cannot be the name of a site"),
        ({"ca_cert": "/nonexistent/ca.pem"}, "does not exist or cannot be read"),
        ({"port": 0}, "0 is no port"),
        ({"port": 65536}, "65536 is no port"),
        ({"port": -1}, "-1 is no port"),
        ({"connection_timeout": 0}, "below 1 second"),
        ({"connection_timeout": -5}, "below 1 second"),
    ],
)
def test_what_cannot_work_is_said_before_anything_is_sent(change: dict[str, t.Any], reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason):
        connection.from_params({**GIVEN, **change})


@pytest.mark.parametrize(
    "server",
    [
        "ldap://dc1.lab.test",
        "LDAPS://dc1.lab.test:636",
        "ldapi://%2Fvar%2Frun%2Fldapi",
        "dc1.lab.test/",
        "dc1.lab.test:389",
        "dc1.lab.test:",
        "[::1]:636",
        "[::1]",
        " ldap://dc1.lab.test ",
    ],
)
def test_a_server_is_a_bare_name_because_ldap3_lets_a_url_overrule_the_encryption(server: str) -> None:
    with pytest.raises(InvalidInput, match=r"holds more than a name.* Write only the name"):
        connection.from_params({**GIVEN, "server": server})


@pytest.mark.parametrize("server", ["dc1.lab.test", "192.0.2.1", "::1", "2001:db8::7"])
def test_names_and_addresses_are_servers(server: str) -> None:
    assert connection.from_params({**GIVEN, "server": [f" {server} "]}).servers == (server,)
    assert connection.from_params({**GIVEN, "server": server}).servers == (server,)


@pytest.mark.parametrize("servers", [None, "", [], [""], ["", " "]])
def test_blank_servers_are_none(servers: t.Any) -> None:
    assert connection.from_params({**GIVEN, "server": servers}).servers == ()


def test_the_order_of_servers_is_kept_and_blank_ones_are_left_out() -> None:
    assert connection.from_params({**GIVEN, "server": ["dc2", "", "dc1"]}).servers == ("dc2", "dc1")


def test_an_endpoint_carries_the_certificates_name() -> None:
    one = connection.from_params({**GIVEN, "tls_server_name": "dc1.ad.test"})
    assert one.at("dc1.lab.test").tls_server_name == "dc1.ad.test"
    # a global catalog that was found later is another server
    assert one.at("gc.lab.test").tls_server_name == "gc.lab.test"
    assert one.at("dc1.lab.test", "192.0.2.1").address == "192.0.2.1"
    assert one.at("dc1.lab.test", "192.0.2.1").server == "dc1.lab.test:636"


@pytest.mark.parametrize(("mode", "port"), [("ldaps", 3269), ("start_tls", 3268)])
def test_the_global_catalog_has_ports_of_its_own(mode: str, port: int) -> None:
    endpoint = connection.from_params({**GIVEN, "tls_mode": mode, "port": 6360}).at("dc1.lab.test").catalog()
    assert (endpoint.port, endpoint.server) == (port, f"dc1.lab.test:{port}")


def test_a_password_in_a_url_is_not_shown() -> None:
    with pytest.raises(InvalidInput) as raised:
        connection.from_params({**GIVEN, "server": "ldap://svc:url-s3cr3t@dc1.lab.test"})
    assert "url-s3cr3t" not in str(raised.value)


def test_an_empty_ca_file_counts_as_not_set(tmp_path: pathlib.Path) -> None:
    empty = tmp_path / "ca.pem"
    empty.touch()
    assert connection.from_params({**GIVEN, "ca_cert": str(empty)}) == connection.from_params(GIVEN)
    assert connection.from_params({**GIVEN, "ca_cert": str(tmp_path)}).ca_cert == str(tmp_path)
    kerberos = {**GIVEN, "auth_protocol": "kerberos"}
    assert connection.from_params({**kerberos, "keytab": str(empty)}) == connection.from_params(kerberos)


def test_kerberos_needs_neither_name_nor_password() -> None:
    options = connection.from_params({**GIVEN, "auth_protocol": "kerberos", "username": "", "password": ""})
    assert (options.kerberos, options.username, options.password) == (True, None, None)


def test_the_password_is_not_in_the_repr() -> None:
    assert GIVEN["password"] not in repr(connection.from_params(GIVEN))


def test_the_password_is_marked_and_every_option_has_its_variable() -> None:
    spec = connection.argument_spec()
    assert spec["password"]["no_log"] is True
    assert {name: option["fallback"][1] for name, option in spec.items()} == {
        name: [f"MICROSOFT_AD_LDAP_{name.upper()}"] for name in spec
    }


def test_there_is_no_way_around_the_certificate() -> None:
    context = tls.context_for(connection.from_params(GIVEN).at("dc1.lab.test"))
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname is True
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


def test_a_ca_file_without_a_certificate(tmp_path: pathlib.Path) -> None:
    empty = tmp_path / "ca.pem"
    empty.write_text("nothing\n")
    with pytest.raises(InvalidInput, match="holds no certificate in PEM form"):
        tls.context_for(connection.from_params({**GIVEN, "ca_cert": str(empty)}).at("dc1.lab.test"))


def test_a_list_comes_from_the_environment_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MICROSOFT_AD_LDAP_SERVER", "dc1.lab.test,dc2.lab.test")
    monkeypatch.setenv("MICROSOFT_AD_LDAP_DNS_SERVERS", "192.0.2.1")
    with patch_module_args({}):
        params = basic.AnsibleModule(connection.argument_spec()).params
    assert params["server"] == ["dc1.lab.test", "dc2.lab.test"]
    assert params["dns_servers"] == ["192.0.2.1"]


def test_one_server_may_be_written_as_a_text() -> None:
    with patch_module_args({"server": "dc1.lab.test"}):
        assert basic.AnsibleModule(connection.argument_spec()).params["server"] == ["dc1.lab.test"]
