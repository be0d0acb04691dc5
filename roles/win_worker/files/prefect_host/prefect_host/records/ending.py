# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The end that Python doesn't see: on Windows Prefect cancels a flow run with CTRL_BREAK, which ends it at once."""

from __future__ import annotations

import typing as t

# Windows' numbers for CTRL_BREAK, the console that closes, the user who logs off, the system that shuts down.
ENDINGS = {1, 2, 5, 6}
# Windows itself waits for 5 seconds.
SECONDS = 3.0


def drain_before_the_end(drain: t.Callable[[float], None]) -> None:
    """Call C(drain) with the seconds it may take when Windows is about to end this process. Nothing else changes: the
    process ends as it would have. Raises ImportError where no Windows is."""
    import win32api

    def handle(event: int) -> bool:
        if event in ENDINGS:
            drain(SECONDS)
        # Not handled: the next one, in the end Windows' own, does what is to be done.
        return False

    win32api.SetConsoleCtrlHandler(handle, True)
