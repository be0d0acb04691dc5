# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Virtual environments from fully pinned requirement files; complete only when the stamp says so."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

from flowops_lab import host_packages, interpreters
from flowops_lab.commands import run_logged
from flowops_lab.console import LabError, say
from flowops_lab.locks import held
from flowops_lab.paths import Paths

UV = "uv==0.13.9"
STAMP = ".complete"
# gssapi, krb5 and pykerberos are published as source only
BUILD_PACKAGES = ("gcc", "libc6-dev", "libkrb5-dev", "krb5-user")
BUILT_FROM_SOURCE = ("gssapi==", "krb5==", "pykerberos==")
# Tests write no bytecode, and each task of a playbook is a process: without this, each compiles what it imports.
# Of the many collections in the ansible package the lab uses two. Templates for other Pythons do not compile.
COMPILE = """
import compileall, re, sysconfig
skipped = re.compile(r"/ansible_collections/(?!(ansible|community)/windows/)|/tests?/")
compileall.compile_dir(sysconfig.get_path("purelib"), quiet=2, workers=0, rx=skipped)
"""


def names(paths: Paths) -> list[str]:
    return sorted(file.stem for file in paths.requirements.glob("*.txt"))


def ensure(paths: Paths, name: str) -> Path:
    """The folder of the environment ``name``, built first when it is missing, half-made or made from other pins."""
    file = paths.requirements / f"{name}.txt"
    if not file.is_file():
        raise LabError(
            f'no virtual environment is called "{name}"', paths.requirements, f"choose one of {', '.join(names(paths))}"
        )
    text = file.read_text()
    folder = paths.virtual_environments / name
    digest = hashlib.sha256(text.encode()).hexdigest()
    if is_complete(folder, digest):
        return folder
    with held(paths.locks, f"venv-{name}"):
        if not is_complete(folder, digest):
            _build(paths, name, file, text, folder)
            (folder / STAMP).write_text(f"{digest}\n")
    return folder


def is_complete(folder: Path, digest: str) -> bool:
    stamp = folder / STAMP
    return stamp.is_file() and stamp.read_text().strip() == digest and (folder / "bin" / "python").exists()


def _build(paths: Paths, name: str, file: Path, text: str, folder: Path) -> None:
    requires = re.search(r"^# requires-python: (.+)$", text, re.MULTILINE)
    if requires is None:
        raise LabError("the requirement file names no Python version", file, 'add a line "# requires-python: >=3.11"')
    python = interpreters.find(requires[1], f'the virtual environment "{name}"')
    if any(package in text for package in BUILT_FROM_SOURCE):
        headers = ("python3-dev",) if python.is_distributions else ()
        host_packages.ensure(paths, (*BUILD_PACKAGES, *headers), f'building the virtual environment "{name}"')
    uv = installer(paths)
    say(f'building the virtual environment "{name}" (Python {".".join(map(str, python.version))})')
    log = paths.logs / f"venv-{name}.log"
    log.unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    env = installer_environment(paths)
    todo = "read the log, then run the same command again"
    what = f'building the virtual environment "{name}"'
    run_logged([uv, "venv", "--python", python.executable, folder], log, what=what, todo=todo, env=env)
    run_logged(
        [uv, "pip", "install", "--no-deps", "--python", folder / "bin" / "python", "-r", file],
        log,
        what=what,
        todo=todo,
        env=env,
    )
    run_logged([folder / "bin" / "python", "-c", COMPILE], log, what=what, todo=todo)


def installer_environment(paths: Paths) -> dict[str, str]:
    """Keeps the installer's cache in the lab's folder, on the same file system as what it installs."""
    return {
        "UV_CACHE_DIR": str(paths.cache / "uv"),
        "UV_PYTHON_DOWNLOADS": "never",
        "VIRTUAL_ENV": "",
        # the Kerberos bindings are compiled here: unoptimised, that takes half the time
        "CFLAGS": "-O0 -g0",
    }


def installer(paths: Paths) -> Path:
    """uv in a small environment of its own, made with pip."""
    folder = paths.virtual_environments / "uv"
    if is_complete(folder, UV):
        return folder / "bin" / "uv"
    with held(paths.locks, "venv-uv"):
        if not is_complete(folder, UV):
            log = paths.logs / "venv-uv.log"
            shutil.rmtree(folder, ignore_errors=True)
            base = Path(sys.base_prefix) / "bin" / f"python{sys.version_info[0]}.{sys.version_info[1]}"
            if subprocess.run([base, "-c", "import ensurepip"], capture_output=True, check=False).returncode != 0:
                host_packages.ensure(paths, ("python3-venv",), "virtual environments")
            what, todo = "making the installer's own environment", "check that pip reaches its package index"
            run_logged([base, "-m", "venv", folder], log, what=what, todo=todo)
            run_logged([folder / "bin" / "pip", "install", "-q", UV], log, what=what, todo=todo)
            (folder / STAMP).write_text(f"{UV}\n")
    return folder / "bin" / "uv"
