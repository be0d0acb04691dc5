# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Questions to the real domain controller, asked over LDAPS as this host's machine account."""

from __future__ import annotations

import ssl
import struct
from dataclasses import dataclass
from pathlib import Path

import ldap3
from ldap3.core.exceptions import LDAPException
from ldap3.utils.conv import escape_filter_chars

from .configuration import Configuration
from .errors import DirectoryUnavailable

ATTRIBUTES = ["objectSid", "sAMAccountName", "objectClass", "userAccountControl"]
DISABLED = 0x2
TIMEOUT_S = 10


@dataclass(frozen=True)
class DirectoryAccount:
    """An account of the domain. ``kind`` is user, computer, group or gmsa."""

    dn: str
    name: str
    sid: str
    kind: str
    enabled: bool


def sid_text(raw: bytes) -> str:
    """A binary SID as ``S-1-...``."""
    count = raw[1]
    authority = int.from_bytes(raw[2:8], "big")
    parts = struct.unpack(f"<{count}I", raw[8 : 8 + 4 * count])
    return "-".join(["S", str(raw[0]), str(authority), *map(str, parts)])


def sid_filter(sid: str) -> str:
    """A SID as bytes in an LDAP filter."""
    _prefix, revision, authority, *parts = sid.split("-")
    raw = (
        bytes([int(revision), len(parts)])
        + int(authority).to_bytes(6, "big")
        + struct.pack(f"<{len(parts)}I", *map(int, parts))
    )
    return "".join(f"\\{byte:02x}" for byte in raw)


def _kind(classes: list[str]) -> str:
    low = {str(item).lower() for item in classes}
    if "msds-groupmanagedserviceaccount" in low:
        return "gmsa"
    if "group" in low:
        return "group"
    return "computer" if "computer" in low else "user"


class DomainDirectory:
    """One connection per question: the host's own view, with the rights its machine account really has."""

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration
        self._base = ",".join(f"DC={part}" for part in configuration.dns_domain.split("."))

    @property
    def is_joined(self) -> bool:
        return self._configuration.directory is not None

    def _server(self) -> ldap3.Server:
        directory = self._configuration.directory
        if directory is None:
            raise DirectoryUnavailable("this host is in no domain")
        tls = ldap3.Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=directory.ca, valid_names=[directory.tls_server_name])
        return ldap3.Server(
            directory.server, port=directory.port, use_ssl=True, tls=tls, get_info=ldap3.NONE, connect_timeout=TIMEOUT_S
        )

    def _bind(self, user: str, password: str) -> ldap3.Connection:
        try:
            return ldap3.Connection(
                self._server(),
                user=user,
                password=password,
                authentication=ldap3.SIMPLE,
                auto_bind=True,
                read_only=True,
                receive_timeout=TIMEOUT_S,
                raise_exceptions=False,
                auto_referrals=False,
            )
        except LDAPException as error:
            raise DirectoryUnavailable(f"{self._configuration.directory.server}: {error}") from None

    def _connect(self) -> ldap3.Connection:
        settings = self._configuration
        if not settings.machine_account or not settings.machine_password_file:
            raise DirectoryUnavailable("this host has no machine account")
        password = Path(settings.machine_password_file).read_text().strip()
        return self._bind(f"{settings.machine_account}@{settings.realm}", password)

    def _search(self, condition: str) -> DirectoryAccount | None:
        connection = self._connect()
        try:
            if (
                not connection.search(self._base, condition, ldap3.SUBTREE, attributes=ATTRIBUTES)
                and connection.result["result"] != 0
            ):
                raise DirectoryUnavailable(f"search failed: {connection.result['description']}")
            found = [entry for entry in connection.response or [] if entry.get("type") == "searchResEntry"]
        except LDAPException as error:
            raise DirectoryUnavailable(str(error)) from None
        finally:
            connection.unbind()
        if len(found) != 1:
            return None
        raw = found[0]["raw_attributes"]
        control = int((raw.get("userAccountControl") or [b"0"])[0])
        return DirectoryAccount(
            dn=found[0]["dn"],
            name=raw["sAMAccountName"][0].decode(),
            sid=sid_text(raw["objectSid"][0]),
            kind=_kind([item.decode() for item in raw["objectClass"]]),
            enabled=not control & DISABLED,
        )

    def by_name(self, name: str) -> DirectoryAccount | None:
        return self._search(f"(sAMAccountName={escape_filter_chars(name)})")

    def by_sid(self, sid: str) -> DirectoryAccount | None:
        return self._search(f"(objectSid={sid_filter(sid)})")

    def token_groups(self, dn: str) -> list[str]:
        """SIDs of all groups an account is in, nested ones too, as the controller computes them."""
        connection = self._connect()
        try:
            connection.search(dn, "(objectClass=*)", ldap3.BASE, attributes=["tokenGroups"])
            found = [entry for entry in connection.response or [] if entry.get("type") == "searchResEntry"]
            return [sid_text(raw) for raw in found[0]["raw_attributes"].get("tokenGroups", [])] if found else []
        except LDAPException as error:
            raise DirectoryUnavailable(str(error)) from None
        finally:
            connection.unbind()

    def can_read_managed_password(self, account: DirectoryAccount) -> bool:
        """Does the controller really hand this host the password of ``account``? The password itself is not kept."""
        connection = self._connect()
        try:
            connection.search(account.dn, "(objectClass=*)", ldap3.BASE, attributes=["msDS-ManagedPassword"])
            found = [entry for entry in connection.response or [] if entry.get("type") == "searchResEntry"]
            return bool(found and found[0]["raw_attributes"].get("msDS-ManagedPassword"))
        except LDAPException as error:
            raise DirectoryUnavailable(str(error)) from None
        finally:
            connection.unbind()

    def password_is_right(self, name: str, password: str) -> bool:
        """Try a logon. A refused bind is an answer; a controller that cannot be reached is an error."""
        if not password:
            return False
        server = self._server()
        connection = ldap3.Connection(
            server,
            user=f"{name}@{self._configuration.realm}",
            password=password,
            authentication=ldap3.SIMPLE,
            receive_timeout=TIMEOUT_S,
        )
        try:
            return bool(connection.bind())
        except LDAPException as error:
            raise DirectoryUnavailable(str(error)) from None
        finally:
            connection.unbind()
