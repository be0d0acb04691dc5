#!/usr/bin/python
# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: account_settings
short_description: Manage the settings of the account in Prefect Cloud
version_added: 0.2.0
author:
  - flowops.prefect contributors (@flowops-prefect)
description:
  - Switches features of the account that O(api_url) names on and off. What is not given stays as it is.
extends_documentation_fragment:
  - flowops.prefect.prefect
  - flowops.prefect.attributes.prefect
  - flowops.prefect.attributes.resource
options:
  ai_log_summaries:
    description:
      - Whether logs are summed up by a language model.
    type: bool
  allow_public_workspaces:
    description:
      - Whether workspaces may be made public.
    type: bool
  managed_execution:
    description:
      - Whether flows may run on machines of Prefect.
    type: bool
  enforce_webhook_authentication:
    description:
      - Whether webhooks may be called with the key of a service account only.
    type: bool
  self_healing_enabled:
    description:
      - Whether Prefect may try to mend failed runs by itself.
    type: bool
  default_result_storage:
    description:
      - Block that workspaces get for the results of flows, as the API takes it, with the keys C(block_type),
        C(block_schema), C(data) and C(block_document_references). Keys that are not given stay as they are.
      - All of it is treated as a secret, since it may hold credentials.
      - An empty dictionary removes it.
    type: dict
notes:
  - Only Prefect Cloud has this. O(api_url) has to name an account or a workspace there.
  - Whether the IP allowlist is enforced is a matter of M(flowops.prefect.ip_allowlist), which knows how not to lock
    you out.
seealso:
  - module: flowops.prefect.account
  - module: flowops.prefect.ip_allowlist
"""

EXAMPLES = r"""
- name: No code leaves our machines
  flowops.prefect.account_settings:
    api_url: "{{ prefect_api_url }}"
    api_key: "{{ prefect_api_key }}"
    managed_execution: false
    ai_log_summaries: false
    allow_public_workspaces: false
"""

RETURN = r"""
account_settings:
  description:
    - The settings as the server returns them, with the names of this module's options.
    - In check mode, what is known of it now with the planned changes laid over it.
  returned: success
  type: dict
  sample:
    ai_log_summaries: false
    allow_public_workspaces: false
    managed_execution: false
    enforce_webhook_authentication: true
    self_healing_enabled: false
    enforce_ip_allowlist: false
    id: 6a2cd5b2-3a1f-4c53-8d0e-0a8d2a8a6f11
"""

from ansible_collections.flowops.prefect.plugins.module_utils._prefect.account import ACCOUNT_SETTINGS
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.module import run


def main() -> None:
    """Entry point."""
    run(ACCOUNT_SETTINGS)


if __name__ == "__main__":
    main()
