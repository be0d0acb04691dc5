# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An API key arrives sealed, is kept protected, and is nowhere in clear."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import logging
import os
import time

import pytest
from prefect_host.credential import providers, sealing
from prefect_host.credential.key_store import KeyStore, NotOurs

KEY = "pnu_abcDEF0123456789"
LOGGER = logging.getLogger("test")


class Account:
    """A DPAPI of paper: what one account protects another can't open."""

    def __init__(self, name):
        self._name = name.encode()

    def protect(self, clear):
        return base64.b64encode(self._name + b"\0" + clear)

    def unprotect(self, protected):
        name, _zero, clear = base64.b64decode(protected).partition(b"\0")
        if name != self._name:
            raise NotOurs("Windows can't open it: Key not valid for use in specified state. (-2146893813)")
        return clear


@pytest.fixture(scope="module")
def pair():
    return sealing.new_pair()


@pytest.fixture
def folders(tmp_path):
    for name in ("home", "control"):
        (tmp_path / name).mkdir()
    return tmp_path


@pytest.fixture
def store(folders, pair, monkeypatch):
    monkeypatch.setattr(sealing, "new_pair", lambda: pair)
    made = KeyStore(folders / "home", folders / "control", Account("svc"), LOGGER)
    made.prepare()
    return made


@pytest.fixture
def offer(folders):
    def put(content, seconds_ago=60):
        path = folders / "control" / "credential.sealed"
        path.write_bytes(content)
        os.utime(path, (time.time() - seconds_ago,) * 2)
        return path

    return put


def _provider(store):
    actions = {"prepare": store.prepare, "take-over": lambda: store.take_over() is not None}
    return providers.ApiKey(store, lambda action: actions[action]())


def _public(folders):
    return (folders / "home" / "handover" / "public.pem").read_bytes()


def test_a_key_that_was_handed_over_is_kept_and_the_sealed_file_goes(store, folders, offer):
    path = offer(sealing.seal(KEY, _public(folders)), seconds_ago=0)
    assert store.offered() is not None
    fingerprint = store.take_over()
    assert not path.exists()
    assert store.key() == KEY
    about = json.loads((folders / "home" / "credential.json").read_text())
    assert about["fingerprint"] == fingerprint
    assert hashlib.sha256(bytes.fromhex(about["salt"]) + KEY.encode()).hexdigest() == fingerprint
    assert (about["kind"], len(about["taken_at"])) == ("api_key", 25)


def test_the_key_is_in_no_file_and_in_no_log(store, folders, offer, caplog):
    with caplog.at_level(logging.DEBUG):
        offer(sealing.seal(KEY, _public(folders)))
        store.take_over()
        offer(b'{"schema": 1, "sealed": "' + base64.b64encode(KEY.encode()) + b'"}')
        store.take_over()
    written = b"".join(path.read_bytes() for path in (folders / "home").rglob("*") if path.is_file())
    assert KEY.encode() not in written
    assert KEY not in caplog.text
    assert base64.b64encode(KEY.encode()).decode() not in caplog.text


def test_the_private_key_is_protected_and_the_pair_stays(store, folders, pair):
    private = (folders / "home" / "handover" / "private.dpapi").read_bytes()
    assert pair[0] not in private
    before = _public(folders)
    store.prepare()
    assert _public(folders) == before == pair[1]
    (folders / "home" / "handover" / "public.pem").unlink()
    store.prepare()
    assert _public(folders) == before


def test_another_account_makes_a_pair_of_its_own_and_lacks_the_key(store, folders, offer, monkeypatch):
    offer(sealing.seal(KEY, _public(folders)))
    store.take_over()
    other = KeyStore(folders / "home", folders / "control", Account("other"), LOGGER)
    fresh = sealing.new_pair()
    monkeypatch.setattr(sealing, "new_pair", lambda: (fresh[0], b"another public key"))
    other.prepare()
    assert _public(folders) == b"another public key"
    found = _provider(other).find()
    assert (found.state, found.authorization) == ("missing", None)
    assert "run the role win_worker again" in found.reason


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no JSON with a sealed key"),
        (b"[]", "none of schema 1"),
        (b'{"schema": 2, "sealed": "aaaa"}', "none of schema 1"),
        (b'{"schema": 1}', "no JSON with a sealed key"),
        (b'{"schema": 1, "sealed": "!"}', "no JSON with a sealed key"),
        (b'{"schema": 1, "sealed": "aaaa", "salt": "xyz"}', "no JSON with a sealed key"),
        (b'{"schema": 1, "sealed": "aaaa"}', "sealed for another service"),
    ],
)
def test_what_cannot_be_opened_is_put_aside_and_named(store, offer, caplog, content, why):
    path = offer(content)
    assert store.take_over() is None
    assert not path.exists()
    assert path.with_name("credential.sealed.refused").read_bytes() == content
    assert "credential.sealed is no key for this service" in caplog.text
    assert why in caplog.text


