#!/usr/bin/python
# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: team
short_description: Manage teams of a Prefect Cloud account
version_added: 0.2.0
author:
  - flowops.prefect contributors (@flowops-prefect)
description:
  - Creates, changes and removes teams.
extends_documentation_fragment:
  - flowops.prefect.prefect
  - flowops.prefect.state
  - flowops.prefect.attributes.prefect
  - flowops.prefect.attributes.resource
options:
  name:
    description:
      - Name of the team.
    type: str
    required: true
  description:
    description:
      - What the team is for. An empty text removes the description.
    type: str
notes:
  - Only Prefect Cloud has this. O(api_url) has to name an account or a workspace there.
  - A team that a directory governs (SCIM) is neither changed nor removed; that is refused in check mode as well.
  - The account's plan has to include teams.
seealso:
  - module: flowops.prefect.team_members
  - module: flowops.prefect.workspace_access
"""

EXAMPLES = r"""
- name: A team
  flowops.prefect.team:
    api_url: "{{ prefect_api_url }}"
    api_key: "{{ prefect_api_key }}"
    name: Data engineering
    description: Members come from the AD group of the same name
"""

RETURN = r"""
team:
  description:
    - The team as the server returns it, with the names of this module's options. Empty if it is absent.
    - In check mode, what is known of it now with the planned changes laid over it.
  returned: success
  type: dict
  sample:
    name: Data engineering
    description: Members come from the AD group of the same name
    id: 5a6b7c8d-9e0f-4a1b-8c2d-3e4f5a6b7c8d
    account_id: 6a2cd5b2-3a1f-4c53-8d0e-0a8d2a8a6f11
    workos_directory_group_id: null
    memberships:
      - id: 9f8a4c38-9ad7-4ec8-8a5c-40cf4a1c22ab
        handle: ada
        name: Ada Example
        email: ada@example.com
        type: user
    workspaces: []
consequences:
  description: What else happens, a sentence each; also given as warnings.
  returned: when there is something to say
  type: list
  elements: str
  sample:
    - "The access of team 'Data engineering' to the workspaces etl-production goes with it"
"""

from ansible_collections.flowops.prefect.plugins.module_utils._prefect.module import run
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.teams import TEAM


def main() -> None:
    """Entry point."""
    run(TEAM)


if __name__ == "__main__":
    main()
