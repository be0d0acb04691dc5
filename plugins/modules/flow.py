#!/usr/bin/python
# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: flow
short_description: Manage flows of Prefect
version_added: 0.2.0
author:
  - flowops.prefect contributors (@flowops-prefect)
description:
  - Creates, changes and removes flows on a self-hosted Prefect server or in a workspace of Prefect Cloud.
  - A flow also comes into being by itself when it runs or is deployed for the first time. Manage it here to give it
    tags or labels before that, or to remove it.
extends_documentation_fragment:
  - flowops.prefect.prefect
  - flowops.prefect.state
  - flowops.prefect.attributes.prefect
  - flowops.prefect.attributes.resource
options:
  name:
    description:
      - Name of the flow. It may not hold any of C(/), C(%), C(&), C(<) and C(>).
    type: str
    required: true
  tags:
    description:
      - Tags of the flow, in any order. An empty list removes all of them.
    type: list
    elements: str
  labels:
    description:
      - Labels of the flow, each a text, a number or a truth value. Labels that are not given stay as they are; the
        server adds some of its own.
      - A self-hosted server takes them on creation only; the module fails if it would have to change them there.
    type: dict
  delete_deployments:
    description:
      - The server removes all deployments of a flow with it. If there are any, O(state=absent) fails unless this is
        V(true).
      - Deployments that are removed with their flow are named in RV(consequences) and in a warning.
    type: bool
    default: false
seealso:
  - module: flowops.prefect.deployment
"""

EXAMPLES = r"""
- name: A flow with its tags
  flowops.prefect.flow:
    api_url: http://prefect.example.com:4200/api
    auth_string: "{{ prefect_auth_string }}"
    name: etl
    tags:
      - finance
      - nightly

- name: The flow goes, and its deployments with it
  flowops.prefect.flow:
    api_url: http://prefect.example.com:4200/api
    auth_string: "{{ prefect_auth_string }}"
    name: etl
    state: absent
    delete_deployments: true
"""

RETURN = r"""
flow:
  description:
    - The flow as the server returns it, with the names of this module's options. Empty if it is absent.
    - In check mode, what is known of it now with the planned changes laid over it.
  returned: success
  type: dict
  sample:
    name: etl
    tags:
      - finance
      - nightly
    labels: {}
    id: 5f2f5f3e-74e7-4b0e-9d6b-6d2ab8f3a8f5
consequences:
  description: What else the change brings about, a sentence each. Each of them is also a warning.
  returned: if there are any
  type: list
  elements: str
  sample:
    - "With the flow 'etl' goes what is deployed of it, 2 deployments: etl/hourly, etl/nightly"
"""

from ansible_collections.flowops.prefect.plugins.module_utils._prefect.flows import FLOW
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.module import run


def main() -> None:
    """Entry point."""
    run(FLOW)


if __name__ == "__main__":
    main()
