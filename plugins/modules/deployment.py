#!/usr/bin/python
# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: deployment
short_description: Manage deployments of Prefect
version_added: 0.2.0
author:
  - flowops.prefect contributors (@flowops-prefect)
description:
  - Creates, changes and removes deployments of a flow on a self-hosted Prefect server or in a workspace of Prefect
    Cloud.
  - The code of the flow is not looked at. O(entrypoint), O(path) and O(pull_steps) tell the worker where to find it.
  - Schedules are objects of their own; see M(flowops.prefect.deployment_schedule).
extends_documentation_fragment:
  - flowops.prefect.prefect
  - flowops.prefect.state
  - flowops.prefect.attributes.prefect
  - flowops.prefect.attributes.resource
options:
  flow:
    description:
      - Name of the flow that is deployed. It has to exist; see M(flowops.prefect.flow).
      - In check mode a missing flow is listed in RV(predicted) instead, since the same run may create it.
    type: str
    required: true
  name:
    description:
      - Name of the deployment, unique within its flow. It may not hold any of C(/), C(%), C(&), C(<) and C(>).
    type: str
    required: true
  description:
    description:
      - What the deployment is for. An empty text removes the description.
    type: str
  version:
    description:
      - Version of the deployment, any text. An empty text removes it.
    type: str
  version_info:
    description:
      - Where the version comes from, with the keys C(type), C(version) and others, as C(prefect deploy) writes it. Keys
        that are not given stay as they are.
      - Prefect Cloud only. A self-hosted server does not keep it, and the module fails.
    type: dict
  tags:
    description:
      - Tags of the deployment, in any order. An empty list removes all of them.
    type: list
    elements: str
  labels:
    description:
      - Labels of the deployment, each a text, a number or a truth value. Labels that are not given stay as they are;
        the server adds some of its own.
      - A self-hosted server takes them on creation only; the module fails if it would have to change them there.
    type: dict
  paused:
    description:
      - Whether the schedules of the deployment create no flow runs.
    type: bool
  entrypoint:
    description:
      - The flow in its file, such as V(flows/etl.py:etl), relative to where the code is at run time. An empty text
        removes it.
    type: str
  path:
    description:
      - Folder of the code at run time. An empty text removes it.
    type: str
  pull_steps:
    description:
      - What a worker does to get the code, step by step, as in C(prefect.yaml). The list is compared and replaced as a
        whole.
    type: list
    elements: dict
  parameters:
    description:
      - Default parameters of its flow runs. They are compared and replaced as a whole.
    type: dict
  parameter_openapi_schema:
    description:
      - JSON schema of the parameters, compared and replaced as a whole.
    type: dict
  enforce_parameter_schema:
    description:
      - Whether the server refuses flow runs with parameters that do not fit O(parameter_openapi_schema).
    type: bool
  work_pool:
    description:
      - Name of the work pool that its flow runs go to. It has to exist. An empty text takes the deployment out of its
        work pool.
      - In check mode a missing work pool is listed in RV(predicted) instead.
    type: str
  work_queue:
    description:
      - Name of the work queue in O(work_pool), which has to be given with it. If it is not given, a new deployment
        goes to the default queue of its work pool, and one that moves to another work pool goes to the queue of the
        same name there, or to the default queue if there is none.
      - It has to exist. The server would create a missing one without a word, so the module fails instead; in check
        mode the queue is listed in RV(predicted).
    type: str
  job_variables:
    description:
      - What its flow runs set in the template of the work pool. They are compared and replaced as a whole.
    type: dict
  concurrency_limit:
    description:
      - How many flow runs of this deployment may run at once.
      - V(-1) removes the limit; a limit of V(0) does not exist, set O(paused) instead.
      - It takes the place of O(global_concurrency_limit), which it excludes.
    type: int
  global_concurrency_limit:
    description:
      - Name of the global concurrency limit that its flow runs take their slots from. It has to exist; see
        M(flowops.prefect.concurrency_limit). An empty text takes the deployment out of it.
      - In check mode a missing limit is listed in RV(predicted) instead.
    type: str
  concurrency_options:
    description:
      - What happens to a flow run when the limit is reached.
    type: dict
    suboptions:
      collision_strategy:
        description:
          - Whether the new flow run waits (V(ENQUEUE)) or is cancelled (V(CANCEL_NEW)).
        type: str
        required: true
        choices:
          - ENQUEUE
          - CANCEL_NEW
      grace_period_seconds:
        description:
          - How long a slot stays reserved for the infrastructure to start, in seconds from V(60) to V(86400).
        type: int
  storage_block:
    description:
      - Block document that holds the code, as V(type/name). It has to exist. An empty text removes it.
      - In check mode a missing block document is listed in RV(predicted) instead.
    type: str
