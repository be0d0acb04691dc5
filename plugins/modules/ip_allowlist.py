#!/usr/bin/python
# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ip_allowlist
short_description: Manage from which addresses a Prefect Cloud account may be reached
version_added: 0.2.0
author:
  - flowops.prefect contributors (@flowops-prefect)
description:
  - Sets the list of networks from which the account may be used, and whether the list is enforced.
  - Refuses, in check mode as well, what would lock out the address that the task itself comes from.
extends_documentation_fragment:
  - flowops.prefect.prefect
  - flowops.prefect.attributes.prefect
  - flowops.prefect.attributes.resource
options:
  entries:
    description:
      - All entries of the list; their order does not matter. Others are removed, so an empty list removes all.
      - An account may have 25 entries.
    type: list
    elements: dict
    suboptions:
      ip_network:
        description:
          - An address or a network, as V(203.0.113.7) or V(203.0.113.0/24).
        type: str
        required: true
      enabled:
        description:
          - Whether the entry counts.
        type: bool
        default: true
      description:
        description:
          - What is at these addresses.
        type: str
        default: ""
  enforce:
    description:
      - Whether nobody else is let in.
    type: bool
notes:
  - Only Prefect Cloud has this. O(api_url) has to name an account or a workspace there.
  - The API of the list is not part of Prefect Cloud's published description. This module uses the routes of Prefect's
    own command C(prefect cloud ip-allowlist).
  - The server is asked from which address the task comes. If it does not say, only the server's own check is left.
  - The account's plan has to include IP allowlists.
seealso:
  - module: flowops.prefect.account_settings
"""

EXAMPLES = r"""
- name: Only the office and the controller
  flowops.prefect.ip_allowlist:
    api_url: "{{ prefect_api_url }}"
    api_key: "{{ prefect_api_key }}"
    enforce: true
    entries:
      - ip_network: 203.0.113.0/24
        description: office
      - ip_network: 198.51.100.7
        description: Ansible controller
"""

RETURN = r"""
ip_allowlist:
  description:
    - The list as the server returns it, with the names of this module's options, and when each entry was last of use.
    - In check mode, what is known of it now with the planned changes laid over it.
  returned: success
  type: dict
  sample:
    entries:
      - ip_network: 203.0.113.0/24
        enabled: true
        description: office
      - ip_network: 198.51.100.7/32
        enabled: true
        description: Ansible controller
    enforce: true
    last_seen:
      203.0.113.0/24: "2026-11-20T09:12:44.000000Z"
      198.51.100.7/32: null
    id: 6a2cd5b2-3a1f-4c53-8d0e-0a8d2a8a6f11
"""

from ansible_collections.flowops.prefect.plugins.module_utils._prefect.allowlist import IP_ALLOWLIST
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.module import run


def main() -> None:
    """Entry point."""
    run(IP_ALLOWLIST)


if __name__ == "__main__":
    main()
