# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The API key of one instance: taken over sealed, kept protected, known to others by a fingerprint."""

from __future__ import annotations

import contextlib
import os
import pathlib
import time
import typing as t

from prefect_host import files
from prefect_host.injector import caddy_config
from prefect_host.markers import now

if t.TYPE_CHECKING:
    import logging

SEALED = "credential.sealed"
# A file that is still being written is no refused one.
WRITTEN_SECONDS = 10


class NotOurs(OSError):
    """What was protected by another account, or is no longer what was protected. It will never be opened."""


class Protector(t.Protocol):
    """DPAPI, or its double."""

    def protect(self, clear: bytes) -> bytes:
        """Raises OSError."""

    def unprotect(self, protected: bytes) -> bytes:
        """Raises NotOurs, and another OSError for what may be different the next time."""


class KeyStore:
    """Files below the folders C(home) and C(control). Nothing of a key is ever logged."""

    def __init__(
        self,
        home: str | os.PathLike[str],
        control: str | os.PathLike[str],
        protector: Protector,
        logger: logging.Logger,
    ) -> None:
        self._home, self._sealed = pathlib.Path(home), pathlib.Path(control) / SEALED
        self._protector, self._logger = protector, logger
        self._private = self._home / "handover" / "private.dpapi"
        self._public = self._home / "handover" / "public.pem"
        self._kept, self._about = self._home / "credential.dpapi", self._home / "credential.json"

    def is_prepared(self) -> bool:
        """Whether there is a pair to seal with, and it is ours. Raises OSError when that can't be told now."""
        return self._public.exists() and self._open_private() is not None

    def prepare(self) -> None:
        """Have a pair to seal with. One that another account has made is replaced. Raises OSError."""
        if self.is_prepared():
            return
        private = self._open_private()
        from prefect_host.credential import sealing

        self._private.parent.mkdir(parents=True, exist_ok=True)
        if private is None:
            private, public = sealing.new_pair()
            files.replace(self._private, self._protector.protect(private))
        else:
            public = sealing.public_half(private)
        files.replace(self._public, public)

    def offered(self) -> int | None:
        """Another number for each key that was handed over; None while none is waiting. Raises OSError."""
        try:
            return self._sealed.stat().st_mtime_ns
        except FileNotFoundError:
            return None

    def take_over(self) -> str | None:
        """Open and keep the key that was handed over, and delete what was handed over; its fingerprint.

        What can't be opened is put aside, named in the log, and None is returned. Raises OSError when this host can't
        keep it now: the next call tries again.
        """
        from prefect_host.credential import sealing

        content = self._sealed.read_bytes()
        try:
            opened = sealing.unseal(content, self._open_private() or b"")
            caddy_config.bearer(opened.key)
        except ValueError as error:
            # ValueError also covers an empty private key; its own text says nothing of the content.
            if time.time() - self._sealed.stat().st_mtime >= WRITTEN_SECONDS:
                self._put_aside(str(error))
            return None
        files.replace(self._kept, self._protector.protect(opened.key.encode()))
        about = {"kind": "api_key", "salt": opened.salt, "fingerprint": opened.fingerprint, "taken_at": now()}
        files.replace_json(self._about, about)
        # Last: whatever ends us before leaves it to be taken over once more.
        self._sealed.unlink(missing_ok=True)
        return opened.fingerprint

    def key(self) -> str | None:
        """The key in clear, None when there is none yet. Raises OSError when it can't be opened."""
        try:
            protected = self._kept.read_bytes()
        except FileNotFoundError:
            return None
        return self._protector.unprotect(protected).decode("ascii")

    def about(self) -> dict[str, t.Any]:
        """C(credential.json): kind, salt, fingerprint, taken_at; empty without a key or when it can't be read."""
        with contextlib.suppress(OSError, ValueError):
            return files.read_json(self._about) or {}
        return {}

    def _open_private(self) -> bytes | None:
        """None without one of ours. Others hold keys that were sealed for this pair: no passing trouble ends it."""
        try:
            return self._protector.unprotect(self._private.read_bytes())
        except FileNotFoundError:
            return None
        except NotOurs as error:
            self._logger.warning("%s: %s; a new pair is made", self._private, error)
            return None

    def _put_aside(self, why: str) -> None:
        refused = self._sealed.with_name(f"{SEALED}.refused")
        self._sealed.replace(refused)
        self._logger.error(
            "%s is no key for this service: %s; read %s anew and hand the key over again (it is kept as %s)",
            self._sealed, why, self._public, refused.name,
        )  # fmt: skip
