# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab as its tests see it: the command line, and what listens in the network of this process."""

from __future__ import annotations

import os
import pathlib
import struct
import subprocess
import sys

from flowops_lab.paths import REPOSITORY, Paths


class Lab:
    """The lab's command line, as a user calls it."""

    def __init__(self, paths: Paths) -> None:
        self.paths = paths

    def __call__(self, *arguments: str, expect: int = 0) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, str(REPOSITORY / "tests" / "lab" / "lab"), *arguments],
            env={**os.environ, "FLOWOPS_LAB": str(self.paths.home)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == expect, f"lab {arguments}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done


def listeners() -> list[tuple[str, int]]:
    """(address, port) of every listening TCP and bound UDP socket of this network, from the kernel's own tables."""
    found = []
    for table, state in (("tcp", "0A"), ("udp", "07")):
        for line in pathlib.Path(f"/proc/thread-self/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == state:
                number, port = fields[1].split(":")
                octets = struct.pack("<I", int(number, 16))
                found.append((".".join(map(str, octets)), int(port, 16)))
    for table, state in (("tcp6", "0A"), ("udp6", "07")):
        for line in pathlib.Path(f"/proc/thread-self/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == state:
                number, port = fields[1].split(":")
                found.append((f"IPv6 {number}", int(port, 16)))
    return found
