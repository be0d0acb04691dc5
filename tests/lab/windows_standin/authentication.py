# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""NTLM, Kerberos and SPNEGO for WinRM, and its message encryption. No Basic, and nothing unencrypted over http."""

from __future__ import annotations

import base64
import binascii
import logging
import os
import re
import struct

import spnego

from .configuration import Configuration

log = logging.getLogger(__name__)
ENCRYPTED = "application/HTTP-SPNEGO-session-encrypted"
ENCRYPTED_KERBEROS = "application/HTTP-Kerberos-session-encrypted"
KERBEROS_OID = b"\x2a\x86\x48\x86\xf7\x12\x01\x02\x02"
SCHEMES = ("Negotiate", "Kerberos", "NTLM")
BOUNDARY = b"--Encrypted Boundary"


class Refused(Exception):
    """Not authenticated: ``challenge`` is what the client is answered with (scheme and token, or None)."""

    def __init__(self, challenge: str | None = None) -> None:
        super().__init__("not authenticated")
        self.challenge = challenge


def prepare(configuration: Configuration) -> None:
    """Process-wide settings of the security libraries: who may come in by NTLM, and the host's Kerberos keys."""
    os.environ["NTLM_USER_FILE"] = str(configuration.ntlm_user_file)
    os.environ["NETBIOS_COMPUTER_NAME"] = configuration.node
    if configuration.keytab:
        os.environ["KRB5_KTNAME"] = str(configuration.keytab)
    if configuration.krb5_config:
        os.environ["KRB5_CONFIG"] = str(configuration.krb5_config)


class Session:
    """The security context of one HTTP connection."""

    def __init__(self, host_name: str) -> None:
        self._host_name = host_name
        self._context = None
        self.user: str | None = None

    def authorize(self, header: str) -> str | None:
        """Take one ``Authorization`` header; the answer's ``WWW-Authenticate``, if any. Raises :class:`Refused`."""
        scheme, _space, encoded = header.partition(" ")
        if scheme.lower() not in {known.lower() for known in SCHEMES}:
            raise Refused
        try:
            token = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            raise Refused from None
        if self._context is None or self._context.complete:
            self._context = self._new_context(token)
            self.user = None
        try:
            answer = self._context.step(token)
        except (spnego.exceptions.SpnegoError, ValueError, struct.error) as error:
            log.warning("authentication refused: %s", type(error).__name__)
            self._context = None
            raise Refused from None
        reply = f"{scheme} {base64.b64encode(answer).decode()}" if answer else None
        if not self._context.complete:
            raise Refused(reply)
        self.user = str(self._context.client_principal)
        return reply

    def _new_context(self, token: bytes):
        if token.startswith(b"NTLMSSP\0"):
            protocol, options = "ntlm", spnego.NegotiateOptions.use_ntlm
        else:
            bare_kerberos = token[:1] == b"\x60" and KERBEROS_OID in token[:18]
            protocol, options = "kerberos" if bare_kerberos else "negotiate", spnego.NegotiateOptions.none
        return spnego.server(
            hostname=self._host_name,
            service="HTTP",
            protocol=protocol,
            options=options,
            context_req=spnego.ContextReq.integrity | spnego.ContextReq.confidentiality,
        )

    def unwrap(self, body: bytes) -> bytes:
        """The plain message in an encrypted body; :class:`Refused` when it was not made with this session's key."""
        plain = []
        try:
            for length, part in _parts(body):
                header = struct.unpack("<i", part[:4])[0]
                message = self._context.unwrap_winrm(part[4 : 4 + header], part[4 + header :])
                if len(message) != length:
                    raise Refused
                plain.append(message)
        except (spnego.exceptions.SpnegoError, ValueError, IndexError, struct.error):
            raise Refused from None
        return b"".join(plain)

    def wrap(self, message: bytes, kind: str) -> bytes:
        wrapped = self._context.wrap_winrm(message)
        length = len(message) + wrapped.padding_length
        return b"".join(
            (
                BOUNDARY,
                b"\r\n\tContent-Type: ",
                kind.encode(),
                b"\r\n",
                b"\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length=",
                str(length).encode(),
                b"\r\n",
                BOUNDARY,
                b"\r\n\tContent-Type: application/octet-stream\r\n",
                struct.pack("<i", len(wrapped.header)),
                wrapped.header,
                wrapped.data,
                BOUNDARY,
                b"--\r\n",
            )
        )


def _parts(body: bytes) -> list[tuple[int, bytes]]:
    """(plain length, encrypted bytes) of each message; the announced length delimits, whatever the bytes are."""
    found = []
    marker = b"Content-Type: application/octet-stream\r\n"
    position = 0
    while (start := body.find(marker, position)) >= 0:
        length = int(re.findall(rb"Length=(\d+)", body[position:start])[-1])
        end = body.find(BOUNDARY, start + len(marker) + length)
        if end < 0:
            raise ValueError("no closing boundary")
        found.append((length, body[start + len(marker) : end]))
        position = end
    if not found:
        raise ValueError("no encrypted part")
    return found
