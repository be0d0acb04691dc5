# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a process and everything that it starts takes: time, memory, requests."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import pathlib
import signal
import subprocess
import threading
import time
import typing as t

_LONGEST_SECONDS = 3600


class BenchFailed(Exception):
    """Something that is measured did not work."""


@dataclasses.dataclass(frozen=True)
class Command:
    """A process to start: its arguments, what it adds to the environment, what it reads from standard input."""

    words: list[str]
    environment: dict[str, str]
    stdin: str = ""


@dataclasses.dataclass(frozen=True)
class Spent:
    """seconds on the wall clock; processor seconds of this side, without the server's; megabytes of the largest process
    at its peak; requests that the server answered, None where nobody counted."""

    seconds: float
    processor: float
    megabytes: float
    requests: int | None = None


def spend(commands: t.Iterable[Command], log: pathlib.Path) -> tuple[Spent, str]:
    """Run processes one after the other; what they took and what they printed. BenchFailed if one of them fails.

    The kernel knows the peak of the largest process of a tree, so that nothing has to look while it runs.
    """
    seconds = processor = megabytes = 0.0
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w+") as output:
        for command in commands:
            start = time.monotonic()
            process = subprocess.Popen(
                command.words,
                env=command.environment,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                text=True,
                start_new_session=True,
            )
            watchdog = threading.Timer(_LONGEST_SECONDS, os.killpg, (process.pid, signal.SIGKILL))
            watchdog.daemon = True
            watchdog.start()
            try:
                assert process.stdin is not None
                # a process that ends before it has read all says why in its log
                with contextlib.suppress(BrokenPipeError):
                    process.stdin.write(command.stdin)
                    process.stdin.close()
                _pid, status, usage = os.wait4(process.pid, 0)
            finally:
                watchdog.cancel()
            process.returncode = os.waitstatus_to_exitcode(status)
            seconds += time.monotonic() - start
            processor += usage.ru_utime + usage.ru_stime
            megabytes = max(megabytes, usage.ru_maxrss / 1024)
            if process.returncode:
                raise BenchFailed(f"'{' '.join(command.words[:4])} ...' failed: read {log}")
        output.seek(0)
        return Spent(seconds, processor, megabytes), output.read()
