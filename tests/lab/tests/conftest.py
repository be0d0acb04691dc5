# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lab of the tests' own: its own running state and its own network, on the shared cache of what was built."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from flowops_lab import estate
from flowops_lab.paths import Paths
from lab_under_test import Lab

CACHES = ("rootfs", "venvs", "templates", "artifacts", "cache")
NEW_NETWORK = 0x40000000
_HOLDER = """
import fcntl, signal, socket, struct, sys
with socket.socket() as any_socket:
    flags = 0x8914, struct.pack("16sh14x", b"lo", 0x1)
    fcntl.ioctl(any_socket, *flags)
print("up", flush=True)
signal.pause()
"""


@pytest.fixture(scope="session")
def private_network() -> Iterator[None]:
    """This process and all it starts, in a network of its own: its listeners are the lab's and nobody else's."""
    library = ctypes.CDLL(None, use_errno=True)
    before = os.open("/proc/self/ns/net", os.O_RDONLY)
    holder = subprocess.Popen(
        ["unshare", "--net", sys.executable, "-c", _HOLDER], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout and holder.stdout.readline() == "up\n"
    inside = os.open(f"/proc/{holder.pid}/ns/net", os.O_RDONLY)
    assert library.setns(inside, NEW_NETWORK) == 0, os.strerror(ctypes.get_errno())
    yield
    assert library.setns(before, NEW_NETWORK) == 0, os.strerror(ctypes.get_errno())
    holder.terminate()
    holder.wait()
    os.close(before)
    os.close(inside)


@pytest.fixture(scope="session")
def own_lab(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    """The folders of the tests' lab. What must be built is built once, in the shared cache, with the real network."""
    shared = Paths.from_environment()
    estate.prepare(shared)
    home = tmp_path_factory.mktemp("lab")
    for cache in CACHES:
        (home / cache).symlink_to(shared.home / cache)
    return Paths(home)


@pytest.fixture(scope="session")
def lab(own_lab: Paths, request: pytest.FixtureRequest) -> Iterator[Lab]:
    """The command line in the tests' own network; whatever still runs in the end is ended."""
    request.getfixturevalue("private_network")
    command = Lab(own_lab)
    yield command
    command("down")
