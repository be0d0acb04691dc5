# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the collection importable from the repository as C(ansible_collections.flowops.prefect).

ansible-test does the same with an import hook of its own; then there is nothing left to do here.
"""

from __future__ import annotations

import importlib.util
import os
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
COLLECTIONS = ROOT / "build" / "collections"


def _is_importable() -> bool:
    try:
        return importlib.util.find_spec("ansible_collections.flowops.prefect.plugins") is not None
    except ModuleNotFoundError:
        return False


def _link() -> None:
    link = COLLECTIONS / "ansible_collections" / "flowops" / "prefect"
    link.parent.mkdir(parents=True, exist_ok=True)
    if link.is_symlink() and link.resolve() == ROOT:
        return
    # a rename replaces the old link at once, also when two test runs start together
    fresh = link.with_name(f"{link.name}.{os.getpid()}")
    fresh.symlink_to(ROOT, target_is_directory=True)
    fresh.replace(link)


if not _is_importable():
    _link()
    sys.path.insert(0, str(COLLECTIONS))
    importlib.invalidate_caches()
