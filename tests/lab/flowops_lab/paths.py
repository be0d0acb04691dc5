# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where everything lies. Only ``run`` may be deleted by ``down`` and ``reset``; the rest is a cache."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Paths:
    """The folders of one lab; ``home`` is FLOWOPS_LAB."""

    home: Path

    @classmethod
    def from_environment(cls) -> Paths:
        chosen = os.environ.get("FLOWOPS_LAB")
        if chosen:
            return cls(Path(chosen).absolute())
        cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
        return cls(Path(cache).absolute() / "flowops-lab")

    @property
    def root_folder(self) -> Path:
        return self.home / "rootfs"

    @property
    def virtual_environments(self) -> Path:
        return self.home / "venvs"

    @property
    def artifacts(self) -> Path:
        return self.home / "artifacts"

    @property
    def templates(self) -> Path:
        return self.home / "templates"

    @property
    def cache(self) -> Path:
        return self.home / "cache"

    @property
    def logs(self) -> Path:
        return self.home / "logs"

    @property
    def locks(self) -> Path:
        return self.home / "locks"

    @property
    def collections(self) -> Path:
        return self.home / "collections"

    @property
    def run(self) -> Path:
        return self.home / "run"

    @property
    def pids(self) -> Path:
        return self.run / "pids"

    @property
    def secrets(self) -> Path:
        return self.run / "secrets"

    @property
    def run_logs(self) -> Path:
        return self.run / "logs"

    @property
    def inventory(self) -> Path:
        return self.run / "inventory"

    @property
    def requirements(self) -> Path:
        return REPOSITORY / "tests" / "requirements"
