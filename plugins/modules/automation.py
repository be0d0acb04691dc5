#!/usr/bin/python
# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: automation
short_description: Manage automations of Prefect
version_added: 0.2.0
author:
  - flowops.prefect contributors (@flowops-prefect)
description:
  - Creates, changes and removes automations, which do something when a trigger fires.
  - Wherever an action or a trigger takes the identifier of another object, its name may stand instead. See the notes.
extends_documentation_fragment:
  - flowops.prefect.prefect
  - flowops.prefect.state
  - flowops.prefect.attributes.prefect
  - flowops.prefect.attributes.resource
options:
  id:
    description:
      - Identifier of an automation that exists. It is needed if several automations have the same O(name), and to
        rename one.
    type: str
  name:
    description:
      - Name of the automation. The server allows several automations with the same name; the module fails if it finds
        more than one and O(id) is not given.
      - With O(id), the new name.
    type: str
  description:
    description:
      - What the automation is for.
    type: str
  enabled:
    description:
      - Whether the trigger is watched.
    type: bool
  tags:
    description:
      - Tags of the automation, in any order. An empty list removes all of them.
    type: list
    elements: str
  labels:
    description:
      - Labels of the automation. Keys that are not given stay as they are. Prefect Cloud only.
    type: dict
  trigger:
    description:
      - What the automation waits for, as in Prefect's API, with its C(type) such as V(event), V(compound),
        V(sequence) or in Prefect Cloud V(metric). Needed to create an automation.
      - Keys that are not given stay as they are, at every depth, as long as the C(type) stays the same. Lists of the
        same length are taken element by element; others are replaced as a whole.
      - The order of C(expect), C(after) and C(for_each) does not matter.
    type: dict
  actions:
    description:
      - What is done when the trigger fires or resolves, each with its C(type) such as V(run-deployment).
      - They are compared like O(trigger), element by element. An empty list removes all of them.
    type: list
    elements: dict
  actions_on_trigger:
    description:
      - What is done in addition when the trigger fires. See O(actions).
    type: list
    elements: dict
  actions_on_resolve:
    description:
      - What is done in addition when the trigger resolves. See O(actions).
    type: list
    elements: dict
notes:
  - In actions these keys take a name instead of an identifier - C(deployment_id) as V(flow/deployment),
    C(work_pool_id) as V(pool), C(work_queue_id) as V(pool/queue), C(automation_id) as V(name), C(block_document_id) as
    V(type/name). What stands under C(parameters), C(job_variables) and C(payload) is sent as it is.
  - In a trigger a name stands between angle brackets in patterns for resources of events, as in
    C(prefect.deployment.<flow/deployment>). It works for C(flow), C(deployment), C(work-pool), C(work-queue),
    C(automation), C(block-document) and C(concurrency-limit).
seealso:
  - module: flowops.prefect.deployment
  - name: Automations
    description: Triggers and actions in the documentation of Prefect.
    link: https://docs.prefect.io/v3/concepts/automations
"""

EXAMPLES = r"""
- name: Run the clean-up when the nightly run has failed
  flowops.prefect.automation:
    api_url: http://prefect.example.com:4200/api
    auth_string: "{{ prefect_auth_string }}"
    name: Clean up after a failed night
    trigger:
      type: event
      posture: Reactive
      expect:
        - prefect.flow-run.Failed
        - prefect.flow-run.Crashed
      match:
        prefect.resource.id: prefect.flow-run.*
      match_related:
        prefect.resource.role: deployment
        prefect.resource.id: prefect.deployment.<etl/nightly>
      threshold: 1
      within: 0
    actions:
      - type: run-deployment
        source: selected
        deployment_id: etl/clean-up
        parameters: {}
    tags:
      - finance

- name: Pause the work pool when its workers are gone for ten minutes
  flowops.prefect.automation:
    api_url: http://prefect.example.com:4200/api
    auth_string: "{{ prefect_auth_string }}"
    name: No workers
    trigger:
      type: event
      posture: Proactive
      after:
        - prefect.work-pool.not-ready
      expect:
        - prefect.work-pool.ready
      match:
        prefect.resource.id: prefect.work-pool.<windows>
      for_each:
        - prefect.resource.id
      within: 600
    actions:
      - type: pause-work-pool
        source: selected
        work_pool_id: windows

- name: Hold it for a while
  flowops.prefect.automation:
    api_url: http://prefect.example.com:4200/api
    auth_string: "{{ prefect_auth_string }}"
    name: No workers
    enabled: false

- name: Remove one of several automations with the same name
  flowops.prefect.automation:
    api_url: http://prefect.example.com:4200/api
    auth_string: "{{ prefect_auth_string }}"
    id: 1d1ab0c1-6f0e-4bdb-92b4-9a2fb2ec5fc7
    state: absent
"""

RETURN = r"""
automation:
  description:
    - The automation as the server returns it, with the names of this module's options. Empty if it is absent.
    - References are the identifiers that the server keeps.
    - In check mode, what is known of it now with the planned changes laid over it.
  returned: success
  type: dict
  sample:
    name: No workers
    description: ""
    enabled: true
    tags: []
    trigger:
      type: event
      posture: Proactive
      after:
        - prefect.work-pool.not-ready
      expect:
        - prefect.work-pool.ready
      match:
        prefect.resource.id: prefect.work-pool.d188ad55-3368-4180-b62f-b574fc4721bf
      match_related: {}
      for_each:
        - prefect.resource.id
      threshold: 1
      within: 600
    actions:
      - type: pause-work-pool
        source: selected
        work_pool_id: d188ad55-3368-4180-b62f-b574fc4721bf
    actions_on_trigger: []
    actions_on_resolve: []
    id: 1d1ab0c1-6f0e-4bdb-92b4-9a2fb2ec5fc7
predicted:
  description: Objects that this one refers to and that do not exist yet, each as kind and name.
  returned: in check mode, if there are any
  type: list
  elements: str
  sample:
    - deployment etl/clean-up
"""

from ansible_collections.flowops.prefect.plugins.module_utils._prefect.automations import AUTOMATION
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.module import run


def main() -> None:
    """Entry point."""
    run(AUTOMATION)


if __name__ == "__main__":
    main()
