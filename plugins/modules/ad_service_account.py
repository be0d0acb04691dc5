#!/usr/bin/python
# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ad_service_account
short_description: Manage a service account that has an owner, a purpose and no more rights than it needs
version_added: 0.1.0
description:
  - Creates, changes, renames, moves and removes a service account in Active Directory, over LDAP with TLS. An account
    that is there already is adopted by its O(identity); whatever happens to it, it keeps its GUID and SID.
  - The password of a group managed service account (gMSA) is made and changed by the domain controllers; nobody types
    or stores it. The computers named in O(principals_allowed_to_retrieve) can fetch it. That takes a KDS root key in
    the forest; before a gMSA is created, it is checked that there is one and that it counts already.
  - Every account needs an owner, a purpose and a ticket, so that anybody can tell whose it is and why.
  - No account is left in a privileged group, directly or through other groups, unless O(allow_privileged) names that
    group. The task fails then. For an account that is or becomes disabled it only warns, so that one can always be
    switched off.
options:
  name:
    description:
      - Name of the account, without the dollar sign; at most 15 characters, or 20 with O(type=user).
      - A rename changes the object's name; the logon name stays what it was at creation.
  path:
    description:
      - The default for a new account is the container C(Managed Service Accounts) of the domain, or C(Users) with
        O(type=user). An existing account is found wherever it is, because its account name is unique in the domain.
  type:
    description:
      - V(gmsa) is a group managed service account, which several hosts can use.
      - V(smsa) is a standalone managed service account, which belongs to one computer, see
        O(flowops.prefect.ad_computer#module:service_accounts).
      - V(user) is a user account with a password that somebody has to keep. Use it only for what cannot run as the
        other two.
    type: str
    choices:
      - gmsa
      - smsa
      - user
    default: gmsa
    version_added: 0.3.0
  managed_by:
    description:
      - The owner, in any form that O(identity) takes; best a group. Needed to create an account, and an account that
        has none must get one.
      - It lands in C(managedBy), which shows it in every administrative tool. A user account may not hold that
        attribute, so with O(type=user) it lands in C(manager).
      - A user, a contact or a group; not the account itself, and nothing that cannot be asked.
    type: str
    aliases:
      - owner
  description:
    description:
      - The purpose, as a sentence; it lands in C(description). Needed to create an account, and an account that has
        none must get one.
    type: str
    aliases:
      - purpose
  ticket:
    description:
      - Number of the ticket that asked for the account. It becomes the line C(Ticket:) of the notes (C(info)); other
        lines stay. Needed to create an account, and an account that has none must get one.
    type: str
    version_added: 0.3.0
  decommissioned:
    description:
      - Day, such as V(2026-11-26), on which the account was given up. It becomes the line C(Decommissioned:) of the
        notes and does nothing by itself; the playbook C(decommission) deletes by it. An empty text removes the line.
    type: str
    version_added: 0.3.0
  dns_hostname:
    description:
      - DNS name of the account, such as V(gmsa-prefect.example.com). Needed to create a group managed one.
    type: str
  enabled:
    description:
      - Whether the account can log on. A new account is enabled if this is not set.
    type: bool
  account_not_delegated:
    description:
      - Whether no other service may act on behalf of this account. V(true) for a new account if this is not set.
    type: bool
    version_added: 0.3.0
  managed_password_interval:
    description:
      - Days after which the password changes by itself, with O(type=gmsa). V(30) for a new account if this is not set.
      - From 1 to 3650. Fixed at creation; another value for an existing account is an error.
    type: int
  principals_allowed_to_retrieve:
    description:
      - Who may fetch the password of a group managed account, each in any form that O(identity) takes; usually one
        group of computers.
      - A computer that is added to such a group has to be restarted, or its Kerberos tickets purged, before it counts.
      - A name in O(principals_allowed_to_retrieve.add) or O(principals_allowed_to_retrieve.set) that the directory does
        not know is an error that says which one. In check mode it is taken for an object that an earlier task of the
        same run would create, and is listed in RV(predicted).
      - Entries of the access list that do not allow reading are left alone. Entries that allow it under a condition or
        for a part only are an error, because no name could say what they do. A value without an access list lets
        everybody in, and is shown as V(S-1-1-0).
    type: dict
    suboptions:
      add:
        description: Principals that shall be allowed; others stay.
        type: list
        elements: str
      remove:
        description:
          - Principals that shall not be allowed. Wins over O(principals_allowed_to_retrieve.add) and
            O(principals_allowed_to_retrieve.set).
          - What the directory does not know is not allowed already. A principal that was deleted, and of which only the
            SID is left in the access list, is named by that SID.
        type: list
        elements: str
      set:
        description: Exactly these principals. An empty list allows nobody.
        type: list
        elements: str
  upn:
    description:
      - User principal name, with O(type=user). The default for a new account is its name in the domain.
    type: str
    version_added: 0.3.0
  logon_workstations:
    description:
      - Computers on which the account may log on, with O(type=user), by their NetBIOS names, one in each element. An
        empty list allows all.
    type: list
    elements: str
    version_added: 0.3.0
  account_password:
    version_added: 0.3.0
  update_password:
    version_added: 0.3.0
  password_max_age:
    version_added: 0.3.0
  password_never_expires:
    version_added: 0.3.0
  authentication_policy:
    version_added: 0.3.0
  authentication_policy_silo:
    version_added: 0.3.0
  allow_privileged:
    description:
      - Privileged groups, by name, SID or distinguished name, in which the account may be. Name the reason next to it
        in the playbook; there is hardly ever a good one.
      - A group that it comes into by way of another one is named as well, such as C(Administrators) next to
        C(Domain Admins).
      - A group that the account that is used may not read, or of which it may not read in which groups it is, counts as
        privileged. So does a privileged group in the account's SID history, which is named by its SID.
    type: list
    elements: str
    version_added: 0.3.0
author:
  - flowops.prefect contributors (@flowops-prefect)
extends_documentation_fragment:
  - flowops.prefect.ad
  - flowops.prefect.attributes.ad
  - flowops.prefect.attributes.resource
  - flowops.prefect.ad.object
  - flowops.prefect.ad.encryption_types
  - flowops.prefect.ad.service_principal_names
  - flowops.prefect.ad.policies
  - flowops.prefect.ad.user_account
notes:
  - O(account_password) and the options about passwords are for O(type=user) only, as O(upn) and O(logon_workstations)
    are.
seealso:
  - module: flowops.prefect.ad_privilege_info
  - module: flowops.prefect.ad_delegation
  - module: flowops.prefect.ad_authentication_policy
  - module: flowops.prefect.ad_group
  - module: flowops.prefect.ad_ou
"""

EXAMPLES = r"""
- name: The identity of the Prefect workers
  flowops.prefect.ad_service_account:
    server: dc1.example.com
    username: svc-ansible@example.com
    password: "{{ directory_password }}"
    name: gmsa-prefect
    path: OU=FlowOps,DC=example,DC=com
    dns_hostname: gmsa-prefect.example.com
    owner: GG-Data-Platform
    purpose: Runs the Prefect workers of the data platform
    ticket: CHG-4711
    principals_allowed_to_retrieve:
      set:
        - GG-Prefect-Workers
    service_principal_names:
      set: []

- name: A program that knows no managed accounts
  flowops.prefect.ad_service_account:
    server: dc1.example.com
    username: svc-ansible@example.com
    password: "{{ directory_password }}"
    name: svc-legacy-etl
    type: user
    path: OU=FlowOps,DC=example,DC=com
    owner: GG-Data-Platform
    purpose: Old ETL service on SRV07
    ticket: CHG-4712
    account_password: "{{ lookup('ansible.builtin.password', '/dev/null', length=40) }}"
    logon_workstations: [SRV07]

- name: Switch it off
  flowops.prefect.ad_service_account:
    server: dc1.example.com
    username: svc-ansible@example.com
    password: "{{ directory_password }}"
    name: gmsa-prefect
    enabled: false
"""

RETURN = r"""
service_account:
  description: The account as it is now, or as it would be. Empty if it was removed.
  returned: success
  type: dict
  sample:
    name: gmsa-prefect
    path: OU=FlowOps,DC=example,DC=com
    managed_by: CN=GG-Data-Platform,OU=FlowOps,DC=example,DC=com
    description: Runs the Prefect workers of the data platform
    ticket: CHG-4711
    dns_hostname: gmsa-prefect.example.com
    enabled: true
    kerberos_encryption_types: ["aes128", "aes256"]
    managed_password_interval: 30
    principals_allowed_to_retrieve: ["S-1-5-21-3623811015-3361044348-30300820-1108"]
    service_principal_names: []
distinguished_name:
  description: Distinguished name; in check mode as it would be. Null if there is no such object, or none any more.
  returned: success
  type: str
  sample: CN=gmsa-prefect,OU=FlowOps,DC=example,DC=com
object_guid:
  description: GUID. All zeros for an object that check mode would create, null if there is no such object.
  returned: success
  type: str
  sample: 5f1d5c1c-7a7b-4a0e-9a5f-6d2a8f0f5c11
sid:
  description: Security identifier. V(S-1-5-0000) for an account that check mode would create.
  returned: success
  type: str
  sample: S-1-5-21-3623811015-3361044348-30300820-1109
predicted:
  description: References to objects that do not exist yet, taken for objects that this run would create.
  returned: in check mode, if there are any
  type: list
  elements: str
  sample: ["container OU=FlowOps,DC=example,DC=com"]
consequences:
  description: What else there is to know, a sentence each; shown as warnings as well.
  returned: if there is anything to say
  type: list
  elements: str
  sample:
    - "The service account 'svc-old' is disabled; it has no ticket, and nobody could tell who owns it and what for"
"""

from ansible_collections.flowops.prefect.plugins.module_utils._ad.module import run_object
from ansible_collections.flowops.prefect.plugins.module_utils._ad.service_account import SERVICE_ACCOUNTS


def main() -> None:
    """Entry point."""
    run_object(SERVICE_ACCOUNTS)


if __name__ == "__main__":
    main()
