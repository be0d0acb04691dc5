# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows keeps it: only this account on this host can read what was protected. Talks to Windows."""

from __future__ import annotations

import pywintypes
import win32crypt

from prefect_host.credential.key_store import NotOurs

# Never a dialogue: a service would wait for it for ever.
CRYPTPROTECT_UI_FORBIDDEN = 0x1
# ERROR_INVALID_DATA, ERROR_INVALID_PARAMETER, NTE_BAD_KEY, NTE_BAD_DATA, NTE_BAD_KEY_STATE. With any other one (no
# domain controller, a profile that isn't loaded, no memory) Windows has not looked at it.
_REFUSALS = frozenset({13, 87, 0x80090003, 0x80090005, 0x8009000B})


class Dpapi:
    """User scope. C(entropy), the instance's name, keeps one instance's secrets apart from another's."""

    def __init__(self, entropy: str) -> None:
        self._entropy = entropy.encode()

    def protect(self, clear: bytes) -> bytes:
        """Raises OSError."""
        try:
            protected = win32crypt.CryptProtectData(
                clear, "flowops-prefect-worker", self._entropy, None, None, CRYPTPROTECT_UI_FORBIDDEN
            )
        except pywintypes.error as error:
            raise OSError(f"Windows can't protect the key: {error.strerror} ({error.winerror})") from error
        return bytes(protected)

    def unprotect(self, protected: bytes) -> bytes:
        """Raises NotOurs: mostly, another account has protected it. Raises another OSError for what may pass."""
        try:
            _description, clear = win32crypt.CryptUnprotectData(
                protected, self._entropy, None, None, CRYPTPROTECT_UI_FORBIDDEN
            )
        except pywintypes.error as error:
            kind = NotOurs if error.winerror & 0xFFFFFFFF in _REFUSALS else OSError
            raise kind(f"Windows can't open it: {error.strerror} ({error.winerror})") from error
        return bytes(clear)
