#!/usr/bin/python
# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: resource_sla
short_description: Manage the service level agreements of a deployment in Prefect Cloud
version_added: 0.2.0
author:
  - flowops.prefect contributors (@flowops-prefect)
description:
  - Sets exactly which service level agreements (SLAs) a deployment has. Others that it has are removed.
  - An agreement that is broken makes an event, which automations can answer.
extends_documentation_fragment:
  - flowops.prefect.prefect
  - flowops.prefect.state
  - flowops.prefect.attributes.prefect
  - flowops.prefect.attributes.resource
options:
  deployment:
    description:
      - The deployment, as C(flow/deployment).
      - In check mode a missing deployment is listed in RV(predicted) instead, since the same run may create it.
    type: str
    required: true
  slas:
    description:
      - All agreements of the deployment; their order does not matter. Needed unless O(state=absent).
      - Exactly one of O(slas[].duration), O(slas[].stale_after) and O(slas[].within) says what is agreed on.
    type: list
    elements: dict
    suboptions:
      name:
        description:
          - Name of the agreement, unique within the deployment.
        type: str
        required: true
      severity:
        description:
          - How bad it is when the agreement is broken.
        type: str
        choices:
          - minor
          - low
          - moderate
          - high
          - critical
        default: high
      enabled:
        description:
          - Whether it is watched.
        type: bool
        default: true
      duration:
        description:
          - A run may take so many seconds.
        type: int
      stale_after:
        description:
          - A run has to complete within so many seconds after the run before it.
        type: float
      within:
        description:
          - A run has to start within so many seconds of the time that it is scheduled for.
          - With O(slas[].expected_event) and O(slas[].resource_match), this event has to come within so many seconds
            after the one before it.
        type: float
      resource_match:
        description:
          - Labels of the resource that the event is about. Names may stand for identifiers, as in
            V(prefect.deployment.<etl/nightly>).
        type: dict
      expected_event:
        description:
          - Name of the event that has to come.
        type: str
notes:
  - Only Prefect Cloud has this. O(api_url) has to name a workspace there.
  - Prefect calls SLAs experimental; the account's plan has to include them.
seealso:
  - module: flowops.prefect.automation
  - module: flowops.prefect.deployment
"""

EXAMPLES = r"""
- name: The nightly load starts in time and is done by the morning
  flowops.prefect.resource_sla:
    api_url: "{{ prefect_api_url }}"
    api_key: "{{ prefect_api_key }}"
    deployment: etl/nightly
    slas:
      - name: starts-in-time
        within: 600
        severity: moderate
      - name: done-by-morning
        duration: 14400
        severity: critical
      - name: fresh-orders
        within: 86400
        expected_event: prefect.asset.materialization.succeeded
        resource_match:
          prefect.resource.id: s3://example-bucket/orders

- name: No promises
  flowops.prefect.resource_sla:
    api_url: "{{ prefect_api_url }}"
    api_key: "{{ prefect_api_key }}"
    deployment: etl/nightly
    state: absent
"""

RETURN = r"""
resource_sla:
  description:
    - The agreements as the server returns them, with the names of this module's options. Empty if there are none.
    - C(sla_ids) are their identifiers.
    - In check mode, what is known of it now with the planned changes laid over it.
  returned: success
  type: dict
  sample:
    deployment: 4c7b7e57-3f1c-4a89-9a42-62c9a5e6f0d1
    slas:
      - name: done-by-morning
        severity: critical
        enabled: true
        duration: 14400
    id: 4c7b7e57-3f1c-4a89-9a42-62c9a5e6f0d1
    sla_ids:
      - 2d1c0b9a-8f7e-4d6c-9b5a-4f3e2d1c0b9a
predicted:
  description: Objects that this one refers to and that do not exist yet, each as kind and name.
  returned: in check mode, if there are any
  type: list
  elements: str
  sample:
    - deployment etl/nightly
"""

from ansible_collections.flowops.prefect.plugins.module_utils._prefect.module import run
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.slas import RESOURCE_SLA


def main() -> None:
    """Entry point."""
    run(RESOURCE_SLA)


if __name__ == "__main__":
    main()
