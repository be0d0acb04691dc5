# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connection options: what is refused, what counts as not given, and what must not be shown."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible_collections.flowops.prefect.plugins.module_utils._engine.errors import InvalidInput
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.connection import Connection

CLOUD = (
    "https://api.prefect.cloud/api/accounts/0a1b2c3d-0000-4000-8000-000000000001"
    "/workspaces/0a1b2c3d-0000-4000-8000-000000000002"
)


def connection(**params: t.Any) -> Connection:
    return Connection.from_params(
        {"api_url": "http://p.example.com:4200/api", "timeout": 30, **params}, lambda _texts: None
    )


@pytest.mark.parametrize(
    "url", ["http://h:4200/api", "https://h/api", "http://[::1]:4200/api", "https://h/team/prefect/api", CLOUD]
)
def test_addresses_are_taken_with_and_without_a_trailing_slash(url: str) -> None:
    assert connection(api_url=url).api_url == url
    assert connection(api_url=f" {url}/ ").api_url == url


def test_a_cloud_workspace_is_known_by_its_shape() -> None:
    assert connection(api_url=CLOUD).is_cloud
    assert not connection().is_cloud


@pytest.mark.parametrize(
    ("url", "why"),
    [
        (None, "api_url is empty"),
        ("", "api_url is empty"),
        ("prefect.example.com/api", "not an http or https URL"),
        ("ftp://h/api", "not an http or https URL"),
        ("http:///api", "not an http or https URL"),
        ("http://h:port/api", "not an http or https URL"),
        ("http://u:s3cr3t@h/api", "holds a user name or password"),
        ("http://h/api?x=s3cr3t", "holds a query or fragment"),
        ("https://app.prefect.cloud/account/a/workspace/b", "not the API address of an account or a workspace"),
        ("https://api.prefect.cloud/api", "not the API address of an account or a workspace"),
        ("https://prefect.cloud/api", "not the API address of an account or a workspace"),
        (CLOUD.replace("https", "http"), "reached over https only"),
        (CLOUD.replace("https", "HTTP"), "reached over https only"),
        (CLOUD.replace("https://api.prefect.cloud", "http://API.Prefect.Cloud.:80"), "reached over https only"),
        (CLOUD.replace("https://api.prefect.cloud", "http://private.prefect.cloud"), "reached over https only"),
    ],
)
def test_an_address_that_cannot_work_is_refused_without_showing_secrets(url: str | None, why: str) -> None:
    with pytest.raises(InvalidInput, match=why) as raised:
        connection(api_url=url)
    assert "s3cr3t" not in str(raised.value)


def test_a_password_in_an_address_is_hidden() -> None:
    hidden: set[str] = set()
    with pytest.raises(InvalidInput):
        Connection.from_params({"api_url": "http://u:s3%20cr3t@h/api", "timeout": 30}, hidden.update)
    assert hidden == {"s3%20cr3t", "s3 cr3t"}


def test_key_and_auth_string_exclude_each_other() -> None:
    with pytest.raises(InvalidInput, match="exclude each other"):
        connection(api_key="k", auth_string="u:p")


@pytest.mark.parametrize(("key", "auth"), [("", "u:p"), (None, "u:p"), ("k", ""), ("k", None), ("", ""), (None, None)])
def test_an_empty_credential_is_none(key: str | None, auth: str | None) -> None:
    found = connection(api_key=key, auth_string=auth)
    assert (found.api_key, found.auth_string) == (key or "", auth or "")


@pytest.mark.parametrize("auth", ["s3cr3t", ":s3cr3t", "s3cr3t:"])
def test_an_auth_string_needs_both_parts_and_is_not_shown(auth: str) -> None:
    with pytest.raises(InvalidInput, match="user:password") as raised:
        connection(auth_string=auth)
    assert "s3cr3t" not in str(raised.value)


def test_parts_of_options_that_are_secrets_are_hidden() -> None:
    hidden: set[str] = set()
    params = {
        "api_url": "http://h/api",
        "auth_string": "user:pa:ss",
        "custom_headers": {"X-Token": "t0ken"},
        "timeout": 30,
    }
    found = Connection.from_params(params, hidden.update)
    assert hidden == {"user:pa:ss", "pa:ss", "t0ken"}
    assert "pa:ss" not in repr(found)
    assert "t0ken" not in repr(found)


