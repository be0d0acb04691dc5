# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where things are. The suites' runner says where the virtual environments lie (FLOWOPS_VENV_<NAME>)."""

from __future__ import annotations

import os
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[3]
BUILD = ROOT / "build" / "gates"
NAMESPACE, NAME = "flowops", "prefect"
FQCN = f"{NAMESPACE}.{NAME}"


def lab_home() -> pathlib.Path:
    """The cache folder, as tests/lab chooses it."""
    chosen = os.environ.get("FLOWOPS_LAB")
    if chosen:
        return pathlib.Path(chosen).absolute()
    cache = os.environ.get("XDG_CACHE_HOME") or str(pathlib.Path.home() / ".cache")
    return pathlib.Path(cache).absolute() / "flowops-lab"


def environment(name: str) -> pathlib.Path:
    """Folder of a virtual environment; KeyError with a hint when the runner did not hand it over."""
    variable = f"FLOWOPS_VENV_{name.upper().replace('-', '_').replace('.', '_')}"
    if variable not in os.environ:
        raise KeyError(f"{variable} is not set: run the gates with: make gates")
    return pathlib.Path(os.environ[variable])


def has_environment(name: str) -> bool:
    """Whether the runner could make this environment on this machine."""
    return f"FLOWOPS_VENV_{name.upper().replace('-', '_').replace('.', '_')}" in os.environ


def bundle(name: str = "unit") -> pathlib.Path:
    """Collections path with ansible.windows and the rest of the ansible bundle."""
    (found,) = environment(name).glob("lib/python3.*/site-packages/ansible_collections")
    return found.parent
