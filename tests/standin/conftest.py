# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One live stand-in (simulated Windows host, real Wine) with a real domain controller, in a network of its own."""

from __future__ import annotations

import ctypes
import os
import pathlib
import subprocess
import sys
from collections.abc import Iterator

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "lab")]

from flowops_lab import estate, names
from flowops_lab.paths import Paths
from standin_support.host import LiveHost
from standin_support.playbooks import Ansible

SHARED = ("rootfs", "venvs", "templates", "artifacts", "cache")
NEW_NETWORK = 0x40000000
LOOPBACK_UP = """
import fcntl, signal, socket, struct
with socket.socket() as one:
    fcntl.ioctl(one, 0x8914, struct.pack("16sh14x", b"lo", 1))
print("up", flush=True)
signal.pause()
"""


@pytest.fixture(scope="session")
def own_network() -> Iterator[None]:
    """Tests of different suites may run at the same time: each has its own loopback."""
    library = ctypes.CDLL(None, use_errno=True)
    before = os.open("/proc/self/ns/net", os.O_RDONLY)
    command = ["unshare", "--net", sys.executable, "-c", LOOPBACK_UP]
    holder = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "up\n"
    inside = os.open(f"/proc/{holder.pid}/ns/net", os.O_RDONLY)
    assert library.setns(inside, NEW_NETWORK) == 0, os.strerror(ctypes.get_errno())
    yield
    assert library.setns(before, NEW_NETWORK) == 0, os.strerror(ctypes.get_errno())
    holder.terminate()
    holder.wait()
    os.close(before)
    os.close(inside)


@pytest.fixture(scope="session")
def lab_home(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    shared = Paths.from_environment()
    estate.prepare(shared)
    home = tmp_path_factory.mktemp("standin")
    for cache in SHARED:
        (home / cache).symlink_to(shared.home / cache)
    return Paths(home)


@pytest.fixture(scope="session")
def host(lab_home: Paths, request: pytest.FixtureRequest) -> Iterator[LiveHost]:
    """win1, up and empty at the start of the run; its domain controller is up, too."""
    request.getfixturevalue("own_network")
    live = LiveHost(lab_home, names.WINDOWS_HOSTS[0])
    live.lab("up", "directory", "win1")
    yield live
    live.lab("down")


@pytest.fixture
def ansible(host: LiveHost, tmp_path: pathlib.Path) -> Ansible:
    """ansible-playbook of the oldest supported ansible-core; ``core=`` chooses another."""
    return Ansible(host, tmp_path)
