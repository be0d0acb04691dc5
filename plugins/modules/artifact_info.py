#!/usr/bin/python
# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: artifact_info
short_description: Read artifacts that flow runs of Prefect have left behind
version_added: 0.2.0
author:
  - flowops.prefect contributors (@flowops-prefect)
description:
  - Reads artifacts, such as reports, tables and links, that fit all of the options.
extends_documentation_fragment:
  - flowops.prefect.prefect
  - flowops.prefect.attributes.prefect
  - flowops.prefect.attributes.info
options:
  key:
    description:
      - Only artifacts with exactly this key.
    type: str
  type:
    description:
      - Only artifacts of this type, such as V(markdown), V(table), V(link), V(image) or V(progress).
    type: str
  flow_run:
    description:
      - Only artifacts of the flow run with this identifier. With O(versions=latest), only those that no later flow run
        has written anew.
    type: str
  versions:
    description:
      - V(latest) gives of each key the latest version. Artifacts without a key are not among them.
      - V(all) gives every version, and artifacts without a key as well.
    type: str
    choices:
      - latest
      - all
    default: latest
  limit:
    description:
      - At the most so many artifacts, the latest ones. V(0) means all.
    type: int
    default: 200
seealso:
  - module: flowops.prefect.flow_run_info
"""

EXAMPLES = r"""
- name: The latest report
  flowops.prefect.artifact_info:
    api_url: http://prefect.example.com:4200/api
    auth_string: "{{ prefect_auth_string }}"
    key: month-end-report
  register: report

- name: Everything that one flow run has left behind
  flowops.prefect.artifact_info:
    api_url: http://prefect.example.com:4200/api
    auth_string: "{{ prefect_auth_string }}"
    flow_run: "{{ month_end.flow_run.id }}"
    versions: all
  register: left
"""

RETURN = r"""
artifacts:
  description: The artifacts that fit, sorted by key, of each key the latest one first.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Identifier of this version.
      type: str
      sample: 3d8f8a52-66a4-4d7c-9d1a-0b6f3f6c3a10
    key:
      description: Key of the artifact. Null if it has none.
      type: str
      sample: month-end-report
    type:
      description: Type of the artifact.
      type: str
      sample: markdown
    description:
      description: What the flow says about it.
      type: str
      sample: Totals by region
    data:
      description: What it holds. A table is a list of rows.
      type: raw
      sample: "# Totals"
    metadata:
      description: What else the server keeps with it.
      type: dict
      sample: null
    flow_run_id:
      description: Identifier of the flow run that wrote it.
      type: str
      sample: 0fad8ffa-18e7-4fbb-861d-443aaf7e027d
    task_run_id:
      description: Identifier of the task run that wrote it.
      type: str
      sample: null
    created:
      description: When it was written.
      type: str
      sample: "2026-11-26T11:05:40.000316Z"
    updated:
      description: When it was changed.
      type: str
      sample: "2026-11-26T11:05:40.000316Z"
truncated:
  description: Whether there are more artifacts that fit than O(limit).
  returned: success
  type: bool
  sample: false
"""

from ansible_collections.flowops.prefect.plugins.module_utils._prefect.info_module import run_artifact_info


def main() -> None:
    """Entry point."""
    run_artifact_info()


if __name__ == "__main__":
    main()
