#!/usr/bin/python
# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: work_pool
short_description: Manage work pools of Prefect
version_added: 0.1.0
author:
  - flowops.prefect contributors (@flowops-prefect)
description:
  - Creates, changes and removes work pools on a self-hosted Prefect server or in a workspace of Prefect Cloud.
extends_documentation_fragment:
  - flowops.prefect.prefect
  - flowops.prefect.state
  - flowops.prefect.attributes.prefect
  - flowops.prefect.attributes.resource
options:
  name:
    description:
      - Name of the work pool.
      - Names that start with C(prefect), in any case, are reserved by Prefect.
    type: str
    required: true
  type:
    description:
      - Type of the work pool, such as V(process), V(docker) or V(kubernetes).
      - Needed to create a work pool. It cannot be changed afterwards; the module fails if it would have to.
      - The server takes any text for a type, so a typing error shows only when a worker starts.
    type: str
  description:
    description:
      - What the work pool is for. An empty text removes the description.
    type: str
  paused:
    description:
      - Whether the work pool hands out no flow runs.
    type: bool
  concurrency_limit:
    description:
      - How many flow runs of this work pool may run at once.
      - V(-1) removes the limit.
    type: int
  base_job_template:
    description:
      - Template for the jobs of this work pool, with the keys C(job_configuration) and C(variables).
      - Keys that are not given stay as they are, at every depth; lists are replaced as a whole.
      - If a work pool is created without it, the first worker that starts fills in the template of its type. If it is
        created with it, the template has to be complete.
    type: dict
  storage_configuration:
    description:
      - Where flow runs of this work pool keep bundles of code and results, with the keys C(bundle_upload_step),
        C(bundle_execution_step) and C(default_result_storage_block_id). Keys that are not given stay as they are.
      - The value of C(default_result_storage_block_id) may be the name of a block document, as V(type/name), instead of
        an identifier.
    version_added: 0.2.0
    type: dict
  orphan_deployments:
    description:
      - The server removes a work pool even if deployments use it, and leaves them without one. If there are any,
        O(state=absent) fails unless this is V(true).
      - Deployments that are left behind are named in RV(consequences) and in a warning.
    version_added: 0.2.0
    type: bool
    default: false
seealso:
  - module: flowops.prefect.work_queue
  - module: flowops.prefect.worker_info
"""

EXAMPLES = r"""
- name: A pool for the Windows workers
  flowops.prefect.work_pool:
    api_url: http://prefect.example.com:4200/api
    auth_string: "{{ prefect_auth_string }}"
    name: windows
    type: process
    description: Windows Server 2016, governed by Ansible
    concurrency_limit: 10

- name: Hand out no more flow runs
  flowops.prefect.work_pool:
    api_url: http://prefect.example.com:4200/api
    auth_string: "{{ prefect_auth_string }}"
    name: windows
    paused: true

- name: Take the limit away again
  flowops.prefect.work_pool:
    api_url: http://prefect.example.com:4200/api
    auth_string: "{{ prefect_auth_string }}"
    name: windows
    concurrency_limit: -1

- name: Where results go, unless a flow says otherwise
  flowops.prefect.work_pool:
    api_url: http://prefect.example.com:4200/api
    auth_string: "{{ prefect_auth_string }}"
    name: windows
    storage_configuration:
      default_result_storage_block_id: local-file-system/results

- name: The work pool is no longer needed, whatever still uses it
  flowops.prefect.work_pool:
    api_url: http://prefect.example.com:4200/api
    auth_string: "{{ prefect_auth_string }}"
    name: windows
    state: absent
    orphan_deployments: true
"""

RETURN = r"""
work_pool:
  description:
    - The work pool as the server returns it, with the names of this module's options. Empty if it is absent.
    - In check mode, what is known of it now with the planned changes laid over it.
  returned: success
  type: dict
  sample:
    name: windows
    type: process
    description: Windows Server 2016, governed by Ansible
    paused: false
    concurrency_limit: 10
    base_job_template: {}
    id: d188ad55-3368-4180-b62f-b574fc4721bf
    status: NOT_READY
consequences:
  description: What else the change brings about, a sentence each. Each of them is also a warning.
  returned: if there are any
  type: list
  elements: str
  sample:
    - "The work pool 'windows' goes and leaves 2 deployments without a work pool: etl/hourly, etl/nightly"
predicted:
  description: Objects that this one refers to and that do not exist yet, each as kind and name.
  returned: in check mode, if there are any
  type: list
  elements: str
  sample:
    - block document local-file-system/results
"""

from ansible_collections.flowops.prefect.plugins.module_utils._prefect.module import run
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.work import WORK_POOL


def main() -> None:
    """Entry point."""
    run(WORK_POOL)


if __name__ == "__main__":
    main()