def test_what_only_looks_like_prefect_cloud_may_be_plain() -> None:
    assert connection(api_url="http://notprefect.cloud/api").api_url == "http://notprefect.cloud/api"


@pytest.mark.parametrize("key", ["pnu_s3cr3t\n", "\tpnu_s3cr3t\r\n", " pnu_s3cr3t "])
def test_a_line_end_of_a_file_is_no_part_of_a_key(key: str) -> None:
    hidden: set[str] = set()
    params = {"api_url": "http://h/api", "api_key": key, "timeout": 30}
    assert Connection.from_params(params, hidden.update).api_key == "pnu_s3cr3t"
    assert hidden == {key, "pnu_s3cr3t"}


@pytest.mark.parametrize(
    "key", ["pnu_s3cr3t\u20ac", "pnu_s3cr3t\u00e9", "pnu\ns3cr3t", "pnu_\x00s3cr3t", "pnu\udce9s3cr3t"]
)
def test_a_key_that_cannot_be_sent_is_refused_and_not_shown(key: str) -> None:
    with pytest.raises(InvalidInput, match="api_key is not printable ASCII") as raised:
        connection(api_key=key)
    assert "s3cr3t" not in str(raised.value)


def test_a_key_of_nothing_but_white_space_is_none() -> None:
    assert connection(api_key=" \n", auth_string="u:p").api_key == ""


@pytest.mark.parametrize(("auth", "sent"), [("u:s3cr3t\n", "u:s3cr3t"), ("u:s3cr3t \r\n", "u:s3cr3t "), ("\n", "")])
def test_a_line_end_of_a_file_is_no_part_of_an_auth_string(auth: str, sent: str) -> None:
    assert connection(auth_string=auth).auth_string == sent


@pytest.mark.parametrize("auth", ["u:s3\ncr3t", "u\x00:s3cr3t", "u:s3cr3t\udce9"])
def test_an_auth_string_with_a_control_character_is_refused_and_not_shown(auth: str) -> None:
    with pytest.raises(InvalidInput, match="auth_string holds a control character") as raised:
        connection(auth_string=auth)
    assert "cr3t" not in str(raised.value)


def test_white_space_alone_is_not_hidden_because_every_text_holds_it() -> None:
    hidden: set[str] = set()
    params = {"api_url": "http://h/api", "api_key": "\n", "custom_headers": {"X-Empty": ""}, "timeout": 30}
    Connection.from_params(params, hidden.update)
    assert hidden == set()


@pytest.mark.parametrize("name", ["Content-Type", "host", "User-Agent", "Prefect-Csrf-Token", "Bad Name", "", "X:Y"])
def test_a_header_that_is_ours_or_none_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput, match="custom_headers"):
        connection(custom_headers={name: "s3cr3t"})


@pytest.mark.parametrize("value", ["s3cr3t\r\nX: y", "s3cr3t\u00e9", None])
def test_a_header_value_that_cannot_be_sent_is_refused_and_not_shown(value: str | None) -> None:
    with pytest.raises(InvalidInput, match="X-Token") as raised:
        connection(custom_headers={"X-Token": value})
    assert "s3cr3t" not in str(raised.value)


def test_the_timeout_is_positive() -> None:
    with pytest.raises(InvalidInput, match="timeout"):
        connection(timeout=0)


def test_certificates_are_checked_unless_that_is_switched_off(tmp_path: pathlib.Path) -> None:
    bundle, empty = tmp_path / "ca.pem", tmp_path / "empty.pem"
    bundle.write_text("x")
    empty.touch()
    assert connection().verify is True
    assert connection(ca_path="").verify is True
    assert connection(ca_path=str(empty)).verify is True
    assert connection(ca_path=str(bundle)).verify == str(bundle)
    assert connection(ca_path=str(bundle), validate_certs=False).verify is False
    with pytest.raises(InvalidInput, match="does not exist"):
        connection(ca_path=str(tmp_path / "none.pem"))
