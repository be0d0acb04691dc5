# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a tool from one of the virtual environments, with a home folder of its own under the cache folder."""

from __future__ import annotations

import os
import pathlib
import shlex
import subprocess
import typing as t

from gatekit.places import ROOT, bundle, environment, lab_home

TAIL = 120  # lines of output in a failure message


def home() -> pathlib.Path:
    """A home folder for the tools, so that caches stay in the cache folder; the user's pip settings are lent to it."""
    folder = lab_home() / "gates-home"
    folder.mkdir(parents=True, exist_ok=True)
    for name in (".config/pip", ".pip"):
        own, lent = pathlib.Path.home() / name, folder / name
        if own.is_dir() and not lent.exists():
            lent.parent.mkdir(parents=True, exist_ok=True)
            lent.symlink_to(own)
    return folder


def variables(name: str, **extra: str) -> dict[str, str]:
    """The environment of a tool of the virtual environment ``name``."""
    path = os.pathsep.join([str(environment(name) / "bin"), os.environ.get("PATH", "")])
    dropped = ("PYTHONPATH", "VIRTUAL_ENV", "ANSIBLE_CONFIG", "PYTHONDONTWRITEBYTECODE")
    kept = {key: value for key, value in os.environ.items() if key not in dropped}
    collections = str(bundle())
    own = {
        "PATH": path,
        "HOME": str(home()),
        "ANSIBLE_COLLECTIONS_PATH": collections,
        "ANSIBLE_NOCOLOR": "1",
        "NO_COLOR": "1",
    }
    return {**kept, **own, **extra}


class Ran(t.NamedTuple):
    """How a tool ended; stderr is part of ``output`` unless it was asked for apart."""

    status: int
    output: str

    def tail(self) -> str:
        """The end of the output, for a failure message."""
        return "\n".join(self.output.splitlines()[-TAIL:])


def run(name: str, command: list[str], cwd: pathlib.Path = ROOT, apart: bool = False, **extra: str) -> Ran:
    """Run ``command`` (its first word is looked up in the virtual environment first)."""
    program = environment(name) / "bin" / command[0]
    line = [str(program) if program.exists() else command[0], *command[1:]]
    done = subprocess.run(
        line,
        cwd=cwd,
        env=variables(name, **extra),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL if apart else subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    return Ran(done.returncode, done.stdout)


def must(name: str, command: list[str], cwd: pathlib.Path = ROOT, apart: bool = False, **extra: str) -> str:
    """Run and fail the test with the command and the end of its output when the exit code is not 0."""
    ran = run(name, command, cwd, apart, **extra)
    assert ran.status == 0, f"{shlex.join(command)} (in {cwd}) ended with {ran.status}:\n{ran.tail()}"
    return ran.output
