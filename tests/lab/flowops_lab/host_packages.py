# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian packages on the machine itself: only what the lab can't bring in its own folder."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Iterable
from pathlib import Path

from flowops_lab.commands import run_logged
from flowops_lab.console import LabError, NotAvailable, say
from flowops_lab.locks import held
from flowops_lab.paths import Paths

SUPPORTED = {"debian": "12"}


def is_root() -> bool:
    return os.geteuid() == 0


def distribution() -> tuple[str, str]:
    """The machine's (id, version), for example (\"debian\", \"12\"); (\"unknown\", \"\") where it doesn't say."""
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        return "unknown", ""
    return release.get("ID", "unknown"), release.get("VERSION_ID", "")


def require_machine(thing: str) -> None:
    """The parts of the lab that need root and Debian say so in one line."""
    name, version = distribution()
    if SUPPORTED.get(name) != version:
        raise NotAvailable(f"{thing} needs Debian 12", f"this is {name} {version}".strip(), "run it on Debian 12")
    if not is_root():
        raise NotAvailable(f"{thing} needs root", f"this is user id {os.geteuid()}", "run it as root")


def missing(packages: Iterable[str]) -> list[str]:
    """Those of ``packages`` that dpkg does not report as installed."""
    wanted = list(packages)
    try:
        answer = subprocess.run(
            ["dpkg-query", "-W", "-f", "${Package} ${Status}\n", *wanted], capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        raise NotAvailable("Debian packages are needed", ", ".join(wanted), "run it on Debian 12") from None
    present = {line.split()[0] for line in answer.stdout.splitlines() if line.endswith("install ok installed")}
    return [package for package in wanted if package not in present]


def ensure(paths: Paths, packages: Iterable[str], purpose: str) -> None:
    """Install what is missing of ``packages``; nothing is asked of apt when all are there."""
    todo = missing(packages)
    if not todo:
        return
    require_machine(f"{purpose} (Debian packages {' '.join(todo)})")
    with held(paths.locks, "host-packages"):
        todo = missing(todo)
        if not todo:
            return
        say(f"installing Debian packages for {purpose}: {' '.join(todo)}")
        log = paths.logs / "host-packages.log"
        env = {"DEBIAN_FRONTEND": "noninteractive"}
        options = ["-q", "-y", "-o", "DPkg::Lock::Timeout=300"]
        install = ["apt-get", *options, "install", "--no-install-recommends", *todo]
        fix = f"read the log, then apt-get install {' '.join(todo)}"
        if any(Path("/var/lib/apt/lists").glob("*_Packages*")):
            try:
                run_logged(install, log, what=f"Debian packages for {purpose}", todo=fix, env=env)
                return
            except LabError:
                say("the package lists are stale; refreshing them")
        run_logged(
            ["apt-get", *options, "update"],
            log,
            what="Debian package lists",
            todo="check the machine's apt sources",
            env=env,
        )
        run_logged(install, log, what=f"Debian packages for {purpose}", todo=fix, env=env)
