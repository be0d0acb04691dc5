# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a process lives. Python's own os.kill(pid, 0) would end it on Windows."""

from __future__ import annotations

import os
import sys

_QUERY_LIMITED = 0x1000
_SYNCHRONIZE = 0x100000
_WAIT_TIMEOUT = 0x102
_ACCESS_DENIED = 5


def is_alive(pid: int) -> bool:
    """A process that we may not look at is alive."""
    if sys.platform == "win32":
        return _is_alive_on_windows(pid)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _is_alive_on_windows(pid: int) -> bool:
    import pywintypes
    import win32api
    import win32event

    try:
        handle = win32api.OpenProcess(_QUERY_LIMITED | _SYNCHRONIZE, False, pid)
    except pywintypes.error as error:
        return bool(error.winerror == _ACCESS_DENIED)
    try:
        return bool(win32event.WaitForSingleObject(handle, 0) == _WAIT_TIMEOUT)
    finally:
        handle.Close()
