# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The injector's configuration, as data."""

from __future__ import annotations

import dataclasses
import json

import pytest
from prefect_host.injector import caddy_config

SETTINGS = caddy_config.Settings(4280, "s3cret", "https://prefect.example/api", "C:\\control")


def _server(**changes):
    document = caddy_config.document(dataclasses.replace(SETTINGS, **changes))
    return document["apps"]["http"]["servers"]["injector"]


def _proxy(**changes):
    return _server(**changes)["routes"][-1]["handle"][0]


def test_it_listens_on_loopback_only_and_has_no_administration():
    assert _server()["listen"] == ["127.0.0.1:4280"]
    assert caddy_config.document(SETTINGS)["admin"] == {"disabled": True, "config": {"persist": False}}


@pytest.mark.parametrize(
    ("url", "dial", "host"),
    [
        ("https://prefect.example/api", "prefect.example:443", "prefect.example"),
        ("http://prefect.example/api", "prefect.example:80", "prefect.example"),
        ("https://prefect.example:8443/team/api", "prefect.example:8443", "prefect.example:8443"),
        ("http://[::1]:4200/api", "[::1]:4200", "[::1]:4200"),
        ("https://api.prefect.cloud/api/accounts/a/workspaces/b", "api.prefect.cloud:443", "api.prefect.cloud"),
    ],
)
def test_the_upstream_is_the_host_of_the_url_and_hears_its_own_name(url, dial, host):
    proxy = _proxy(api_url=url)
    assert proxy["upstreams"] == [{"dial": dial}]
    assert proxy["headers"]["request"]["set"]["Host"] == [host]


def test_tls_trusts_the_system_or_one_file():
    assert _proxy()["transport"]["tls"] == {}
    own = {"ca": {"provider": "file", "pem_files": ["C:\\ca.pem"]}}
    assert _proxy(ca_path="C:\\ca.pem")["transport"]["tls"] == own
    assert "tls" not in _proxy(api_url="http://prefect.example/api", ca_path="C:\\ca.pem")["transport"]


def test_an_idle_connection_is_closed_here_before_prefect_closes_it():
    assert _proxy()["transport"]["keep_alive"] == {"idle_timeout": "4s"}


def test_without_a_credential_the_callers_own_header_stays():
    assert "Authorization" not in _proxy()["headers"]["request"]["set"]
    assert _proxy(authorization="Bearer x")["headers"]["request"]["set"]["Authorization"] == ["Bearer x"]


@pytest.mark.parametrize("key", ["", "a b", "a\n", "a\r\nX: y", "{env.HOME}", "{file./etc/passwd}", "a=b", "ä", '"x"'])
def test_a_key_that_no_request_can_carry_is_refused_and_not_repeated(key):
    with pytest.raises(ValueError, match="the key holds something else") as caught:
        caddy_config.bearer(key)
    assert not key or repr(key) not in str(caught.value)


@pytest.mark.parametrize("key", ["pnu_abcDEF0123456789", "eyJ.eyJ-_~+/.x==", "a"])
def test_a_key_of_the_right_alphabet_goes_behind_bearer(key):
    assert caddy_config.bearer(key) == f"Bearer {key}"


def test_neither_secret_nor_key_is_in_what_a_log_would_show():
    shown = repr(dataclasses.replace(SETTINGS, authorization="Bearer pnu_key"))
    assert "s3cret" not in shown
    assert "pnu_key" not in shown


def test_the_secret_is_not_in_the_proof():
    assert b"s3cret" not in caddy_config.proof("s3cret")
    assert caddy_config.proof("s3cret") != caddy_config.proof("other")


def test_the_document_is_json():
    assert json.loads(json.dumps(caddy_config.document(SETTINGS))) == caddy_config.document(SETTINGS)
