# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small files that are whole or not there, whoever reads, scans or holds them."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import time
import typing as t

# Who holds a file, a scanner or the role that reads it, mostly does so for less than a second.
PAUSES = (0.1, 0.2, 0.3, 0.4)


def replace(path: str | os.PathLike[str], content: bytes, pauses: t.Sequence[float] = PAUSES) -> None:
    """Write a file; a reader never sees half of it, and neither does who looks after a power cut. Raises OSError after
    some patience."""
    target = pathlib.Path(path)
    partial = target.with_suffix(".partial")
    try:
        for pause in (*pauses, None):
            try:
                with partial.open("wb") as stream:
                    stream.write(content)
                    stream.flush()
                    os.fsync(stream.fileno())
                partial.replace(target)
            except OSError:
                if pause is None:
                    raise
                time.sleep(pause)
            else:
                return
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)


def replace_json(path: str | os.PathLike[str], document: t.Any) -> None:
    """The same for JSON that people read too."""
    replace(path, json.dumps(document, indent=2).encode() + b"\n")


def read_json(path: str | os.PathLike[str]) -> dict[str, t.Any] | None:
    """An object, or None when there is no file. Raises OSError and ValueError for one that can't be read."""
    try:
        document = json.loads(pathlib.Path(path).read_bytes())
    except FileNotFoundError:
        return None
    if not isinstance(document, dict):
        raise ValueError(f"{path}: is no JSON object")
    return document
