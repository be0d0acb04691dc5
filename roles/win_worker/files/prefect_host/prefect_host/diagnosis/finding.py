# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One line of a diagnosis."""

from __future__ import annotations

import dataclasses
import enum


class Result(enum.StrEnum):
    """How bad it is: a warning lets a worker work, a failure doesn't."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclasses.dataclass(frozen=True)
class Finding:
    """C(check) is a stable name, C(todo) is empty when there is nothing to do."""

    check: str
    result: Result
    found: str
    todo: str = ""


def ok(check: str, found: str) -> Finding:
    return Finding(check, Result.OK, found)


def warning(check: str, found: str, todo: str) -> Finding:
    return Finding(check, Result.WARNING, found, todo)


def failed(check: str, found: str, todo: str) -> Finding:
    return Finding(check, Result.FAILED, found, todo)
