#!/usr/bin/python
# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: account_role
short_description: Manage custom roles of a Prefect Cloud account
version_added: 0.2.0
author:
  - flowops.prefect contributors (@flowops-prefect)
description:
  - Changes the permissions of a custom account role, and removes it.
  - Prefect Cloud has no API that creates account roles. A role that does not exist yet is an error that says so.
  - Prefect's own roles (Owner, Admin, Member) are never changed.
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
  permissions:
    description:
      - All permissions of the role, such as V(read:workspace); their order does not matter. Others are taken away.
      - A permission that Prefect Cloud does not know is refused before anything is written.
    type: list
    elements: str
notes:
  - Only Prefect Cloud has this. O(api_url) has to name an account or a workspace there.
  - A role that members or service accounts have is not removed.
seealso:
  - module: flowops.prefect.account_member
  - module: flowops.prefect.service_account
  - module: flowops.prefect.workspace_role
"""

EXAMPLES = r"""
- name: What the people of the help desk may do
  flowops.prefect.account_role:
    api_url: "{{ prefect_api_url }}"
    api_key: "{{ prefect_api_key }}"
    name: Help desk
    permissions:
      - read:account
      - read:account_membership
      - create:invitation
      - read:invitation

- name: Nobody has this role any more
  flowops.prefect.account_role:
    api_url: "{{ prefect_api_url }}"
    api_key: "{{ prefect_api_key }}"
    name: Old role
    state: absent
"""

RETURN = r"""
account_role:
  description:
    - The role as the server returns it, with the names of this module's options. Empty if it is absent.
    - In check mode, what is known of it now with the planned changes laid over it.
  returned: success
  type: dict
  sample:
    name: Help desk
    permissions:
      - read:account
      - read:account_membership
      - create:invitation
      - read:invitation
    is_system_role: false
    id: 0c8c3a11-8b52-4a24-9c3c-7a59ad6f0b5e
"""

from ansible_collections.flowops.prefect.plugins.module_utils._prefect.module import run
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.roles import ACCOUNT_ROLE


def main() -> None:
    """Entry point."""
    run(ACCOUNT_ROLE)


if __name__ == "__main__":
    main()
