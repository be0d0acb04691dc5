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
# Of the global catalog (MS-ADTS 2.1).
_CATALOG_PORTS = {"ldaps": 3269, "start_tls": 3268}
_HIGHEST_PORT = 65535
_LONGEST_DOMAIN = 255  # characters (RFC 1035 2.3.4)
_LONGEST_LABEL = 63
WHAT = "connect to the directory"


def _option(name: str, **spec: t.Any) -> dict[str, t.Any]:
    return {**spec, "fallback": (env_fallback, [_ENV_PREFIX + name.upper()])}


def argument_spec() -> dict[str, t.Any]:
    """Options that every module of the group flowops.prefect.ad takes."""
    return {
        "server": _option("server", type="list", elements="str"),
        "domain": _option("domain", type="str"),
        "site": _option("site", type="str"),
        "dns_servers": _option("dns_servers", type="list", elements="str"),
        "port": _option("port", type="int"),
        "tls_mode": _option("tls_mode", type="str", choices=["ldaps", "start_tls"], default="ldaps"),
        "tls_server_name": _option("tls_server_name", type="str"),
        "auth_protocol": _option("auth_protocol", type="str", choices=["simple", "kerberos"], default="simple"),
        "username": _option("username", type="str"),
        "password": _option("password", type="str", no_log=True),
        "keytab": _option("keytab", type="path"),
        "ca_cert": _option("ca_cert", type="path"),
        "connection_timeout": _option("connection_timeout", type="int", default=10),
    }


@dataclasses.dataclass(frozen=True)
class ConnectionOptions:
    """Checked options.

    servers          names or addresses in the order in which they are tried; without any, DNS is asked
    domain           DNS name of the domain whose domain controllers are asked for; None: found out from the logon
    dns_servers      addresses; without any, the resolver of this machine is used
    tls_server_name  name that the certificate of the only server carries, if it is another than the server's
    timeout          seconds, for connecting and for each answer
    """

    servers: tuple[str, ...]
    domain: str | None
    site: str | None
    dns_servers: tuple[str, ...]
    port: int
    start_tls: bool
    tls_server_name: str | None
    kerberos: bool
    username: str | None
    password: str | None = dataclasses.field(repr=False)
    keytab: str | None
    ca_cert: str | None
    timeout: int

    def at(self, host: str, address: str | None = None) -> Endpoint:
        """One server to talk to, with the address where it is known already."""
        name = self.tls_server_name if host in self.servers else None
        return Endpoint(self, host, address or host, self.port, name or host)


@dataclasses.dataclass(frozen=True)
class Endpoint:
    """One server to talk to.

    host             what the user or DNS calls it
    address          where the connection goes: a name or an address
    tls_server_name  name that the certificate must carry, and the host part of the Kerberos service name
    """

    options: ConnectionOptions
    host: str
    address: str
    port: int
    tls_server_name: str

    @property
    def server(self) -> str:
        """What to call the server in an error."""
        return f"{self.host}:{self.port}"

    def catalog(self) -> Endpoint:
        """The global catalog on the same server."""
        return dataclasses.replace(self, port=_CATALOG_PORTS["start_tls" if self.options.start_tls else "ldaps"])


def from_params(params: dict[str, t.Any]) -> ConnectionOptions:
    """Options of a module, an empty text being none. InvalidInput if they cannot work."""
    text = {name: value if given(value) else None for name, value in params.items()}
    servers = tuple(_host(server) for server in _texts(text.get("server")))
    obj = ", ".join(servers)
    start_tls = text["tls_mode"] == "start_tls"
    kerberos = text["auth_protocol"] == "kerberos"
    username, password = text.get("username"), text.get("password")
    keytab = _file(obj, "keytab", "the keytab", text.get("keytab"))
    _check_logon(obj, kerberos, username, password, keytab)
    return ConnectionOptions(
        servers=servers,
        domain=_domain(text.get("domain")),
        site=_site(text.get("site")),
        dns_servers=tuple(_dns_server(server) for server in _texts(text.get("dns_servers"))),
        port=_port(obj, text.get("port"), start_tls),
        start_tls=start_tls,
        tls_server_name=_tls_server_name(servers, text.get("tls_server_name")),
        kerberos=kerberos,
        username=username,
        password=password,
        keytab=keytab,
        ca_cert=_file(obj, "ca_cert", "the CA file", text.get("ca_cert")),
        timeout=_timeout(obj, text.get("connection_timeout")),
    )


