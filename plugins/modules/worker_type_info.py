#!/usr/bin/python
# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: worker_type_info
short_description: List the types of workers of Prefect and their default base job templates
version_added: 0.2.0
author:
  - flowops.prefect contributors (@flowops-prefect)
description:
  - Lists the types of workers that a work pool can be made for, each with the base job template that it starts out
    with.
  - The list comes from the server or, without one, from the package C(prefect) that is installed where the module runs.
    That package is only looked into, not started.
extends_documentation_fragment:
  - flowops.prefect.prefect
  - flowops.prefect.attributes.prefect
  - flowops.prefect.attributes.info
options:
  api_url:
    description:
      - Address of the Prefect API, as in the other modules. It may be missing here.
      - Falls back to the environment variable E(PREFECT_API_URL).
    type: str
    required: false
  type:
    description:
      - Only this type, such as V(process) or V(docker).
    type: str
  source:
    description:
      - V(server) asks the server.
      - V(offline) reads O(metadata_file) or the installed package.
      - V(auto) asks the server, and works as V(offline) if O(api_url) is not set or nobody answers there. An answer
        that says no is an error.
    type: str
    choices:
      - auto
      - server
      - offline
    default: auto
  metadata_file:
    description:
      - File to read when the server is not asked, instead of the one of the installed package. In the package
        C(prefect) its name is C(aggregate-worker-metadata.json).
    type: path
notes:
  - A self-hosted server that has access to the internet knows the types of the newest packages, otherwise those of its
    own version.
seealso:
  - module: flowops.prefect.work_pool
"""

EXAMPLES = r"""
- name: How does a work pool of type process start out
  flowops.prefect.worker_type_info:
    api_url: http://prefect.example.com:4200/api
    auth_string: "{{ prefect_auth_string }}"
    type: process
  register: found

- name: A work pool whose workers do not repeat what flow runs print
  flowops.prefect.work_pool:
    api_url: http://prefect.example.com:4200/api
    auth_string: "{{ prefect_auth_string }}"
    name: windows
    type: process
    base_job_template: >-
      {{ found.worker_types[0].default_base_job_template
         | combine({'variables': {'properties': {'stream_output': {'default': false}}}}, recursive=true) }}

- name: The same without a server
  flowops.prefect.worker_type_info:
    source: offline
    type: process
  register: found
"""

RETURN = r"""
worker_types:
  description: The types, sorted by name.
  returned: success
  type: list
  elements: dict
  contains:
    type:
      description: Name of the type, as a work pool takes it.
      type: str
      sample: process
    package:
      description: Python package that holds the worker.
      type: str
      sample: prefect
    display_name:
      description: Name for people.
      type: str
      sample: Process
    description:
      description: What the worker does.
      type: str
      sample: Runs each flow run in a process of its own.
    documentation_url:
      description: Where to read about it.
      type: str
      sample: https://docs.prefect.io/latest/api-ref/prefect/workers/process/
    install_command:
      description: How to install it.
      type: str
      sample: pip install prefect
    is_beta:
      description: Whether it is not finished yet.
      type: bool
      sample: false
    default_base_job_template:
      description: The base job template that a work pool of this type starts out with.
      type: dict
      sample:
        job_configuration:
          command: "{{ command }}"
        variables:
          type: object
          properties: {}
origin:
  description: Address of the server, or path of the file, that the list comes from.
  returned: success
  type: str
  sample: http://prefect.example.com:4200/api
offline:
  description: Whether the list comes from a file.
  returned: success
  type: bool
  sample: false
"""

from ansible_collections.flowops.prefect.plugins.module_utils._prefect.info_module import run_worker_type_info


def main() -> None:
    """Entry point."""
    run_worker_type_info()


if __name__ == "__main__":
    main()
