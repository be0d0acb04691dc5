# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""API keys: shown once, kept as a hash."""

from __future__ import annotations

import hashlib
import secrets
import string
import uuid
from typing import Any

from prefect_cloud import clock
from prefect_cloud.store import Record, Store

_ALPHABET = string.ascii_letters + string.digits
PREFIXES = {"user": "pnu_", "bot": "pnb_"}


def digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def create(store: Store, kind: str, actor_id: str, name: str, expiration: str | None = None) -> tuple[Record, str]:
    """A new key of an actor: its record, and the key itself, which is kept nowhere."""
    key = PREFIXES[kind] + "".join(secrets.choice(_ALPHABET) for place in range(36))
    record = store.keys.put(
        {
            "id": str(uuid.uuid4()),
            "actor_id": actor_id,
            "name": name,
            "expiration": expiration,
            "hash": digest(key),
            "masked_key": f"{PREFIXES[kind]}...{key[-4:]}",
            "rotating": False,
        }
    )
    return record, key


def find(store: Store, key: str) -> Record | None:
    """The record of a key that works now."""
    hashed = digest(key)
    for record in store.keys.values():
        if record["hash"] == hashed:
            return None if clock.is_past(record["expiration"]) else record
    return None


def of_actor(store: Store, actor_id: str, *, rotating: bool = False) -> list[Record]:
    """Keys of an actor; those being rotated out drop off the list when they expire."""
    found = [record for record in store.keys.values() if record["actor_id"] == actor_id]
    return [
        record
        for record in found
        if record["rotating"] == rotating and not (rotating and clock.is_past(record["expiration"]))
    ]


def drop_all(store: Store, actor_id: str) -> None:
    for record in [record for record in store.keys.values() if record["actor_id"] == actor_id]:
        store.keys.drop(record["id"])


def shown(record: Record) -> dict[str, Any]:
    """A key as it is read."""
    return {name: record[name] for name in ("id", "created", "name", "expiration", "masked_key")}


def shown_once(record: Record, key: str) -> dict[str, Any]:
    """A key as it is read once, in the answer that makes it."""
    return {**{name: record[name] for name in ("id", "created", "name", "expiration")}, "key": key}
