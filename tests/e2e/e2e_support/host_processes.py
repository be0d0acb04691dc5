# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The processes of one stand-in host, seen from outside: Wine runs each as a process of this machine."""

from __future__ import annotations

import os
import pathlib
import signal
import sys
import typing as t

from e2e_support.lab import ROOT, home

sys.path.append(str(ROOT / "tests" / "lab"))

from windows_standin.wine.prefix import processes_of

# By a word of the command line. A virtual environment's python.exe starts the real one: both show the same words.
KINDS = {
    "service": "launcher.py",
    "injector": "caddy",
    "worker": "prefect_host.worker_main",
    "flow": "prefect.engine",
}


class Process(t.NamedTuple):
    """A process that can't be mistaken for a later one with the same id."""

    pid: int
    started: str
    kind: str


def prefix(host: str) -> pathlib.Path:
    """The Wine prefix of a host of the lab."""
    return home() / "run" / host / "prefix"


def processes(host: str) -> list[Process]:
    """Ours among the processes of a host; Wine's own and the stand-in's agent are left out."""
    found = []
    for pid in processes_of(home() / "rootfs", prefix(host)):
        try:
            command = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
            started = _started(pid)
        except OSError:
            continue
        kind = next((kind for kind, word in KINDS.items() if word in command), None)
        if kind is not None:
            found.append(Process(pid, started, kind))
    return found


def _started(pid: int) -> str:
    # The name of the program may hold blanks and brackets; what follows its last bracket does not.
    return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]


def is_alive(process: Process) -> bool:
    """Whether exactly this process still runs."""
    try:
        return _started(process.pid) == process.started
    except OSError:
        return False


def kill(host: str, kind: str) -> list[Process]:
    """kill -9 for every process of this kind on the host; who was hit."""
    victims = [process for process in processes(host) if process.kind == kind]
    for process in victims:
        try:
            os.kill(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    return victims
