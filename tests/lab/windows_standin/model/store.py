# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""State on disk: one JSON file per subject, written whole or not at all."""

from __future__ import annotations

import copy
import json
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any


class Store:
    """A folder of JSON documents. Every read comes from the disk; updates of one subject exclude each other."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.RLock()
        folder.mkdir(parents=True, exist_ok=True)

    def read(self, subject: str, default: Any) -> Any:
        path = self._folder / f"{subject}.json"
        with self._lock:
            return json.loads(path.read_text()) if path.exists() else copy.deepcopy(default)

    def write(self, subject: str, value: Any) -> None:
        path = self._folder / f"{subject}.json"
        with self._lock:
            fresh = path.with_suffix(".new")
            with fresh.open("w") as file:
                json.dump(value, file, indent=1, sort_keys=True)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)

    def update(self, subject: str, default: Any, change: Callable[[Any], Any]) -> Any:
        """Apply ``change`` to the document in place and write it; what ``change`` returned."""
        with self._lock:
            value = self.read(subject, default)
            result = change(value)
            self.write(subject, value)
            return result
