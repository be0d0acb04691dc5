#!/usr/bin/python
# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: access_control
short_description: Manage who may use a block, a deployment or a work pool in Prefect Cloud
version_added: 0.2.0
author:
  - flowops.prefect contributors (@flowops-prefect)
description:
  - Says who may manage, run and see one block document, one deployment or one work pool. Who is on no list has no
    access to it.
  - A list that was never set holds everyone.
  - Refuses, in check mode as well, what would take the one whose key the task uses out of the managers. To be in a
    team that is among them counts.
extends_documentation_fragment:
  - flowops.prefect.prefect
  - flowops.prefect.attributes.prefect
  - flowops.prefect.attributes.resource
options:
  block_document:
    description:
      - A block document, as C(type/name).
      - Exactly one of this, O(deployment) and O(work_pool) is needed.
    type: str
  deployment:
    description:
      - A deployment, as C(flow/deployment).
    type: str
  work_pool:
    description:
      - Name of a work pool. Its lists count for its deployments as well.
    type: str
  managers:
    description:
      - All who may change and remove it. Each is V(user:EMAIL), V(service_account:NAME) or V(team:NAME); V(*) alone
        stands for everyone in the workspace.
    type: list
    elements: str
  runners:
    description:
      - All who may run it, in the same form. A block document has no such list.
    type: list
    elements: str
  viewers:
    description:
      - All who may see it, in the same form.
    type: list
    elements: str
  state:
    description:
      - V(present) sets the lists that are given; the others stay as they are.
      - V(absent) gives the object back to everyone.
    type: str
    choices:
      - present
      - absent
    default: present
notes:
  - Only Prefect Cloud has this. O(api_url) has to name a workspace there.
  - Who is named has to have access to the workspace, or the list alone is of no use.
  - The account's plan has to include access control of objects.
seealso:
  - module: flowops.prefect.workspace_access
  - module: flowops.prefect.team_members
"""

EXAMPLES = r"""
- name: Only the platform team changes the production pool, and only its worker and the operators run something on it
  flowops.prefect.access_control:
    api_url: "{{ prefect_api_url }}"
    api_key: "{{ prefect_api_key }}"
    work_pool: windows-production
    managers:
      - team:Platform
    runners:
      - team:Operators
      - service_account:worker-windows
    viewers:
      - "*"

- name: Everyone may use the block again
  flowops.prefect.access_control:
    api_url: "{{ prefect_api_url }}"
    api_key: "{{ prefect_api_key }}"
    block_document: secret/warehouse
    state: absent
"""

RETURN = r"""
access_control:
  description:
    - The lists as the server returns them, with the names of this module's options. Empty if everyone may use the
      object.
    - C(actor_ids) are the identifiers of those who are on them.
    - In check mode, what is known of it now with the planned changes laid over it.
  returned: success
  type: dict
  sample:
    work_pool: windows-production
    managers:
      - team:Platform
    runners:
      - service_account:worker-windows
      - team:Operators
    viewers:
      - "*"
    id: work_pool/windows-production
    actor_ids:
      team:Platform: 5a6b7c8d-9e0f-4a1b-8c2d-3e4f5a6b7c8d
      team:Operators: 6b7c8d9e-0f1a-4b2c-8d3e-4f5a6b7c8d9e
      service_account:worker-windows: 7b6a5c4d-3e2f-4a1b-9c8d-0e1f2a3b4c5d
predicted:
  description: Objects that this one refers to and that do not exist yet, each as kind and name.
  returned: in check mode, if there are any
  type: list
  elements: str
  sample:
    - account member dora@example.com
"""

from ansible_collections.flowops.prefect.plugins.module_utils._prefect.module import run
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.object_access import ACCESS_CONTROL


def main() -> None:
    """Entry point."""
    run(ACCESS_CONTROL)


if __name__ == "__main__":
    main()
