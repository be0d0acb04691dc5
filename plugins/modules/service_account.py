#!/usr/bin/python
# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: service_account
short_description: Manage service accounts of Prefect Cloud and rotate their API keys
version_added: 0.2.0
author:
  - flowops.prefect contributors (@flowops-prefect)
description:
  - Creates, changes and removes service accounts, and replaces their API keys by age, with a time in which the old
    key and the new one both work.
  - A new key is returned once, in RV(api_key). It cannot be read again. Register the result, use C(no_log) and hand
    the key on in the same play.
extends_documentation_fragment:
  - flowops.prefect.prefect
  - flowops.prefect.state
  - flowops.prefect.attributes.prefect
  - flowops.prefect.attributes.resource
options:
  name:
    description:
      - Name of the service account.
    type: str
    required: true
  account_role:
    description:
      - Name of the account role, a custom one or V(Owner), V(Admin) or V(Member). A new service account is a V(Member).
    type: str
  rotate_after:
    description:
      - Age at which the API key is replaced, in seconds or with a unit as in V(12h), V(30d) or V(4w). An expired key
        is replaced as well.
      - While the key is younger, nothing happens. V(0) replaces it in every run; use it once, when a key is lost or
        has leaked.
      - Without this option the key of a service account that exists stays as it is.
    type: str
  overlap:
    description:
      - For how many seconds the old key works beside the new one, from V(0) to V(172800), which is two days.
      - With V(0) the old key ends at once, and with it whatever still uses it.
    type: int
    default: 86400
  api_key_expiration:
    description:
      - When a key that this task makes expires, as V(2027-01-31T08:00:00+01:00). Keys that exist keep their expiration.
      - Excludes O(api_key_lifetime). Without either a new key does not expire.
    type: str
  api_key_lifetime:
    description:
      - How long a key that this task makes is valid, in seconds or with a unit as in V(45d). Give it more than
        O(rotate_after).
    type: str
  retire_old_keys:
    description:
      - Whether keys that were rotated out end now instead of when their overlap is over. V(false) lets them be.
      - Run this when everything uses the new key. Excludes O(rotate_after).
    type: bool
notes:
  - Only Prefect Cloud has this. O(api_url) has to name an account or a workspace there.
  - A service account that the module M(flowops.prefect.resources) creates has a key that nobody knows. Get one with
    O(rotate_after=0).
  - When a task fails after it has got a new key, the key is lost, and the error says so.
  - The service account whose key the task uses is never removed, and its key is not rotated without an overlap.
seealso:
  - module: flowops.prefect.account_role
  - module: flowops.prefect.workspace_access
  - module: flowops.prefect.user_api_key
"""

EXAMPLES = r"""
- name: A service account for the workers of a pool
  flowops.prefect.service_account:
    api_url: "{{ prefect_api_url }}"
    api_key: "{{ prefect_api_key }}"
    name: worker-windows
    rotate_after: 30d
    api_key_lifetime: 45d
    overlap: 86400
  register: worker_account
  no_log: true

- name: Keep the new key
  ansible.builtin.copy:
    content: "{{ worker_account.api_key }}"
    dest: /etc/prefect/worker.key
    mode: "0600"
  when: worker_account.api_key is defined
  no_log: true

- name: All workers use the new key, so the old one can end
  flowops.prefect.service_account:
    api_url: "{{ prefect_api_url }}"
    api_key: "{{ prefect_api_key }}"
    name: worker-windows
    retire_old_keys: true

- name: A key has leaked
  flowops.prefect.service_account:
    api_url: "{{ prefect_api_url }}"
    api_key: "{{ prefect_api_key }}"
    name: worker-windows
    rotate_after: 0
    overlap: 0
  register: worker_account
  no_log: true
"""

RETURN = r"""
service_account:
  description:
    - The service account as the server returns it, with the names of this module's options. Empty if it is absent.
    - C(active_key) and C(old_keys) are its keys, those that are rotated out and still work in the latter; a few
      characters of each are shown.
    - In check mode, what is known of it now with the planned changes laid over it.
  returned: success
  type: dict
  sample:
    name: worker-windows
    account_role: Member
    id: 9c3f8d1a-5e7b-4a2c-8f6d-1b2c3d4e5f60
    actor_id: 7b6a5c4d-3e2f-4a1b-9c8d-0e1f2a3b4c5d
    active_key:
      id: 3d2c1b0a-9f8e-4d7c-8b6a-5f4e3d2c1b0a
      name: worker-windows
      created: "2026-11-26T09:12:44.000000Z"
      expiration: "2027-01-10T09:12:44.000000Z"
      masked_key: pnb_...x7Qa
    old_keys:
      - id: 1a2b3c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d
        name: worker-windows
        created: "2026-10-27T09:12:44.000000Z"
        expiration: "2026-11-27T09:12:44.000000Z"
        masked_key: pnb_...p2Zt
api_key:
  description:
    - The new API key. It is a secret, and this is the only time that it is shown.
    - In check mode a text that stands for it.
  returned: when the service account was created or its key was rotated
  type: str
  sample: VALUE_SPECIFIED_IN_NO_LOG_PARAMETER
consequences:
  description: What else happens, a sentence each; also given as warnings.
  returned: when there is something to say
  type: list
  elements: str
  sample:
    - "The old API key of 'worker-windows' stops working at once"
"""

from ansible_collections.flowops.prefect.plugins.module_utils._prefect.module import run
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.service_accounts import SERVICE_ACCOUNT


def main() -> None:
    """Entry point."""
    run(SERVICE_ACCOUNT)


if __name__ == "__main__":
    main()
