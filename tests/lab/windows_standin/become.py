# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``become: runas``, refused as Windows refuses. Simulated: Wine has one user; the password is tried for real."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .accounts import SERVICE_ACCOUNTS
from .errors import DirectoryUnavailable, NotModelled, NotResolved
from .logon import Logon, logon_of

if TYPE_CHECKING:
    from .host import Host


class BecomeFailed(Exception):
    """The message of ``become_wrapper``."""


def become(host: Host, parameters: dict) -> Logon:
    user, password = str(parameters.get("BecomeUser") or ""), str(parameters.get("BecomePassword") or "")
    try:
        sid = host.accounts.sid(user)
    except NotResolved:
        raise BecomeFailed(f"Failed to become user '{user}': no such account (error 1332)") from None
    except DirectoryUnavailable as error:
        raise BecomeFailed(f"Failed to become user '{user}': the domain controller cannot be asked: {error}") from None
    logon = logon_of(host.accounts.name(sid), host.configuration)
    if sid in SERVICE_ACCOUNTS:
        return logon
    if logon.domain.upper() != host.configuration.netbios.upper():
        raise NotModelled(f"become with the local account {logon.account}")
    try:
        right = host.directory.password_is_right(logon.user, password)
    except DirectoryUnavailable as error:
        raise BecomeFailed(f"Failed to become user '{user}': the domain controller cannot be asked: {error}") from None
    if not right:
        raise BecomeFailed(f"Failed to become user '{user}': The user name or password is incorrect (error 1326)")
    return logon
