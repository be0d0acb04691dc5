# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Processes of the lab: one session each, found again by pid and start time, never by name.

A part is found by three things together: its pid file, its session, and a mark in the environment that its children
inherit. So a child that left the session (Wine's server does), or that wrote over its environment (Samba's do), or
whose parent crashed, is still found, and a process that merely got a recycled pid never is.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

from flowops_lab.console import LabError
from flowops_lab.paths import Paths

MARK = "FLOWOPS_LAB_PART"
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True)
class Process:
    """What a pid file holds. ``started`` is in the kernel's clock ticks, ``since`` in seconds since the epoch."""

    part: str
    pid: int
    started: int
    boot: str
    since: float
    address: str

    def is_of_this_boot(self) -> bool:
        return self.boot == _BOOT_ID.read_text().strip()

    def is_alive(self) -> bool:
        seen = _look(self.pid)
        return self.is_of_this_boot() and seen is not None and seen.started == self.started


class _Seen(NamedTuple):
    session: int
    started: int


def _look(pid: int) -> _Seen | None:
    """Fields 6 and 22 of /proc/PID/stat; None when there is no such process or it is a zombie."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else _Seen(int(fields[3]), int(fields[19]))


def mark_value(paths: Paths, part: str) -> str:
    return f"{paths.home}:{part}"


def members(paths: Paths, part: str | None = None) -> list[int]:
    """The pids of a part and its descendants; without a part, those of the whole lab."""
    wanted = f"{MARK}={mark_value(paths, part or '')}".encode()
    parts = [part] if part else [file.stem for file in paths.pids.glob("*.json")]
    leaders = {record.pid: record.started for record in map(_recorded_this_boot, [paths] * len(parts), parts) if record}
    found = []
    for entry in Path("/proc").iterdir():
        seen = _look(int(entry.name)) if entry.name.isdigit() else None
        if seen is None or int(entry.name) == os.getpid():
            continue
        if _is_in_session(seen, leaders) or _is_marked(entry, wanted, exactly=part is not None):
            found.append(int(entry.name))
    return sorted(found)


def _is_in_session(seen: _Seen, leaders: Mapping[int, int]) -> bool:
    """The kernel gives a session's number to no new process while the session has members."""
    started = leaders.get(seen.session)
    if started is None or seen.started < started:
        return False
    leader = _look(seen.session)
    return leader is None or leader.started == started


def _is_marked(entry: Path, wanted: bytes, exactly: bool) -> bool:
    try:
        variables = (entry / "environ").read_bytes().split(b"\0")
    except OSError:
        return False
    return any(v == wanted if exactly else v.startswith(wanted) for v in variables)


def _recorded_this_boot(paths: Paths, part: str) -> Process | None:
    try:
        process = Process(**json.loads((paths.pids / f"{part}.json").read_text()))
    except (OSError, ValueError, TypeError):
        return None
    return process if process.is_of_this_boot() else None


def recorded(paths: Paths, part: str) -> Process | None:
    """The live process of a part, or None."""
    process = _recorded_this_boot(paths, part)
    return process if process and process.is_alive() else None


def start(
    paths: Paths,
    part: str,
    command: Sequence[str | Path],
    *,
    address: str,
    env: Mapping[str, str],
    cwd: Path | None = None,
) -> Process:
    """Start a part in its own session, output to its log. ``env`` is the whole environment besides the mark."""
    log = log_file(paths, part)
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as out:
        child = subprocess.Popen(
            [str(item) for item in command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env={**env, MARK: mark_value(paths, part)},
            cwd=cwd,
            start_new_session=True,
            close_fds=True,
        )
    seen = _look(child.pid)
    process = Process(part, child.pid, seen.started if seen else 0, _BOOT_ID.read_text().strip(), time.time(), address)
    paths.pids.mkdir(parents=True, exist_ok=True)
    (paths.pids / f"{part}.json").write_text(json.dumps(asdict(process)))
    return process


def log_file(paths: Paths, part: str) -> Path:
    return paths.run_logs / f"{part}.log"


def stop(paths: Paths, part: str, grace: float = 10) -> None:
    """End a part and everything it started: ask the leader, then all, then kill. No error when nothing runs."""
    leader = recorded(paths, part)
    if leader is not None and grace > 0:
        _signal(_children(leader.pid) or [leader.pid], signal.SIGTERM)
        _gone(paths, part, grace)
    end = time.monotonic() + 10
    while alive := members(paths, part):
        if time.monotonic() > end:
            raise LabError(
                f"{part} can't be ended: pids {alive}", log_file(paths, part), "look at these processes, then try again"
            )
        _signal(alive, signal.SIGKILL)
        time.sleep(0.05)
    (paths.pids / f"{part}.json").unlink(missing_ok=True)


def _children(pid: int) -> list[int]:
    """The direct children: with a process namespace, the child is the part and ``pid`` only its keeper."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _gone(paths: Paths, part: str, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while members(paths, part):
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def _signal(pids: Sequence[int], number: signal.Signals) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue
