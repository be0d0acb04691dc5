# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS to a domain controller, and what went wrong with it. For internal use by this collection only.

The standard library checks the certificate. ldap3's own check is not used: it accepts the connected address next to
the wanted name, and it knows no IP addresses.
"""

from __future__ import annotations

import os
import ssl

from .._engine.errors import ConnectionFailed, EngineError, InvalidInput
from .connection import WHAT, Endpoint

# OpenSSL's X509_V_ERR numbers (x509_vfy.h).
_NOT_YET_VALID, _EXPIRED = 9, 10
_WRONG_NAME = (62, 64)


def context_for(endpoint: Endpoint) -> ssl.SSLContext:
    """TLS 1.2 or later with all checks on; nothing in this collection switches them off."""
    ca = endpoint.options.ca_cert
    try:
        context = ssl.create_default_context(
            cafile=ca if ca and not os.path.isdir(ca) else None, capath=ca if ca and os.path.isdir(ca) else None
        )
    except (ssl.SSLError, OSError) as error:
        raise InvalidInput(
            WHAT,
            obj=endpoint.host,
            why=f"the CA file '{ca}' holds no certificate in PEM form ({error})",
            todo="Give 'ca_cert' the PEM file of the authority that issued the domain controller's certificate",
        ) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def error_for(failure: Exception, endpoint: Endpoint) -> EngineError:
    """The typed error for a failed handshake."""
    why, todo = _reason(failure, endpoint)
    return ConnectionFailed(WHAT, obj=endpoint.tls_server_name, server=endpoint.server, why=why, todo=todo)


def _reason(failure: Exception, endpoint: Endpoint) -> tuple[str, str]:
    if isinstance(failure, TimeoutError):
        return (
            f"the server took the connection and then said nothing for {endpoint.options.timeout} seconds",
            "Check that 'port' fits 'tls_mode', and that the domain controller is well",
        )
    if not isinstance(failure, ssl.SSLCertVerificationError):
        return (
            f"the TLS handshake failed ({_plain(failure)})",
            "Check that the domain controller has a certificate and that 'port' fits 'tls_mode'",
        )
    if failure.verify_code in _WRONG_NAME:
        return (
            f"its certificate is not for the name '{endpoint.tls_server_name}'",
            "Set 'tls_server_name' to the name in the certificate, usually the domain controller's full name"
            if len(endpoint.options.servers) == 1
            else "Write the names that stand in the certificates into 'server'",
        )
    if failure.verify_code in (_NOT_YET_VALID, _EXPIRED):
        return (
            f"its certificate is out of date ({failure.verify_message})",
            "Renew the domain controller's certificate, and check the clock of this machine",
        )
    ca = endpoint.options.ca_cert
    trusted = f"'ca_cert' ({ca})" if ca else "the CA certificates of this machine"
    return (
        f"its certificate is not signed by {trusted}: {failure.verify_message}",
        "Set 'ca_cert' to the PEM file of the authority that issued the domain controller's certificate",
    )


def _plain(failure: Exception) -> str:
    """Without the file and line of the C source."""
    return str(getattr(failure, "reason", None) or getattr(failure, "strerror", None) or failure)
