# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An API key that only the service of one worker can read."""

from __future__ import annotations

DOCUMENTATION = r"""
name: seal_credential
short_description: Encrypt an API key for the service of one worker
version_added: 0.4.0
author:
  - flowops.prefect contributors (@flowops-prefect)
description:
  - Encrypts an API key with the public key that the service of a worker made for itself, by RSA-OAEP with SHA-256. Only
    that service, under its own account and on its own host, can read it.
  - The text is what the file C(control\credential.sealed) of the worker has to hold. It may be shown and logged.
positional: public_key
options:
  _input:
    description: The API key, as it stands behind C(Bearer) in a request. At most 318 characters.
    type: str
    required: true
  public_key:
    description: Content of the file C(home\handover\public.pem) of the worker; an RSA key of at least 3072 bits.
    type: str
    required: true
requirements:
  - cryptography
notes:
  - Each call gives another text, also for the same key. Compare with
    P(flowops.prefect.credential_fingerprint#filter) to find out whether the worker has the key already.
seealso:
  - plugin: flowops.prefect.credential_fingerprint
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Hand over the key
  ansible.windows.win_copy:
    content: "{{ prefect_api_key | flowops.prefect.seal_credential(public.content | b64decode) }}"
    dest: C:\ProgramData\flowops\workers\default\control\credential.sealed
"""

RETURN = r"""
_value:
  description: JSON with C(schema), C(sealed), C(salt) and C(fingerprint), which tells the key by that salt.
  type: str
"""

import base64
import hashlib
import json
import re
import secrets
import typing as t

from ansible.errors import AnsibleFilterError

try:
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import padding, rsa
except ImportError as error:
    CRYPTOGRAPHY_IMPORT_ERROR: ImportError | None = error
else:
    CRYPTOGRAPHY_IMPORT_ERROR = None

_LEAST_BITS = 3072
# What RFC 6750 allows behind "Bearer".
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")
# Of OAEP with SHA-256: two hashes and two bytes.
_OVERHEAD = 2 * 32 + 2
_SALT_BYTES = 16


def seal_credential(api_key: t.Any, public_key: t.Any) -> str:
    """What the file C(credential.sealed) holds. AnsibleFilterError, without the key, for what can't be sealed."""
    if CRYPTOGRAPHY_IMPORT_ERROR is not None:
        raise AnsibleFilterError("seal_credential needs the Python package cryptography on the controller; install it")
    if not isinstance(api_key, str) or not _TOKEN.fullmatch(api_key):
        raise AnsibleFilterError(
            "seal_credential got an API key that no request can carry: it is empty, or holds something else than"
            " letters, digits and . _ ~ + / - with = at the end; look for a blank or an end of line in the variable"
        )
    key = _public_key(public_key)
    plain, room = api_key.encode(), key.key_size // 8 - _OVERHEAD
    if len(plain) > room:
        raise AnsibleFilterError(
            f"seal_credential got an API key of {len(plain)} characters; {room} is the most; use a token file instead"
        )
    how = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)
    salt = secrets.token_bytes(_SALT_BYTES)
    sealed = {
        "schema": 1,
        "sealed": base64.b64encode(key.encrypt(plain, how)).decode(),
        "salt": salt.hex(),
        "fingerprint": hashlib.sha256(salt + plain).hexdigest(),
    }
    return json.dumps(sealed, sort_keys=True)


def _public_key(text: t.Any) -> rsa.RSAPublicKey:
    try:
        key = serialization.load_pem_public_key(str(text).encode())
    except ValueError:
        key = None
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < _LEAST_BITS:
        raise AnsibleFilterError(
            f"seal_credential got no public RSA key of {_LEAST_BITS} bits or more as PEM; the service of the worker"
            r" makes it when it starts, as home\handover\public.pem"
        )
    return key


class FilterModule:
    """The filter of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Filters by name."""
        return {"seal_credential": seal_credential}
