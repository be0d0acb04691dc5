# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""As whom this process runs."""

from __future__ import annotations

import typing as t

# Local System, Local Service, Network Service.
OF_THE_SYSTEM = frozenset({"S-1-5-18", "S-1-5-19", "S-1-5-20"})


def own() -> str:
    """C(DOMAIN\\name), asked of the system: USERNAME and USERDOMAIN say what somebody has set them to.

    Local System is the host's own account, C(DOMAIN\\HOST$). Raises C(pywintypes.error) where Windows does not say it.
    Source: GetUserNameExW, NameSamCompatible.
    """
    try:
        import win32api
        import win32con
    except ImportError:
        import os
        import pwd
        import socket

        return f"{socket.gethostname()}\\{pwd.getpwuid(os.geteuid()).pw_name}"
    return str(win32api.GetUserNameEx(win32con.NameSamCompatible))


def other_than(expected: str) -> str:
    """C(own) where this is not the account C(expected), C(DOMAIN\\name); empty where it is, and where nobody can tell.

    Identifiers are compared, so a spelling makes no difference. A domain that can't be asked is no reason to refuse a
    service; Local System and its like are known without one. Raises C(pywintypes.error) where the process can't be
    asked. Source: GetTokenInformation, TokenUser; LookupAccountNameW; well-known SIDs of MS-DTYP 2.4.2.4.
    """
    import pywintypes
    import win32api
    import win32con
    import win32security

    token = win32security.OpenProcessToken(win32api.GetCurrentProcess(), win32con.TOKEN_QUERY)
    sid = _text(win32security.GetTokenInformation(token, win32security.TokenUser)[0])
    try:
        is_other = sid != _text(win32security.LookupAccountName(None, expected)[0])
    except pywintypes.error:
        is_other = sid in OF_THE_SYSTEM
    return own() if is_other else ""


def _text(sid: t.Any) -> str:
    import win32security

    return str(win32security.ConvertSidToStringSid(sid))