def test_a_file_that_is_still_being_written_is_left_alone(store, offer):
    path = offer(b'{"schema": 1, "sea', seconds_ago=1)
    assert store.take_over() is None
    assert path.exists()


def test_a_key_for_another_host_is_refused(store, offer):
    other = sealing.rsa.generate_private_key(public_exponent=65537, key_size=sealing.BITS)
    form = (sealing.serialization.Encoding.PEM, sealing.serialization.PublicFormat.SubjectPublicKeyInfo)
    offer(sealing.seal(KEY, other.public_key().public_bytes(*form)))
    assert store.take_over() is None
    assert store.key() is None


def test_a_key_that_no_request_can_carry_is_refused_and_the_old_one_stays(store, folders, offer):
    offer(sealing.seal(KEY, _public(folders)))
    store.take_over()
    offer(sealing.seal("{env.PATH}", _public(folders)))
    assert store.take_over() is None
    assert store.key() == KEY


def test_a_disk_that_is_full_leaves_the_sealed_file_for_the_next_time(store, folders, offer, monkeypatch):
    path = offer(sealing.seal(KEY, _public(folders)))
    real = store._protector.protect
    monkeypatch.setattr(store._protector, "protect", lambda _clear: (none for none in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        store.take_over()
    assert path.exists()
    monkeypatch.setattr(store._protector, "protect", real)
    assert store.take_over()


def test_trouble_that_passes_neither_replaces_the_pair_nor_refuses_a_key(store, folders, offer, monkeypatch):
    before = {path.name: path.read_bytes() for path in (folders / "home" / "handover").iterdir()}
    path = offer(sealing.seal(KEY, _public(folders)))
    with monkeypatch.context() as patch:
        patch.setattr(store._protector, "unprotect", lambda _clear: (none for none in ()).throw(OSError("no domain")))
        for action in (store.is_prepared, store.prepare, store.take_over):
            with pytest.raises(OSError, match="no domain"):
                action()
    assert {path.name: path.read_bytes() for path in (folders / "home" / "handover").iterdir()} == before
    assert path.exists()
    assert store.take_over()


def test_a_file_that_cannot_be_read_now_is_no_reason_for_a_new_pair(store, folders):
    private = folders / "home" / "handover" / "private.dpapi"
    private.unlink()
    private.mkdir()
    before = _public(folders)
    with pytest.raises(IsADirectoryError):
        store.prepare()
    assert _public(folders) == before


def test_a_key_that_cannot_be_taken_over_is_tried_again_after_a_while_or_when_it_changes(store, offer):
    now, asked = [100.0], []

    def fail(action):
        asked.append(action)
        raise OSError("disk full")

    def look():
        with contextlib.suppress(OSError):
            provider.renew()
        return len(asked)

    provider = providers.ApiKey(store, fail, lambda: now[0])
    assert look() == 0
    offer(b"x", seconds_ago=60)
    assert look() == 1
    now[0] += 29
    assert look() == 1
    now[0] += 1
    assert look() == 2
    offer(b"x", seconds_ago=50)
    assert look() == 3
    assert look() == 3


def test_a_take_over_that_was_cut_short_is_done_again(store, folders, offer):
    content = sealing.seal(KEY, _public(folders))
    offer(content)
    first = store.take_over()
    offer(content)
    assert store.take_over() == first
    assert store.key() == KEY


def test_an_api_key_provider_tells_what_there_is(store, folders, offer):
    provider = _provider(store)
    assert not provider.renew()
    found = provider.find()
    assert (found.kind, found.state) == ("api_key", "missing")
    assert "no API key was handed over yet" in found.reason
    offer(sealing.seal(KEY, _public(folders)))
    assert provider.renew()
    found = provider.find()
    assert (found.state, found.authorization, found.reason) == ("present", f"Bearer {KEY}", "")
    assert found.fingerprint == store.about()["fingerprint"]
    assert KEY not in repr(found)


def test_no_credential_is_always_there():
    found = providers.NoCredential().find()
    assert (found.kind, found.state, found.authorization) == ("none", "present", None)


def test_a_token_file_is_named_by_what_is_wrong_with_it(tmp_path):
    path = tmp_path / "token"
    provider = providers.TokenFile(str(path))
    assert provider.find().state == "missing"
    assert "No such file" in provider.find().reason
    for content in ("", "two words", "two\nlines", "ä"):
        path.write_text(content)
        assert provider.find().reason == (
            f"no token in {path}: it is empty, or holds more than one token; look at what keeps it fresh"
        )
    path.write_text("eyJ.eyJ.sig\r\n")
    os.utime(path, (0, 0))
    found = provider.find()
    assert (found.state, found.taken_at) == ("present", "1970-01-01T00:00:00+00:00")
    assert found.authorization == f"Bearer {{file.{path}}}"
