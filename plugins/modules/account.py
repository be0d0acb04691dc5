#!/usr/bin/python
# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: account
short_description: Manage the account in Prefect Cloud
version_added: 0.2.0
author:
  - flowops.prefect contributors (@flowops-prefect)
description:
  - Changes the name, the handle and other properties of the account that O(api_url) names, and the domains of its
    people.
  - An account is neither created nor removed by this module.
extends_documentation_fragment:
  - flowops.prefect.prefect
  - flowops.prefect.attributes.prefect
  - flowops.prefect.attributes.resource
options:
  name:
    description:
      - Name of the account.
    type: str
  handle:
    description:
      - Short name of the account, which is part of the addresses of its pages. Links that hold the old one break.
    type: str
  location:
    description:
      - Where the organization is. An empty text removes it.
    type: str
  link:
    description:
      - Web page of the organization. An empty text removes it.
    type: str
  billing_email:
    description:
      - Address that bills are sent to. An empty text removes it.
    type: str
  auth_expiration_seconds:
    description:
      - After how many seconds people have to log in again.
      - V(-1) removes the limit.
    type: int
  domains:
    description:
      - All email domains of the organization; the order and the case do not matter. Others are taken away.
      - An empty list removes all of them.
    type: list
    elements: str
notes:
  - Only Prefect Cloud has this. O(api_url) has to name an account or a workspace there.
seealso:
  - module: flowops.prefect.account_settings
  - module: flowops.prefect.ip_allowlist
"""

EXAMPLES = r"""
- name: Keep the account's profile
  flowops.prefect.account:
    api_url: "{{ prefect_api_url }}"
    api_key: "{{ prefect_api_key }}"
    name: Example Corp
    link: https://www.example.com
    auth_expiration_seconds: 43200
    domains:
      - example.com
"""

RETURN = r"""
account:
  description:
    - The account as the server returns it, with the names of this module's options.
    - In check mode, what is known of it now with the planned changes laid over it.
  returned: success
  type: dict
  sample:
    name: Example Corp
    handle: example-corp
    location: null
    link: https://www.example.com
    billing_email: null
    auth_expiration_seconds: 43200
    domains:
      - example.com
    id: 6a2cd5b2-3a1f-4c53-8d0e-0a8d2a8a6f11
    plan_type: ENTERPRISE
    scim_state: DISABLED
    sso_state: ENABLED
"""

from ansible_collections.flowops.prefect.plugins.module_utils._prefect.account import ACCOUNT
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.module import run


def main() -> None:
    """Entry point."""
    run(ACCOUNT)


if __name__ == "__main__":
    main()
