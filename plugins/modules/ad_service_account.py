#!/usr/bin/python
# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ad_service_account
short_description: Manage a group managed service account (gMSA)
version_added: 0.1.0
description:
  - Creates, changes, renames, moves and removes a group managed service account in Active Directory, over LDAP with
    TLS.
  - The domain controllers make and change its password; nobody types or stores it. The computers named in
    O(principals_allowed_to_retrieve) can fetch it.
  - The domain needs a KDS root key (C(Add-KdsRootKey), once per forest) before a host can fetch a password.
options:
  name:
    description:
      - Name of the account, without the dollar sign, at most 15 characters.
      - A rename changes the object's name; the logon name stays what it was at creation.
  path:
    description:
      - The default is the container C(Managed Service Accounts) of the domain for a new account. An existing account is
        found wherever it is, because its account name is unique in the domain.
  dns_hostname:
    description:
      - DNS name of the account, such as V(gmsa-prefect.example.com). Needed to create one.
    type: str
  enabled:
    description:
      - Whether the account can log on. A new account is enabled if this is not set.
    type: bool
  kerberos_encryption_types:
    description:
      - Encryption types that the account's tickets may use. RC4 is not among the choices, on purpose.
      - An empty list is refused, because the domain's own default would then apply.
    type: list
    elements: str
    choices:
      - aes128
      - aes256
    default:
      - aes128
      - aes256
  managed_password_interval:
    description:
      - Days after which the password changes by itself. V(30) for a new account if this is not set.
      - Fixed at creation; another value for an existing account is an error.
    type: int
  principals_allowed_to_retrieve:
    description:
      - Who may fetch the password, each in any form that O(identity) takes; usually one group of computers.
      - A computer that is added to such a group has to be restarted, or its Kerberos tickets purged, before it counts.
      - A name in O(principals_allowed_to_retrieve.add) or O(principals_allowed_to_retrieve.set) that the directory does
        not know is an error that says which one. In check mode it is taken for an object that an earlier task of the
        same run would create, and is listed in RV(predicted).
      - Entries of the access list that do not allow reading are left alone.
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
  service_principal_names:
    description:
      - Service principal names (SPNs), compared without case. Each can belong to one account of the forest only.
    type: dict
    suboptions:
      add:
        description: Names that the account shall have; others stay.
        type: list
        elements: str
      remove:
        description: >-
          Names that the account shall not have. Wins over O(service_principal_names.add) and
          O(service_principal_names.set).
        type: list
        elements: str
      set:
        description: Exactly these names. An empty list removes all.
        type: list
        elements: str
author:
  - flowops.prefect contributors (@flowops-prefect)
extends_documentation_fragment:
  - flowops.prefect.ad
  - flowops.prefect.attributes.ad
  - flowops.prefect.attributes.resource
  - flowops.prefect.ad.object
seealso:
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
    description: Prefect workers of the data platform
    managed_by: GG-Data-Platform
    principals_allowed_to_retrieve:
      set:
        - GG-Prefect-Workers
    service_principal_names:
      set: []

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
"""

from ansible_collections.flowops.prefect.plugins.module_utils._ad.module import run_object
from ansible_collections.flowops.prefect.plugins.module_utils._ad.service_account import SERVICE_ACCOUNT


def main() -> None:
    """Entry point."""
    run_object(SERVICE_ACCOUNT)


if __name__ == "__main__":
    main()
