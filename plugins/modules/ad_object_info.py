#!/usr/bin/python
# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ad_object_info
short_description: Find objects in Active Directory
version_added: 0.1.0
description:
  - Reads objects from Active Directory, over LDAP with TLS, and changes nothing.
  - Either asks for one object by O(identity), or searches. A search returns everything that meets all conditions, to
    the last page.
  - There is no option for filter text. Values are escaped, so a name with special characters means itself.
options:
  identity:
    description:
      - One object, as a distinguished name, GUID, SID, user principal name or C(sAMAccountName).
      - An object that does not exist is no error; RV(objects) is then empty.
    type: str
  type:
    description:
      - Kind of objects to search for. Not used with O(identity).
      - V(user) means people; service accounts are V(service_account).
    type: str
    choices:
      - any
      - computer
      - group
      - organizational_unit
      - service_account
      - user
    default: any
  match:
    description:
      - Attributes by their LDAP name, and the value that each has to have, which is a text, a number or a boolean.
      - An empty value is an error, because a variable that was never set would make it another search.
    type: dict
  starts_with:
    description:
      - Attributes by their LDAP name, and the text that each has to begin with. An empty text is an error.
    type: dict
  member_of:
    description:
      - A group that the objects have to be direct members of, in any form that O(identity) takes.
      - The answer is complete, or the task fails. A member that O(username) may not read is an error that names it, and
        so is a group whose members it may not see.
      - Members by way of their primary group count, such as those of Domain Users. So do members from other domains of
        the forest, of which the global catalog tells only some attributes, and principals of other forests, which are
        listed by their SID.
      - With other conditions, only members that meet them are returned. With O(search_base) or another
        O(search_scope), only members of this domain.
    type: str
  nested:
    description:
      - Also members of groups that are members of O(member_of), at any depth. Groups that contain each other are fine.
      - A group of another domain is opened only if it is universal; another one is an error, since only its own domain
        knows who is in it. Principals of other forests are not opened.
    type: bool
    default: false
  search_base:
    description:
      - Where to search, in any form that O(identity) takes. The default is the whole domain.
      - A place that does not exist is an error. In check mode it is taken for one that an earlier task would create.
    type: str
  search_scope:
    description: How far to search from O(search_base).
    type: str
    choices:
      - base
      - one_level
      - subtree
    default: subtree
  properties:
    description:
      - Further attributes to return, by their LDAP name; numbers and options such as C(;binary) are refused.
      - Attributes that hold a password or a key are refused, and so is what the forest marks as confidential.
    type: list
    elements: str
author:
  - flowops.prefect contributors (@flowops-prefect)
attributes:
  diff_mode:
    description: Changes nothing, so there is nothing to show.
    support: none
extends_documentation_fragment:
  - flowops.prefect.ad
  - flowops.prefect.attributes.ad
  - flowops.prefect.attributes.info
seealso:
  - module: flowops.prefect.ad_group
  - module: flowops.prefect.ad_service_account
"""

EXAMPLES = r"""
- name: Does the service account exist?
  flowops.prefect.ad_object_info:
    server: dc1.example.com
    username: svc-ansible@example.com
    password: "{{ directory_password }}"
    identity: gmsa-prefect$
    properties: [msDS-SupportedEncryptionTypes]
  register: gmsa
  failed_when: gmsa.objects | length == 0

- name: Everybody who is an engineer, by way of any group, with the groups on the way
  flowops.prefect.ad_object_info:
    server: dc1.example.com
    username: svc-ansible@example.com
    password: "{{ directory_password }}"
    type: user
    member_of: GG-Data-Engineers
    nested: true
    properties: [mail, userPrincipalName]
"""

RETURN = r"""
objects:
  description: What was found, ordered by distinguished name.
  returned: success
  type: list
  elements: dict
  contains:
    distinguished_name:
      description: Distinguished name.
      returned: always
      type: str
      sample: CN=gmsa-prefect,OU=FlowOps,DC=example,DC=com
    name:
      description: First part of the distinguished name.
      returned: always
      type: str
      sample: gmsa-prefect
    object_class:
      description: Most special object class.
      returned: always
      type: str
      sample: msDS-GroupManagedServiceAccount
    object_guid:
      description: GUID.
      returned: always
      type: str
      sample: 5f1d5c1c-7a7b-4a0e-9a5f-6d2a8f0f5c11
    sid:
      description: Security identifier; null for an object without one.
      returned: always
      type: str
      sample: S-1-5-21-3623811015-3361044348-30300820-1109
    sam_account_name:
      description: Account name; null for an object without one.
      returned: always
      type: str
      sample: gmsa-prefect$
    enabled:
      description: Whether the account can be used; null for an object that is no account.
      returned: always
      type: bool
      sample: true
      version_added: 0.3.0
    through:
      description:
        - Groups that lead from O(member_of) to the object, as distinguished names. Empty for a direct member. Of
          several ways the shortest one.
      returned: with O(member_of)
      type: list
      elements: str
      sample: ["CN=GG-Data-Platform,OU=FlowOps,DC=example,DC=com"]
      version_added: 0.3.0
    by_primary_group:
      description: Whether the object is a member by way of its primary group.
      returned: with O(member_of)
      type: bool
      sample: false
      version_added: 0.3.0
    properties:
      description: Values of the attributes in O(properties), each a list. Binary values are in base64.
      returned: always
      type: dict
      sample: {"msDS-SupportedEncryptionTypes": ["24"]}
predicted:
  description: Places or groups that do not exist yet, taken for objects that this run would create.
  returned: in check mode, if there are any
  type: list
  elements: str
  sample: ["container OU=FlowOps,DC=example,DC=com"]
"""

from ansible_collections.flowops.prefect.plugins.module_utils._ad.object_info import run


def main() -> None:
    """Entry point."""
    run()


if __name__ == "__main__":
    main()
