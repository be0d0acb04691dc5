# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A flow that proves where and as whom a flow run really runs. Deploy it with the entrypoint
C(prefect_host.verification.report_host); who starts it gives the flow run its name."""

from __future__ import annotations

import json
import os
import platform
import socket
import sys

from prefect import flow, get_run_logger

from prefect_host import account


def host_facts() -> dict[str, str | int]:
    """Host, account, process and Python of this process."""
    return {
        "host": socket.gethostname(),
        "account": account.own(),
        "pid": os.getpid(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "executable": sys.executable,
        "instance": os.environ.get("FLOWOPS_INSTANCE", ""),
    }


@flow(name="flowops-verification")
def report_host() -> dict[str, str | int]:
    """Log the facts as one line of JSON, and return them."""
    facts = host_facts()
    get_run_logger().info("flowops-verification %s", json.dumps(facts, sort_keys=True))
    return facts
