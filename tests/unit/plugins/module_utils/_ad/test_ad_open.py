# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The second lock: whatever ldap3 makes of the options, no logon leaves over a socket without TLS."""

from __future__ import annotations

import contextlib
import dataclasses
import socket
import threading
import typing as t

import ldap3
import pytest
from ansible_collections.flowops.prefect.plugins.module_utils._ad.connection import ConnectionOptions
from ansible_collections.flowops.prefect.plugins.module_utils._ad.directory import open_directory
from ansible_collections.flowops.prefect.plugins.module_utils._engine.errors import ConnectionFailed, InvalidInput

OPTIONS = ConnectionOptions(
    host="127.0.0.1",
    port=636,
    start_tls=False,
    tls_server_name="dc1.lab.test",
    kerberos=False,
    username="svc@lab.test",
    password="bind-s3cr3t",
    ca_cert=None,
    timeout=2,
)


class PlainServer(t.NamedTuple):
    """A simulated server without TLS: takes everything and answers nothing."""

    port: int
    received: bytearray


@contextlib.contextmanager
def plain_server() -> t.Iterator[PlainServer]:
    received = bytearray()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def listen() -> None:
            client, _address = listener.accept()
            with client:
                while chunk := client.recv(4096):
                    received.extend(chunk)

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        yield PlainServer(listener.getsockname()[1], received)
        thread.join(5)


@pytest.mark.parametrize("url", ["ldap://127.0.0.1", "LDAP://127.0.0.1"])
def test_a_url_that_switches_tls_off_in_ldap3_gets_no_password(url: str) -> None:
    with plain_server() as server:
        options = dataclasses.replace(OPTIONS, host=url, port=server.port)
        with pytest.raises(ConnectionFailed, match="not encrypted"), open_directory(options, read_only=True):
            pass
    assert b"s3cr3t" not in server.received


@pytest.mark.parametrize("answer", [False, True])
def test_start_tls_that_ldap3_did_not_carry_out_gets_no_password(monkeypatch: pytest.MonkeyPatch, answer: bool) -> None:
    monkeypatch.setattr(ldap3.Connection, "start_tls", lambda *_args, **_rest: answer)
    with plain_server() as server:
        options = dataclasses.replace(OPTIONS, port=server.port, start_tls=True)
        with pytest.raises(ConnectionFailed, match="not encrypted"), open_directory(options, read_only=True):
            pass
    assert b"s3cr3t" not in server.received


@pytest.mark.parametrize(
    ("change", "said"),
    [({"port": 70000}, "port"), ({"host": "a:b:c"}, "LDAPInvalidServerError"), ({"host": "h:x"}, "port")],
)
def test_options_that_ldap3_does_not_take_are_one_line(change: dict[str, t.Any], said: str) -> None:
    options = dataclasses.replace(OPTIONS, **change)
    with pytest.raises(InvalidInput, match=said), open_directory(options, read_only=True):
        pass


def test_a_name_that_no_resolver_takes_is_one_line() -> None:
    options = dataclasses.replace(OPTIONS, host=f"{'a' * 70}.lab.test")
    with pytest.raises(ConnectionFailed, match="Check 'server'"), open_directory(options, read_only=True):
        pass
