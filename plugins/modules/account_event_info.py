#!/usr/bin/python
# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: account_event_info
short_description: Read the events of an account in Prefect Cloud
version_added: 0.2.0
author:
  - flowops.prefect contributors (@flowops-prefect)
description:
  - Reads events of an account in Prefect Cloud that fit all of the options, such as log-ins, new members and changed
    roles.
  - A self-hosted server has no accounts and no such events.
extends_documentation_fragment:
  - flowops.prefect.prefect
  - flowops.prefect.attributes.prefect
  - flowops.prefect.attributes.info
options:
  since:
    description:
      - Only events that occurred at this time or later.
      - A point in time such as V(2026-11-26T00:00:00+01:00), or V(90m), V(24h) or V(7d) for so long ago by the server's
        clock.
      - How far back there are events depends on the plan of the account.
    type: str
    default: 1d
  until:
    description:
      - The same, at this time or earlier.
    type: str
  events:
    description:
      - Only events with one of these names. A name that ends in an asterisk stands for all that begin like this, as in
        V(prefect-cloud.user.*).
    type: list
    elements: str
  resources:
    description:
      - Only events about one of these resources, by identifier. An asterisk at the end works as in O(events).
    type: list
    elements: str
  related:
    description:
      - Only events that one of these resources has a part in, such as the actor. By whole identifier.
    type: list
    elements: str
  order:
    description:
      - Which events come first, and are kept if there are more than O(limit).
    type: str
    choices:
      - newest
      - oldest
    default: newest
  limit:
    description:
      - At the most so many events. V(0) means all.
    type: int
    default: 1000
notes:
  - O(api_url) may name the account alone or one of its workspaces. The account of O(api_key) needs the right to read
    audit events.
"""

EXAMPLES = r"""
- name: Who changed what in the account since yesterday
  flowops.prefect.account_event_info:
    api_url: "https://api.prefect.cloud/api/accounts/{{ prefect_account_id }}"
    api_key: "{{ prefect_api_key }}"
    since: 24h
    events:
      - prefect-cloud.account_membership.*
      - prefect-cloud.workspace_role.*
    limit: 0
  register: changes
"""

RETURN = r"""
events:
  description: The events that fit, in the wanted order, as the server gives them.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Identifier of the event.
      type: str
      sample: 01a21787-d834-7f35-9ba2-bdf90e4faf79
    occurred:
      description: When it happened.
      type: str
      sample: "2026-11-26T11:05:08.404170Z"
    event:
      description: Name of the event.
      type: str
      sample: prefect-cloud.user.logged-in
    resource:
      description: What it is about, as labels.
      type: dict
      sample: {"prefect.resource.id": "prefect-cloud.user.8d6e3e6a-5f0e-4d3b-9a55-2c4f7f3d9b10"}
    related:
      description: What has a part in it, each as labels with its role.
      type: list
      elements: dict
      sample: []
    payload:
      description: What else the event says.
      type: dict
      sample: {}
truncated:
  description: Whether there are more events that fit than O(limit).
  returned: success
  type: bool
  sample: false
"""

from ansible_collections.flowops.prefect.plugins.module_utils._prefect.info_module import run_account_event_info


def main() -> None:
    """Entry point."""
    run_account_event_info()


if __name__ == "__main__":
    main()
