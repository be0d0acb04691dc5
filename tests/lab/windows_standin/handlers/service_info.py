# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""win_service_info."""

from __future__ import annotations

from .service import SIMULATED, account_name, state_word

SAME = (
    "dependencies",
    "description",
    "display_name",
    "error_control",
    "load_order_group",
    "name",
    "path",
    "pre_shutdown_timeout_ms",
    "process_id",
    "service_type",
    "start_mode",
    "controls_accepted",
    "desktop_interact",
)


def describe(call, service: dict) -> dict:
    return {
        **{name: service[name] for name in SAME + SIMULATED},
        "checkpoint": 0,
        "dependency_of": [],
        "launch_protection": "none",
        "preferred_node": None,
        "service_exit_code": 0,
        "service_flags": [],
        "triggers": [],
        "wait_hint_ms": 0,
        "win32_exit_code": service["exit_code"],
        "state": state_word(service["state"]),
        "username": account_name(call, service["account"]),
    }


def run(call) -> dict:
    services, name = call.host.services, call.args["name"]
    wanted = [name] if name else [entry["name"] for entry in services.names()]
    found = [services.query(item) for item in wanted]
    described = [describe(call, service) for service in found if service]
    return {"changed": False, "exists": bool(described), "services": described}
