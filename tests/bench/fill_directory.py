# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fills the benchmark's own unit of the lab's directory, or removes it; orders come on standard input.

Without the collection, so that what is measured has not warmed itself up.
"""

from __future__ import annotations

import json
import os
import ssl
import sys
import typing as t

import ldap3

_NO_SUCH_OBJECT = 32
_AT_ONCE = 1000


def connected(orders: dict[str, t.Any]) -> ldap3.Connection:
    """As the account that the environment names."""
    tls = ldap3.Tls(
        validate=ssl.CERT_REQUIRED,
        ca_certs_file=os.environ["MICROSOFT_AD_LDAP_CA_CERT"],
        valid_names=[orders["name"]],
    )
    server = ldap3.Server(orders["server"], port=636, use_ssl=True, tls=tls, get_info=ldap3.NONE)
    user, password = os.environ["MICROSOFT_AD_LDAP_USERNAME"], os.environ["MICROSOFT_AD_LDAP_PASSWORD"]
    return ldap3.Connection(server, user, password, auto_bind=True)


def fill(connection: ldap3.Connection, orders: dict[str, t.Any]) -> None:
    """The unit, contacts, and a group with most of them."""
    expect(connection, connection.add(orders["unit"], "organizationalUnit"))
    contacts = [f"CN=bench-member-{number:05},{orders['unit']}" for number in range(orders["members"])]
    for contact in contacts:
        expect(connection, connection.add(contact, "contact"))
    group = {"sAMAccountName": "bench-crowd", "groupType": str(-2147483646)}
    expect(connection, connection.add(orders["group"], "group", group))
    for start in range(0, len(contacts), _AT_ONCE):
        some = {"member": [(ldap3.MODIFY_ADD, contacts[start : start + _AT_ONCE])]}
        expect(connection, connection.modify(orders["group"], some))


def clear(connection: ldap3.Connection, orders: dict[str, t.Any]) -> None:
    """The unit with everything in it, piece by piece: as one operation it would take longer than the server allows."""
    if not connection.search(orders["unit"], "(objectClass=*)", "BASE"):
        expect(connection, connection.result["result"] == _NO_SUCH_OBJECT)
        return
    if connection.search(orders["group"], "(objectClass=*)", "BASE"):
        expect(connection, connection.modify(orders["group"], {"member": [(ldap3.MODIFY_REPLACE, [])]}))
    found = connection.extend.standard.paged_search(
        orders["unit"], "(objectClass=*)", "LEVEL", attributes=["1.1"], paged_size=_AT_ONCE, generator=False
    )
    for entry in found:
        expect(connection, connection.delete(entry["dn"]))
    expect(connection, connection.delete(orders["unit"]))


def expect(connection: ldap3.Connection, done: bool) -> None:
    """Stop unless the operation was done."""
    if not done:
        sys.exit(f"fill_directory: {connection.result['description']}: {connection.result['message']}")


def main() -> None:
    """fill or clear."""
    orders = json.load(sys.stdin)
    connection = connected(orders)
    {"fill": fill, "clear": clear}[sys.argv[1]](connection, orders)
    connection.unbind()


if __name__ == "__main__":
    main()
