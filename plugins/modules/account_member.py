#!/usr/bin/python
# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: account_member
short_description: Manage members of a Prefect Cloud account
version_added: 0.2.0
author:
  - flowops.prefect contributors (@flowops-prefect)
description:
  - Gives a member of the account another role, deactivates or activates it, or takes it out of the account.
  - To deactivate a member who leaves is better than to remove it, since it can be undone and keeps what belongs to it.
  - Nobody is made a member here; see M(flowops.prefect.account_invitation).
extends_documentation_fragment:
  - flowops.prefect.prefect
  - flowops.prefect.state
  - flowops.prefect.attributes.prefect
  - flowops.prefect.attributes.resource
options:
  email:
    description:
      - Email address of the member, compared without case.
    type: str
    required: true
  account_role:
    description:
      - Name of the account role, a custom one or V(Owner), V(Admin) or V(Member).
    type: str
  active:
    description:
      - Whether the member may use the account.
    type: bool
notes:
  - Only Prefect Cloud has this. O(api_url) has to name an account or a workspace there.
  - The user whose key the task uses is never deactivated, removed or given another role, and neither is the last active
    owner. Both are refused in check mode as well.
  - Where a directory provisions members (SCIM), it may bring back what is removed here.
seealso:
  - module: flowops.prefect.account_invitation
  - module: flowops.prefect.account_role
  - module: flowops.prefect.workspace_access
"""

EXAMPLES = r"""
- name: An administrator
  flowops.prefect.account_member:
    api_url: "{{ prefect_api_url }}"
    api_key: "{{ prefect_api_key }}"
    email: ada@example.com
    account_role: Admin

- name: On leave
  flowops.prefect.account_member:
    api_url: "{{ prefect_api_url }}"
    api_key: "{{ prefect_api_key }}"
    email: bob@example.com
    active: false

- name: Out of the account
  flowops.prefect.account_member:
    api_url: "{{ prefect_api_url }}"
    api_key: "{{ prefect_api_key }}"
    email: carl@example.com
    state: absent
"""

RETURN = r"""
account_member:
  description:
    - The member as the server returns it, with the names of this module's options. Empty if it is absent.
    - In check mode, what is known of it now with the planned changes laid over it.
  returned: success
  type: dict
  sample:
    email: ada@example.com
    account_role: Admin
    active: true
    id: 5d7c1d64-7f7e-4f6c-8b27-58a3ad9a34a3
    actor_id: 9f8a4c38-9ad7-4ec8-8a5c-40cf4a1c22ab
    user_id: 3e9a0f5b-9c42-4de0-a0f1-2b7d2dc0b1a7
    handle: ada
    first_name: Ada
    last_name: Example
    account_role_id: 6b54f7d0-5e0e-4b5f-9d3e-0f8b6ad3b1a2
    last_login: "2026-11-20T09:12:44.000000Z"
"""

from ansible_collections.flowops.prefect.plugins.module_utils._prefect.members import ACCOUNT_MEMBER
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.module import run


def main() -> None:
    """Entry point."""
    run(ACCOUNT_MEMBER)


if __name__ == "__main__":
    main()
