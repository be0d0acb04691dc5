# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's command line, as a test sees it."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
LAB = ROOT / "tests" / "lab" / "lab"
TRANSPORTS = ("ntlm", "kerberos", "psrp")


class LabFailed(AssertionError):
    """The lab itself did not do what it was told: not a defect of the collection."""


def lab(*arguments: str, timeout: float = 900) -> str:
    """Run one verb; its standard output, stripped."""
    done = subprocess.run(
        [sys.executable, str(LAB), *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    if done.returncode:
        raise LabFailed(f"lab {' '.join(arguments)} ended with {done.returncode}: {done.stderr or done.stdout}")
    return done.stdout.strip()


def home() -> pathlib.Path:
    """The lab's folder."""
    cache = os.environ.get("XDG_CACHE_HOME") or str(pathlib.Path.home() / ".cache")
    return pathlib.Path(os.environ.get("FLOWOPS_LAB") or f"{cache}/flowops-lab").absolute()


def inventory(transport: str = "ntlm") -> pathlib.Path:
    """Folder of the inventory for one way to reach the hosts."""
    return pathlib.Path(lab("inventory", "--transport", transport).splitlines()[-1])


def secrets() -> dict[str, str]:
    """Every password that the lab made, by file name."""
    folder = home() / "run" / "secrets"
    return {path.name: path.read_text().strip() for path in folder.iterdir() if path.is_file()}


def wait_until(true, seconds: float, what: str, pause: float = 1.0) -> float:
    """Seconds until C(true()) is so; fails with C(what) when it never is."""
    start = time.monotonic()
    while not true():
        if time.monotonic() - start > seconds:
            raise AssertionError(f"{what}: not so after {seconds:.0f} s")
        time.sleep(pause)
    return time.monotonic() - start
