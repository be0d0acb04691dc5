#!/usr/bin/python
# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ad_ou
short_description: Manage an organizational unit
version_added: 0.1.0
description:
  - Creates, changes, renames, moves and removes an organizational unit in Active Directory, over LDAP with TLS.
  - An organizational unit that holds objects is not removed; the error says so. Check mode does not look for that,
    because earlier tasks of the same run may empty it.
options:
  path:
    description:
      - The default is the root of the domain.
author:
  - flowops.prefect contributors (@flowops-prefect)
extends_documentation_fragment:
  - flowops.prefect.ad
  - flowops.prefect.attributes.ad
  - flowops.prefect.attributes.resource
  - flowops.prefect.ad.object
  - flowops.prefect.ad.owned
seealso:
  - module: flowops.prefect.ad_group
  - module: flowops.prefect.ad_service_account
"""

EXAMPLES = r"""
- name: One unit for everything that flowops.prefect manages
  flowops.prefect.ad_ou:
    server: dc1.example.com
    username: svc-ansible@example.com
    password: "{{ directory_password }}"
    name: FlowOps
    path: DC=example,DC=com
    description: Prefect workers and their identities
    managed_by: GG-Data-Platform

- name: Rename it
  flowops.prefect.ad_ou:
    server: dc1.example.com
    username: svc-ansible@example.com
    password: "{{ directory_password }}"
    identity: OU=FlowOps,DC=example,DC=com
    name: DataPlatform
"""

RETURN = r"""
organizational_unit:
  description: The organizational unit as it is now, or as it would be. Empty if it was removed.
  returned: success
  type: dict
  sample:
    name: FlowOps
    path: DC=example,DC=com
    description: Prefect workers and their identities
    managed_by: CN=GG-Data-Platform,OU=Groups,DC=example,DC=com
    distinguished_name: OU=FlowOps,DC=example,DC=com
distinguished_name:
  description: Distinguished name; in check mode as it would be. Null if there is no such object, or none any more.
  returned: success
  type: str
  sample: OU=FlowOps,DC=example,DC=com
object_guid:
  description: GUID. All zeros for an object that check mode would create, null if there is no such object.
  returned: success
  type: str
  sample: 5f1d5c1c-7a7b-4a0e-9a5f-6d2a8f0f5c11
sid:
  description: Always null; a unit has no SID.
  returned: success
  type: str
  sample: null
predicted:
  description: References to objects that do not exist yet, taken for objects that this run would create.
  returned: in check mode, if there are any
  type: list
  elements: str
  sample: ["container OU=FlowOps,DC=example,DC=com"]
"""

from ansible_collections.flowops.prefect.plugins.module_utils._ad.module import run_object
from ansible_collections.flowops.prefect.plugins.module_utils._ad.organizational_unit import ORGANIZATIONAL_UNITS


def main() -> None:
    """Entry point."""
    run_object(ORGANIZATIONAL_UNITS)


if __name__ == "__main__":
    main()
