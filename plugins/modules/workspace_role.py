#!/usr/bin/python
# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: workspace_role
short_description: Manage custom workspace roles of Prefect Cloud
version_added: 0.2.0
author:
  - flowops.prefect contributors (@flowops-prefect)
description:
  - Creates, changes and removes custom workspace roles.
  - Prefect's own roles (Viewer, Runner, Developer, Owner, Worker) are never changed.
extends_documentation_fragment:
  - flowops.prefect.prefect
  - flowops.prefect.state
  - flowops.prefect.attributes.prefect
  - flowops.prefect.attributes.resource
options:
  name:
    description:
      - Name of the role.
    type: str
    required: true
  description:
    description:
      - What the role is for, in at most 140 characters. An empty text removes the description.
    type: str
  scopes:
    description:
      - All scopes that the role has beside those that it inherits, such as V(see_flows); their order does not matter.
        Others are taken away.
      - A scope that Prefect Cloud does not know, or that the inherited role has already, is refused before anything is
        written.
    type: list
    elements: str
  inherited_role:
    description:
      - Name of a role whose scopes this one has as well. An empty text ends that.
    type: str
notes:
  - Only Prefect Cloud has this. O(api_url) has to name an account or a workspace there.
  - The server refuses to remove a role that is in use. Check mode does not look for that.
  - The account's plan has to include custom roles.
seealso:
  - module: flowops.prefect.account_role
  - module: flowops.prefect.workspace_access
"""

EXAMPLES = r"""
- name: Viewers who may also start runs and read variables
  flowops.prefect.workspace_role:
    api_url: "{{ prefect_api_url }}"
    api_key: "{{ prefect_api_key }}"
    name: Operator
    description: May look at everything and start runs
    inherited_role: Viewer
    scopes:
      - run_deployments
      - run_flows
"""

RETURN = r"""
workspace_role:
  description:
    - The role as the server returns it, with the names of this module's options. Empty if it is absent.
    - In check mode, what is known of it now with the planned changes laid over it.
  returned: success
  type: dict
  sample:
    name: Operator
    description: May look at everything and start runs
    scopes:
      - run_deployments
      - run_flows
    inherited_role: 8e1a9b1e-2f43-4d0a-b2d0-6b8b6f6f0d55
    id: 4f6c1c7a-3b3e-4e54-9c32-5a4d0c1f7b66
    account_id: 6a2cd5b2-3a1f-4c53-8d0e-0a8d2a8a6f11
predicted:
  description: Objects that this one refers to and that do not exist yet, each as kind and name.
  returned: in check mode, if there are any
  type: list
  elements: str
  sample:
    - workspace role Auditor
"""

from ansible_collections.flowops.prefect.plugins.module_utils._prefect.module import run
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.roles import WORKSPACE_ROLE


def main() -> None:
    """Entry point."""
    run(WORKSPACE_ROLE)


if __name__ == "__main__":
    main()
