#!/usr/bin/python
# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ad_computer
short_description: Manage a computer account
version_added: 0.3.0
description:
  - Creates, changes, renames, moves and removes a computer account in Active Directory, over LDAP with TLS. A host that
    joins the domain later takes over the account that is there.
  - A new account gets a password that nobody knows. It does not get the old default, which is the computer's own name
    and would let anybody join in its place.
options:
  name:
    description:
      - Name of the computer, without the dollar sign. It is compared without case.
      - Needed to create an account. Either this or O(identity) is required.
  path:
    description:
      - The default is the container C(Computers) of the domain for a new account. An existing account is found wherever
        it is, because its account name is unique in the domain.
  sam_account_name:
    description:
      - Account name, at most 15 characters, with or without the dollar sign. The default for a new account is O(name).
      - None of V("/\\[]:;|=,+*?<>@) may be in it, and no dot at its end.
    type: str
  dns_hostname:
    description: Full name of the host. An empty text removes it.
    type: str
  location:
    description: Where the host stands. An empty text removes it.
    type: str
  enabled:
    description:
      - Whether the computer can log on. A new account is enabled if this is not set.
    type: bool
  kerberos_encryption_types:
    description:
      - Encryption types that the account's tickets may use. RC4 is not among the choices, on purpose.
      - A new account gets V(aes128) and V(aes256) if this is not set. One that is there keeps what it has.
      - An empty list is refused, because the domain's own default would then apply.
    type: list
    elements: str
    choices:
      - aes128
      - aes256
  service_accounts:
    description:
      - Standalone managed service accounts that the computer hosts, each in any form that O(identity) takes. Such an
        account belongs to one computer; group managed ones need nothing here.
    type: dict
    suboptions:
      add:
        description: Accounts that the computer shall host; others stay.
        type: list
        elements: str
      remove:
        description: Accounts that it shall not host. Wins over O(service_accounts.add) and O(service_accounts.set).
        type: list
        elements: str
      set:
        description: Exactly these accounts. An empty list removes all.
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
  - flowops.prefect.ad.service_principal_names
  - flowops.prefect.ad.policies
seealso:
  - module: flowops.prefect.ad_service_account
"""

EXAMPLES = r"""
- name: The host of the Prefect workers, before it joins
  flowops.prefect.ad_computer:
    server: dc1.example.com
    username: svc-ansible@example.com
    password: "{{ directory_password }}"
    name: SRV01
    path: OU=Servers,OU=FlowOps,DC=example,DC=com
    dns_hostname: srv01.example.com
    description: Prefect workers of the data platform
    managed_by: GG-Data-Platform
"""

RETURN = r"""
computer:
  description: The account as it is now, or as it would be. Empty if it was removed.
  returned: success
  type: dict
  sample:
    name: SRV01
    path: OU=Servers,OU=FlowOps,DC=example,DC=com
    dns_hostname: srv01.example.com
    enabled: true
    kerberos_encryption_types: ["aes128", "aes256"]
    service_accounts: []
distinguished_name:
  description: Distinguished name; in check mode as it would be. Null if there is no such object, or none any more.
  returned: success
  type: str
  sample: CN=SRV01,OU=Servers,OU=FlowOps,DC=example,DC=com
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

from ansible_collections.flowops.prefect.plugins.module_utils._ad.computer import COMPUTERS
from ansible_collections.flowops.prefect.plugins.module_utils._ad.module import run_object


def main() -> None:
    """Entry point."""
    run_object(COMPUTERS)


if __name__ == "__main__":
    main()
