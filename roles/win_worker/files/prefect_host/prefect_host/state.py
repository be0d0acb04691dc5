# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What runs right now, in two small files: so a role can tell a service that runs with old settings."""

from __future__ import annotations

import json
import os
import pathlib
import typing as t

from prefect_host import __version__

if t.TYPE_CHECKING:
    from prefect_host.configuration import Configuration


def write_configuration(configuration: Configuration) -> None:
    """C(running-config.json): the configuration that runs, byte for byte. Its hash is what the role compares."""
    _replace(_path(configuration, "running-config.json"), configuration.source)


def write_processes(configuration: Configuration, worker_pid: int | None, worker_starts: int) -> None:
    """C(running.json): versions and processes, for people and tests. C(worker_pid) is None when a start failed."""
    document = {
        "config_sha256": configuration.sha256,
        "prefect_host": __version__,
        "service_pid": os.getpid(),
        "worker_pid": worker_pid,
        "worker_starts": worker_starts,
    }
    _replace(_path(configuration, "running.json"), json.dumps(document, indent=2).encode() + b"\n")


def _path(configuration: Configuration, name: str) -> pathlib.Path:
    return pathlib.Path(configuration.folders.home) / name


def _replace(path: pathlib.Path, content: bytes) -> None:
    """Whole or not at all: a reader never sees half a file."""
    partial = path.with_suffix(".partial")
    partial.write_bytes(content)
    partial.replace(path)
