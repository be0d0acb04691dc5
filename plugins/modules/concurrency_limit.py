#!/usr/bin/python
# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: concurrency_limit
short_description: Manage concurrency limits of Prefect
version_added: 0.2.0
author:
  - flowops.prefect contributors (@flowops-prefect)
description:
  - Creates, changes and removes global concurrency limits, which are found by O(name), and limits for task runs,
    which are found by O(tag).
  - Slots that are taken stay taken, whatever is changed.
extends_documentation_fragment:
  - flowops.prefect.prefect
  - flowops.prefect.state
  - flowops.prefect.attributes.prefect
  - flowops.prefect.attributes.resource
options:
  name:
    description:
      - Name of a global concurrency limit. It may not begin with V(tag:) or V(deployment:), which are names that the
        server gives.
      - Excludes O(tag); one of the two is needed.
    type: str
  tag:
    description:
      - Tag of the task runs that the limit is for.
    type: str
  limit:
    description:
      - How many slots there are; V(0) lets nothing run. Needed to create a limit.
    type: int
  active:
    description:
      - Whether the limit holds. For a global concurrency limit only.
    type: bool
  slot_decay_per_second:
    description:
      - How many taken slots become free by themselves each second, for limiting a rate; V(0) for none. For a global
        concurrency limit only.
    type: float
notes:
  - A limit of a single deployment is a property of the deployment; see M(flowops.prefect.deployment).
seealso:
  - module: flowops.prefect.deployment
"""

EXAMPLES = r"""
- name: Never more than five connections to the ERP system
  flowops.prefect.concurrency_limit:
    api_url: http://prefect.example.com:4200/api
    auth_string: "{{ prefect_auth_string }}"
    name: erp
    limit: 5

- name: At most two calls per second
  flowops.prefect.concurrency_limit:
    api_url: http://prefect.example.com:4200/api
    auth_string: "{{ prefect_auth_string }}"
    name: rates-api
    limit: 2
    slot_decay_per_second: 2.0

- name: Never more than three task runs with this tag
  flowops.prefect.concurrency_limit:
    api_url: http://prefect.example.com:4200/api
    auth_string: "{{ prefect_auth_string }}"
    tag: database
    limit: 3

- name: The limit is no longer needed
  flowops.prefect.concurrency_limit:
    api_url: http://prefect.example.com:4200/api
    auth_string: "{{ prefect_auth_string }}"
    tag: database
    state: absent
"""

RETURN = r"""
concurrency_limit:
  description:
    - The limit as the server returns it, with the names of this module's options. Empty if it is absent.
    - In check mode, what is known of it now with the planned changes laid over it.
  returned: success
  type: dict
  sample:
    name: erp
    limit: 5
    active: true
    slot_decay_per_second: 0.0
    active_slots: 0
    id: 7d0c8f8b-5b6a-4f4c-8a63-8c9c7f5d9a9e
consequences:
  description: What else the change brings about, a sentence each. Each of them is also a warning.
  returned: if there are any
  type: list
  elements: str
  sample:
    - "The concurrency limit goes, which 2 deployments took slots from: etl/hourly, etl/nightly"
"""

from ansible_collections.flowops.prefect.plugins.module_utils._prefect.limits import CONCURRENCY_LIMIT
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.module import run


def main() -> None:
    """Entry point."""
    run(CONCURRENCY_LIMIT)


if __name__ == "__main__":
    main()
