# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kerberos credentials for a logon, in memory only. For internal use by this collection only.

Channel bindings (RFC 5929 tls-server-end-point) are what ldap3 sends by itself once C(cryptography) is there.
"""

from __future__ import annotations

import importlib
import re
import typing as t
import uuid

from .._engine.errors import AuthFailed, EngineError, InvalidInput
from .connection import WHAT, ConnectionOptions, Endpoint

TICKET_OWNER = "the owner of the Kerberos ticket"
_PACKAGES = ("gssapi", "cryptography")
# What the library says when nothing in a keytab fits: it looked for a ticket instead.
_NO_CACHE = "credentials cache"
_NO_KDC = re.compile(r"Cannot (?:contact any|find|resolve).* KDC", re.IGNORECASE)
_NO_KDC_TODO = (
    "Check the realm in krb5.conf (KRB5_CONFIG), or the SRV records _kerberos._tcp of the domain, and that port 88 of a"
    " domain controller can be reached"
)
_MINOR = re.compile(r"Minor \(\d+\): (.+)$")


def principal(username: str | None) -> str | None:
    """A UPN as Kerberos wants it: AD's realms are in capitals, its UPNs usually are not."""
    name, at, realm = (username or "").partition("@")
    return f"{name}{at}{realm.upper()}" or None


def realm(options: ConnectionOptions) -> str | None:
    """Realm of the ticket at hand, else of the configuration; None if there is neither."""
    gssapi = _library(", ".join(options.servers))
    try:
        return _realm_of(str(gssapi.Credentials(usage="initiate").name))
    except gssapi.exceptions.GSSError:
        pass
    try:
        anybody = gssapi.Name("anybody", gssapi.NameType.user)
        return _realm_of(str(anybody.canonicalize(gssapi.MechType.kerberos)))
    except gssapi.exceptions.GSSError:
        return None


def credentials(endpoint: Endpoint) -> t.Any:
    """Credentials from the password or the keytab; None means the ticket at hand."""
    options = endpoint.options
    gssapi = _library(endpoint.host)
    if options.password is None and options.keytab is None:
        return None
    try:
        name = gssapi.Name(principal(options.username), gssapi.NameType.user)
        if options.keytab is None:
            return gssapi.raw.acquire_cred_with_password(name, options.password.encode(), usage="initiate").creds
        store = {"client_keytab": f"FILE:{options.keytab}", "ccache": f"MEMORY:flowops-{uuid.uuid4()}"}
        return gssapi.Credentials(name=name, usage="initiate", store=store)
    except gssapi.exceptions.GSSError as error:
        raise error_for(error, endpoint) from error


def error_for(error: Exception, endpoint: Endpoint) -> EngineError:
    """The typed error for what the Kerberos library says."""
    options = endpoint.options
    text = " ".join(str(error).split())
    found = _MINOR.search(text)
    said, name = found[1] if found else text or type(error).__name__, principal(options.username)
    why = f"Kerberos says: {said}"
    if options.keytab is not None and _NO_CACHE in said:
        why = f"the keytab '{options.keytab}' holds no key of '{name}'"
    return AuthFailed(
        "log on to the directory as",
        obj=options.username or TICKET_OWNER,
        server=endpoint.server,
        why=why,
        todo=_NO_KDC_TODO if _NO_KDC.search(said) else _todo(endpoint, name),
    )


def _todo(endpoint: Endpoint, name: str | None) -> str:
    source = "the password"
    if endpoint.options.keytab is not None:
        source = f"that 'keytab' holds the current key of '{name}' (klist -k)"
    elif endpoint.options.password is None:
        source = "that there is a ticket (klist), or get one with kinit"
    return (
        f"Check the user name, {source}, that '{endpoint.tls_server_name}' is the domain controller's full name, and"
        " that the clocks agree"
    )


def _library(obj: str) -> t.Any:
    """The package gssapi. Without cryptography ldap3 could send no channel bindings."""
    missing = []
    for name in _PACKAGES:
        try:
            importlib.import_module(name)
        except ImportError:
            missing.append(f"'{name}'")
    if missing:
        raise InvalidInput(
            WHAT,
            obj=obj,
            why=f"auth_protocol=kerberos needs Python packages that the controller lacks: {' and '.join(missing)}",
            todo="Install them, or use auth_protocol=simple",
        )
    return importlib.import_module("gssapi")


def _realm_of(name: str) -> str | None:
    return name.rpartition("@")[2] or None if "@" in name else None
