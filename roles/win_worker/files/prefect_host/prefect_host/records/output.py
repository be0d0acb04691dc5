# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the worker and its flow runs print, on its way from their pipe into worker.log."""

from __future__ import annotations

import re
import typing as t

from prefect_host.records.limits import Limits
from prefect_host.records.masking import MASK, Masker
from prefect_host.records.pipe import Pipe
from prefect_host.records.trouble import Trouble

if t.TYPE_CHECKING:
    import logging

    from prefect_host.records.line import Line

# One stream carries all runs of a worker, each with limits of its own: more than theirs, so that a flood that is over
# in a run isn't cut a second time here.
LIMITS = Limits(burst=4000, per_second=2000, text=0)
DRAIN_SECONDS = 3.0
# A private key has no more lines.
LONGEST_KEY = 200
_KEY_BEGINS = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----(?!.*-----END)")
_KEY_ENDS = re.compile(r"-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----")


class OutputSink:
    """Into a log of the service, without secrets: also those of a private key, whose lines come one by one."""

    batch = 200
    pause = 0.0

    def __init__(self, logger: logging.Logger, mask: t.Callable[[str], str]) -> None:
        self._logger, self._mask = logger, mask
        self._of_key = 0

    def write(self, lines: list[Line]) -> None:
        for line in lines:
            self._logger.info("%s", self._without_key(line))

    def _without_key(self, line: Line) -> str:
        if self._of_key and line.event is None:
            self._of_key = 0 if _KEY_ENDS.search(line.text) else self._of_key - 1
            return MASK
        if _KEY_BEGINS.search(line.text):
            self._of_key = LONGEST_KEY
        return line.shown(self._mask)


def output_pipe(logger: logging.Logger, secrets: t.Iterable[str] = ()) -> Pipe:
    """Its thread lives as long as something is written: close it at the end."""
    sink = OutputSink(logger, Masker(secrets))
    return Pipe("output", sink, LIMITS, Trouble("the log can't be written", None, lambda _line: None))
