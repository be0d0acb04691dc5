#!/usr/bin/python
# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: resources_info
short_description: Read objects of any kind, or a whole workspace as a desired state
version_added: 0.2.0
author:
  - flowops.prefect contributors (@flowops-prefect)
description:
  - Reads all objects of some kinds, or of all, to the last page.
  - With O(format=desired_state) it returns a document that M(flowops.prefect.resources) takes as it is. Running that
    document against the same workspace changes nothing, so an estate that was made by hand is adopted in one step.
extends_documentation_fragment:
  - flowops.prefect.prefect
  - flowops.prefect.attributes.prefect
  - flowops.prefect.attributes.info
options:
  kinds:
    description:
      - Kinds in the plural, such as V(work_pools) or V(automations). An empty list stands for all kinds that a
        desired state can hold of the place that O(api_url) names. That is a workspace, or an account of Prefect Cloud.
      - With O(format=desired_state), kinds that the credentials may not read are an error if they are named here, and
        else said in RV(left_out).
    type: list
    elements: str
    default: []
  names:
    description:
      - Whole names of the objects to return, such as V(windows) or V(etl/nightly). Each has to exist.
    type: list
    elements: str
    default: []
  filters:
    description:
      - Conditions in the form that the server's filter route takes for the one kind in O(kinds).
    type: dict
    default: {}
  format:
    description:
      - V(objects) returns the objects as the server gives them, in RV(objects).
      - V(desired_state) returns them as a document with references by name, in RV(resources). O(names), O(filters) and
        O(limit) are refused then, since a desired state holds all of a kind.
    type: str
    choices:
      - objects
      - desired_state
    default: objects
  limit:
    description:
      - The most objects to return of each kind. All of them if it is not given.
    type: int
notes:
  - Secrets are never returned. Secret parts of blocks stay on the server, and RV(left_out) names them.
  - Values of variables are returned as they are, since the server does not know which of them is a secret. Set
    C(no_log) on the task if some are.
  - Block types and schemas that Prefect and its integrations register by themselves are no part of a desired state.
seealso:
  - module: flowops.prefect.resources
"""

EXAMPLES = r"""
- name: Write the workspace down
  flowops.prefect.resources_info:
    api_url: http://prefect.example.com:4200/api
    auth_string: "{{ prefect_auth_string }}"
    format: desired_state
  register: workspace

- name: Keep it in the repository
  ansible.builtin.copy:
    content: "{{ workspace.resources | to_nice_yaml(sort_keys=false) }}"
    dest: workspace.yml
    mode: "0600"
  delegate_to: localhost

- name: Deployments that are paused
  flowops.prefect.resources_info:
    api_url: http://prefect.example.com:4200/api
    auth_string: "{{ prefect_auth_string }}"
    kinds: [deployments]
    filters:
      deployments:
        paused:
          eq_: true
  register: paused
"""

RETURN = r"""
objects:
  description:
    - Objects by the plural of their kind, with the server's own names of properties, sorted by C(full_name).
    - C(full_name) is the name by which other objects refer to it, and null for what nothing can refer to.
  returned: if O(format=objects)
  type: dict
  sample:
    work_pools:
      - full_name: windows
        name: windows
        type: process
        is_paused: false
        id: 0d5f1a5c-6b77-4a29-9f0e-2f8e3b1b5d0d
resources:
  description: The desired state, by the plural of each kind.
  returned: if O(format=desired_state)
  type: dict
  sample:
    work_pools:
      - name: windows
        type: process
left_out:
  description: What the desired state does not hold, and why.
  returned: if O(format=desired_state)
  type: list
  elements: dict
  contains:
    kind:
      description: Kind of the object, in words.
      type: str
    name:
      description: Name of the object.
      type: str
    what:
      description: The option that is left out, or V(all of it).
      type: str
    why:
      description: Why.
      type: str
  sample:
    - kind: block document
      name: secret/smtp
      what: secret_data
      why: "the server keeps its secrets: value"
summary:
  description: How many requests it took.
  returned: success
  type: dict
  sample:
    requests: 12
"""

from ansible_collections.flowops.prefect.plugins.module_utils._prefect.estate_module import run_resources_info


def main() -> None:
    """Entry point."""
    run_resources_info()


if __name__ == "__main__":
    main()
