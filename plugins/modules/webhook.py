#!/usr/bin/python
# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: webhook
short_description: Manage webhooks of Prefect Cloud
version_added: 0.2.0
author:
  - flowops.prefect contributors (@flowops-prefect)
description:
  - Creates, changes and removes webhooks, whose requests become events of the workspace.
  - Replaces the address of a webhook when it has become known to the wrong people.
extends_documentation_fragment:
  - flowops.prefect.prefect
  - flowops.prefect.state
  - flowops.prefect.attributes.prefect
  - flowops.prefect.attributes.resource
options:
  name:
    description:
      - Name of the webhook. Prefect Cloud lets several have the same name; such webhooks cannot be managed by it.
    type: str
    required: true
  template:
    description:
      - Jinja template that makes an event of a request. Needed to create a webhook.
      - Mark it with C(!unsafe), or Ansible fills it in.
    type: str
  description:
    description:
      - What the webhook is for. An empty text removes the description.
    type: str
  enabled:
    description:
      - Whether requests become events.
    type: bool
  service_account:
    description:
      - Name of the service account whose key callers have to use. An empty text lets everybody call who knows the
        address.
    type: str
  retire_slug:
    description:
      - Slug, which is the last part of the address, that must not work any more.
      - If the webhook still has it, the webhook gets another slug at once, which is returned in RV(webhook). Otherwise
        nothing happens, so the task may stay in a playbook.
    type: str
notes:
  - Only Prefect Cloud has this. O(api_url) has to name a workspace there.
  - The account's plan has to include webhooks.
seealso:
  - module: flowops.prefect.service_account
  - module: flowops.prefect.automation
"""

EXAMPLES = r"""
- name: Deployments are told of new files
  flowops.prefect.webhook:
    api_url: "{{ prefect_api_url }}"
    api_key: "{{ prefect_api_key }}"
    name: new-file
    service_account: storage-events
    template: !unsafe |
      {
        "event": "storage.file.created",
        "resource": {"prefect.resource.id": "storage.file.{{ body.name }}"}
      }
  register: new_file

- name: The address got into a log
  flowops.prefect.webhook:
    api_url: "{{ prefect_api_url }}"
    api_key: "{{ prefect_api_key }}"
    name: new-file
    retire_slug: "{{ vaulted_leaked_slug }}"
"""

RETURN = r"""
webhook:
  description:
    - The webhook as the server returns it, with the names of this module's options and its C(endpoint). Empty if it
      is absent.
    - C(slug) and C(endpoint) are secrets unless O(service_account) is set. Use C(no_log) where that matters.
    - In check mode, what is known of it now with the planned changes laid over it.
  returned: success
  type: dict
  sample:
    name: new-file
    description: ""
    enabled: true
    service_account: 9c3f8d1a-5e7b-4a2c-8f6d-1b2c3d4e5f60
    template: '{"event": "storage.file.created"}'
    slug: 0Xk5-Ys7VvJ2m9Qe3Zr8tA
    endpoint: https://api.prefect.cloud/hooks/0Xk5-Ys7VvJ2m9Qe3Zr8tA
    id: 6f7e8d9c-0b1a-4c2d-8e3f-4a5b6c7d8e9f
consequences:
  description: What else happens, a sentence each; also given as warnings.
  returned: when there is something to say
  type: list
  elements: str
  sample:
    - "The old address of webhook 'new-file' stops working at once"
predicted:
  description: Objects that this one refers to and that do not exist yet, each as kind and name.
  returned: in check mode, if there are any
  type: list
  elements: str
  sample:
    - service account storage-events
"""

from ansible_collections.flowops.prefect.plugins.module_utils._prefect.module import run
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.webhooks import WEBHOOK


def main() -> None:
    """Entry point."""
    run(WEBHOOK)


if __name__ == "__main__":
    main()
