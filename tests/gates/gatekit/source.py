# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The project's own files, and a copy of them where ansible-test wants a collection to be."""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess

from gatekit.places import BUILD, NAME, NAMESPACE, ROOT

IGNORED = {".git", "build", "__pycache__", ".ansible", ".hypothesis", ".pytest_cache", ".ruff_cache", ".venv", ".cache"}


def files() -> list[pathlib.Path]:
    """Paths relative to the root: what git tracks; without git, everything but caches."""
    if (ROOT / ".git").exists() and shutil.which("git"):
        command = ["git", "ls-files", "-z"]
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
        return sorted(pathlib.Path(name) for name in set(listed) if name and (ROOT / name).is_file())
    found = []
    for folder, names, leaves in os.walk(ROOT):
        names[:] = [name for name in names if name not in IGNORED]
        found += [
            pathlib.Path(folder, leaf).relative_to(ROOT) for leaf in leaves if not leaf.endswith((".pyc", ".tar.gz"))
        ]
    return sorted(path for path in found if path.parts[:2] != ("tests", "output"))


def texts() -> dict[pathlib.Path, str]:
    """The readable ones with their text."""
    found = {}
    for path in files():
        try:
            found[path] = (ROOT / path).read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError):
            continue
    return found


def copy(label: str) -> pathlib.Path:
    """A fresh copy at build/gates/LABEL/ansible_collections/flowops/prefect.

    It is a repository of its own, or ansible-test would ask the outer one and find the folder ignored.
    """
    target = BUILD / label / "ansible_collections" / NAMESPACE / NAME
    shutil.rmtree(target, ignore_errors=True)
    for path in files():
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / path, target / path)
    if shutil.which("git"):
        subprocess.run(["git", "init", "-q"], cwd=target, check=True, stdout=subprocess.DEVNULL)
    return target
