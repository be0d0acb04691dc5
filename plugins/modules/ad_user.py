#!/usr/bin/python
# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ad_user
short_description: Manage a user
version_added: 0.3.0
description:
  - Creates, changes, renames, moves and removes a user in Active Directory, over LDAP with TLS.
  - For an account that a service runs under, use M(flowops.prefect.ad_service_account), which asks for an owner, a
    purpose and a ticket. Such an account, which has a ticket in its notes, is not changed by this module.
options:
  path:
    description:
      - The default is the container C(Users) of the domain for a new user. An existing user is found wherever it is,
        because its account name is unique in the domain.
  sam_account_name:
    description:
      - Account name, at most 20 characters. The default for a new user is O(name).
      - None of V("/\\[]:;|=,+*?<>@) may be in it, and no dot at its end.
    type: str
  upn:
    description:
      - User principal name, such as V(jane.doe@example.com). It can belong to one account of the forest only.
    type: str
  firstname:
    description: Given name. An empty text removes it.
    type: str
  surname:
    description: Family name. An empty text removes it.
    type: str
  display_name:
    description: Name as it is shown. An empty text removes it.
    type: str
  email:
    description: Mail address. An empty text removes it.
    type: str
  department:
    description: Department. An empty text removes it.
    type: str
  title:
    description: Job title. An empty text removes it.
    type: str
  description:
    description: Free text. An empty text removes it.
    type: str
  manager:
    description: The user's manager, in any form that O(identity) takes. An empty text removes it.
    type: str
  enabled:
    description:
      - Whether the user can log on. A new user is enabled if this is not set, and then needs an O(account_password).
    type: bool
  account_not_delegated:
    description:
      - Whether no service may act on behalf of this user. V(false) for a new user if this is not set; set it for
        administrators.
    type: bool
author:
  - flowops.prefect contributors (@flowops-prefect)
extends_documentation_fragment:
  - flowops.prefect.ad
  - flowops.prefect.attributes.ad
  - flowops.prefect.attributes.resource
  - flowops.prefect.ad.object
  - flowops.prefect.ad.user_account
  - flowops.prefect.ad.policies
seealso:
  - module: flowops.prefect.ad_service_account
  - module: flowops.prefect.ad_group_members
"""

EXAMPLES = r"""
- name: A data engineer
  flowops.prefect.ad_user:
    server: dc1.example.com
    username: svc-ansible@example.com
    password: "{{ directory_password }}"
    name: Jane Doe
    path: OU=People,OU=FlowOps,DC=example,DC=com
    sam_account_name: jdoe
    upn: jane.doe@example.com
    firstname: Jane
    surname: Doe
    email: jane.doe@example.com
    manager: rroe
    account_password: "{{ first_password_of_jdoe }}"
  no_log: true

- name: She has left
  flowops.prefect.ad_user:
    server: dc1.example.com
    username: svc-ansible@example.com
    password: "{{ directory_password }}"
    identity: jdoe
    enabled: false
"""

RETURN = r"""
user:
  description: The user as it is now, or as it would be. Empty if it was removed.
  returned: success
  type: dict
  sample:
    name: Jane Doe
    path: OU=People,OU=FlowOps,DC=example,DC=com
    sam_account_name: jdoe
    upn: jane.doe@example.com
    enabled: true
distinguished_name:
  description: Distinguished name; in check mode as it would be. Null if there is no such object, or none any more.
  returned: success
  type: str
  sample: CN=Jane Doe,OU=People,OU=FlowOps,DC=example,DC=com
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
from ansible_collections.flowops.prefect.plugins.module_utils._ad.user import USERS


def main() -> None:
    """Entry point."""
    run_object(USERS)


if __name__ == "__main__":
    main()
