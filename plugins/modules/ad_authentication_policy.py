#!/usr/bin/python
# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ad_authentication_policy
short_description: Manage an Active Directory authentication policy
version_added: 0.3.0
description:
  - Creates, changes and removes an authentication policy of the forest, over LDAP with TLS. Such a policy shortens the
    Kerberos tickets of accounts, and says from which hosts they may log on.
  - A policy counts for an account that it is assigned to, or by way of a silo, see
    M(flowops.prefect.ad_authentication_policy_silo). Users, managed service accounts and computers have settings of
    their own in it.
  - Needs the domain functional level Windows Server 2012 R2 or later.
  - Policies are in the configuration partition of the forest. To manage them takes the rights of an enterprise
    administrator, or full control over the container C(CN=AuthN Policies,CN=AuthN Policy Configuration,CN=Services)
    there.
options:
  name:
    description:
      - Name of the policy, compared without case. It finds the policy, so a policy is not renamed.
    type: str
    required: true
  description:
    description: Text that says what the policy is for. An empty text removes it.
    type: str
  enforced:
    description:
      - Whether domain controllers refuse what the policy does not allow. Otherwise they only log it, and keep to the
        ticket lifetimes of the domain.
      - A new policy is not enforced if this is not set, as with Microsoft's tools.
      - For the members of a silo O(ignore:enforced) of the silo counts instead.
    type: bool
  user_ticket_lifetime:
    description:
      - Minutes that a ticket-granting ticket of a user lives, V(45) or more. It cannot be renewed beyond that.
      - V(0) removes the limit.
    type: int
  service_ticket_lifetime:
    description: The same for managed service accounts, group managed ones among them. V(0) removes the limit.
    type: int
  computer_ticket_lifetime:
    description: The same for computers. V(0) removes the limit.
    type: int
  user_allowed_from:
    description:
      - Hosts from which users may log on. A host qualifies by one of the groups or by the silo.
      - An empty dictionary removes the condition. What is given replaces the groups and the silo that were there.
      - The host proves itself with its own ticket, which needs Kerberos armoring (FAST) on hosts and domain
        controllers. An account that an enforced condition counts for can use neither NTLM nor an LDAP simple bind any
        more; to manage the directory as such an account, use O(auth_protocol=kerberos).
      - A condition of another kind, which somebody else has made, is shown as C(unmanaged) in the result and is never
        written over; the module refuses to.
    type: dict
    suboptions:
      groups:
        description:
          - Groups of hosts, or single hosts, each as a distinguished name, GUID, SID, user principal name or
            C(sAMAccountName). A host has to be in one of them, nested groups included.
          - In check mode a group that does not exist yet is taken for one that an earlier task of the same run would
            create, and is listed in RV(predicted).
        type: list
        elements: str
      silo:
        description:
          - Name of an authentication policy silo. A host qualifies if the silo is enforced, is assigned to the host,
            and has the host as a member.
          - The silo need not exist yet, since silo and policy may name each other. RV(consequences) then says so.
        type: str
  service_allowed_from:
    description: The same for managed service accounts.
    type: dict
    suboptions:
      groups:
        description: Groups of hosts, or single hosts, see O(user_allowed_from.groups).
        type: list
        elements: str
      silo:
        description: Name of an authentication policy silo, see O(user_allowed_from.silo).
        type: str
  state:
    description:
      - V(present) creates the policy or changes what differs; what is not given stays as it is.
      - V(absent) removes the policy. One that is assigned to an account, or that a silo names, is not removed; the
        error names them. Check mode only warns of that, because earlier tasks of the same run may end it.
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
notes:
  - Samba up to 4.22 takes a group managed service account for a computer. There O(computer_ticket_lifetime) counts for
    it, and O(service_allowed_from) does not. For standalone managed service accounts and users it does what Windows
    does.
seealso:
  - module: flowops.prefect.ad_authentication_policy_silo
  - module: flowops.prefect.ad_service_account
"""

EXAMPLES = r"""
- name: Workers log on from their own hosts only, and their tickets last an hour
  flowops.prefect.ad_authentication_policy:
    server: dc1.example.com
    username: svc-policies@example.com
    password: "{{ directory_password }}"
    name: Prefect workers
    description: Service accounts of the Prefect workers
    enforced: true
    service_ticket_lifetime: 60
    service_allowed_from:
      groups:
        - GG-Prefect-Worker-Hosts

- name: The same hosts, by way of their silo
  flowops.prefect.ad_authentication_policy:
    server: dc1.example.com
    username: svc-policies@example.com
    password: "{{ directory_password }}"
    name: Prefect workers
    service_allowed_from:
      silo: Prefect

- name: From anywhere again, with tickets as the domain has them
  flowops.prefect.ad_authentication_policy:
    server: dc1.example.com
    username: svc-policies@example.com
    password: "{{ directory_password }}"
    name: Prefect workers
    service_ticket_lifetime: 0
    service_allowed_from: {}
"""

RETURN = r"""
authentication_policy:
  description:
    - The policy as it is now, or as it would be. Empty if it was removed.
    - Groups are SIDs. A condition that this module does not manage is C(unmanaged), much as SDDL writes it.
  returned: success
  type: dict
  sample:
    name: Prefect workers
    path: CN=AuthN Policies,CN=AuthN Policy Configuration,CN=Services,CN=Configuration,DC=example,DC=com
    description: Service accounts of the Prefect workers
    enforced: true
    user_ticket_lifetime: null
    service_ticket_lifetime: 60
    computer_ticket_lifetime: null
    user_allowed_from: null
    service_allowed_from:
      groups: ["S-1-5-21-3623811015-3361044348-30300820-1108"]
    distinguished_name: >-
      CN=Prefect workers,CN=AuthN Policies,CN=AuthN Policy
      Configuration,CN=Services,CN=Configuration,DC=example,DC=com
distinguished_name:
  description: Distinguished name; in check mode as it would be. Null if there is no such policy, or none any more.
  returned: success
  type: str
  sample: >-
    CN=Prefect workers,CN=AuthN Policies,CN=AuthN Policy
    Configuration,CN=Services,CN=Configuration,DC=example,DC=com
object_guid:
  description: GUID. All zeros for a policy that check mode would create, null if there is no such policy.
  returned: success
  type: str
  sample: 5f1d5c1c-7a7b-4a0e-9a5f-6d2a8f0f5c11
sid:
  description: Always null, because a policy has no security identifier.
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
      'service_allowed_from' names the authentication policy silo 'Prefect', but there is no such silo yet; until it is
      there and enforced, no host counts as its member
predicted:
  description: Groups that do not exist yet, taken for groups that this run would create.
  returned: in check mode, if there are any
  type: list
  elements: str
  sample: ["principal GG-Prefect-Worker-Hosts"]
"""

from ansible_collections.flowops.prefect.plugins.module_utils._ad.authentication_policy import AUTHENTICATION_POLICIES
from ansible_collections.flowops.prefect.plugins.module_utils._ad.module import run_object


def main() -> None:
    """Entry point."""
    run_object(AUTHENTICATION_POLICIES)


if __name__ == "__main__":
    main()
