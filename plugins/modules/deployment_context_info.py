#!/usr/bin/python
# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: deployment_context_info
short_description: Find deployments of Prefect that do not say what they are for
version_added: 0.4.0
author:
  - flowops.prefect contributors (@flowops-prefect)
description:
  - Reports deployments whose name or tags carry no context, so that nobody can tell from a run in Prefect or in the
    Windows Event Log which project it belongs to and whom to call.
  - The worker of this collection names runs after their project, which it takes from a tag of the deployment. One
    without it leaves a gap in each of its runs.
extends_documentation_fragment:
  - flowops.prefect.prefect
  - flowops.prefect.attributes.prefect
  - flowops.prefect.attributes.info
options:
  work_pool:
    description:
      - Only deployments of this work pool. Without it, all deployments.
      - A work pool that does not exist is an error. In check mode it is taken for one that this run would create.
    type: str
  required_tags:
    description:
      - For each of these texts a deployment needs a tag that begins with it and goes on, in capitals or not. A label of
        the deployment with the same name, such as C(project) or C(flowops.project) for V(project:), does as well.
      - An empty list asks for no tags.
    type: list
    elements: str
    default: ["project:", "owner:"]
  empty_names:
    description:
      - Names that say nothing. Capitals do not count, and C(-), C(_), C(.) and spaces are the same.
    type: list
    elements: str
    default: [default, deployment, flow, main, my-deployment, run, test]
  name_pattern:
    description:
      - A regular expression of Python that the whole name of a deployment, without its flow, has to fit. Only names
        that are neither empty nor that of the flow are held against it.
    type: str
seealso:
  - module: flowops.prefect.deployment
  - module: flowops.prefect.flow_run_info
"""

EXAMPLES = r"""
- name: Which deployments on the Windows hosts do not say whose they are?
  flowops.prefect.deployment_context_info:
    api_url: http://prefect.example.com:4200/api
    auth_string: "{{ prefect_auth_string }}"
    work_pool: windows
    required_tags: ["project:", "owner:"]
    name_pattern: "[a-z]+-(hourly|nightly|weekly|manual)"
  register: context

- name: Say so, and stop there
  ansible.builtin.assert:
    that: context.findings | length == 0
    fail_msg: "{{ context.findings | map(attribute='deployment') | unique | join(', ') }}"
"""

RETURN = r"""
findings:
  description: What is missing, sorted by deployment. Empty if every deployment says what it is for.
  returned: success
  type: list
  elements: dict
  contains:
    deployment:
      description: Whole name of the deployment.
      type: str
      sample: load/default
    id:
      description: Identifier of the deployment.
      type: str
      sample: 0fad8ffa-18e7-4fbb-861d-443aaf7e027d
    work_pool:
      description: Its work pool. Null if it has none.
      type: str
      sample: windows
    problem:
      description:
        - V(no_tag) if a required tag is missing, V(empty_name) if the name says nothing, V(flow_name) if it only
          repeats the flow's, V(name_pattern) if it does not fit.
      type: str
      sample: no_tag
    missing:
      description: Beginning of the tag that is missing. Null for a problem with the name.
      type: str
      sample: "project:"
    todo:
      description: What to do about it.
      type: str
      sample: "Add a tag that begins with 'project:', such as 'project:payroll'"
deployments_checked:
  description: How many deployments were looked at.
  returned: success
  type: int
  sample: 42
predicted:
  description: The work pool, if it does not exist yet and is taken for one that this run would create.
  returned: in check mode, if it does not exist
  type: list
  elements: str
  sample: ["work pool windows"]
"""

from ansible_collections.flowops.prefect.plugins.module_utils._prefect.deployment_context import (
    run_deployment_context_info,
)


def main() -> None:
    """Entry point."""
    run_deployment_context_info()


if __name__ == "__main__":
    main()
