# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What runs right now, in two small files: so a role can tell a service that runs with old settings.

Nothing here raises for a file that can't be written: what runs is worth more than what is told about it.
"""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import time
import typing as t

from prefect_host import __version__

if t.TYPE_CHECKING:
    import logging

    from prefect_host.configuration import Configuration

# Who holds a file, a scanner or the role that reads it, mostly does so for less than a second.
PAUSES = (0.1, 0.2, 0.3, 0.4)


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


def _path(configuration: Configuration, name: str) -> pathlib.Path:
    return pathlib.Path(configuration.folders.home) / name


def _replace(path: pathlib.Path, content: bytes, logger: logging.Logger) -> bool:
    """Whole or not at all: a reader never sees half a file."""
    partial = path.with_suffix(".partial")
    for pause in (*PAUSES, None):
        try:
            partial.write_bytes(content)
            partial.replace(path)
        except OSError as error:
            if pause is None:
                logger.warning("%s stays as it was: %s; is the file open elsewhere, or the disk full?", path, error)
            else:
                time.sleep(pause)
        else:
            return True
    with contextlib.suppress(OSError):
        partial.unlink()
    return False