notes:
  - Before the deployment is removed it is taken out of a global concurrency limit, since the server would remove the
    limit with it.
  - If somebody else creates the same deployment at the same moment, the module makes it what the task wants. The server
    drops schedules that the deployment got until then.
seealso:
  - module: flowops.prefect.deployment_schedule
  - module: flowops.prefect.flow
  - module: flowops.prefect.work_pool
"""

EXAMPLES = r"""
- name: The nightly run of a flow, on the Windows workers
  flowops.prefect.deployment:
    api_url: http://prefect.example.com:4200/api
    auth_string: "{{ prefect_auth_string }}"
    flow: etl
    name: nightly
    work_pool: windows
    work_queue: urgent
    entrypoint: flows/etl.py:etl
    path: 'C:\flows'
    parameters:
      source: '\\files.example.com\input'
    job_variables:
      env:
        PYTHONUTF8: "1"
    tags:
      - finance

- name: Never two runs at once, and a new one does not wait
  flowops.prefect.deployment:
    api_url: http://prefect.example.com:4200/api
    auth_string: "{{ prefect_auth_string }}"
    flow: etl
    name: nightly
    concurrency_limit: 1
    concurrency_options:
      collision_strategy: CANCEL_NEW

- name: The code comes from a repository
  flowops.prefect.deployment:
    api_url: http://prefect.example.com:4200/api
    auth_string: "{{ prefect_auth_string }}"
    flow: etl
    name: nightly
    pull_steps:
      - prefect.deployments.steps.git_clone:
          repository: https://git.example.com/finance/etl.git
          branch: main

- name: The deployment is no longer needed
  flowops.prefect.deployment:
    api_url: http://prefect.example.com:4200/api
    auth_string: "{{ prefect_auth_string }}"
    flow: etl
    name: nightly
    state: absent
"""

RETURN = r"""
deployment:
  description:
    - The deployment as the server returns it, with the names of this module's options. Empty if it is absent.
    - References are the identifiers that the server keeps.
    - In check mode, what is known of it now with the planned changes laid over it.
  returned: success
  type: dict
  sample:
    flow: 5f2f5f3e-74e7-4b0e-9d6b-6d2ab8f3a8f5
    name: nightly
    work_pool: windows
    work_queue: urgent
    entrypoint: flows/etl.py:etl
    path: 'C:\flows'
    parameters:
      source: '\\files.example.com\input'
    tags:
      - finance
    paused: false
    concurrency_limit: 1
    global_concurrency_limit: null
    id: 3f9e5f40-58a4-4f4f-8b1c-6df5e6d3c1a9
    status: NOT_READY
consequences:
  description: What else the change brings about, a sentence each. Each of them is also a warning.
  returned: if there are any
  type: list
  elements: str
  sample:
    - The deployment 'nightly' takes no slots from the global concurrency limit any more
predicted:
  description: Objects that this one refers to and that do not exist yet, each as kind and name.
  returned: in check mode, if there are any
  type: list
  elements: str
  sample:
    - work pool windows
"""

from ansible_collections.flowops.prefect.plugins.module_utils._prefect.flows import DEPLOYMENT
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.module import run


def main() -> None:
    """Entry point."""
    run(DEPLOYMENT)


if __name__ == "__main__":
    main()
