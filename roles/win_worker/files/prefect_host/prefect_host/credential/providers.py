# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the credential comes from. One small protocol; a new source is one more class that fulfils it."""

from __future__ import annotations

import dataclasses
import datetime
import pathlib
import time
import typing as t

from prefect_host.credential.handover import PREPARE, TAKE_OVER
from prefect_host.injector import caddy_config

if t.TYPE_CHECKING:
    from prefect_host.credential.key_store import KeyStore

PRESENT, MISSING = "present", "missing"
# Before a key that could not be taken over is tried again: each time is a process.
AGAIN_SECONDS = 30.0


@dataclasses.dataclass(frozen=True)
class Found:
    """What there is. C(reason) says what is missing and what to do; C(taken_at) is when it was handed over or written.
    C(authorization), the header's value for Caddy, is None when there is none to put on."""

    kind: str
    state: str
    reason: str = ""
    fingerprint: str = ""
    taken_at: str = ""
    authorization: str | None = dataclasses.field(default=None, repr=False)


class Provider(t.Protocol):
    """One source of a credential."""

    def prepare(self) -> None:
        """Once, at the start of the service. Raises OSError."""

    def renew(self) -> bool:
        """Look for a new one, and make it the one that C(find) tells. Whether there is. Raises OSError."""

    def find(self) -> Found:
        """What there is now. Never raises."""


class NoCredential:
    """A Prefect that asks for none."""

    def prepare(self) -> None:
        pass

    def renew(self) -> bool:
        return False

    def find(self) -> Found:
        return Found("none", PRESENT)


class ApiKey:
    """A key that the role hands over. C(handover) runs an action of the module of this name; whether it was done."""

    def __init__(
        self, store: KeyStore, handover: t.Callable[[str], bool], clock: t.Callable[[], float] = time.monotonic
    ) -> None:
        self._store, self._handover, self._clock = store, handover, clock
        self._tried: int | None = None
        self._again_at = 0.0

    def prepare(self) -> None:
        if not self._store.is_prepared():
            self._handover(PREPARE)

    def renew(self) -> bool:
        offered = self._store.offered()
        if offered is None or (offered == self._tried and self._clock() < self._again_at):
            return False
        self._tried, self._again_at = offered, self._clock() + AGAIN_SECONDS
        return self._handover(TAKE_OVER)

    def find(self) -> Found:
        about = self._store.about()
        try:
            key = self._store.key()
            if key is None:
                return Found("api_key", MISSING, "no API key was handed over yet; run the role win_worker")
            known = (str(about.get("fingerprint", "")), str(about.get("taken_at", "")))
            return Found("api_key", PRESENT, "", *known, authorization=caddy_config.bearer(key))
        except (OSError, ValueError) as error:
            return Found("api_key", MISSING, f"the API key can't be opened: {error}; run the role win_worker again")


class TokenFile:
    """A token that somebody else keeps fresh in a file; the injector reads it for each request."""

    def __init__(self, path: str) -> None:
        self._path = pathlib.Path(path)

    def prepare(self) -> None:
        pass

    def renew(self) -> bool:
        return False

    def find(self) -> Found:
        try:
            written = datetime.datetime.fromtimestamp(self._path.stat().st_mtime, datetime.UTC)
            caddy_config.bearer(self._path.read_bytes().decode("ascii", "replace").rstrip("\r\n"))
        except OSError as error:
            return self._missing(error.strerror or type(error).__name__)
        except ValueError:
            return self._missing("it is empty, or holds more than one token")
        value = caddy_config.bearer_from_file(str(self._path))
        return Found("token_file", PRESENT, taken_at=written.isoformat(timespec="seconds"), authorization=value)

    def _missing(self, why: str) -> Found:
        return Found("token_file", MISSING, f"no token in {self._path}: {why}; look at what keeps it fresh")
