# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a command in the root folder with one prefix visible: own mounts and host name, nothing left mounted."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ENTER = r"""
set -eu
mount -t tmpfs -o mode=755 tmpfs "$ROOT/mnt"
mkdir -p "$ROOT$INSIDE" "$ROOT/mnt/home"
mount --bind "$PREFIX" "$ROOT$INSIDE"
mount -t proc proc "$ROOT/proc"
mount --rbind /dev "$ROOT/dev"
printf '%s\n' "$HOSTS" >"$ROOT/mnt/hosts"
[ ! -e "$ROOT/etc/hosts" ] || mount --bind "$ROOT/mnt/hosts" "$ROOT/etc/hosts"
printf '%s' "$NODE" >/proc/sys/kernel/hostname
exec chroot "$ROOT" env -i HOME=/mnt/home PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 USER=root LOGNAME=root \
  TZ=UTC WINEDEBUG=-all WINEPREFIX="$INSIDE" WINEDLLOVERRIDES="mscoree=,mshtml=,winemenubuilder.exe=" "$@"
"""


@dataclass(frozen=True)
class Placement:
    """Where a prefix lies and what its host is called.

    ``rootfs`` is the Debian root folder with Wine, ``prefix`` the Wine prefix (both host paths); ``hosts`` maps names
    to addresses for the processes inside.
    """

    rootfs: Path
    prefix: Path
    node: str = "standin"
    hosts: Mapping[str, str] = field(default_factory=dict)

    @property
    def inside(self) -> str:
        """The prefix's path as seen inside. Unique per prefix: it is also how its processes are told apart."""
        digest = hashlib.sha256(str(self.prefix.absolute()).encode()).hexdigest()
        return f"/mnt/{digest[:16]}"

    @property
    def drive_c(self) -> Path:
        return self.prefix / "drive_c"

    def hosts_file(self) -> str:
        lines = ["127.0.0.1 localhost"]
        for name, address in self.hosts.items():
            short = name.split(".", 1)[0]
            lines.append(f"{address} {name} {short}")
        return "\n".join(lines)

    def command(self, argv: Sequence[str]) -> list[str]:
        return ["unshare", "--mount", "--uts", "--propagation", "private", "bash", "-c", ENTER, "standin", *argv]

    def environment(self) -> dict[str, str]:
        return {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "ROOT": str(self.rootfs.absolute()),
            "PREFIX": str(self.prefix.absolute()),
            "INSIDE": self.inside,
            "NODE": self.node,
            "HOSTS": self.hosts_file(),
        }

    def check(self) -> None:
        """Fail early, in words, when Wine cannot run here."""
        if shutil.which("unshare") is None:
            raise RuntimeError("unshare is not installed: install util-linux")
        if not (self.rootfs / "usr/bin/wine-stable").exists():
            raise RuntimeError(f"no Wine in the root folder {self.rootfs}: build the lab's root folder first")


def start(place: Placement, argv: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
    """Start ``argv`` inside, in its own session. Output goes to a file: Wine's helpers keep a pipe open for ever."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as out:
        return subprocess.Popen(
            place.command(argv),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env=place.environment(),
            start_new_session=True,
            cwd="/",
        )


def run(place: Placement, argv: Sequence[str], log: Path, timeout: float = 180) -> int:
    """Run ``argv`` inside to its end and return its exit code (-1: not done after ``timeout`` seconds, then ended)."""
    process = start(place, argv, log)
    try:
        return process.wait(timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return -1
