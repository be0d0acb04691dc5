#!/usr/bin/python
# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: user_api_key
short_description: Manage own API keys in Prefect Cloud
version_added: 0.2.0
author:
  - flowops.prefect contributors (@flowops-prefect)
description:
  - Creates and removes API keys of the user whose key the task uses.
  - A new key is returned once, in RV(api_key). It cannot be read again, neither by this module nor by anybody else. A
    key that is lost has to be removed and created anew.
extends_documentation_fragment:
  - flowops.prefect.prefect
  - flowops.prefect.state
  - flowops.prefect.attributes.prefect
  - flowops.prefect.attributes.resource
options:
  name:
    description:
      - Name of the key. Prefect Cloud lets several have the same name; such keys cannot be managed by it.
    type: str
    required: true
  expiration:
    description:
      - When the key expires, as V(2027-01-31T08:00:00+01:00). It is fixed at creation. Excludes O(lifetime).
    type: str
  lifetime:
    description:
      - How long a key that this task creates is valid, in seconds or with a unit as in V(90d). A key that exists
        keeps its expiration.
    type: str
notes:
  - Only Prefect Cloud has this. O(api_url) has to name an account or a workspace there.
  - A key that the task itself uses is not removed, as far as the characters tell that the server shows.
  - For programs, M(flowops.prefect.service_account) is the better choice; its keys rotate with an overlap.
seealso:
  - module: flowops.prefect.service_account
  - module: flowops.prefect.user
"""

EXAMPLES = r"""
- name: A key for the pipeline
  flowops.prefect.user_api_key:
    api_url: "{{ prefect_api_url }}"
    api_key: "{{ prefect_api_key }}"
    name: pipeline
    lifetime: 90d
  register: pipeline
  no_log: true

- name: It is no longer needed
  flowops.prefect.user_api_key:
    api_url: "{{ prefect_api_url }}"
    api_key: "{{ prefect_api_key }}"
    name: pipeline
    state: absent
"""

RETURN = r"""
user_api_key:
  description:
    - The key as the server returns it, with the names of this module's options; a few characters of it are shown.
      Empty if it is absent.
    - In check mode, what is known of it now with the planned changes laid over it.
  returned: success
  type: dict
  sample:
    name: pipeline
    expiration: "2027-02-24T09:12:44.000000Z"
    created: "2026-11-26T09:12:44.000000Z"
    masked_key: pnu_...k3Lm
    id: 8d7c6b5a-4f3e-4d2c-9b1a-0f9e8d7c6b5a
api_key:
  description:
    - The new API key. It is a secret, and this is the only time that it is shown.
    - In check mode a text that stands for it.
  returned: when the key was created
  type: str
  sample: VALUE_SPECIFIED_IN_NO_LOG_PARAMETER
"""

from ansible_collections.flowops.prefect.plugins.module_utils._prefect.module import run
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.users import USER_API_KEY


def main() -> None:
    """Entry point."""
    run(USER_API_KEY)


if __name__ == "__main__":
    main()
