# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One handler per module: what the real PowerShell does, done here. A module that is not listed is not modelled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import (
    acl,
    acl_inheritance,
    async_status,
    command,
    copy,
    environment,
    feature,
    file,
    find,
    firewall_rule,
    group_membership,
    http_proxy,
    owner,
    ping,
    reg_stat,
    regedit,
    scheduled_task,
    service,
    service_info,
    setup,
    slurp,
    stat,
    unzip,
    uri,
    user_right,
    whoami,
)

HANDLERS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "ansible.windows.async_status": async_status.run,
    "ansible.windows.setup": setup.run,
    "ansible.windows.slurp": slurp.run,
    "ansible.windows.win_acl": acl.run,
    "ansible.windows.win_acl_inheritance": acl_inheritance.run,
    "ansible.windows.win_command": command.run,
    "ansible.windows.win_copy": copy.run,
    "ansible.windows.win_environment": environment.run,
    "ansible.windows.win_feature": feature.run,
    "ansible.windows.win_file": file.run,
    "ansible.windows.win_find": find.run,
    "ansible.windows.win_group_membership": group_membership.run,
    "ansible.windows.win_http_proxy": http_proxy.run,
    "ansible.windows.win_owner": owner.run,
    "ansible.windows.win_ping": ping.run,
    "ansible.windows.win_reg_stat": reg_stat.run,
    "ansible.windows.win_regedit": regedit.run,
    "ansible.windows.win_service": service.run,
    "ansible.windows.win_service_info": service_info.run,
    "ansible.windows.win_stat": stat.run,
    "ansible.windows.win_uri": uri.run,
    "ansible.windows.win_user_right": user_right.run,
    "ansible.windows.win_whoami": whoami.run,
    "community.windows.win_firewall_rule": firewall_rule.run,
    "community.windows.win_scheduled_task": scheduled_task.run,
    "community.windows.win_unzip": unzip.run,
}
