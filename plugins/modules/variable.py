#!/usr/bin/python
# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: variable
short_description: Manage variables of Prefect
version_added: 0.1.0
author:
  - flowops.prefect contributors (@flowops-prefect)
description:
  - Creates, changes and removes variables that flows read at run time.
extends_documentation_fragment:
  - flowops.prefect.prefect
  - flowops.prefect.state
  - flowops.prefect.attributes.prefect
  - flowops.prefect.attributes.resource
options:
  name:
    description:
      - Name of the variable, of lowercase letters, digits, dashes and underscores.
    type: str
    required: true
  value:
    description:
      - Value of the variable, any JSON value but null. Lists and dictionaries are compared and replaced as a whole.
      - This or O(secret_value) is needed to create a variable.
    type: raw
  secret_value:
    description:
      - The same as O(value), for a value that must not appear in any output of Ansible.
      - Prefect itself stores variables as plain text and shows them to everybody who may read variables.
    type: raw
  tags:
    description:
      - Tags of the variable, in any order. An empty list removes all of them.
    type: list
    elements: str
"""

EXAMPLES = r"""
- name: Where the flows find their input
  flowops.prefect.variable:
    api_url: http://prefect.example.com:4200/api
    auth_string: "{{ prefect_auth_string }}"
    name: input_share
    value: '\\files.example.com\input'
    tags:
      - windows

- name: A structured value
  flowops.prefect.variable:
    api_url: http://prefect.example.com:4200/api
    auth_string: "{{ prefect_auth_string }}"
    name: thresholds
    value:
      warn: 10
      stop: 100

- name: The variable is no longer needed
  flowops.prefect.variable:
    api_url: http://prefect.example.com:4200/api
    auth_string: "{{ prefect_auth_string }}"
    name: thresholds
    state: absent
"""

RETURN = r"""
variable:
  description:
    - The variable as the server returns it. Empty if it is absent.
    - The value is masked unless O(value) was given.
    - In check mode, what is known of it now with the planned changes laid over it.
  returned: success
  type: dict
  sample:
    name: input_share
    value: '\\files.example.com\input'
    tags:
      - windows
    id: 5cc9bf60-bb41-4f27-8449-bada989ca04e
"""

from ansible_collections.flowops.prefect.plugins.module_utils._prefect.content import VARIABLE
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.module import run


def main() -> None:
    """Entry point."""
    run(VARIABLE)


if __name__ == "__main__":
    main()
