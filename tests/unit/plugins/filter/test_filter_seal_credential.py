# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A sealed key opens with the private key alone, is known by its fingerprint, and is in no error."""

from __future__ import annotations

import base64
import functools
import importlib.util
import json
import pathlib

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.flowops.prefect.plugins.filter import credential_fingerprint as fingerprints
from ansible_collections.flowops.prefect.plugins.filter import seal_credential as seals
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

KEY = "pnu_Ab-c._~+/9=="
SERVICE = pathlib.Path(__file__).parents[4] / "roles/win_worker/files/prefect_host/prefect_host/credential/sealing.py"
seal, fingerprint = seals.seal_credential, fingerprints.credential_fingerprint


@functools.cache
def private_key(bits: int = 3072) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def public(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, form).decode()


def opened(text: str) -> str:
    how = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)
    return private_key().decrypt(base64.b64decode(json.loads(text)["sealed"]), how).decode()


def test_they_are_known_by_their_names() -> None:
    assert seals.FilterModule().filters() == {"seal_credential": seal}
    assert fingerprints.FilterModule().filters() == {"credential_fingerprint": fingerprint}


@pytest.mark.parametrize("key", [KEY, "x", "y" * 318])
def test_the_private_key_opens_it_and_the_text_shows_nothing(key: str) -> None:
    text = seal(key, public(private_key()))
    assert opened(text) == key
    assert len(key) < 2 or key not in text
    assert json.loads(text)["schema"] == 1


def test_the_service_opens_what_the_controller_sealed_and_both_know_it_by_one_fingerprint() -> None:
    spec = importlib.util.spec_from_file_location("sealing", SERVICE)
    service = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(service)
    private, public_half = service.new_pair()
    opened = service.unseal(seal(KEY, public_half.decode()).encode(), private)
    assert opened.key == KEY
    assert fingerprint(KEY, opened.salt) == opened.fingerprint


def test_the_fingerprint_tells_the_key_and_the_salt_is_another_one_each_time() -> None:
    one, other = (json.loads(seal(KEY, public(private_key()))) for _number in range(2))
    assert fingerprint(KEY, one["salt"]) == one["fingerprint"]
    assert fingerprint(KEY + "=", one["salt"]) != one["fingerprint"]
    assert one["salt"] != other["salt"]
    assert one["fingerprint"] != other["fingerprint"]


@pytest.mark.parametrize("key", ["", " pnu_secret", "pnu_secret\n", "pnu secret", "pnu=secret", "pnu_sécret", None, 7])
def test_a_key_that_no_request_can_carry_is_refused_and_not_shown(key: object) -> None:
    with pytest.raises(AnsibleFilterError, match="no request can carry") as refused:
        seal(key, public(private_key()))
    assert "cret" not in str(refused.value)


def test_a_key_that_is_too_long_is_refused_and_not_shown() -> None:
    with pytest.raises(AnsibleFilterError, match=r"319 characters; 318 is the most") as refused:
        seal("y" * 319, public(private_key()))
    assert "yyy" not in str(refused.value)


@pytest.mark.parametrize("kind", ["no key", "short", "curve", "nothing"])
def test_a_public_key_of_another_kind_is_refused(kind: str) -> None:
    keys = {
        "no key": "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
        "short": public(private_key(2048)),
        "curve": public(ec.generate_private_key(ec.SECP256R1())),
        "nothing": None,
    }
    with pytest.raises(AnsibleFilterError, match=r"no public RSA key of 3072 bits.*public\.pem") as refused:
        seal(KEY, keys[kind])
    assert KEY not in str(refused.value)


def test_without_the_package_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seals, "CRYPTOGRAPHY_IMPORT_ERROR", ImportError("no"))
    with pytest.raises(AnsibleFilterError, match="needs the Python package cryptography"):
        seal(KEY, public(private_key()))


@pytest.mark.parametrize(("key", "salt"), [(None, "00"), (KEY, "xy"), (KEY, None)])
def test_a_fingerprint_of_nothing_is_an_error_that_shows_nothing(key: object, salt: object) -> None:
    with pytest.raises(AnsibleFilterError) as refused:
        fingerprint(key, salt)
    assert KEY not in str(refused.value)
