#!/usr/bin/python
# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ad_delegation
short_description: Manage Kerberos delegation of an account
version_added: 0.3.0
description:
  - Says before which services an account may act on behalf of others (constrained delegation), and who may act on
    behalf of others before the account itself (resource-based constrained delegation), over LDAP with TLS.
  - Unconstrained delegation cannot be given. An account that has it is an error until it is taken away with
    O(unconstrained=false).
options:
  identity:
    description:
      - The account, as a distinguished name, GUID, SID, user principal name or C(sAMAccountName); a computer, a user or
        a service account that exists.
      - In check mode an account that does not exist yet is taken for one that an earlier task of the same run would
        create, and is listed in RV(predicted).
    type: str
    required: true
  allowed_to_delegate_to:
    description:
      - Service principal names before which the account may act on behalf of others, compared without case.
      - Writing this needs the user right C(SeEnableDelegationPrivilege) on the domain controllers, which only
        administrators of the domain have by default. O(allowed_to_act) at the other end needs no such right.
    type: dict
    suboptions:
      add:
        description: Names to add; others stay.
        type: list
        elements: str
      remove:
        description: Names to remove. Wins over O(allowed_to_delegate_to.add) and O(allowed_to_delegate_to.set).
        type: list
        elements: str
      set:
        description: Exactly these names. An empty list removes all.
        type: list
        elements: str
  protocol_transition:
    description:
      - Whether the account may act on behalf of users who did not log on to it with Kerberos. It then can name anybody,
        so leave it V(false) unless a front end cannot use Kerberos.
      - Writing this needs C(SeEnableDelegationPrivilege) as well.
    type: bool
  allowed_to_act:
    description:
      - Who may act on behalf of others before this account, each in any form that O(identity) takes
        (C(msDS-AllowedToActOnBehalfOfOtherIdentity)).
      - A name in O(allowed_to_act.add) or O(allowed_to_act.set) that the directory does not know is an error that says
        which one.
      - As domain controllers do, it counts who is granted all extended rights (control access). Entries that grant them
        under a condition or for a part only are an error, because no name could say what they do. A value without an
        access list lets everybody act, and is shown as V(S-1-1-0).
    type: dict
    suboptions:
      add:
        description: Principals to add; others stay.
        type: list
        elements: str
      remove:
        description: Principals to remove. Wins over O(allowed_to_act.add) and O(allowed_to_act.set).
        type: list
        elements: str
      set:
        description: Exactly these principals. An empty list removes all.
        type: list
        elements: str
  unconstrained:
    description:
      - V(false) takes unconstrained delegation away. V(true) is refused.
    type: bool
author:
  - flowops.prefect contributors (@flowops-prefect)
extends_documentation_fragment:
  - flowops.prefect.ad
  - flowops.prefect.attributes.ad
  - flowops.prefect.attributes.resource
seealso:
  - module: flowops.prefect.ad_service_account
  - module: flowops.prefect.ad_privilege_info
"""

EXAMPLES = r"""
- name: The workers may read the data share as the user who started the flow, and nothing else
  flowops.prefect.ad_delegation:
    server: dc1.example.com
    username: svc-ansible@example.com
    password: "{{ directory_password }}"
    identity: gmsa-prefect$
    allowed_to_delegate_to:
      set:
        - cifs/files.example.com
    protocol_transition: false

- name: The same, said at the file server, with rights on its account only
  flowops.prefect.ad_delegation:
    server: dc1.example.com
    username: svc-ansible@example.com
    password: "{{ directory_password }}"
    identity: FILES$
    allowed_to_act:
      set:
        - gmsa-prefect$
"""

RETURN = r"""
delegation:
  description: The delegation of the account as it is now, or as it would be. Principals are given by their SID.
  returned: success
  type: dict
  sample:
    identity: gmsa-prefect$
    allowed_to_delegate_to: ["cifs/files.example.com"]
    allowed_to_act: []
    protocol_transition: false
    unconstrained: false
distinguished_name:
  description: Distinguished name of the account; null if it does not exist yet.
  returned: success
  type: str
  sample: CN=gmsa-prefect,OU=FlowOps,DC=example,DC=com
object_guid:
  description: GUID of the account; null if it does not exist yet.
  returned: success
  type: str
  sample: 5f1d5c1c-7a7b-4a0e-9a5f-6d2a8f0f5c11
sid:
  description: Security identifier of the account.
  returned: success
  type: str
  sample: S-1-5-21-3623811015-3361044348-30300820-1109
predicted:
  description: References to objects that do not exist yet, taken for objects that this run would create.
  returned: in check mode, if there are any
  type: list
  elements: str
  sample: ["directory object gmsa-prefect$"]
consequences:
  description: What else there is to know, a sentence each; shown as warnings as well.
  returned: if there is anything to say
  type: list
  elements: str
  sample:
    - "'gmsa-prefect$' may impersonate anybody to itself (protocol_transition) and may delegate to nothing"
"""

from ansible_collections.flowops.prefect.plugins.module_utils._ad.delegation import DELEGATIONS
from ansible_collections.flowops.prefect.plugins.module_utils._ad.module import run_object


def main() -> None:
    """Entry point."""
    run_object(DELEGATIONS)


if __name__ == "__main__":
    main()
