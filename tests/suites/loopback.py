# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""unshare --net python3 loopback.py COMMAND ...: the command in a network where nothing but loopback is."""

from __future__ import annotations

import fcntl
import socket
import struct
import subprocess
import sys

SET_FLAGS, UP = 0x8914, 1  # netdevice(7)


def main(command: list[str]) -> int:
    """Exit code of the command. OSError where this process may not change its network."""
    with socket.socket() as one:
        fcntl.ioctl(one, SET_FLAGS, struct.pack("16sh14x", b"lo", UP))
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
