# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rotation of a log that somebody else may have open.

On Windows such a file can't be renamed, unless it was opened with FILE_SHARE_DELETE, which few editors, scanners and
log agents do. The standard library's handler finds out when it has shifted its backups; it drops the line, and does the
same again at the next one.
"""

from __future__ import annotations

import logging
import logging.handlers
import os
import time
import typing as t

RETRY_SECONDS = 60


class PatientRotatingFileHandler(logging.handlers.RotatingFileHandler):
    """Rotates when it can; until then the file grows. No line is lost, and no backup but the oldest.

    The full file becomes number 0 first: when that works, it is ours, and the backups make room. A backup that is held
    leaves a gap in the numbers and number 0 in its place; the next rotation goes on from there.
    """

    def __init__(self, path: str, max_bytes: int, backups: int, clock: t.Callable[[], float] = time.monotonic) -> None:
        super().__init__(
            path, maxBytes=max_bytes, backupCount=backups, encoding="utf-8", errors="replace", delay=True
        )  # fmt: skip
        self._clock = clock
        self._not_before: float | None = None

    def shouldRollover(self, record: logging.LogRecord) -> bool:
        if self._not_before is not None and self._clock() < self._not_before:
            return False
        return bool(super().shouldRollover(record))

    def doRollover(self) -> None:
        try:
            self._close_stream()
            if os.path.exists(self._numbered(0)):
                self._file_away()
            os.replace(self.baseFilename, self._numbered(0))
            self._file_away()
        except OSError as error:
            is_news = self._not_before is None
            self._not_before = self._clock() + RETRY_SECONDS
            if is_news:
                self._say(
                    f"can't be rotated, and grows: {error}; close what has it open; next try in {RETRY_SECONDS} s"
                )
        else:
            self._not_before = None

    def _close_stream(self) -> None:
        # Our own handle would be in the way too. Who writes the next line opens the file again.
        stream, self.stream = self.stream, None
        if stream is not None:
            stream.close()

    def _numbered(self, number: int) -> str:
        return f"{self.baseFilename}.{number}"

    def _file_away(self) -> None:
        """Number 0 becomes 1, 1 becomes 2 and so on, up to the first gap; without a gap the last one goes."""
        if self.backupCount == 0:
            os.remove(self._numbered(0))
            return
        numbers = range(1, self.backupCount + 1)
        gap = next((number for number in numbers if not os.path.exists(self._numbered(number))), self.backupCount)
        for number in range(gap, 0, -1):
            os.replace(self._numbered(number - 1), self._numbered(number))

    def _say(self, text: str) -> None:
        told = {"levelno": logging.WARNING, "levelname": "WARNING", "msg": f"prefect_host: this log {text}"}
        logging.FileHandler.emit(self, logging.makeLogRecord(told))
