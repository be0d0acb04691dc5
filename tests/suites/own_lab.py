# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A second lab beside the one of this machine: it shares what was built, and has a network and a state of its own."""

from __future__ import annotations

import contextlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import typing as t

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
LAB = ROOT / "tests" / "lab" / "lab"
WHEELHOUSE = ROOT / "roles" / "win_runtime" / "files"
BUILT = ("artifacts", "cache", "rootfs", "templates", "venvs")
PYTHON_OF_THE_HOSTS = "3.13"


def cache() -> pathlib.Path:
    """The user's folder for caches."""
    return pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache").absolute()


def shared() -> pathlib.Path:
    """Folder of the lab that has built everything."""
    return pathlib.Path(os.environ.get("FLOWOPS_LAB") or cache() / "flowops-lab").absolute()


def build(python: str) -> None:
    """What needs other networks than loopback: the lab's parts, and the wheels that C(win_runtime) brings to hosts.

    C(python) has pip. A failure is a RuntimeError; its reason was printed.
    """
    packing = ["--lock", str(WHEELHOUSE / "locks" / "prefect-worker.txt"), "--cache", str(cache() / "flowops.prefect")]
    for command in (
        [sys.executable, str(LAB), "prepare"],
        [python, str(WHEELHOUSE / "wheelhouse.py"), *packing, "--python-version", PYTHON_OF_THE_HOSTS],
    ):
        if subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False).returncode:
            raise RuntimeError(f"{pathlib.Path(command[1]).name} could not build what its lab needs")


@contextlib.contextmanager
def own_lab(name: str) -> t.Iterator[dict[str, str]]:
    """Environment variables that choose the lab; it is ended and its folder removed afterwards."""
    home = pathlib.Path(tempfile.mkdtemp(prefix=f"flowops-lab-{name}-"))
    variables = {"FLOWOPS_LAB": str(home)}
    try:
        for folder in BUILT:
            (home / folder).symlink_to(shared() / folder)
        yield variables
    finally:
        subprocess.run([sys.executable, str(LAB), "down"], env={**os.environ, **variables}, check=False)
        shutil.rmtree(home, ignore_errors=True)
