# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of a directory connection. For internal use by this collection only.

Names and environment variables are those of the LDAP plugins of microsoft.ad, so one credential serves both.
"""

from __future__ import annotations

import dataclasses
import ipaddress
import os
import typing as t

from .._engine.env import env_fallback, given
from .._engine.errors import InvalidInput

_ENV_PREFIX = "MICROSOFT_AD_LDAP_"
_DEFAULT_PORTS = {"ldaps": 636, "start_tls": 389}
_HIGHEST_PORT = 65535
WHAT = "connect to the directory"


def _option(name: str, **spec: t.Any) -> dict[str, t.Any]:
    return {**spec, "fallback": (env_fallback, [_ENV_PREFIX + name.upper()])}


def argument_spec() -> dict[str, t.Any]:
    """Options that every module of the group flowops.prefect.ad takes."""
    return {
        "server": _option("server", type="str"),
        "port": _option("port", type="int"),
        "tls_mode": _option("tls_mode", type="str", choices=["ldaps", "start_tls"], default="ldaps"),
        "tls_server_name": _option("tls_server_name", type="str"),
        "auth_protocol": _option("auth_protocol", type="str", choices=["simple", "kerberos"], default="simple"),
        "username": _option("username", type="str"),
        "password": _option("password", type="str", no_log=True),
        "ca_cert": _option("ca_cert", type="path"),
        "connection_timeout": _option("connection_timeout", type="int", default=10),
    }


@dataclasses.dataclass(frozen=True)
class ConnectionOptions:
    """Checked options.

    host             name or address to connect to
    tls_server_name  name that the certificate must carry, and the host part of the Kerberos service name
    timeout          seconds, for connecting and for each answer
    """

    host: str
    port: int
    start_tls: bool
    tls_server_name: str
    kerberos: bool
    username: str | None
    password: str | None = dataclasses.field(repr=False)
    ca_cert: str | None
    timeout: int

    @property
    def server(self) -> str:
        """What to call the server in an error."""
        return f"{self.host}:{self.port}"


def from_params(params: dict[str, t.Any]) -> ConnectionOptions:
    """Options of a module, an empty text being none. InvalidInput if they cannot work."""
    text = {name: value if given(value) else None for name, value in params.items()}
    host = _host(text.get("server"))
    start_tls = text["tls_mode"] == "start_tls"
    kerberos = text["auth_protocol"] == "kerberos"
    username, password = text.get("username"), text.get("password")
    _check_logon(host, kerberos, username, password)
    return ConnectionOptions(
        host=host,
        port=_port(host, text.get("port"), start_tls),
        start_tls=start_tls,
        tls_server_name=text.get("tls_server_name") or host,
        kerberos=kerberos,
        username=username,
        password=password,
        ca_cert=_ca_cert(host, text.get("ca_cert")),
        timeout=_timeout(host, text.get("connection_timeout")),
    )


def _host(server: str | None) -> str:
    """The bare name or address. ldap3 takes a URL as well, and its scheme would overrule O(tls_mode)."""
    host = (server or "").strip()
    if not host:
        raise _invalid("", "no domain controller is given", f"Set 'server', or {_ENV_PREFIX}SERVER in the environment")
    if "/" in host or (":" in host and not _is_ipv6(host)):
        raise _invalid(
            host.rpartition("@")[2],
            "'server' holds more than a name or an address",
            "Write only the name; a port goes into 'port', and 'tls_mode' says how the connection is encrypted",
        )
    return host


def _is_ipv6(text: str) -> bool:
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True


def _check_logon(host: str, kerberos: bool, username: str | None, password: str | None) -> None:
    if not kerberos and (username is None or password is None):
        raise _invalid(
            host,
            "a simple logon needs both a user name and a password",
            "Set 'username' and 'password', or use auth_protocol=kerberos with a ticket",
        )
    if kerberos and password is not None and username is None:
        raise _invalid(host, "a password is given without a user name", "Set 'username', or leave 'password' out")


def _port(host: str, port: int | None, start_tls: bool) -> int:
    if port is None:
        return _DEFAULT_PORTS["start_tls" if start_tls else "ldaps"]
    if not 1 <= port <= _HIGHEST_PORT:
        raise _invalid(host, f"{port} is no port", f"Set 'port' to a number from 1 to {_HIGHEST_PORT}, or leave it out")
    return port


def _timeout(host: str, seconds: int | None) -> int:
    if seconds is None or seconds < 1:
        raise _invalid(host, "'connection_timeout' is below 1 second", "Give a positive number of seconds")
    return seconds


def _ca_cert(host: str, path: str | None) -> str | None:
    if path is None:
        return None
    if not os.access(path, os.R_OK):
        raise _invalid(
            host,
            f"the CA file '{path}' does not exist or cannot be read",
            "Correct 'ca_cert'; the file has to be on the controller",
        )
    # AWX writes an empty file for a certificate field that was left out
    return path if os.path.isdir(path) or os.path.getsize(path) else None


def _invalid(host: str, why: str, todo: str) -> InvalidInput:
    return InvalidInput(WHAT, obj=host, why=why, todo=todo)
