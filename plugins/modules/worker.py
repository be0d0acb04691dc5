#!/usr/bin/python
# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: worker
short_description: Remove workers of Prefect that are gone
version_added: 0.4.0
author:
  - flowops.prefect contributors (@flowops-prefect)
description:
  - Removes a worker from a work pool. A worker that was taken away stays in its work pool as offline until somebody
    removes it.
  - A worker registers itself when its process starts and cannot be created in another way, so O(state=absent) is all
    that there is.
extends_documentation_fragment:
  - flowops.prefect.prefect
  - flowops.prefect.attributes.prefect
  - flowops.prefect.attributes.resource
options:
  name:
    description:
      - Name of the worker.
    type: str
    required: true
  work_pool:
    description:
      - Name of its work pool. Where there is no such work pool, there is no worker either.
    type: str
    required: true
  state:
    description:
      - V(absent) removes the worker.
    type: str
    required: true
    choices:
      - absent
  force:
    description:
      - A worker that Prefect does not call offline is refused, because it would register again with its next heartbeat.
        V(true) removes it all the same.
      - The server needs about three missed heartbeats to call a worker offline, so that one whose process has just
        ended still counts as online.
    type: bool
    default: false
seealso:
  - module: flowops.prefect.worker_info
  - module: flowops.prefect.work_pool
"""

EXAMPLES = r"""
- name: The host is gone, and its worker with it
  flowops.prefect.worker:
    api_url: http://prefect.example.com:4200/api
    auth_string: "{{ prefect_auth_string }}"
    work_pool: windows
    name: win1
    state: absent
"""

RETURN = r"""
worker:
  description: Always empty, since the worker is absent; the diff has what it was.
  returned: success
  type: dict
  sample: {}
"""

from ansible_collections.flowops.prefect.plugins.module_utils._prefect.worker import run_worker


def main() -> None:
    """Entry point."""
    run_worker()


if __name__ == "__main__":
    main()
