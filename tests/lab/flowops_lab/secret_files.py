# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Passwords: generated, each alone in a file that only its owner can read."""

from __future__ import annotations

import os
import secrets
import string
import tempfile
from pathlib import Path

_ALPHABET = string.ascii_letters + string.digits


def new_password(length: int = 24) -> str:
    """Letters and digits with at least one of each kind (AD's rule), and nothing that a format must escape."""
    while True:
        candidate = "".join(secrets.choice(_ALPHABET) for position in range(length))
        if (
            any(c.islower() for c in candidate)
            and any(c.isupper() for c in candidate)
            and any(c.isdigit() for c in candidate)
        ):
            return candidate


def write(file: Path, content: str) -> None:
    """Write a 0600 file in a 0700 folder, whole or not at all; never readable by others, not even for a moment."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, partial = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")  # mkstemp's mode is 0600
    with os.fdopen(descriptor, "w") as handle:
        handle.write(content)
    os.replace(partial, file)


def read(file: Path) -> str:
    return file.read_text().rstrip("\n")
