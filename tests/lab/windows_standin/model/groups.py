# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Local groups and their members, simulated."""

from __future__ import annotations

from ..accounts import BUILTIN
from .store import Store


class LocalGroups:
    def __init__(self, store: Store, machine_sid: str) -> None:
        self._store = store
        self._defaults = {
            "Administrators": [f"{machine_sid}-500"],
            "Guests": [f"{machine_sid}-501"],
            "Users": ["S-1-5-4", "S-1-5-11"],
        }

    def find(self, name: str) -> str | None:
        """The group's name as Windows spells it, or None."""
        short = name.rpartition("\\")[2]
        return {known.lower(): known for known in BUILTIN}.get(short.lower())

    def members(self, group: str) -> list[str]:
        """SIDs of the members."""
        return list(self._store.read("groups", {}).get(group, self._defaults.get(group, [])))

    def set_members(self, group: str, sids: list[str]) -> None:
        self._store.update("groups", {}, lambda groups: groups.__setitem__(group, sids))
