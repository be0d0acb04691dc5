# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What runs that were ended hard have left in the work folder: Prefect removes its folders only when it ends by itself.

Among them are copies of a run's environment (workspace.json), with what its deployment resolved from blocks, and the
code that was pulled.
"""

from __future__ import annotations

import contextlib
import os
import pathlib
import shutil
import stat
import threading

# Of prefect.runner._workspace_starter, prefect.workers.process and prefect.runner.runner.
PATTERNS = ("prefect-workspace-attempt-*", "tmp*prefect", "runner_storage/*")


def sweep(folder: str | os.PathLike[str]) -> threading.Thread:
    """Remove what is there now, while no worker runs. What can't be removed is left for the next time.

    A thread of its own does it: it may be gigabytes, and a worker that starts meanwhile makes folders with other names.
    """
    found = [path for pattern in PATTERNS for path in sorted(pathlib.Path(folder).glob(pattern)) if path.is_dir()]
    thread = threading.Thread(target=_remove, args=(found,), name="sweep", daemon=True)
    thread.start()
    return thread


def _remove(folders: list[pathlib.Path]) -> None:
    for folder in folders:
        if not folder.is_symlink():
            _make_writable(folder)
            shutil.rmtree(folder, ignore_errors=True)


def _make_writable(folder: pathlib.Path) -> None:
    # Git makes its objects read-only, and Windows removes no such file.
    for place, _folders, files in os.walk(folder):
        for path in (os.path.join(place, name) for name in files):
            with contextlib.suppress(OSError):
                if not os.path.islink(path):
                    os.chmod(path, stat.S_IWRITE | stat.S_IREAD)
