# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a command to its end, with its output in a log file; a failure becomes one line that names the log."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from flowops_lab.console import LabError


def last_line(log: Path) -> str:
    """The last line of a log that says something."""
    if not log.exists():
        return "no output"
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return lines[-1][:300] if lines else "no output"


def run_logged(
    command: Sequence[str | Path],
    log: Path,
    *,
    what: str,
    todo: str,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    timeout: float = 1800,
) -> None:
    """Run ``command``, append its output to ``log``. ``env`` is added to this process's own."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as out:
        try:
            done = subprocess.run(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(env or {})},
                cwd=cwd,
                timeout=timeout,
                check=False,
            )
        except FileNotFoundError:
            raise LabError(f"{what}: {command[0]} is not installed", log, todo) from None
        except subprocess.TimeoutExpired:
            raise LabError(f"{what}: not done after {timeout:.0f} s", log, todo) from None
    if done.returncode != 0:
        raise LabError(
            f"{what}: {Path(str(command[0])).name} ended with {done.returncode}: {last_line(log)}", log, todo
        )
