#!/usr/bin/python
# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: block_schema
short_description: Manage schemas of block types of Prefect
version_added: 0.2.0
author:
  - flowops.prefect contributors (@flowops-prefect)
description:
  - Creates and removes schemas of a block type. A schema says what the blocks of a type hold and which of it is secret.
  - A schema has no name and never changes. It is found by all that it is made of, so that other O(fields) or another
    O(version) are a new schema beside the old one. New block documents use the newest.
extends_documentation_fragment:
  - flowops.prefect.prefect
  - flowops.prefect.state
  - flowops.prefect.attributes.prefect
  - flowops.prefect.attributes.resource
options:
  block_type:
    description:
      - Slug of the block type. It has to exist; see M(flowops.prefect.block_type).
      - In check mode a missing block type is listed in RV(predicted) instead, since the same run may create it.
    type: str
    required: true
  fields:
    description:
      - What a block holds, as the JSON schema that Prefect makes of a block's class, with the keys C(title), C(type)
        and C(properties).
      - C(secret_fields) lists what is secret in it, as paths with dots; a star stands for any key.
    type: dict
    required: true
  version:
    description:
      - Version of the schema. A schema that differs from another one only in C(secret_fields) needs a version of its
        own.
    type: str
    default: non-versioned
  capabilities:
    description:
      - What such blocks can do, in any order, such as V(read-path). It cannot be changed afterwards; the module fails
        if it would have to.
    type: list
    elements: str
notes:
  - A schema that block documents use cannot be removed; the server would remove them with it.
seealso:
  - module: flowops.prefect.block_type
  - module: flowops.prefect.block_document
"""

EXAMPLES = r"""
- name: What the account of a file server is made of
  flowops.prefect.block_schema:
    api_url: http://prefect.example.com:4200/api
    auth_string: "{{ prefect_auth_string }}"
    block_type: file-account
    fields:
      title: FileAccount
      type: object
      required:
        - username
        - password
      properties:
        username:
          title: Username
          type: string
        password:
          title: Password
          type: string
          format: password
          writeOnly: true
      secret_fields:
        - password
"""

RETURN = r"""
block_schema:
  description:
    - The schema as the server returns it, with the names of this module's options. Empty if it is absent.
    - The block type is the identifier that the server keeps.
    - In check mode, what is known of it now with the planned changes laid over it.
  returned: success
  type: dict
  sample:
    block_type: 94b6e8a2-8d2f-4a43-a3e5-c5d3c0f6f2d1
    version: non-versioned
    capabilities: []
    fields:
      title: FileAccount
      type: object
      properties:
        password:
          title: Password
          type: string
          format: password
          writeOnly: true
      secret_fields:
        - password
      block_schema_references: {}
      block_type_slug: file-account
    checksum: sha256:1ba1a1d1cd1a4a8e1d9c2c6a3dd1bdfa4d4ad2d0d3d3b0c1b9d0a0a0c6e2f9d7
    id: c1a7be5b-6b52-4f0c-9a3a-58a41a8dd0d0
predicted:
  description: Objects that this one refers to and that do not exist yet, each as kind and name.
  returned: in check mode, if there are any
  type: list
  elements: str
  sample:
    - block type file-account
"""

from ansible_collections.flowops.prefect.plugins.module_utils._prefect.block_types import BLOCK_SCHEMA
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.module import run


def main() -> None:
    """Entry point."""
    run(BLOCK_SCHEMA)


if __name__ == "__main__":
    main()
