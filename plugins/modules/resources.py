#!/usr/bin/python
# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: resources
short_description: Bring a whole Prefect workspace to a desired state in one task
version_added: 0.2.0
author:
  - flowops.prefect contributors (@flowops-prefect)
description:
  - Takes many objects of many kinds at once. Reads what is there in pages, plans everything before anything is written,
    then writes only what differs, in the order in which the objects need each other and several at once, over one
    session. Afterwards all that was written is read again and proven.
  - A run that is killed at any point is finished by the next one; nothing is doubled.
  - If a write fails, everything that does not depend on it is done all the same. The task then fails and names each
    object with its error.
  - M(flowops.prefect.resources_info) with O(flowops.prefect.resources_info#module:format=desired_state) writes a living
    workspace down as exactly such a document.
extends_documentation_fragment:
  - flowops.prefect.prefect
  - flowops.prefect.attributes.prefect
  - flowops.prefect.attributes.resource
options:
  resources:
    description:
      - The desired state. Each key is a kind in the plural, such as V(work_pools), V(deployments) or V(variables); its
        value is a list of objects.
      - An object has the options of the module for its kind, such as M(flowops.prefect.work_pool) for V(work_pools),
        without the connection options. With V(state=absent) it is removed.
      - Objects name each other. What an object names may be in the same document, in any order, or on the server.
      - What an option does not give stays as it is, and so does everything that the document does not name, unless
        O(prune=true).
      - Kinds that only Prefect Cloud has need an O(api_url) of Prefect Cloud.
    type: dict
    required: true
  ledger:
    description:
      - Name of the ledger in which the objects of this desired state are written down as ours. Without one nothing is
        ever pruned.
      - It is kept in Prefect itself, as a block document of the block type V(flowops-ledger) in the workspace, so that
        every controller knows it. Give each desired state of a workspace a ledger of its own.
      - Lowercase letters, digits and dashes.
    type: str
    default: ""
  prune:
    description:
      - Whether objects that the ledger calls ours and the document does not name any more are removed.
      - Only the very object that was written down is removed, and not another one that has its name by now.
      - Nothing is pruned when anything else in the same run failed.
    type: bool
    default: false
  prune_maximum:
    description:
      - The most objects that a run may prune. If there are more, the task fails and nothing is written, since such a
        document is more often broken than meant.
    type: int
    default: 0
  concurrency:
    description:
      - How many writes are under way at the same time, from V(1) to V(16).
      - A server on SQLite is fastest with V(2) and gets slower with more. On PostgreSQL and in Prefect Cloud V(8) is
        a good number.
    type: int
    default: 2
notes:
  - Secrets of the document are hidden in every output, as in the modules for single objects. A secret that stands in an
    option that holds no secrets, such as O(flowops.prefect.variable#module:value), is not known to be one.
  - Removals come last, and in the reverse order. What a removal would take with it is said in RV(consequences) and
    refused unless the object allows it, as in M(flowops.prefect.flow) and M(flowops.prefect.work_pool).
  - The ledger is no part of the desired state. Writing it does not count as a change.
seealso:
  - module: flowops.prefect.resources_info
"""

EXAMPLES = r"""
- name: The workspace as it should be
  flowops.prefect.resources:
    api_url: http://prefect.example.com:4200/api
    auth_string: "{{ prefect_auth_string }}"
    ledger: data-platform
    prune: true
    prune_maximum: 5
    resources:
      work_pools:
        - name: windows
          type: process
          concurrency_limit: 8
      flows:
        - name: etl
          tags: [finance]
      deployments:
        - name: nightly
          flow: etl
          work_pool: windows
          entrypoint: flows/etl.py:etl
          path: 'C:\flows'
      deployment_schedules:
        - deployment: etl/nightly
          slug: every-night
          cron: 30 2 * * *
          timezone: Europe/Berlin
      variables:
        - name: landing_zone
          value: '\\files.example.com\landing'
        - name: smtp_password
          secret_value: "{{ smtp_password }}"
      automations:
        - name: Pause what crashes
          trigger:
            type: event
            posture: Reactive
            expect: [prefect.flow-run.Crashed]
            match_related:
              prefect.resource.id: prefect.deployment.<etl/nightly>
              prefect.resource.role: deployment
            threshold: 3
            within: 3600
          actions:
            - type: pause-deployment
              source: selected
              deployment_id: etl/nightly

- name: A document that an export wrote, kept in the repository
  flowops.prefect.resources:
    api_url: http://prefect.example.com:4200/api
    auth_string: "{{ prefect_auth_string }}"
    ledger: adopted
    resources: "{{ lookup('ansible.builtin.file', 'workspace.yml') | from_yaml }}"
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
      description: Its whole name. The parts of a name are joined by a slash.
      type: str
    action:
      description: One of V(create), V(update) and V(delete).
      type: str
    pruned:
      description: Whether it was removed because the document does not name it any more.
      type: bool
  sample:
    - kind: deployment
      name: etl/nightly
      action: create
      pruned: false
summary:
  description: How many objects were created, updated, deleted, pruned and left as they are, in how many requests.
  returned: success, and when some writes failed
  type: dict
  sample:
    created: 1
    updated: 0
    deleted: 0
    unchanged: 999
    pruned: 0
    requests: 9
consequences:
  description: What the removals take with them, a sentence each.
  returned: if there is anything to say
  type: list
  elements: str
  sample:
    - The deployments nightly are removed with their flow 'etl'
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
      description: Its whole name.
      type: str
    msg:
      description: What is wrong and what to do, in one line.
      type: str
  sample:
    - kind: variable
      name: Landing
      msg: "Cannot set 'name' of variable 'Landing' on http://prefect.example.com:4200/api: a name is 1 to 255 lowercase
        letters, digits, dashes or underscores. Correct 'name'."
predicted:
  description: Objects that the document refers to and that do not exist yet, each as kind and name.
  returned: in check mode, if there are any
  type: list
  elements: str
  sample:
    - work pool windows
"""

from ansible_collections.flowops.prefect.plugins.module_utils._prefect.estate_module import run_resources


def main() -> None:
    """Entry point."""
    run_resources()


if __name__ == "__main__":
    main()
