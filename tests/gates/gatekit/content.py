# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the collection consists of, read from its files."""

from __future__ import annotations

import pathlib

from gatekit import source


def modules() -> list[str]:
    """Names of the modules."""
    return sorted(path.stem for path in source.files() if path.parts[:2] == ("plugins", "modules") and path.suffix == ".py")


def roles() -> list[str]:
    """Names of the roles."""
    return sorted({path.parts[1] for path in source.files() if path.parts[0] == "roles" and path.match("roles/*/tasks/*")})


def playbooks() -> list[pathlib.Path]:
    """The playbooks' paths, relative to the root."""
    return [path for path in source.files() if path.parent == pathlib.Path("playbooks") and path.suffix == ".yml"]


def task_files() -> list[pathlib.Path]:
    """Every YAML file that may hold tasks: of roles (tasks, handlers) and playbooks."""
    kinds = ("tasks", "handlers")
    in_roles = [path for path in source.files() if path.parts[0] == "roles" and path.parts[2:3] and path.parts[2] in kinds]
    return [path for path in in_roles if path.suffix == ".yml"] + playbooks()
