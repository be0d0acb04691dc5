# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The second lock: whatever ldap3 makes of the options, no logon leaves over a socket without TLS."""

from __future__ import annotations

import contextlib
import dataclasses
import socket
import sys
import threading
import time
import types
import typing as t

import ldap3
import pytest
from ansible_collections.flowops.prefect.plugins.module_utils._ad.connection import ConnectionOptions
from ansible_collections.flowops.prefect.plugins.module_utils._ad.directory import Directory, open_directory
from ansible_collections.flowops.prefect.plugins.module_utils._engine.errors import ConnectionFailed, InvalidInput

OPTIONS = ConnectionOptions(
    servers=("127.0.0.1",),
    domain=None,
    site=None,
    dns_servers=(),
    port=636,
    start_tls=False,
    tls_server_name="dc1.lab.test",
    kerberos=False,
    username="svc@lab.test",
    password="bind-s3cr3t",
    keytab=None,
    ca_cert=None,
    timeout=2,
)


def opened(host: str = "127.0.0.1", **changes: t.Any) -> t.ContextManager[Directory]:
    """A directory at this host, with these options changed."""
    return open_directory(dataclasses.replace(OPTIONS, servers=(host,), **changes).at(host), read_only=True)


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
    with (
        plain_server() as server,
        pytest.raises(ConnectionFailed, match="not encrypted"),
        opened(url, port=server.port),
    ):
        pass
    assert b"s3cr3t" not in server.received


@pytest.mark.parametrize("answer", [False, True])
def test_start_tls_that_ldap3_did_not_carry_out_gets_no_password(monkeypatch: pytest.MonkeyPatch, answer: bool) -> None:
    monkeypatch.setattr(ldap3.Connection, "start_tls", lambda *_args, **_rest: answer)
    with (
        plain_server() as server,
        pytest.raises(ConnectionFailed, match="not encrypted"),
        opened(port=server.port, start_tls=True),
    ):
        pass
    assert b"s3cr3t" not in server.received


@pytest.mark.parametrize(
    ("change", "said"),
    [({"port": 70000}, "port"), ({"host": "a:b:c"}, "LDAPInvalidServerError"), ({"host": "h:x"}, "port")],
)
def test_options_that_ldap3_does_not_take_are_one_line(change: dict[str, t.Any], said: str) -> None:
    with pytest.raises(InvalidInput, match=said), opened(**change):
        pass


def test_a_name_that_no_resolver_takes_is_one_line() -> None:
    with pytest.raises(ConnectionFailed, match="Check 'server'"), opened(f"{'a' * 70}.lab.test"):
        pass


@contextlib.contextmanager
def silent_server(*answers: bytes) -> t.Iterator[int]:
    """A simulated server that takes a connection, sends these bytes after the first that it gets, and then hangs."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        done = threading.Event()

        def listen() -> None:
            client, _address = listener.accept()
            with client:
                for answer in answers:
                    request = client.recv(4096)
                    # an LDAP answer has to carry the number of its request
                    is_ldap = answer[:1] == b"\x30"
                    client.sendall(answer[:4] + request[4:5] + answer[5:] if is_ldap else answer)
                done.wait(30)

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        done.set()
        thread.join(5)


# Header of a TLS 1.2 handshake record that announces 100 bytes, none of which follow (RFC 5246 6.2.1).
HALF_A_HELLO = bytes.fromhex("1603030064")
# An LDAPMessage with ExtendedResponse with the code success (RFC 4511 4.12): StartTLS may begin.
START_TLS_AGREED = bytes.fromhex("300c02010178070a010004000400")


@pytest.mark.parametrize(
    ("answers", "start_tls", "said"),
    [
        ((), False, "took the connection and then said nothing for 1 seconds"),
        ((HALF_A_HELLO,), False, "took the connection and then said nothing for 1 seconds"),
        ((), True, "no answer for 1 seconds"),
        ((START_TLS_AGREED,), True, "took the connection and then said nothing for 1 seconds"),
        ((START_TLS_AGREED, HALF_A_HELLO), True, "took the connection and then said nothing for 1 seconds"),
    ],
)
def test_a_server_that_stops_answering_ends_the_task_in_time(
    answers: tuple[bytes, ...], start_tls: bool, said: str
) -> None:
    begun = time.monotonic()
    with (
        silent_server(*answers) as port,
        pytest.raises(ConnectionFailed, match=said),
        opened(port=port, start_tls=start_tls, timeout=1),
    ):
        pass
    assert time.monotonic() - begun < 4


@pytest.mark.parametrize("given", [{"password": "bind-s3cr3t"}, {"password": None}, {"password": None, "keytab": "k"}])
@pytest.mark.parametrize("lacking", [["gssapi"], ["cryptography"], ["gssapi", "cryptography"]])
def test_kerberos_without_its_packages_ends_before_anything_is_sent(
    monkeypatch: pytest.MonkeyPatch, lacking: list[str], given: dict[str, t.Any]
) -> None:
    for name in ("gssapi", "cryptography"):
        monkeypatch.setitem(sys.modules, name, None if name in lacking else types.ModuleType(name))
    named = " and ".join(f"'{name}'" for name in lacking)
    # nobody listens on this port, so whoever connects gets another error
    with pytest.raises(InvalidInput, match=f"the controller lacks: {named}. Install them"):
        opened(port=1, kerberos=True, **given).__enter__()