def _texts(value: list[str] | str | None) -> list[str]:
    """Elements without the blank ones; one text is a list of one."""
    elements = [value] if isinstance(value, str) else value or []
    return [element.strip() for element in elements if element is not None and element.strip()]


def _host(host: str) -> str:
    """The bare name or address. ldap3 takes a URL as well, and its scheme would overrule O(tls_mode)."""
    if "/" in host or (":" in host and not is_address(host)):
        raise _invalid(
            host.rpartition("@")[2],
            "'server' holds more than a name or an address",
            "Write only the name; a port goes into 'port', and 'tls_mode' says how the connection is encrypted",
        )
    return host


def is_address(text: str) -> bool:
    """Whether it is an IP address and no name."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _dns_server(address: str) -> str:
    if not is_address(address):
        raise _invalid("", f"'{address}' in 'dns_servers' is not an IP address", "Give addresses, without a port")
    return address


def _domain(name: str | None) -> str | None:
    """Without the dot that may stand at its end."""
    bare = (name or "").strip().rstrip(".")
    if not bare:
        return None
    labels = bare.split(".")
    if len(bare) > _LONGEST_DOMAIN or not all(0 < len(label) <= _LONGEST_LABEL for label in labels) or "/" in bare:
        raise _invalid("", f"'{name}' is not the DNS name of a domain", "Write 'domain' like ad.example.com")
    return bare


def _site(name: str | None) -> str | None:
    bare = (name or "").strip()
    if len(bare.encode()) > _LONGEST_LABEL or "." in bare:
        raise _invalid("", f"'{name}' cannot be the name of a site", "Give 'site' as Active Directory calls it")
    return bare or None


def _tls_server_name(servers: tuple[str, ...], name: str | None) -> str | None:
    if name is not None and len(servers) != 1:
        raise _invalid(
            ", ".join(servers),
            "'tls_server_name' is one name, but there is more than one server it could belong to",
            "Leave it out and give 'server' the names that stand in the certificates, or give one server only",
        )
    return name


def _check_logon(obj: str, kerberos: bool, username: str | None, password: str | None, keytab: str | None) -> None:
    if keytab is not None and password is not None:
        raise _invalid(obj, "both a password and a keytab are given", "Leave 'password' or 'keytab' out")
    if keytab is not None and not kerberos:
        raise _invalid(obj, "a keytab serves Kerberos only", "Set auth_protocol=kerberos, or leave 'keytab' out")
    if not kerberos and (username is None or password is None):
        raise _invalid(
            obj,
            "a simple logon needs both a user name and a password",
            "Set 'username' and 'password', or use auth_protocol=kerberos with a ticket",
        )
    for given_, name in ((password, "password"), (keytab, "keytab")):
        if kerberos and given_ is not None and username is None:
            raise _invalid(obj, f"a {name} is given without a user name", f"Set 'username', or leave '{name}' out")


def _port(obj: str, port: int | None, start_tls: bool) -> int:
    if port is None:
        return _DEFAULT_PORTS["start_tls" if start_tls else "ldaps"]
    if not 1 <= port <= _HIGHEST_PORT:
        raise _invalid(obj, f"{port} is no port", f"Set 'port' to a number from 1 to {_HIGHEST_PORT}, or leave it out")
    return port


def _timeout(obj: str, seconds: int | None) -> int:
    if seconds is None or seconds < 1:
        raise _invalid(obj, "'connection_timeout' is below 1 second", "Give a positive number of seconds")
    return seconds


def _file(obj: str, option: str, what: str, path: str | None) -> str | None:
    if path is None:
        return None
    if not os.access(path, os.R_OK):
        raise _invalid(
            obj,
            f"{what} '{path}' does not exist or cannot be read",
            f"Correct '{option}'; the file has to be on the controller",
        )
    # AWX writes an empty file for a credential field that was left out
    return path if os.path.isdir(path) or os.path.getsize(path) else None


def _invalid(obj: str, why: str, todo: str) -> InvalidInput:
    return InvalidInput(WHAT, obj=obj, why=why, todo=todo)
