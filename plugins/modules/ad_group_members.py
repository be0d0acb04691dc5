#!/usr/bin/python
# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ad_group_members
short_description: Manage the members of a group
version_added: 0.3.0
description:
  - Brings the direct members of an existing group to a list, exactly or by adding and removing, over LDAP with TLS.
  - All changes are one operation on the server, whatever the size of the group; only when more than 5,000 members
    change there are several. Members who stay are neither sent nor looked up one by one.
  - M(flowops.prefect.ad_group) does the same for a group that it manages as a whole.
options:
  identity:
    description:
      - The group, as a distinguished name, GUID, SID or C(sAMAccountName).
      - In check mode a group that does not exist yet is taken for one that an earlier task of the same run would
        create, and is listed in RV(predicted).
    type: str
    required: true
  members:
    description:
      - Direct members, each as a distinguished name, GUID, SID, user principal name or C(sAMAccountName). Groups can be
        members of groups.
      - A member from another domain of the forest is named by its distinguished name, one from another forest or a
        well-known one such as V(S-1-5-11) by its SID.
      - A name in O(members.add) or O(members.set) that the directory does not know is an error that says which one.
      - Members by way of their primary group, such as users in Domain Users, are not among them. One that is listed in
        O(members.add) or O(members.set) is taken for present, because it cannot be a member in the usual way as well;
        one in O(members.remove) is an error.
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
            distinguished name or SID.
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
seealso:
  - module: flowops.prefect.ad_group
  - module: flowops.prefect.ad_object_info
"""

EXAMPLES = r"""
- name: Exactly these people may start flows
  flowops.prefect.ad_group_members:
    server: dc1.example.com
    username: svc-ansible@example.com
    password: "{{ directory_password }}"
    identity: GG-Data-Engineers
    members:
      set:
        - jdoe
        - rroe@example.com
        - S-1-5-21-1004336348-1177238915-682003330-1131

- name: One more host may fetch the password of the service account
  flowops.prefect.ad_group_members:
    server: dc1.example.com
    username: svc-ansible@example.com
    password: "{{ directory_password }}"
    identity: GG-Prefect-Hosts
    members:
      add:
        - SRV02$
"""

RETURN = r"""
group_members:
  description: The members as they are now, or as they would be, as distinguished names.
  returned: success
  type: dict
  sample:
    identity: GG-Data-Engineers
    members:
      - CN=Jane Doe,OU=People,OU=FlowOps,DC=example,DC=com
distinguished_name:
  description: Distinguished name of the group; null if it does not exist yet.
  returned: success
  type: str
  sample: CN=GG-Data-Engineers,OU=FlowOps,DC=example,DC=com
object_guid:
  description: GUID of the group; null if it does not exist yet.
  returned: success
  type: str
  sample: 5f1d5c1c-7a7b-4a0e-9a5f-6d2a8f0f5c11
sid:
  description: Security identifier of the group.
  returned: success
  type: str
  sample: S-1-5-21-3623811015-3361044348-30300820-1109
predicted:
  description: References to objects that do not exist yet, taken for objects that this run would create.
  returned: in check mode, if there are any
  type: list
  elements: str
  sample: ["directory object GG-Data-Engineers"]
"""

from ansible_collections.flowops.prefect.plugins.module_utils._ad.group import GROUPS_MEMBERS
from ansible_collections.flowops.prefect.plugins.module_utils._ad.module import run_object


def main() -> None:
    """Entry point."""
    run_object(GROUPS_MEMBERS)


if __name__ == "__main__":
    main()
