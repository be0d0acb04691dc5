#!/usr/bin/python
# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: team_members
short_description: Manage who is in a team of a Prefect Cloud account
version_added: 0.2.0
author:
  - flowops.prefect contributors (@flowops-prefect)
description:
  - Adds users and service accounts to a team and takes them out of it, or sets exactly who is in it.
extends_documentation_fragment:
  - flowops.prefect.prefect
  - flowops.prefect.attributes.prefect
  - flowops.prefect.attributes.resource
options:
  team:
    description:
      - Name of the team. It has to exist.
      - In check mode a missing team is listed in RV(predicted) instead, since the same run may create it.
    type: str
    required: true
  users:
    description:
      - Users of the team, by email address; compared without case.
      - Who is named in O(users.remove) goes, whatever else is asked for.
    type: dict
    suboptions:
      add:
        description:
          - These are added to those who are in the team.
        type: list
        elements: str
      remove:
        description:
          - These are taken out of the team. They need not exist.
        type: list
        elements: str
      set:
        description:
          - Exactly these shall be in the team. An empty list takes out all users.
        type: list
        elements: str
  service_accounts:
    description:
      - Service accounts of the team, by name.
      - Who is named in O(service_accounts.remove) goes, whatever else is asked for.
    type: dict
    suboptions:
      add:
        description:
          - These are added to those who are in the team.
        type: list
        elements: str
      remove:
        description:
          - These are taken out of the team. They need not exist.
        type: list
        elements: str
      set:
        description:
          - Exactly these shall be in the team. An empty list takes out all service accounts.
        type: list
        elements: str
notes:
  - Only Prefect Cloud has this. O(api_url) has to name an account or a workspace there.
  - Where a directory provisions the account (SCIM), it also says which users are in which team. A change of O(users)
    is then refused, in check mode as well; O(service_accounts) may still change.
seealso:
  - module: flowops.prefect.team
  - module: flowops.prefect.account_member
  - module: flowops.prefect.service_account
"""

EXAMPLES = r"""
- name: Exactly these people, and one service account more
  flowops.prefect.team_members:
    api_url: "{{ prefect_api_url }}"
    api_key: "{{ prefect_api_key }}"
    team: Data engineering
    users:
      set:
        - ada@example.com
        - dora@example.com
    service_accounts:
      add:
        - deploy-etl

- name: A leaver
  flowops.prefect.team_members:
    api_url: "{{ prefect_api_url }}"
    api_key: "{{ prefect_api_key }}"
    team: Data engineering
    users:
      remove:
        - bob@example.com
"""

RETURN = r"""
team_members:
  description:
    - The members as the server returns them, with the names of this module's options.
    - In check mode, what is known of it now with the planned changes laid over it.
  returned: success
  type: dict
  sample:
    team: Data engineering
    users:
      - ada@example.com
      - dora@example.com
    service_accounts:
      - deploy-etl
    id: 5a6b7c8d-9e0f-4a1b-8c2d-3e4f5a6b7c8d
    memberships:
      - id: 9f8a4c38-9ad7-4ec8-8a5c-40cf4a1c22ab
        handle: ada
        name: Ada Example
        email: ada@example.com
        type: user
predicted:
  description: Objects that this one refers to and that do not exist yet, each as kind and name.
  returned: in check mode, if there are any
  type: list
  elements: str
  sample:
    - team Data engineering
"""

from ansible_collections.flowops.prefect.plugins.module_utils._prefect.module import run
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.teams import TEAM_MEMBERS


def main() -> None:
    """Entry point."""
    run(TEAM_MEMBERS)


if __name__ == "__main__":
    main()
