# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong in the stand-in, apart from what goes wrong on a real host."""

from __future__ import annotations


class NotModelled(Exception):
    """The stand-in has no counterpart for this: the caller gets exit code 99, never a guess."""


class ModuleFailure(Exception):
    """A module fails as the real one would; ``result`` adds keys to what it returns."""

    def __init__(self, message: str, **result) -> None:
        super().__init__(message)
        self.message = message
        self.result = result


class NotResolved(Exception):
    """An account name that nobody knows."""


class DirectoryUnavailable(Exception):
    """The domain controller did not answer, or refused this host's machine account."""


class HostDown(Exception):
    """The machine is off or restarting."""
