# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a program as ``win_command`` does. Output goes to files, never through a pipe."""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
import tempfile
import time

RUN = "C:\\standin\\run"
NO_WINDOW = 0x08000000


def _first_word(line: str) -> str:
    line = line.lstrip()
    if line.startswith('"'):
        return line[1:].split('"', 1)[0]
    return line.split(None, 1)[0] if line else ""


def find_program(word: str, folder: str | None, path: str) -> str | None:
    """Full path of a program, looked for as Windows does: the working folder first, then PATH."""
    if os.path.dirname(word):
        base = word if os.path.isabs(word) else os.path.join(folder or os.getcwd(), word)
        candidates = [base] + [base + suffix for suffix in (".exe", ".cmd", ".bat", ".com")]
        return next((item for item in candidates if os.path.isfile(item)), None)
    return shutil.which(word, path=os.pathsep.join(filter(None, [folder, path])))


def run(
    line: str | None = None,
    argv: list[str] | None = None,
    folder: str | None = None,
    stdin: str | None = None,
    environment: dict[str, str] | None = None,
    timeout: float | None = None,
) -> dict:
    """{'rc', 'stdout', 'stderr' (base64), 'command', 'seconds'}; FileNotFoundError when there is no such program."""
    env = {name: value for name, value in (environment or dict(os.environ)).items() if value is not None}
    word = argv[0] if argv else _first_word(line or "")
    path = next((value for name, value in env.items() if name.upper() == "PATH"), "")
    program = find_program(word, folder, path)
    if program is None:
        raise FileNotFoundError(2, "The system cannot find the file specified", word)
    if argv:
        line = subprocess.list2cmdline([program, *argv[1:]])
    began = time.time()
    with (
        tempfile.TemporaryFile(dir=RUN) as out,
        tempfile.TemporaryFile(dir=RUN) as err,
        tempfile.TemporaryFile(dir=RUN) as into,
    ):
        into.write(base64.b64decode(stdin or ""))
        into.seek(0)
        done = subprocess.run(
            line,
            executable=program,
            cwd=folder,
            env=env,
            stdin=into,
            stdout=out,
            stderr=err,
            creationflags=NO_WINDOW,
            timeout=timeout,
            check=False,
        )
        out.seek(0)
        err.seek(0)
        return {
            "rc": done.returncode,
            "stdout": base64.b64encode(out.read()).decode(),
            "stderr": base64.b64encode(err.read()).decode(),
            "command": line,
            "seconds": time.time() - began,
        }


OPERATIONS = {"run": run, "find_program": find_program}
