# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Services of Windows itself that Wine does not have, simulated: a state and a start mode, and nothing runs."""

from __future__ import annotations

from typing import Any

from ..errors import NotModelled
from .store import Store

W32TIME = {
    "name": "W32Time",
    "display_name": "Windows Time",
    "path": "C:\\Windows\\system32\\svchost.exe -k LocalService",
    "start_mode": "manual",
    "error_control": "normal",
    "service_type": "win32_share_process",
    "load_order_group": "",
    "account": "NT AUTHORITY\\LocalService",
    "dependencies": [],
    "description": "Maintains date and time synchronization on all clients and servers in the network.",
    "pre_shutdown_timeout_ms": 180000,
    "state": "running",
    "process_id": 1104,
    "exit_code": 0,
    "controls_accepted": ["stop", "shutdown"],
}
DEFAULTS: dict[str, dict[str, Any]] = {"w32time": W32TIME}
MAY_CHANGE = {"state", "start_mode"}


class SystemServices:
    def __init__(self, store: Store) -> None:
        self._store = store

    def query(self, name: str) -> dict[str, Any] | None:
        """All that the service control manager would say, or None when this is no such service."""
        known = DEFAULTS.get(name.lower())
        if known is None:
            return None
        return {**known, **self._store.read("system_services", {}).get(name.lower(), {})}

    def change(self, name: str, **values: Any) -> None:
        unknown = sorted(set(values) - MAY_CHANGE)
        if unknown:
            raise NotModelled(f"{', '.join(unknown)} of the service {name}")
        self._store.update("system_services", {}, lambda services: services.setdefault(name.lower(), {}).update(values))
