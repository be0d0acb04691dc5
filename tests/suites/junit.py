# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What pytest's JUnit file says, as counts."""

from __future__ import annotations

import dataclasses
import pathlib
from xml.etree import ElementTree


@dataclasses.dataclass
class Result:
    """Counts of one suite. ``absent`` says in one line why it did not run at all."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    status: int = 0
    absent: str = ""

    @property
    def good(self) -> bool:
        """Ran, found tests, and nothing failed or was left out; or can't run on this machine."""
        return bool(self.absent) or (self.status == 0 and self.passed > 0 and not self.failed and not self.skipped)

    def counts(self) -> str:
        """As pytest writes it: ``3 failed, 20 passed``."""
        parts = [
            f"{number} {word}"
            for number, word in ((self.failed, "failed"), (self.passed, "passed"), (self.skipped, "skipped"))
            if number
        ]
        return ", ".join(parts) or "no tests ran"


def read(junit: pathlib.Path, status: int, seconds: float) -> Result:
    """Counts from a JUnit file; a missing or broken file counts as one failure."""
    try:
        cases = list(ElementTree.parse(junit).iter("testcase"))
    except (OSError, ElementTree.ParseError):
        return Result(failed=1, seconds=seconds, status=status or 1)
    failed = sum(1 for case in cases if case.find("failure") is not None or case.find("error") is not None)
    skipped = sum(1 for case in cases if case.find("skipped") is not None)
    return Result(len(cases) - failed - skipped, failed, skipped, seconds, status)


def total(results: list[Result], seconds: float) -> Result:
    """All suites that ran, as one."""
    ran = [result for result in results if not result.absent]
    return Result(
        sum(result.passed for result in ran),
        sum(result.failed for result in ran),
        sum(result.skipped for result in ran),
        seconds,
    )
