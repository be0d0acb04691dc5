#!/usr/bin/python
# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: user
short_description: Manage the own profile in Prefect Cloud
version_added: 0.2.0
author:
  - flowops.prefect contributors (@flowops-prefect)
description:
  - Changes the profile of the user whose key the task uses. Other users' profiles are theirs.
extends_documentation_fragment:
  - flowops.prefect.prefect
  - flowops.prefect.attributes.prefect
  - flowops.prefect.attributes.resource
options:
  handle:
    description:
      - Short name of the user.
    type: str
  first_name:
    description:
      - First name.
    type: str
  last_name:
    description:
      - Last name.
    type: str
  email:
    description:
      - Email address. Prefect Cloud may want it to be confirmed before it counts, in which case the task fails.
    type: str
  location:
    description:
      - Where the user is. An empty text removes it.
    type: str
  title:
    description:
      - What the user does in the organization. An empty text removes it.
    type: str
notes:
  - Only Prefect Cloud has this. O(api_url) has to name an account or a workspace there.
  - A service account has no profile; with its key this module fails.
seealso:
  - module: flowops.prefect.account_member
  - module: flowops.prefect.user_api_key
"""

EXAMPLES = r"""
- name: The profile of the automation's user
  flowops.prefect.user:
    api_url: "{{ prefect_api_url }}"
    api_key: "{{ prefect_api_key }}"
    handle: ansible
    first_name: Ansible
    last_name: Automation
"""

RETURN = r"""
user:
  description:
    - The profile as the server returns it, with the names of this module's options.
    - In check mode, what is known of it now with the planned changes laid over it.
  returned: success
  type: dict
  sample:
    handle: ansible
    first_name: Ansible
    last_name: Automation
    email: ansible@example.com
    location: null
    title: null
    id: 3e9a0f5b-9c42-4de0-a0f1-2b7d2dc0b1a7
    actor_id: 9f8a4c38-9ad7-4ec8-8a5c-40cf4a1c22ab
"""

from ansible_collections.flowops.prefect.plugins.module_utils._prefect.module import run
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.users import USER


def main() -> None:
    """Entry point."""
    run(USER)


if __name__ == "__main__":
    main()
