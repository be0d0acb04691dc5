#!/usr/bin/python
# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ad_authentication_policy_silo
short_description: Manage an Active Directory authentication policy silo
version_added: 0.3.0
description:
  - Creates, changes and removes an authentication policy silo of the forest, over LDAP with TLS. A silo binds users,
    managed service accounts and computers together, and gives each kind an authentication policy.
  - An account belongs to a silo if it is in O(members) and the silo is assigned to it. Either alone has no effect.
  - Needs the domain functional level Windows Server 2012 R2 or later.
  - Silos are in the configuration partition of the forest. To manage them takes the rights of an enterprise
    administrator, or full control over the container C(CN=AuthN Silos,CN=AuthN Policy Configuration,CN=Services) there.
options:
  name:
    description:
      - Name of the silo, compared without case. It finds the silo, so a silo is not renamed; conditions of
        authentication policies name it.
    type: str
    required: true
  description:
    description: Text that says what the silo is for. An empty text removes it.
    type: str
  enforced:
    description:
      - Whether domain controllers enforce the silo's policies for its members. Otherwise they only log what they would
        refuse, and the members have no claim of the silo.
      - A new silo is not enforced if this is not set, as with Microsoft's tools.
    type: bool
  user_policy:
    description:
      - Authentication policy of the users in the silo, by its name or distinguished name. An empty text removes it.
      - In check mode a policy that does not exist yet is taken for one that an earlier task of the same run would
        create, and is listed in RV(predicted).
    type: str
  service_policy:
    description: Authentication policy of the managed service accounts in the silo. An empty text removes it.
    type: str
  computer_policy:
    description: Authentication policy of the computers in the silo. An empty text removes it.
    type: str
  members:
    description:
      - Accounts that may be in the silo, each as a distinguished name, GUID, SID, user principal name or
        C(sAMAccountName).
    type: dict
    suboptions:
      add:
        description: Accounts that shall be members; others stay.
        type: list
        elements: str
      remove:
        description: Accounts that shall be no members. Wins over O(members.add) and O(members.set).
        type: list
        elements: str
      set:
        description: Exactly these accounts. An empty list removes all.
        type: list
        elements: str
  state:
    description:
      - V(present) creates the silo or changes what differs; what is not given stays as it is.
      - V(absent) removes the silo. One that is assigned to an account, or that the condition of an authentication
        policy names, is not removed; the error names them. Check mode only warns of that, because earlier tasks of the
        same run may end it.
    type: str
    choices:
      - present
      - absent
    default: present
author:
  - flowops.prefect contributors (@flowops-prefect)
extends_documentation_fragment:
  - flowops.prefect.ad
  - flowops.prefect.attributes.ad
  - flowops.prefect.attributes.resource
seealso:
  - module: flowops.prefect.ad_authentication_policy
  - module: flowops.prefect.ad_service_account
"""

EXAMPLES = r"""
- name: The workers, their hosts and nobody else
  flowops.prefect.ad_authentication_policy_silo:
    server: dc1.example.com
    username: svc-policies@example.com
    password: "{{ directory_password }}"
    name: Prefect
    description: Prefect workers and their hosts
    enforced: true
    service_policy: Prefect workers
    computer_policy: Prefect worker hosts
    members:
      set:
        - gmsa-prefect$
        - WIN1$
        - WIN2$

- name: One host more
  flowops.prefect.ad_authentication_policy_silo:
    server: dc1.example.com
    username: svc-policies@example.com
    password: "{{ directory_password }}"
    name: Prefect
    members:
      add:
        - WIN3$
"""

RETURN = r"""
authentication_policy_silo:
  description:
    - The silo as it is now, or as it would be. Empty if it was removed.
    - Policies and members are distinguished names.
  returned: success
  type: dict
  sample:
    name: Prefect
    path: CN=AuthN Silos,CN=AuthN Policy Configuration,CN=Services,CN=Configuration,DC=example,DC=com
    description: Prefect workers and their hosts
    enforced: true
    user_policy: null
    service_policy: >-
      CN=Prefect workers,CN=AuthN Policies,CN=AuthN Policy
      Configuration,CN=Services,CN=Configuration,DC=example,DC=com
    computer_policy: null
    members: ["CN=WIN1,OU=FlowOps,DC=example,DC=com"]
    distinguished_name: >-
      CN=Prefect,CN=AuthN Silos,CN=AuthN Policy Configuration,CN=Services,CN=Configuration,DC=example,DC=com
distinguished_name:
  description: Distinguished name; in check mode as it would be. Null if there is no such silo, or none any more.
  returned: success
  type: str
  sample: CN=Prefect,CN=AuthN Silos,CN=AuthN Policy Configuration,CN=Services,CN=Configuration,DC=example,DC=com
object_guid:
  description: GUID. All zeros for a silo that check mode would create, null if there is no such silo.
  returned: success
  type: str
  sample: 5f1d5c1c-7a7b-4a0e-9a5f-6d2a8f0f5c11
sid:
  description: Always null, because a silo has no security identifier.
  returned: success
  type: str
  sample: null
consequences:
  description: What else the change means, a sentence each.
  returned: if there is something to say
  type: list
  elements: str
  sample:
    - >-
      The authentication policy silo 'Prefect' is still in use, and is removed only if earlier tasks of the run end
      that: it is assigned to 'CN=WIN1,OU=FlowOps,DC=example,DC=com'
predicted:
  description: References to objects that do not exist yet, taken for objects that this run would create.
  returned: in check mode, if there are any
  type: list
  elements: str
  sample: ["authentication policy Prefect workers"]
"""

from ansible_collections.flowops.prefect.plugins.module_utils._ad.authentication_policy_silo import (
    AUTHENTICATION_POLICY_SILOS,
)
from ansible_collections.flowops.prefect.plugins.module_utils._ad.module import run_object


def main() -> None:
    """Entry point."""
    run_object(AUTHENTICATION_POLICY_SILOS)


if __name__ == "__main__":
    main()
