# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which instance a command is about: named by its file, by its name, or the only one of this host."""

from __future__ import annotations

import os
import pathlib

from prefect_host import configuration
from prefect_host.configuration import Configuration, ConfigurationError


def root() -> pathlib.Path:
    """Where the roles put the instances of a host."""
    return pathlib.Path(os.environ.get("PROGRAMDATA", "C:\\ProgramData")) / "flowops" / "workers"


def chosen(config: str | None, name: str | None) -> Configuration:
    """Raises ConfigurationError, in one line."""
    if config is not None:
        return configuration.load(config)
    if name is not None:
        return configuration.load(root() / name / "config" / "worker.json")
    found = sorted(path.parents[1].name for path in root().glob("*/config/worker.json"))
    if len(found) != 1:
        there = ", ".join(found) or "none"
        raise ConfigurationError(f"{root()}: holds not one instance ({there}); name one with --instance or --config")
    return configuration.load(root() / found[0] / "config" / "worker.json")
