# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Opens an encrypted connection and logs on. Next to directory.py the only file that knows ldap3. For internal use by
this collection only.
"""

from __future__ import annotations

import contextlib
import re
import ssl
import traceback
import typing as t

from .._engine.errors import ConnectionFailed, EngineError, InvalidInput
from . import kerberos, result_codes, tls
from .connection import WHAT, Endpoint

LDAP3_IMPORT_ERROR: str | None = None
try:
    import ldap3
    from ldap3.core.exceptions import LDAPException

    class _CheckedTls(ldap3.Tls):
        """TLS as the standard library does it; C(failure) keeps the reason, which ldap3 turns into a mere text."""

        def __init__(self, endpoint: Endpoint) -> None:
            super().__init__()
            self.context = tls.context_for(endpoint)
            self.name = endpoint.tls_server_name
            self.failure: Exception | None = None

        def wrap_socket(self, connection: t.Any, do_handshake: bool = False) -> None:
            try:
                connection.socket = self.context.wrap_socket(
                    connection.socket, do_handshake_on_connect=do_handshake, server_hostname=self.name
                )
            except (OSError, ValueError) as error:
                self.failure = error
                raise

except ImportError:
    LDAP3_IMPORT_ERROR = traceback.format_exc()

_ERRNO = re.compile(r"\[Errno -?\d+\] ([^'\"\]]+)")
_TIMED_OUT = "timed out"


@contextlib.contextmanager
def bound(endpoint: Endpoint) -> t.Iterator[t.Any]:
    """An ldap3 connection that is encrypted and logged on; closed at the end."""
    security = _CheckedTls(endpoint)
    connection = _prepared(endpoint, security)
    try:
        _connect(connection, security, endpoint)
        _bind(connection, endpoint)
        yield connection
    finally:
        with contextlib.suppress(LDAPException, OSError):
            connection.unbind()


def _prepared(endpoint: Endpoint, security: t.Any) -> t.Any:
    """A connection that is not open yet."""
    logon = _logon(endpoint)
    try:
        server = ldap3.Server(
            endpoint.address,
            port=endpoint.port,
            use_ssl=not endpoint.options.start_tls,
            tls=security,
            get_info=ldap3.NONE,
            connect_timeout=endpoint.options.timeout,
        )
        return ldap3.Connection(
            server,
            **logon,
            auto_range=False,
            auto_referrals=False,
            auto_escape=False,
            auto_encode=False,
            check_names=False,
            return_empty_attributes=False,
            receive_timeout=endpoint.options.timeout,
        )
    except LDAPException as error:
        raise InvalidInput(
            WHAT,
            server=endpoint.server,
            why=f"ldap3 does not take the connection options ({str(error) or type(error).__name__})",
            todo="Check 'server', which is a name or an address, and 'port'",
        ) from error


def _logon(endpoint: Endpoint) -> dict[str, t.Any]:
    options = endpoint.options
    if not options.kerberos:
        return {"user": options.username, "password": options.password, "authentication": ldap3.SIMPLE}
    credentials = kerberos.credentials(endpoint)
    logon: dict[str, t.Any] = {"authentication": ldap3.SASL, "sasl_mechanism": ldap3.KERBEROS}
    if credentials is not None:
        return {**logon, "sasl_credentials": (endpoint.tls_server_name, None, credentials)}
    user = kerberos.principal(options.username)
    return {**logon, "user": user, "sasl_credentials": (endpoint.tls_server_name,)}


def _connect(connection: t.Any, security: t.Any, endpoint: Endpoint) -> None:
    try:
        connection.open(read_server_info=False)
        encrypted = not endpoint.options.start_tls or connection.start_tls(read_server_info=False)
    except (LDAPException, OSError, UnicodeError) as error:
        if security.failure is not None:
            raise tls.error_for(security.failure, endpoint) from error
        raise ConnectionFailed(
            WHAT,
            server=endpoint.server,
            why=_why_not(endpoint, str(error), str(connection.last_error or "")),
            todo="Check 'server' and 'port', that the domain controller runs, and the firewall between",
        ) from error
    # whatever ldap3 made of the options: a bind would send the password over this very socket
    if not encrypted or connection.closed or not isinstance(connection.socket, ssl.SSLSocket):
        raise ConnectionFailed(
            WHAT,
            server=endpoint.server,
            why="the connection is not encrypted, so nothing was sent to log on",
            todo="Check that 'port' fits 'tls_mode' and that the domain controller has a certificate",
        )


def _why_not(endpoint: Endpoint, *said: str) -> str:
    """The reason in what ldap3 and the system said."""
    found = next(filter(None, map(_ERRNO.search, said)), None)
    if found:
        return found[1].lower()
    if any(_TIMED_OUT in text for text in said):
        return f"no answer for {endpoint.options.timeout} seconds"
    return next(filter(None, reversed(said)), "no reason given")


def _bind(connection: t.Any, endpoint: Endpoint) -> None:
    refusals: list[dict[str, t.Any]] = []
    try:
        with _keeping(refusals, connection):
            connection.bind(read_server_info=False)
    except (LDAPException, OSError) as error:
        raise ConnectionFailed(
            WHAT,
            server=endpoint.server,
            why=f"the logon broke off ({_why_not(endpoint, str(error))})",
            todo="Look at the server's event log",
        ) from error
    except Exception as error:
        if type(error).__module__.partition(".")[0] != "gssapi":
            raise
        if refusals:
            raise _refused(refusals[0], endpoint) from error
        raise kerberos.error_for(error, endpoint) from error
    if connection.result["result"] != result_codes.SUCCESS:
        raise _refused(connection.result, endpoint)


@contextlib.contextmanager
def _keeping(refusals: list[dict[str, t.Any]], connection: t.Any) -> t.Iterator[None]:
    """Keeps what refused a logon in several steps: ldap3 then calls the logon off, and shows the answer to that."""
    receive = connection.post_send_single_response

    def keep(message_id: int) -> t.Any:
        response = receive(message_id)
        logon = connection.request["authentication"]["sasl"]
        # a step without a mechanism calls the logon off (RFC 4513 5.2.1.2)
        if logon is not None and logon["mechanism"] and connection.result["result"] not in result_codes.GOES_ON:
            refusals.append(connection.result)
        return response

    connection.post_send_single_response = keep
    try:
        yield
    finally:
        connection.post_send_single_response = receive


def _refused(result: dict[str, t.Any], endpoint: Endpoint) -> EngineError:
    return result_codes.error_for(
        result["result"],
        result["description"],
        result["message"] or "",
        what="log on to the directory as",
        obj=endpoint.options.username or kerberos.TICKET_OWNER,
        server=endpoint.server,
    )
