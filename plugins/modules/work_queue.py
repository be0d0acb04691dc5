#!/usr/bin/python
# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: work_queue
short_description: Manage work queues of Prefect
version_added: 0.1.0
author:
  - flowops.prefect contributors (@flowops-prefect)
description:
  - Creates, changes and removes work queues of a work pool.
extends_documentation_fragment:
  - flowops.prefect.prefect
  - flowops.prefect.state
  - flowops.prefect.attributes.prefect
  - flowops.prefect.attributes.resource
options:
  name:
    description:
      - Name of the work queue, unique within its work pool.
    type: str
    required: true
  work_pool:
    description:
      - Name of the work pool that the work queue belongs to. It has to exist.
      - In check mode a missing work pool is listed in RV(predicted) instead, since the same run may create it.
    type: str
    required: true
  description:
    description:
      - What the work queue is for. An empty text removes the description.
    type: str
  paused:
    description:
      - Whether the work queue hands out no flow runs.
    type: bool
  concurrency_limit:
    description:
      - How many flow runs of this work queue may run at once.
      - V(-1) removes the limit.
    type: int
  priority:
    description:
      - Flow runs of a queue with a lower number are handed out first; V(1) is the highest priority.
      - Give each work queue of a work pool a number of its own. The server moves a queue that is in the way to the next
        number, so two queues with the same number would push each other away in every run.
    type: int
  filter:
    description:
      - Which flow runs the work queue takes, with the keys C(tags) and C(deployment_ids). It is compared and replaced
        as a whole; an empty dictionary removes it.
      - Each of C(deployment_ids) may be the name of a deployment, as V(flow/deployment), instead of an identifier.
    version_added: 0.2.0
    type: dict
  orphan_deployments:
    description:
      - The server removes a work queue even if deployments use it, and leaves them without a work pool. If there are
        any, O(state=absent) fails unless this is V(true).
      - Deployments that are left behind are named in RV(consequences) and in a warning.
    version_added: 0.2.0
    type: bool
    default: false
notes:
  - The default queue of a work pool cannot be removed; it goes with its work pool.
seealso:
  - module: flowops.prefect.work_pool
"""

EXAMPLES = r"""
- name: A queue for urgent runs
  flowops.prefect.work_queue:
    api_url: http://prefect.example.com:4200/api
    auth_string: "{{ prefect_auth_string }}"
    name: urgent
    work_pool: windows
    priority: 1
    concurrency_limit: 2

- name: The queue is no longer needed
  flowops.prefect.work_queue:
    api_url: http://prefect.example.com:4200/api
    auth_string: "{{ prefect_auth_string }}"
    name: urgent
    work_pool: windows
    state: absent
"""

RETURN = r"""
work_queue:
  description:
    - The work queue as the server returns it, with the names of this module's options. Empty if it is absent.
    - In check mode, what is known of it now with the planned changes laid over it.
  returned: success
  type: dict
  sample:
    name: urgent
    work_pool: windows
    description: ""
    paused: false
    concurrency_limit: 2
    priority: 1
    id: 22cc4350-1539-45a6-a385-70f216d2c96f
    status: NOT_READY
consequences:
  description: What else the change brings about, a sentence each. Each of them is also a warning.
  returned: if there are any
  type: list
  elements: str
  sample:
    - "The work queue 'urgent' goes and leaves 1 deployment without a work pool: etl/nightly"
predicted:
  description: Objects that this one refers to and that do not exist yet, each as kind and name.
  returned: in check mode, if there are any
  type: list
  elements: str
  sample:
    - work pool windows
"""

from ansible_collections.flowops.prefect.plugins.module_utils._prefect.module import run
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.work import WORK_QUEUE


def main() -> None:
    """Entry point."""
    run(WORK_QUEUE)


if __name__ == "__main__":
    main()
