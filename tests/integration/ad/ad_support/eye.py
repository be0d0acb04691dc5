# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks at the directory without any code of the collection, so that a test does not believe what it tests."""

from __future__ import annotations

import ssl
import typing as t

import ldap3
from ldap3.utils.conv import escape_filter_chars

from ad_support.target import Target

TREE_DELETE = ("1.2.840.113556.1.4.805", True, None)
# Accounts whose primary group is neither Domain Users nor Domain Computers, nor that of domain controllers.
OF_OTHER_GROUPS = "(&(objectClass=user)(!(|(primaryGroupID=513)(primaryGroupID=515)(primaryGroupID=516))))"


def connect(target: Target, account: str) -> ldap3.Connection:
    """A connection of an account; computers are written without the dollar sign in the target."""
    tls = ldap3.Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=target.ca_cert, valid_names=[target.tls_server_name])
    server = ldap3.Server(target.server, port=636, use_ssl=True, tls=tls, get_info=ldap3.DSA)
    name = f"{account}$" if account in target.computers else account
    return ldap3.Connection(server, target.upn(name), target.passwords[account], auto_bind=True)


class Eye:
    """Reads, and prepares what a test needs, as the account of the tests."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.connection = connect(target, target.user)

    def get(self, dn: str, *attributes: str) -> dict[str, list[bytes]] | None:
        """Raw values; None if there is no such object."""
        self.connection.search(dn, "(objectClass=*)", "BASE", attributes=list(attributes) or ["*"])
        found = [item for item in self.connection.response or [] if item["type"] == "searchResEntry"]
        return dict(found[0]["raw_attributes"]) if found else None

    def texts(self, dn: str, attribute: str) -> list[str]:
        """Values as text, sorted."""
        found = self.get(dn, attribute)
        assert found is not None, f"there is no {dn}"
        return sorted(value.decode() for value in found.get(attribute, []))

    def dn_of(self, account: str) -> str:
        """DN of an account."""
        condition = f"(sAMAccountName={escape_filter_chars(account)})"
        self.connection.search(self.target.domain_dn, condition, attributes=["cn"])
        (found,) = [item for item in self.connection.response if item["type"] == "searchResEntry"]
        return found["dn"]

    def done(self, answer: bool) -> None:
        """Fail unless the operation succeeded."""
        assert answer, self.connection.result

    def add(self, dn: str, classes: list[str], **attributes: t.Any) -> None:
        """Create an object."""
        self.done(self.connection.add(dn, classes, attributes))

    def set(self, dn: str, attribute: str, *values: str) -> None:
        """Replace an attribute, as another administrator might."""
        self.done(self.connection.modify(dn, {attribute: [(ldap3.MODIFY_REPLACE, list(values))]}))

    def delete_tree(self, dn: str) -> None:
        """Remove a container with everything in it. A group cannot go before those whose primary group it is."""
        self.connection.search(dn, OF_OTHER_GROUPS, attributes=["1.1"])
        for item in self.connection.response or []:
            if item["type"] == "searchResEntry":
                self.done(self.connection.delete(item["dn"]))
        gone = self.connection.delete(dn, controls=[TREE_DELETE])
        self.done(gone or self.connection.result["description"] == "noSuchObject")

    def managed_password(self, computer: str, dn: str) -> bytes | None:
        """The password of a service account as this computer gets it; None if it gets none."""
        connection = connect(self.target, computer)
        connection.search(dn, "(objectClass=*)", "BASE", attributes=["msDS-ManagedPassword"])
        (found,) = connection.response
        connection.unbind()
        return next(iter(found["raw_attributes"].get("msDS-ManagedPassword", [])), None)
