#!/usr/bin/python
# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ad_objects
short_description: Bring many directory objects to a desired state in one task
version_added: 0.3.0
description:
  - Takes organizational units, groups, users, computers, service accounts, delegations, authentication policies and
    silos at once. Reads what is there with a few searches, plans everything before anything is written, then writes
    only what differs, in the order in which the objects need each other, over one connection to one domain controller.
    Afterwards all that was written is read again and proven.
  - A thousand accounts with nothing to do cost about a dozen LDAP operations.
  - A run that is killed at any point is finished by the next one; nothing is doubled.
  - If a write fails, everything that does not depend on it is done all the same. The task then fails and names each
    object with its error.
options:
  objects:
    description:
      - The desired state. Each key is a kind in the plural; its value is a list of objects. The keys are
        V(organizational_units), V(authentication_policies), V(authentication_policy_silos), V(groups), V(users),
        V(computers), V(service_accounts), V(group_members) and V(delegations).
      - An object has the options of the module for its kind, such as M(flowops.prefect.ad_service_account) for
        V(service_accounts), without the connection options. With V(state=absent) it is removed.
      - Objects name each other. What an object names may be in the same desired state, in any order, or in the
        directory.
      - What an option does not give stays as it is, and so does everything that is not named.
    type: dict
    required: true
author:
  - flowops.prefect contributors (@flowops-prefect)
extends_documentation_fragment:
  - flowops.prefect.ad
  - flowops.prefect.attributes.ad
  - flowops.prefect.attributes.resource
notes:
  - Passwords in the desired state are hidden in every output, as in the modules for single objects.
  - Removals come last; units go from the inside out, after what was in them.
  - Two entries for one object are refused if they write the same property, and so is a name that a rename or a move in
    the same desired state takes away; name the object as it is going to be called.
seealso:
  - module: flowops.prefect.ad_ou
  - module: flowops.prefect.ad_group
  - module: flowops.prefect.ad_service_account
"""

EXAMPLES = r"""
- name: Everything that the Prefect workers need in the directory
  flowops.prefect.ad_objects:
    server: dc1.example.com
    username: svc-ansible@example.com
    password: "{{ directory_password }}"
    objects:
      organizational_units:
        - name: FlowOps
          path: DC=example,DC=com
      groups:
        - name: GG-Prefect-Workers
          path: OU=FlowOps,DC=example,DC=com
          members:
            add:
              - SRV01$
              - SRV02$
      service_accounts:
        - name: gmsa-prefect
          path: OU=FlowOps,DC=example,DC=com
          dns_hostname: gmsa-prefect.example.com
          owner: GG-Data-Platform
          purpose: Runs the Prefect workers of the data platform
          ticket: CHG-4711
          principals_allowed_to_retrieve:
            set:
              - GG-Prefect-Workers
"""

RETURN = r"""
changes:
  description: Every object that was written, or would be written in check mode.
  returned: success, and when some writes failed
  type: list
  elements: dict
  contains:
    kind:
      description: Kind of the object, in words.
      type: str
    name:
      description: Its identity, distinguished name or name, as the desired state gives it.
      type: str
    action:
      description: One of V(create), V(update) and V(delete).
      type: str
  sample:
    - kind: service account
      name: CN=gmsa-prefect,OU=FlowOps,DC=example,DC=com
      action: create
summary:
  description: How many objects were created, updated, deleted and left as they are, with how many LDAP operations.
  returned: success, and when some writes failed
  type: dict
  sample:
    created: 1
    updated: 0
    deleted: 0
    unchanged: 999
    operations: 17
consequences:
  description: What else there is to know, a sentence each; shown as warnings as well.
  returned: if there is anything to say
  type: list
  elements: str
  sample:
    - "The service account 'svc-old' is disabled; it has no ticket, and nobody could tell who owns it and what for"
errors:
  description: Every object that could not be planned or written, and why.
  returned: failure
  type: list
  elements: dict
  contains:
    kind:
      description: Kind of the object, in words.
      type: str
    name:
      description: Its identity, distinguished name or name.
      type: str
    msg:
      description: What is wrong and what to do, in one line.
      type: str
  sample:
    - kind: service account
      name: CN=gmsa-prefect,OU=FlowOps,DC=example,DC=com
      msg: "Cannot create the object 'CN=gmsa-prefect,OU=FlowOps,DC=example,DC=com' on dc1.example.com:636: the account
        that is used has no right to do this. Delegate the right on the organizational unit to that account, or use
        another one."
predicted:
  description: Objects that the desired state refers to and that do not exist yet, each as kind and name.
  returned: in check mode, if there are any
  type: list
  elements: str
  sample:
    - directory object GG-Data-Platform
"""

from ansible_collections.flowops.prefect.plugins.module_utils._ad.module import run_objects


def main() -> None:
    """Entry point."""
    run_objects()


if __name__ == "__main__":
    main()
