# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What runs right now, in small files: so a role can tell a service that runs with old settings.

Nothing here raises for a file that can't be written: what runs is worth more than what is told about it.
"""

from __future__ import annotations

import json
import os
import pathlib
import typing as t

from prefect_host import __version__, files

if t.TYPE_CHECKING:
    import logging

    from prefect_host.configuration import Configuration

PAUSES = files.PAUSES


def write_configuration(configuration: Configuration, logger: logging.Logger) -> bool:
    """C(running-config.json): the configuration that runs, byte for byte. Its hash is what the role compares."""
    return _replace(_path(configuration, "running-config.json"), configuration.source, logger)


def write_processes(
    configuration: Configuration, worker_pid: int | None, worker_starts: int, logger: logging.Logger
) -> bool:
    """C(running.json): versions and processes, for people and tests. C(worker_pid) is None when a start failed."""
    document = {
        "config_sha256": configuration.sha256,
        "prefect_host": __version__,
        "service_pid": os.getpid(),
        "worker_pid": worker_pid,
        "worker_starts": worker_starts,
    }
    return _replace(_path(configuration, "running.json"), json.dumps(document, indent=2).encode() + b"\n", logger)


def write_status(configuration: Configuration, document: dict[str, t.Any], logger: logging.Logger) -> bool:
    """C(status.json): what C(status.Status) tells, for monitoring and the commands."""
    return _replace(_path(configuration, "status.json"), json.dumps(document, indent=2).encode() + b"\n", logger)


def _path(configuration: Configuration, name: str) -> pathlib.Path:
    return pathlib.Path(configuration.folders.home) / name


def _replace(path: pathlib.Path, content: bytes, logger: logging.Logger) -> bool:
    try:
        files.replace(path, content, PAUSES)
    except OSError as error:
        logger.warning("%s stays as it was: %s; is the file open elsewhere, or the disk full?", path, error)
        return False
    return True
