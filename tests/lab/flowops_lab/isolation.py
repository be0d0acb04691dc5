# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands inside the root folder, each in a mount namespace of its own: what they mount ends with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

_ENTER = """
set -e
root=$1; shift
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
while [ "$1" != -- ]; do mount --bind "$1" "$root$2"; shift 2; done
shift
exec chroot "$root" "$@"
"""

ENVIRONMENT = {
    "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
    "LC_ALL": "C.UTF-8",
    "HOME": "/root",
    "DEBIAN_FRONTEND": "noninteractive",
}


def own_namespaces(command: Sequence[str | Path]) -> list[str]:
    """The command in a mount and a process namespace of its own: ending the outer process ends all of it, always."""
    flags = ["--mount", "--propagation", "private", "--pid", "--fork", "--kill-child=SIGKILL", "--mount-proc"]
    return ["unshare", *flags, *(str(part) for part in command)]


def inside(root: Path, command: Sequence[str | Path], binds: Mapping[Path, str] | None = None) -> list[str]:
    """The command line that runs ``command`` in ``root``; ``binds`` maps folders outside to paths inside."""
    pairs: list[str] = []
    for outside, target in (binds or {}).items():
        mount_point = root / target.lstrip("/")
        mount_point.mkdir(parents=True, exist_ok=True)
        pairs += [str(outside), target]
    enter = [
        "unshare",
        "--mount",
        "--propagation",
        "private",
        "sh",
        "-c",
        _ENTER,
        "enter-root-folder",
        str(root),
        *pairs,
        "--",
    ]
    return [*enter, *(str(part) for part in command)]


def mounts_below(folder: Path) -> list[str]:
    """Mount points at or below ``folder`` in this namespace."""
    found = []
    for line in Path("/proc/self/mounts").read_text().splitlines():
        point = line.split()[1].replace("\\040", " ")
        if point == str(folder) or point.startswith(f"{folder}/"):
            found.append(point)
    return found
