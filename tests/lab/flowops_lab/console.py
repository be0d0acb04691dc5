# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the lab says: plain lines on stderr, results (a path, a table) on stdout, one line per error."""

from __future__ import annotations

import sys
import time


class LabError(Exception):
    """What failed, where, and what to do, in one line."""

    exit_code = 1

    def __init__(self, what: str, where: object, todo: str) -> None:
        super().__init__(what, str(where), todo)
        self.what, self.where, self.todo = what, str(where), todo

    def __str__(self) -> str:
        return " ".join(f"{self.what} ({self.where}): {self.todo}".split())


class NotAvailable(LabError):
    """This machine can't have the thing at all (no root, another distribution, no such Python)."""

    exit_code = 3


_started = time.monotonic()


def say(message: str) -> None:
    """One progress line, with the seconds since the start of the command."""
    print(f"[{time.monotonic() - _started:6.1f}s] {message}", file=sys.stderr, flush=True)
