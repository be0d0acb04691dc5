#!/usr/bin/python
# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: workspace_access
short_description: Manage who may use a workspace of Prefect Cloud
version_added: 0.2.0
author:
  - flowops.prefect contributors (@flowops-prefect)
description:
  - Gives a user, a service account or a team a role in a workspace, changes that role or takes the access away.
extends_documentation_fragment:
  - flowops.prefect.prefect
  - flowops.prefect.state
  - flowops.prefect.attributes.prefect
  - flowops.prefect.attributes.resource
options:
  user:
    description:
      - Email address of a member of the account, compared without case.
      - Exactly one of this, O(service_account) and O(team) is needed.
    type: str
  service_account:
    description:
      - Name of a service account.
    type: str
  team:
    description:
      - Name of a team.
    type: str
  workspace:
    description:
      - Handle of the workspace. The default is the workspace that O(api_url) names.
    type: str
  role:
    description:
      - Name of the workspace role, a custom one or one of Prefect's own. Needed to give access.
    type: str
notes:
  - Only Prefect Cloud has this. O(api_url) has to name an account or a workspace there.
  - Members whose account role administers all workspaces, and the workspace's default role, give access that is not
    listed here and cannot be taken away here.
seealso:
  - module: flowops.prefect.access_control
  - module: flowops.prefect.team
  - module: flowops.prefect.workspace
  - module: flowops.prefect.workspace_role
"""

EXAMPLES = r"""
- name: The worker of the Windows pool
  flowops.prefect.workspace_access:
    api_url: "{{ prefect_api_url }}"
    api_key: "{{ prefect_api_key }}"
    service_account: worker-windows
    role: Worker

- name: The data team, in another workspace than that of api_url
  flowops.prefect.workspace_access:
    api_url: "{{ prefect_api_url }}"
    api_key: "{{ prefect_api_key }}"
    team: Data engineering
    workspace: etl-production
    role: Developer

- name: No access any more
  flowops.prefect.workspace_access:
    api_url: "{{ prefect_api_url }}"
    api_key: "{{ prefect_api_key }}"
    user: bob@example.com
    state: absent
"""

RETURN = r"""
workspace_access:
  description:
    - The access as the server returns it, with the names of this module's options. Empty if it is absent.
    - In check mode, what is known of it now with the planned changes laid over it.
  returned: success
  type: dict
  sample:
    service_account: worker-windows
    workspace: 0d6b2a4c-4b57-4f0c-a3ab-9f6a8d9a2c11
    role: 1c0d7f1e-9a3b-4f5f-8e2d-3b8d2f6a9c77
    id: 2a0d8f8c-6b1f-4c58-9c7d-7e5d1d3a4b88
    bot_id: 9c3f8d1a-5e7b-4a2c-8f6d-1b2c3d4e5f60
    actor_id: 7b6a5c4d-3e2f-4a1b-9c8d-0e1f2a3b4c5d
predicted:
  description: Objects that this one refers to and that do not exist yet, each as kind and name.
  returned: in check mode, if there are any
  type: list
  elements: str
  sample:
    - service account worker-windows
"""

from ansible_collections.flowops.prefect.plugins.module_utils._prefect.module import run
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.workspaces import WORKSPACE_ACCESS


def main() -> None:
    """Entry point."""
    run(WORKSPACE_ACCESS)


if __name__ == "__main__":
    main()
