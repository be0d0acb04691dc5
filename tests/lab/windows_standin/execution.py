# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a command and its input to output and an exit code; the transports know no more than this."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from . import payload
from .payload import Invocation
from .upload import Input, Upload


@dataclass(frozen=True)
class Output:
    stdout: bytes = b""
    stderr: bytes = b""
    code: int = 0


class Host(Protocol):
    def execute(self, invocation: Invocation, upload: Upload | None, transport: str, user: str) -> Output: ...


class Execution:
    """Binds transports to a host."""

    def __init__(self, host: Host, spool: Path) -> None:
        self.host, self.spool = host, spool

    @staticmethod
    def script_of(line: str) -> str | None:
        return payload.encoded_script(line)

    def run(self, given: Input, script: str | None, line: str, transport: str, user: str) -> Output:
        try:
            invocation = given.invocation(script, line)
        except payload.UnknownPayload as error:
            return Output(stderr=f"stand-in: not modelled: {error}".encode(), code=99)
        return self.host.execute(invocation, given.upload, transport, user)


def run_in_background(
    execution: Execution,
    given: Input,
    script: str | None,
    line: str,
    transport: str,
    user: str,
    finished: Callable[[Output], None],
) -> None:
    """Run in a thread of its own: a long command must not hold up the HTTP connection."""

    def work() -> None:
        output = Output(stderr=b"stand-in: internal error, see its log", code=99)
        try:
            output = execution.run(given, script, line, transport, user)
        finally:
            finished(output)

    threading.Thread(target=work, daemon=True, name="command").start()
