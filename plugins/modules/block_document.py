#!/usr/bin/python
# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: block_document
short_description: Manage block documents of Prefect
version_added: 0.2.0
author:
  - flowops.prefect contributors (@flowops-prefect)
description:
  - Creates, changes and removes block documents, which hold the configuration and the credentials that flows use.
  - What is secret goes into O(secret_data) and never appears in any output of Ansible. The schema of the block type
    says what is secret; the module fails if any of it is in O(data).
extends_documentation_fragment:
  - flowops.prefect.prefect
  - flowops.prefect.state
  - flowops.prefect.attributes.prefect
  - flowops.prefect.attributes.resource
options:
  block_type:
    description:
      - Slug of the block type, such as V(secret). It has to exist; see M(flowops.prefect.block_type).
      - In check mode a missing block type is listed in RV(predicted) instead, since the same run may create it.
    type: str
    required: true
  name:
    description:
      - Name of the block document, unique within its block type, of lowercase letters, digits and dashes.
    type: str
    required: true
  data:
    description:
      - What the block holds and may be seen. Keys that are not given stay as they are, at every depth; lists are
        replaced as a whole.
      - Another block document stands in it as C($ref) with C(block_document_id), whose value may be V(type/name)
        instead of an identifier.
    type: dict
  secret_data:
    description:
      - The secret part of what the block holds; together with O(data) it is the whole. Keys that are not given stay as
        they are. What the schema does not call a secret may stand here as well; it is hidden in tasks that say so.
      - See O(update_secrets) for when it is written.
    type: dict
  update_secrets:
    description:
      - When O(secret_data) is written to a block document that exists.
      - V(on_create) never writes it then.
      - V(always) writes it in every run, which is a change every time.
      - V(when_changed) asks the server for the secrets in clear text, compares them and writes what differs. The
        account needs the right to read secrets.
    type: str
    choices:
      - on_create
      - always
      - when_changed
    default: on_create
notes:
  - A block document is created with the newest schema of its block type and keeps it.
  - A block document that a deployment has its code in cannot be removed, since the server would remove the deployment
    with it; nor can one that another block document holds.
seealso:
  - module: flowops.prefect.block_type
  - module: flowops.prefect.block_schema
"""

EXAMPLES = r"""
- name: A password for the flows
  flowops.prefect.block_document:
    api_url: http://prefect.example.com:4200/api
    auth_string: "{{ prefect_auth_string }}"
    block_type: secret
    name: erp-password
    secret_data:
      value: "{{ erp_password }}"
    update_secrets: when_changed

- name: An account, part of which is secret
  flowops.prefect.block_document:
    api_url: http://prefect.example.com:4200/api
    auth_string: "{{ prefect_auth_string }}"
    block_type: file-account
    name: reports
    data:
      username: svc-reports
    secret_data:
      password: "{{ reports_password }}"

- name: A block inside of a block
  flowops.prefect.block_document:
    api_url: http://prefect.example.com:4200/api
    auth_string: "{{ prefect_auth_string }}"
    block_type: file-share
    name: reports
    data:
      path: '\\files.example.com\reports'
      account:
        $ref:
          block_document_id: file-account/reports

- name: The block is no longer needed
  flowops.prefect.block_document:
    api_url: http://prefect.example.com:4200/api
    auth_string: "{{ prefect_auth_string }}"
    block_type: secret
    name: erp-password
    state: absent
"""

RETURN = r"""
block_document:
  description:
    - The block document as the server returns it, with the names of this module's options. Empty if it is absent.
    - References are the identifiers that the server keeps.
    - In check mode, what is known of it now with the planned changes laid over it.
  returned: success
  type: dict
  sample:
    block_type: 94b6e8a2-8d2f-4a43-a3e5-c5d3c0f6f2d1
    name: reports
    data:
      username: svc-reports
    secret_data: VALUE_SPECIFIED_IN_NO_LOG_PARAMETER
    block_schema_id: c1a7be5b-6b52-4f0c-9a3a-58a41a8dd0d0
    id: 0f4fd1f0-3f21-4a57-b7f0-3df8ea3a4f0c
predicted:
  description: Objects that this one refers to and that do not exist yet, each as kind and name.
  returned: in check mode, if there are any
  type: list
  elements: str
  sample:
    - block document file-account/reports
"""

from ansible_collections.flowops.prefect.plugins.module_utils._prefect.blocks import BLOCK_DOCUMENT
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.module import run


def main() -> None:
    """Entry point."""
    run(BLOCK_DOCUMENT)


if __name__ == "__main__":
    main()
