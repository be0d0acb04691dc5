#!/usr/bin/python
# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ad_group
short_description: Manage a group and its members
version_added: 0.1.0
description:
  - Creates, changes, renames, moves and removes a group in Active Directory, over LDAP with TLS.
  - All changes of the members are one operation on the server, so a run that is cut off leaves no half of them.
options:
  path:
    description:
      - The default is the container C(Users) of the domain for a new group. An existing group is found wherever it is,
        because its account name is unique in the domain.
  sam_account_name:
    description:
      - Account name of the group. The default for a new group is O(name).
      - A group that is renamed by its old account name or user principal name is found again by this one.
    type: str
  scope:
    description:
      - Where the group can be used and who can be in it. The default for a new group is V(global).
      - Active Directory changes V(global) into V(domainlocal), and back, only by way of V(universal).
    type: str
    choices:
      - domainlocal
      - global
      - universal
  category:
    description:
      - V(security) groups can be granted rights. The default for a new group is V(security).
    type: str
    choices:
      - distribution
      - security
  members:
    description:
      - Direct members, each in any form that O(identity) takes. Groups can be members of groups.
      - A name in O(members.add) or O(members.set) that the directory does not know is an error that says which one. In
        check mode it is taken for an object that an earlier task of the same run would create, and is listed in
        RV(predicted).
      - Members by way of their primary group, such as users in Domain Users, are not among them.
    type: dict
    suboptions:
      add:
        description: Members that shall be in the group; others stay.
        type: list
        elements: str
      remove:
        description:
          - Members that shall not be in the group. Wins over O(members.add) and O(members.set).
          - What the directory does not know is no member already. A member that leads nowhere is named by its
            distinguished name.
        type: list
        elements: str
      set:
        description: Exactly these members. An empty list empties the group.
        type: list
        elements: str
author:
  - flowops.prefect contributors (@flowops-prefect)
extends_documentation_fragment:
  - flowops.prefect.ad
  - flowops.prefect.attributes.ad
  - flowops.prefect.attributes.resource
  - flowops.prefect.ad.object
  - flowops.prefect.ad.owned
seealso:
  - module: flowops.prefect.ad_ou
  - module: flowops.prefect.ad_service_account
"""

EXAMPLES = r"""
- name: Hosts that may use the service account of the Prefect workers
  flowops.prefect.ad_group:
    server: dc1.example.com
    username: svc-ansible@example.com
    password: "{{ directory_password }}"
    name: GG-Prefect-Workers
    path: OU=FlowOps,DC=example,DC=com
    scope: global
    description: Computers that run a Prefect worker
    managed_by: GG-Data-Platform
    members:
      set:
        - WIN1$
        - WIN2$

- name: One member more, whoever else is in
  flowops.prefect.ad_group:
    server: dc1.example.com
    username: svc-ansible@example.com
    password: "{{ directory_password }}"
    name: GG-Data-Engineers
    members:
      add:
        - alice@example.com
"""

RETURN = r"""
group:
  description: The group as it is now, or as it would be. Empty if it was removed.
  returned: success
  type: dict
  sample:
    name: GG-Prefect-Workers
    path: OU=FlowOps,DC=example,DC=com
    sam_account_name: GG-Prefect-Workers
    scope: global
    category: security
    members:
      - CN=WIN1,CN=Computers,DC=example,DC=com
distinguished_name:
  description: Distinguished name; in check mode as it would be. Null if there is no such object, or none any more.
  returned: success
  type: str
  sample: CN=GG-Prefect-Workers,OU=FlowOps,DC=example,DC=com
object_guid:
  description: GUID. All zeros for an object that check mode would create, null if there is no such object.
  returned: success
  type: str
  sample: 5f1d5c1c-7a7b-4a0e-9a5f-6d2a8f0f5c11
sid:
  description: Security identifier. V(S-1-5-0000) for a group that check mode would create.
  returned: success
  type: str
  sample: S-1-5-21-3623811015-3361044348-30300820-1108
predicted:
  description: References to objects that do not exist yet, taken for objects that this run would create.
  returned: in check mode, if there are any
  type: list
  elements: str
  sample: ["container OU=FlowOps,DC=example,DC=com"]
"""

from ansible_collections.flowops.prefect.plugins.module_utils._ad.group import GROUPS
from ansible_collections.flowops.prefect.plugins.module_utils._ad.module import run_object


def main() -> None:
    """Entry point."""
    run_object(GROUPS)


if __name__ == "__main__":
    main()
