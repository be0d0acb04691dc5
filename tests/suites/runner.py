# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run one suite: its virtual environments, then pytest into a log file and a JUnit file."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys
import threading
import time
import typing

import own_lab
from catalogue import Suite
from junit import Result, read
from own_lab import LAB, ROOT

LOOPBACK = pathlib.Path(__file__).resolve().parent / "loopback.py"
REPORTS = ROOT / "build" / "test"
NOT_AVAILABLE = 3  # the lab's exit code for "this machine can't have it"
_console = threading.Lock()


class NotHere(Exception):
    """This machine can't have what the suite needs."""


def say(text: str) -> None:
    """One line at once, also when lanes run side by side."""
    with _console:
        print(text, flush=True)


def machine_lacks() -> str:
    """Why the lab can't run here; empty when it can."""
    if os.geteuid() != 0:
        return "the lab needs root (run as root for the rest)"
    release = pathlib.Path("/etc/os-release")
    if not release.is_file() or "ID=debian" not in release.read_text().splitlines():
        return "the lab needs Debian (this is another distribution)"
    return ""


def environment(name: str) -> str:
    """Folder of a virtual environment, made first when it is missing."""
    made = subprocess.run(
        [sys.executable, str(LAB), "venv", name],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if made.returncode == NOT_AVAILABLE:
        raise NotHere(f"no virtual environment '{name}' on this machine (the line above says why)")
    if made.returncode:
        raise RuntimeError(f"the virtual environment '{name}' could not be made")
    return made.stdout.strip().splitlines()[-1]


def _variables(suite: Suite) -> dict[str, str]:
    """Environment variables that tell the tests where the tools are."""
    found = {name: environment(name) for name in (suite.environment, *suite.also)}
    for name in suite.optional:
        try:
            found[name] = environment(name)
        except NotHere as reason:
            say(f"{suite.name}: without {name}: {reason}")
    variables = {
        f"FLOWOPS_VENV_{name.upper().replace('-', '_').replace('.', '_')}": path for name, path in found.items()
    }
    return {**variables, "FLOWOPS_PYTHON": str(pathlib.Path(found[suite.environment]) / "bin" / "python")}


def _run(suite: Suite) -> int:
    variables = _variables(suite)
    if not suite.own_lab:
        return _pytest(suite, variables)
    own_lab.build(variables["FLOWOPS_PYTHON"])
    with own_lab.own_lab(suite.name) as chosen:
        return _pytest(suite, {**variables, **chosen}, ["unshare", "--net", sys.executable, str(LOOPBACK)])


def _pytest(suite: Suite, variables: dict[str, str], wrapper: typing.Sequence[str] = ()) -> int:
    command = [*wrapper, variables["FLOWOPS_PYTHON"], "-m", "pytest", "-ra", "-p", "no:cacheprovider", "--durations=10"]
    command += [f"--junitxml={REPORTS / suite.name}.xml", *suite.folders]
    with open(REPORTS / f"{suite.name}.log", "w", encoding="utf-8") as log:
        child = {**os.environ, **variables, "PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.run(
            command, cwd=ROOT, env=child, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False
        ).returncode


def _tail(suite: Suite, lines: int = 60) -> str:
    log = REPORTS / f"{suite.name}.log"
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]) if log.is_file() else ""


def run(suite: Suite) -> Result:
    """Run the suite and say how it went; the log's end is printed when it went wrong."""
    REPORTS.mkdir(parents=True, exist_ok=True)
    (REPORTS / f"{suite.name}.xml").unlink(missing_ok=True)
    empty = [folder for folder in suite.folders if not any((ROOT / folder).rglob("test_*.py"))]
    if empty:
        say(f"{suite.name}: no tests in {', '.join(empty)}; tests/suites/catalogue.py names it")
        return Result(failed=1, status=1)
    if suite.needs_lab and machine_lacks():
        return Result(absent=machine_lacks())
    start = time.monotonic()
    say(f"{suite.name}: {suite.proves} ...")
    try:
        status = _run(suite)
    except NotHere as reason:
        return Result(absent=str(reason))
    except RuntimeError as error:
        say(f"{suite.name}: {error}")
        return Result(failed=1, status=1)
    result = read(REPORTS / f"{suite.name}.xml", status, time.monotonic() - start)
    say(f"{suite.name}: {result.counts()} in {result.seconds:.1f}s")
    if not result.good:
        say(f"{_tail(suite)}\n{suite.name}: the whole log: build/test/{suite.name}.log")
    return result
