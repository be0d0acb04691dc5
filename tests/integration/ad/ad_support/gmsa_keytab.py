# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a managed password to a keytab, as a host that may retrieve it does.

Blob: MS-ADTS 2.2.19. Salt of an account that is a computer to Kerberos: MS-KILE 3.1.1.2. Keys: RFC 3962.
"""

from __future__ import annotations

import pathlib
import struct
import time

import krb5

AES128, AES256 = 17, 18
_HEADER = struct.Struct("<HHIHHHH")
_ITERATIONS = struct.pack(">I", 4096)


def current_password(blob: bytes) -> bytes:
    """The password as Kerberos takes it: UTF-8 of random UTF-16, of which some units belong to no character."""
    version, _reserved, length, current, previous, query_interval, _unchanged = _HEADER.unpack_from(blob)
    assert (version, length) == (1, len(blob)), f"not a managed password: version {version}, length {length}"
    raw = blob[current : previous or query_interval]
    return raw[:256].decode("utf-16-le", "replace").encode()


def write(file: pathlib.Path, blob: bytes, account: str, realm: str, version: int) -> None:
    """A keytab with both AES keys of an account (sAMAccountName). version is its msDS-KeyVersionNumber."""
    context = krb5.init_context()
    keytab = krb5.kt_resolve(context, f"FILE:{file}".encode())
    principal = krb5.parse_name_flags(context, f"{account}@{realm}".encode())
    host = f"{account.rstrip('$')}.{realm}".lower()
    for kind in (AES256, AES128):
        key = krb5.c_string_to_key(context, kind, current_password(blob), f"{realm}host{host}".encode(), _ITERATIONS)
        krb5.kt_add_entry(context, keytab, principal, version, int(time.time()), key)
    file.chmod(0o600)
