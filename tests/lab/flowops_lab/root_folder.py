# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The root folder: Debian trixie with Samba 4.22 and Wine 10, which the machine itself is too old for.

Debian 12's Samba 4.17 has no gMSA passwords and its Wine 8 can't run Python 3.13. Nothing of the machine is upgraded.
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from flowops_lab import host_packages
from flowops_lab.commands import run_logged
from flowops_lab.console import LabError, say
from flowops_lab.isolation import ENVIRONMENT, inside, mounts_below
from flowops_lab.locks import held
from flowops_lab.paths import Paths

SUITE = "trixie"
# samba-ad-provision, python3-cryptography and python3-markdown are only recommended by samba; provisioning needs them
PACKAGES = (
    "samba",
    "samba-ad-dc",
    "samba-ad-provision",
    "winbind",
    "krb5-user",
    "ldb-tools",
    "openssl",
    "python3-gpg",
    "python3-cryptography",
    "python3-markdown",
    "iproute2",
    "wine",
    "wine64",
)
STAMP = ".flowops-lab-complete"


def digest() -> str:
    return hashlib.sha256(" ".join((SUITE, *PACKAGES)).encode()).hexdigest()


def is_complete(root: Path) -> bool:
    stamp = root / STAMP
    return stamp.is_file() and stamp.read_text().strip() == digest()


def ensure(paths: Paths) -> Path:
    """The root folder, built first when it is missing, half-made or made from another package list."""
    root = paths.root_folder
    if is_complete(root):
        return root
    host_packages.require_machine("the root folder with Samba and Wine")
    with held(paths.locks, "rootfs"):
        if not is_complete(root):
            _build(paths, root)
    return root


def remove(root: Path) -> None:
    """Delete the folder, but never through a mount point."""
    mounted = mounts_below(root)
    if mounted:
        raise LabError(f"{mounted[0]} is still mounted", root, "end what uses it and unmount it, then try again")
    shutil.rmtree(root, ignore_errors=True)


def _build(paths: Paths, root: Path) -> None:
    host_packages.ensure(paths, ("debootstrap",), "the root folder")
    log = paths.logs / "rootfs.log"
    log.unlink(missing_ok=True)
    remove(root)
    root.parent.mkdir(parents=True, exist_ok=True)
    what, todo = "building the root folder", "read the log, then run the same command again"
    say(f"building the root folder (Debian {SUITE})")
    run_logged(
        ["debootstrap", "--variant=minbase", "--include=ca-certificates", SUITE, root],
        log,
        what=what,
        todo=todo,
        env={"DEBIAN_FRONTEND": "noninteractive"},
    )
    (root / "etc" / "hosts").write_text("127.0.0.1 localhost\n")
    shutil.copyfile("/etc/resolv.conf", root / "etc" / "resolv.conf")
    no_daemons = root / "usr" / "sbin" / "policy-rc.d"
    no_daemons.write_text("#!/bin/sh\nexit 101\n")
    no_daemons.chmod(0o755)
    say("root folder: installing Samba and Wine")
    apt = ["apt-get", "-q", "-y", "-o", "Dpkg::Options::=--force-unsafe-io"]
    for step in (["update"], ["install", "--no-install-recommends", *PACKAGES], ["clean"]):
        run_logged(inside(root, [*apt, *step]), log, what=what, todo=todo, env=ENVIRONMENT)
    (root / STAMP).write_text(f"{digest()}\n")
    say("root folder is ready")
