# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find a Python interpreter in a version range: this one, those on PATH, those of pyenv."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from flowops_lab.console import NotAvailable

NAMES = ("python3.11", "python3.12", "python3.13", "python3.14")


@dataclass(frozen=True, order=True)
class Interpreter:
    """A working Python: its (major, minor, micro) version and the file to start it with."""

    version: tuple[int, int, int]
    executable: str

    @property
    def is_distributions(self) -> bool:
        return str(Path(self.executable).resolve()).startswith("/usr/bin/")


def _candidates() -> Iterator[Path]:
    yield Path(sys.base_prefix) / "bin" / f"python{sys.version_info[0]}.{sys.version_info[1]}"
    for root in dict.fromkeys((os.environ.get("PYENV_ROOT", ""), str(Path.home() / ".pyenv"))):
        if root:
            yield from sorted(Path(root, "versions").glob("3.*/bin/python3"))
    for name in NAMES:
        found = shutil.which(name)
        if found:
            yield Path(found)


def _probe(candidate: Path) -> Interpreter | None:
    """What the candidate really is: a shim on PATH may answer for a version that is not there."""
    try:
        answer = subprocess.run(
            [candidate, "-I", "-c", "import sys; print(*sys.version_info[:3], sys.executable)"],
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    major, minor, micro, executable = answer.stdout.split(maxsplit=3)
    return Interpreter((int(major), int(minor), int(micro)), executable.strip())


def matches(version: tuple[int, int, int], requires: str) -> bool:
    """Whether a version is in a range like ``>=3.11,<3.14``."""
    for clause in requires.split(","):
        parsed = re.fullmatch(r"\s*(>=|<)\s*(\d+)\.(\d+)\s*", clause)
        if parsed is None:
            raise ValueError(f"not a version range of >= and <: {requires}")
        bound = (int(parsed[2]), int(parsed[3]), 0)
        if (parsed[1] == ">=" and version < bound) or (parsed[1] == "<" and version >= bound):
            return False
    return True


def find(requires: str, purpose: str) -> Interpreter:
    """The oldest interpreter in the range (the oldest is what the pins were made for)."""
    found = {probe for probe in map(_probe, dict.fromkeys(_candidates())) if probe and matches(probe.version, requires)}
    if not found:
        raise NotAvailable(
            f"{purpose} needs Python {requires}", "PATH and pyenv's versions", "install such a Python or leave this out"
        )
    return min(found)
