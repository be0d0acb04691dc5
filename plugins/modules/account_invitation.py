#!/usr/bin/python
# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: account_invitation
short_description: Invite people to a Prefect Cloud account
version_added: 0.2.0
author:
  - flowops.prefect contributors (@flowops-prefect)
description:
  - Invites somebody to the account, or revokes an invitation that was not accepted yet.
  - Somebody who is a member already needs no invitation, so nothing changes. Neither does it while an invitation is
    pending, unless that promises another role; then it is revoked and sent anew.
extends_documentation_fragment:
  - flowops.prefect.prefect
  - flowops.prefect.attributes.prefect
  - flowops.prefect.attributes.resource
options:
  email:
    description:
      - Email address to invite, compared without case.
    type: str
    required: true
  account_role:
    description:
      - Name of the account role that the new member gets. Needed to invite somebody.
      - Of somebody who is a member already it says nothing; see M(flowops.prefect.account_member).
    type: str
  state:
    description:
      - V(present) invites; an invitation that is expired is replaced.
      - V(absent) revokes a pending invitation. A member stays a member.
    type: str
    choices:
      - present
      - absent
    default: present
notes:
  - Only Prefect Cloud has this. O(api_url) has to name an account or a workspace there.
seealso:
  - module: flowops.prefect.account_member
  - module: flowops.prefect.workspace_access
"""

EXAMPLES = r"""
- name: A new colleague
  flowops.prefect.account_invitation:
    api_url: "{{ prefect_api_url }}"
    api_key: "{{ prefect_api_key }}"
    email: dora@example.com
    account_role: Member

- name: She is not coming after all
  flowops.prefect.account_invitation:
    api_url: "{{ prefect_api_url }}"
    api_key: "{{ prefect_api_key }}"
    email: dora@example.com
    state: absent
"""

RETURN = r"""
account_invitation:
  description:
    - The invitation as the server returns it, with the names of this module's options. Empty if there is none.
    - For somebody who is a member already, the role that was asked for and C(status) V(MEMBER).
    - In check mode, what is known of it now with the planned changes laid over it.
  returned: success
  type: dict
  sample:
    email: dora@example.com
    account_role: 2f1b6b3a-8c5a-49a1-9f87-3fb2f6a2f5b1
    status: PENDING
    expiration: "2026-12-04T09:12:44.000000Z"
    id: 7d9f4a4e-3d7b-4b1c-9d43-0c6d6a0d1f3b
consequences:
  description: What else happens, a sentence each; also given as warnings.
  returned: when there is something to say
  type: list
  elements: str
  sample:
    - The pending invitation is revoked and sent anew
"""

from ansible_collections.flowops.prefect.plugins.module_utils._prefect.members import ACCOUNT_INVITATION
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.module import run


def main() -> None:
    """Entry point."""
    run(ACCOUNT_INVITATION)


if __name__ == "__main__":
    main()
