# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ports on loopback."""

from __future__ import annotations

import socket
import sys


def any_free() -> int:
    """One that nobody listens on now; somebody may a moment later."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def chosen(configured: int) -> int:
    """The configured port, or any that is free for 0."""
    return configured or any_free()


def is_taken(port: int) -> bool:
    """Whether somebody answers there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def is_refused(port: int) -> bool:
    """Whether the system doesn't hand it out: somebody holds it without an answer, or Windows has reserved it."""
    with socket.socket() as probe:
        if sys.platform != "win32":
            # On Windows this would take the port away from its owner; elsewhere old connections would count as one.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


class Choice:
    """A port that nobody holds on to between two starts: another one when it is taken, unless it was configured."""

    def __init__(self, configured: int) -> None:
        self._configured, self.port = configured, chosen(configured)

    def renew(self) -> None:
        """Before a start."""
        if self._configured == 0 and is_taken(self.port):
            self.port = any_free()
