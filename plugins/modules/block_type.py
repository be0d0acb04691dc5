#!/usr/bin/python
# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: block_type
short_description: Manage block types of Prefect
version_added: 0.2.0
author:
  - flowops.prefect contributors (@flowops-prefect)
description:
  - Creates, changes and removes block types, which say what a kind of block is for. What such a block holds is said
    by a schema; see M(flowops.prefect.block_schema).
  - The server's own block types are protected; the module fails if it would have to change or remove one.
extends_documentation_fragment:
  - flowops.prefect.prefect
  - flowops.prefect.state
  - flowops.prefect.attributes.prefect
  - flowops.prefect.attributes.resource
options:
  slug:
    description:
      - What finds the block type, of lowercase letters, digits and dashes.
    type: str
    required: true
  name:
    description:
      - Name of the block type on the web page.
      - Needed to create a block type. It cannot be changed afterwards; the module fails if it would have to.
    type: str
  description:
    description:
      - What such blocks are for. An empty text removes the description.
    type: str
  code_example:
    description:
      - How a flow uses such a block, as Python code. An empty text removes it.
    type: str
  documentation_url:
    description:
      - Where such blocks are described. An empty text removes it.
    type: str
  logo_url:
    description:
      - Picture of the block type. An empty text removes it.
    type: str
notes:
  - A block type that has block documents cannot be removed; the server would remove them with it. Its schemas go with
    it.
seealso:
  - module: flowops.prefect.block_schema
  - module: flowops.prefect.block_document
"""

EXAMPLES = r"""
- name: Blocks with an account of the file server
  flowops.prefect.block_type:
    api_url: http://prefect.example.com:4200/api
    auth_string: "{{ prefect_auth_string }}"
    slug: file-account
    name: File account
    description: Account of the file server
    documentation_url: https://wiki.example.com/prefect/file-account

- name: The block type is no longer needed
  flowops.prefect.block_type:
    api_url: http://prefect.example.com:4200/api
    auth_string: "{{ prefect_auth_string }}"
    slug: file-account
    state: absent
"""

RETURN = r"""
block_type:
  description:
    - The block type as the server returns it, with the names of this module's options. Empty if it is absent.
    - In check mode, what is known of it now with the planned changes laid over it.
  returned: success
  type: dict
  sample:
    slug: file-account
    name: File account
    description: Account of the file server
    code_example: null
    documentation_url: https://wiki.example.com/prefect/file-account
    logo_url: null
    is_protected: false
    id: 94b6e8a2-8d2f-4a43-a3e5-c5d3c0f6f2d1
"""

from ansible_collections.flowops.prefect.plugins.module_utils._prefect.block_types import BLOCK_TYPE
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.module import run


def main() -> None:
    """Entry point."""
    run(BLOCK_TYPE)


if __name__ == "__main__":
    main()
