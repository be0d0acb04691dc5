# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service that a user has called with a ticket calls another service in the user's name (S4U2Proxy, MS-SFU 3.1.5.2).

Run as a program, since Kerberos takes its configuration from the environment. Arguments: cache of the user, keytab of
the service, principal of the service, principal of the other service. Ends with 1 and says why if the KDC gives no
ticket.
"""

from __future__ import annotations

import sys

import gssapi


def main(user_cache: str, keytab: str, service: str, other: str) -> None:
    """Log on from user to service, and with what the service got from that to the other service."""
    user = gssapi.Credentials(usage="initiate", store={"ccache": f"FILE:{user_cache}"})
    own = gssapi.Credentials(
        usage="both", store={"keytab": keytab, "client_keytab": keytab, "ccache": "MEMORY:service"}
    )
    asking = gssapi.SecurityContext(name=_principal(service), creds=user, usage="initiate")
    answering = gssapi.SecurityContext(creds=own, usage="accept")
    answering.step(asking.step())
    onward = gssapi.SecurityContext(name=_principal(other), creds=answering.delegated_creds, usage="initiate")
    onward.step()


def _principal(name: str) -> gssapi.Name:
    return gssapi.Name(name, gssapi.NameType.kerberos_principal)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except gssapi.exceptions.GSSError as error:
        sys.exit(f"evidence: {' '.join(str(error).split())}")
