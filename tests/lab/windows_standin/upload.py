# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A command's input as it arrives. A file upload goes to the disk line by line and never stays in memory."""

from __future__ import annotations

import base64
import hashlib
import os
import tempfile
from pathlib import Path

from .payload import SEPARATOR, Invocation, decode, is_bootstrap

PUT_SCRIPTS = ("winrm_put_file.ps1", "psrp_put_file.ps1")


class Upload:
    """A file on its way: ``path`` in the spool folder, ``sha1`` once complete."""

    def __init__(self, spool: Path) -> None:
        spool.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=spool, prefix="put-")
        self._file = os.fdopen(handle, "wb")
        self.path = Path(name)
        self._digest = hashlib.sha1(usedforsecurity=False)
        self._rest = b""

    def feed(self, data: bytes) -> None:
        lines = (self._rest + data).split(b"\n")
        self._rest = lines.pop()
        for line in lines:
            self._line(line)

    def _line(self, line: bytes) -> None:
        chunk = base64.b64decode(line.strip())
        self._digest.update(chunk)
        self._file.write(chunk)

    def finish(self) -> str:
        self._line(self._rest)
        self._rest = b""
        self._file.close()
        return self._digest.hexdigest()

    def discard(self) -> None:
        self._file.close()
        self.path.unlink(missing_ok=True)


class Input:
    """Collects stdin; once the manifest says "upload", the rest is streamed."""

    def __init__(self, script: str | None, spool: Path) -> None:
        self._script = script if script is not None and is_bootstrap(script) else None
        self._spool = spool
        self._buffer = bytearray()
        self.upload: Upload | None = None
        self._head: Invocation | None = None

    def feed(self, data: bytes) -> None:
        if self.upload is not None:
            self.upload.feed(data)
            return
        self._buffer += data
        if self._script is None or self._head is not None:
            return
        first = self._buffer.find(SEPARATOR)
        second = self._buffer.find(SEPARATOR, first + len(SEPARATOR)) if first >= 0 else -1
        if second < 0:
            return
        end = second + len(SEPARATOR)
        self._head = decode(self._script, bytes(self._buffer[:end]))
        if self._head.name in PUT_SCRIPTS:
            rest = bytes(self._buffer[end:])
            self._buffer.clear()
            self.upload = Upload(self._spool)
            self.upload.feed(rest)

    def invocation(self, script: str | None, line: str) -> Invocation:
        """What the complete input asks for; ``line`` is the command line of a command that is not PowerShell."""
        if self.upload is not None and self._head is not None:
            return self._head
        if script is None:
            return Invocation(kind="command", source=line, data=bytes(self._buffer))
        return decode(script, bytes(self._buffer))
