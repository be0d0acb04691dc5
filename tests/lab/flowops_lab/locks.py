# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Locks between processes, so that two commands never build or start the same thing at once."""

from __future__ import annotations

import contextlib
import fcntl
import time
from collections.abc import Iterator
from pathlib import Path

from flowops_lab.console import LabError, say


@contextlib.contextmanager
def held(folder: Path, name: str, wait: float = 1800) -> Iterator[None]:
    """Hold the lock ``name``; wait up to ``wait`` seconds for another command. A crash frees it."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.lock"
    end = time.monotonic() + wait
    with file.open("w") as handle:
        told = False
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > end:
                    raise LabError(
                        f'another lab command has held "{name}" for {wait:.0f} s',
                        file,
                        "wait for it or end it, then try again",
                    ) from None
                if not told:
                    say(f'waiting for another lab command that holds "{name}"')
                    told = True
                time.sleep(0.2)
        yield
