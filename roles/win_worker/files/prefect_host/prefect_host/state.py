# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the service runs with right now, in a small file: a role can tell a running service that has old settings."""

from __future__ import annotations

import json
import ntpath
import os
import pathlib
import typing as t

from prefect_host import __version__

if t.TYPE_CHECKING:
    from prefect_host.configuration import Configuration


def state_path(configuration: Configuration) -> str:
    """C(running.json) in the service's home."""
    join = ntpath.join if os.name == "nt" else os.path.join
    return join(configuration.folders.home, "running.json")


def write(configuration: Configuration, worker_pid: int | None, worker_starts: int) -> None:
    """Written whole or not at all: a reader never sees half a file."""
    document = {
        "config_sha256": configuration.sha256,
        "prefect_host": __version__,
        "service_pid": os.getpid(),
        "worker_pid": worker_pid,
        "worker_starts": worker_starts,
    }
    path = pathlib.Path(state_path(configuration))
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    partial.replace(path)
