#!/usr/bin/python
# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: workspace
short_description: Manage workspaces of Prefect Cloud
version_added: 0.2.0
author:
  - flowops.prefect contributors (@flowops-prefect)
description:
  - Creates, changes and removes workspaces of the account that O(api_url) names.
extends_documentation_fragment:
  - flowops.prefect.prefect
  - flowops.prefect.state
  - flowops.prefect.attributes.prefect
  - flowops.prefect.attributes.resource
options:
  handle:
    description:
      - Short name of the workspace, which is part of the addresses of its pages. It finds the workspace.
      - Made of lowercase letters, digits and single dashes between them.
    type: str
    required: true
  name:
    description:
      - Name of the workspace. Needed to create one.
    type: str
  description:
    description:
      - What the workspace is for. An empty text removes the description.
    type: str
  default_workspace_role:
    description:
      - Name of the workspace role that every user of the account has in it.
      - An empty text takes it away, so that only those have access who were given it.
    type: str
  delete_content:
    description:
      - Set it to V(true) together with O(state=absent), or the removal is refused.
      - Everything that is in a workspace goes with it, and nothing brings it back.
    type: bool
    default: false
notes:
  - Only Prefect Cloud has this. O(api_url) has to name an account or a workspace there.
  - A workspace that the key may not use cannot be seen. To create one of its handle then fails, since it is taken.
seealso:
  - module: flowops.prefect.workspace_access
  - module: flowops.prefect.workspace_role
"""

EXAMPLES = r"""
- name: A workspace for each stage
  flowops.prefect.workspace:
    api_url: "{{ prefect_api_url }}"
    api_key: "{{ prefect_api_key }}"
    handle: "etl-{{ item }}"
    name: "ETL {{ item }}"
    default_workspace_role: Viewer
  loop:
    - test
    - production

- name: The old one is no longer needed, and neither is what is in it
  flowops.prefect.workspace:
    api_url: "{{ prefect_api_url }}"
    api_key: "{{ prefect_api_key }}"
    handle: etl-2024
    state: absent
    delete_content: true
"""

RETURN = r"""
workspace:
  description:
    - The workspace as the server returns it, with the names of this module's options. Empty if it is absent.
    - In check mode, what is known of it now with the planned changes laid over it.
  returned: success
  type: dict
  sample:
    handle: etl-production
    name: ETL production
    description: ""
    default_workspace_role: 8e1a9b1e-2f43-4d0a-b2d0-6b8b6f6f0d55
    id: 0d6b2a4c-4b57-4f0c-a3ab-9f6a8d9a2c11
    account_id: 6a2cd5b2-3a1f-4c53-8d0e-0a8d2a8a6f11
consequences:
  description: What else happens, a sentence each; also given as warnings.
  returned: when there is something to say
  type: list
  elements: str
  sample:
    - "The workspace 'etl-2024' is removed with all that is in it: its flows, deployments, runs, work pools"
"""

from ansible_collections.flowops.prefect.plugins.module_utils._prefect.module import run
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.workspaces import WORKSPACE


def main() -> None:
    """Entry point."""
    run(WORKSPACE)


if __name__ == "__main__":
    main()
