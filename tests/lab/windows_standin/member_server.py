# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a member server has in its registry and Wine has not: written at every boot, where it is missing."""

from __future__ import annotations

from .agent_client import AgentClient

SERVICES = "HKLM:\\SYSTEM\\CurrentControlSet\\Services"
VALUES = (
    # the clock follows the domain
    (f"{SERVICES}\\W32Time\\Parameters", "Type", "string", "NT5DS"),
    (f"{SERVICES}\\EventLog\\Application", "MaxSize", "dword", 20971520),
    (f"{SERVICES}\\EventLog\\Security", "MaxSize", "dword", 20971520),
    (f"{SERVICES}\\EventLog\\System", "MaxSize", "dword", 20971520),
)


def plant(agent: AgentClient) -> None:
    for path, name, kind, value in VALUES:
        if agent.call("registry.read_value", path=path, name=name) is None:
            agent.call("registry.create_key", path=path)
            agent.call("registry.write_value", path=path, name=name, kind=kind, value=value)
