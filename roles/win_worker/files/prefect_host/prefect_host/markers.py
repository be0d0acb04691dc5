# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files in the control folder that say what is wanted. While one is there, the worker is given no new runs."""

from __future__ import annotations

import contextlib
import datetime
import json
import os
import pathlib
import time
import typing as t

DRAINING, STOPPING, RENEWING = "draining", "stopping", "renewing"
# The first is somebody's wish; the others are the service's own, and none of them outlives it.
MARKERS = (DRAINING, STOPPING, RENEWING)
SETTLE_SECONDS = 2.0
_PAUSES = (0.05, 0.1, 0.2, 0.4)


def now() -> str:
    """UTC, as all our files carry it."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


class Control:
    """The markers below C(folder)."""

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = pathlib.Path(folder)

    def put(self, marker: str, by: str, why: str) -> None:
        """Make a marker; who made one that is there already stays its owner. Raises OSError."""
        content = json.dumps({"by": by, "at": now(), "why": why}) + "\n"
        with contextlib.suppress(FileExistsError), (self.folder / marker).open("x", encoding="utf-8") as stream:
            stream.write(content)

    def take_away(self, marker: str) -> bool:
        """Whether there was one. Raises OSError when it can't be removed."""
        for pause in (*_PAUSES, None):
            try:
                (self.folder / marker).unlink()
            except FileNotFoundError:
                return False
            except PermissionError:
                if pause is None:
                    raise
                time.sleep(pause)
            else:
                break
        return True

    def has(self, marker: str) -> bool:
        """Whether it is there: what it holds doesn't count. As the injector, so the service."""
        return (self.folder / marker).exists()

    def read(self, marker: str) -> dict[str, t.Any] | None:
        """Who, when and why; None without the marker. One that can't be read is there, and says so."""
        try:
            content = json.loads((self.folder / marker).read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValueError):
            content = None
        if isinstance(content, dict):
            return {key: str(content.get(key, "")) for key in ("by", "at", "why")}
        return {"by": "", "at": "", "why": "the marker can't be read"}

    def forget_own(self) -> None:
        """At the start of the service: what the last one left. Raises OSError."""
        for marker in (STOPPING, RENEWING):
            self.take_away(marker)
