# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two rotating files in the logs folder: C(service.log), what the service did; C(worker.log), what the worker said."""

from __future__ import annotations

import io
import logging
import ntpath
import os
import time
import typing as t

from prefect_host.records.line import Line
from prefect_host.records.output import DRAIN_SECONDS, output_pipe
from prefect_host.rotation import PatientRotatingFileHandler

if t.TYPE_CHECKING:
    from prefect_host.configuration import Configuration

# Characters. A program that never ends its line must not fill the service's memory.
LONGEST_LINE = 32_768


def log_path(configuration: Configuration, name: str) -> str:
    """Full path of a log file. Windows separators on Windows, the test system's own elsewhere."""
    join = ntpath.join if os.name == "nt" else os.path.join
    return join(configuration.folders.logs, name)


def service_logger(configuration: Configuration) -> logging.Logger:
    """One line per event, UTC."""
    formatter = logging.Formatter("%(asctime)sZ %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%S")
    formatter.converter = time.gmtime
    return _logger(configuration, "service", formatter)


def worker_logger(configuration: Configuration) -> logging.Logger:
    """The worker's lines as they came; Prefect puts its own time in front."""
    return _logger(configuration, "worker", logging.Formatter("%(message)s"))


def _logger(configuration: Configuration, name: str, formatter: logging.Formatter) -> logging.Logger:
    handler = PatientRotatingFileHandler(
        log_path(configuration, f"{name}.log"), configuration.log.max_bytes, configuration.log.backups
    )
    handler.setFormatter(formatter)
    logger = logging.getLogger(f"prefect_host.{configuration.instance}.{name}")
    for old in list(logger.handlers):
        logger.removeHandler(old)
        old.close()
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    return logger


def copy_lines(stream: t.BinaryIO, logger: logging.Logger, secrets: t.Iterable[str] = ()) -> None:
    """Copy a process's output into the log until it closes. Bytes that are no UTF-8 are replaced, never fatal.

    The process never waits for our disk, and can't fill it: in a flood the first and the last lines are kept.
    C(secrets): values that don't reach the log, besides what looks like one.
    """
    pipe = output_pipe(logger, secrets)
    with io.TextIOWrapper(stream, encoding="utf-8", errors="replace", newline="\n") as text:
        for line in iter(lambda: text.readline(LONGEST_LINE), ""):
            pipe.put(Line(line.rstrip("\r\n")))
    pipe.close(DRAIN_SECONDS)
