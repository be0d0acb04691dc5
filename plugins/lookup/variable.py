# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads variables of Prefect."""

from __future__ import annotations

DOCUMENTATION = r"""
name: variable
short_description: Read variables of Prefect
version_added: 0.2.0
author:
  - flowops.prefect contributors (@flowops-prefect)
description:
  - Gives the values of variables, as they are in Prefect. Text, numbers, lists and dictionaries stay what they are.
  - A variable that does not exist is an error, unless O(default) is given. Everything else that goes wrong is an error
    in any case, such as a server that does not answer.
extends_documentation_fragment:
  - flowops.prefect.prefect_lookup
  - flowops.prefect.prefect
options:
  _terms:
    description:
      - Names of variables. All of them are read over one connection.
    type: list
    elements: str
    required: true
  default:
    description:
      - Value for each variable that does not exist. It may be V(none).
    type: raw
notes:
  - For more than one name, use C(query), which keeps the values apart.
  - A lookup runs on the controller, each time that its expression is evaluated. To read a value once, set it with
    M(ansible.builtin.set_fact).
  - Variables of Prefect are no place for secrets; whoever may read the workspace sees them.
seealso:
  - module: flowops.prefect.variable
"""

EXAMPLES = r"""
- name: One variable
  ansible.builtin.debug:
    msg: "{{ lookup('flowops.prefect.variable', 'region', api_url='http://prefect.example.com:4200/api') }}"

- name: The address and the credentials are variables of the inventory, or of the environment
  ansible.builtin.debug:
    msg: "{{ lookup('flowops.prefect.variable', 'region') }}"
  vars:
    flowops_prefect_api_url: http://prefect.example.com:4200/api
    flowops_prefect_auth_string: "{{ vault_prefect_auth_string }}"

- name: Several at once, with a value for those that do not exist
  ansible.builtin.debug:
    msg: "{{ query('flowops.prefect.variable', 'region', 'retries', default=3) }}"
"""

RETURN = r"""
_raw:
  description: The values, in the order of the names.
  type: list
  elements: raw
"""

import typing as t

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.lookups import (
    LookupFailed,
    read_variable,
    session,
)


class LookupModule(LookupBase):
    """Values of variables by their names."""

    def run(self, terms: list[t.Any], variables: dict[str, t.Any] | None = None, **kwargs: t.Any) -> list[t.Any]:
        self.set_options(var_options=self._rendered(variables or {}), direct=kwargs)
        default = (kwargs["default"],) if "default" in kwargs else ()
        reason = ""
        try:
            with session(self.get_options()) as client:
                return [read_variable(client, str(name), default) for name in terms]
        except LookupFailed as failed:
            # raised anew outside of the handler, for Ansible shows the causes of an error as well
            reason = str(failed)
        raise AnsibleLookupError(reason)

    def _rendered(self, variables: dict[str, t.Any]) -> dict[str, t.Any]:
        """The variables that options come from; Ansible hands them over as they are written, templates and all."""
        return {
            name: self._templar.template(value)
            for name, value in variables.items()
            if name.startswith("flowops_prefect_")
        }
