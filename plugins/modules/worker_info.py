#!/usr/bin/python
# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: worker_info
short_description: List the workers of Prefect and whether they are online
version_added: 0.1.0
author:
  - flowops.prefect contributors (@flowops-prefect)
description:
  - Lists workers with the status that the server gives them and the age of their last heartbeat.
extends_documentation_fragment:
  - flowops.prefect.prefect
  - flowops.prefect.attributes.prefect
  - flowops.prefect.attributes.info
options:
  work_pool:
    description:
      - Only workers of this work pool. Without it, workers of all work pools.
      - A work pool that does not exist is an error. In check mode it is taken for one that this run would create.
    type: str
  name:
    description:
      - Only workers with exactly this name.
    type: str
  status:
    description:
      - Only workers with this status.
      - The server calls a worker offline when it has missed about three heartbeats, not when it stops.
    type: str
    choices:
      - online
      - offline
seealso:
  - module: flowops.prefect.work_pool
"""

EXAMPLES = r"""
- name: Wait until the worker has registered
  flowops.prefect.worker_info:
    api_url: http://prefect.example.com:4200/api
    auth_string: "{{ prefect_auth_string }}"
    work_pool: windows
    name: win1
    status: online
  register: found
  until: found.workers | length > 0
  retries: 12
  delay: 5
"""

RETURN = r"""
workers:
  description: The workers that fit, sorted by work pool and name.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the worker.
      type: str
      sample: win1
    work_pool:
      description: Name of its work pool.
      type: str
      sample: windows
    id:
      description: Identifier of the worker.
      type: str
      sample: 73625d5a-b71e-49c6-abcf-6590cb12f9b5
    status:
      description: V(online) or V(offline), as the server sees it.
      type: str
      sample: online
    last_heartbeat_time:
      description: When the server received the last heartbeat.
      type: str
      sample: "2026-11-24T03:30:37.086489Z"
    heartbeat_interval_seconds:
      description: How often the worker promises a heartbeat, in seconds.
      type: int
      sample: 30
    seconds_since_heartbeat:
      description:
        - Age of the last heartbeat by the server's own clock, in whole seconds, so that it holds even if the clock of
          the controller is off.
        - Null if the server does not send its time or has no heartbeat.
      type: int
      sample: 12
predicted:
  description: The work pool, if it does not exist yet and is taken for one that this run would create.
  returned: in check mode, if it does not exist
  type: list
  elements: str
  sample: ["work pool windows"]
"""

from ansible_collections.flowops.prefect.plugins.module_utils._prefect.module import run_worker_info


def main() -> None:
    """Entry point."""
    run_worker_info()


if __name__ == "__main__":
    main()
