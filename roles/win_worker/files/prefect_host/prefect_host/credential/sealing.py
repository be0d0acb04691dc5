# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sealing an API key for one service: RSA-OAEP with SHA-256. Needs nothing but cryptography.

Imported when a key is made or handed over, and not before: a service that only runs has no use for it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import typing as t

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

SCHEMA = 1
BITS = 3072
SALT_BYTES = 16
_HOW = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)


class NotForUs(ValueError):
    """A sealed key that can't be opened. One line, without anything of its content."""


class Opened(t.NamedTuple):
    """The key, and by what others know that it has arrived: hexadecimal salt and fingerprint."""

    key: str
    salt: str
    fingerprint: str


def new_pair() -> tuple[bytes, bytes]:
    """A private key (PKCS 8, DER) and its public half (PEM)."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    private = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private, public_half(private)


def public_half(private: bytes) -> bytes:
    """PEM. Raises ValueError for what is no private key."""
    key = _private(private)
    return key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )  # fmt: skip


def fingerprint(key: str, salt: str) -> str:
    """Hexadecimal SHA-256 of the salt's bytes and the key."""
    return hashlib.sha256(bytes.fromhex(salt) + key.encode()).hexdigest()


def seal(key: str, public: bytes) -> bytes:
    """What C(control\\credential.sealed) holds. Raises ValueError for a key that is too long."""
    public_key = serialization.load_pem_public_key(public)
    if not isinstance(public_key, rsa.RSAPublicKey):
        raise ValueError("the public key is none of RSA")
    salt = secrets.token_hex(SALT_BYTES)
    sealed = base64.b64encode(public_key.encrypt(key.encode(), _HOW)).decode()
    document = {"schema": SCHEMA, "sealed": sealed, "salt": salt, "fingerprint": fingerprint(key, salt)}
    return json.dumps(document, sort_keys=True).encode()


def unseal(content: bytes, private: bytes) -> Opened:
    """Open what C(seal) made. Raises NotForUs."""
    try:
        document = json.loads(content)
        if not isinstance(document, dict) or document.get("schema") != SCHEMA:
            raise NotForUs(f"it is none of schema {SCHEMA}")
        sealed = base64.b64decode(document["sealed"], validate=True)
        salt = str(document.get("salt") or secrets.token_hex(SALT_BYTES))
        bytes.fromhex(salt)
    except NotForUs:
        raise
    except (KeyError, TypeError, ValueError) as error:
        # The error's own text may repeat what is in there.
        raise NotForUs("it is no JSON with a sealed key") from error
    try:
        key = _private(private).decrypt(sealed, _HOW).decode("ascii")
    except ValueError as error:
        raise NotForUs("it was sealed for another service, or with an older public key") from error
    return Opened(key, salt, fingerprint(key, salt))


def _private(private: bytes) -> rsa.RSAPrivateKey:
    key = serialization.load_der_private_key(private, None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError("the private key is none of RSA")
    return key
