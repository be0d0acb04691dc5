#!/usr/bin/python
# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: deployment_schedule
short_description: Manage schedules of deployments of Prefect
version_added: 0.2.0
author:
  - flowops.prefect contributors (@flowops-prefect)
description:
  - Creates, changes and removes schedules of a deployment, each found by its slug.
  - Schedules without a slug, as the web page makes them, are left alone.
extends_documentation_fragment:
  - flowops.prefect.prefect
  - flowops.prefect.state
  - flowops.prefect.attributes.prefect
  - flowops.prefect.attributes.resource
options:
  deployment:
    description:
      - The deployment, as V(flow/deployment). It has to exist; see M(flowops.prefect.deployment).
      - In check mode a missing deployment is listed in RV(predicted) instead, since the same run may create it.
    type: str
    required: true
  slug:
    description:
      - Name of the schedule, unique within its deployment.
    type: str
    required: true
  cron:
    description:
      - Times as a cron expression, such as V(0 6 * * 1-5).
      - One of O(cron), O(interval) and O(rrule) is needed to create a schedule. A schedule of another sort is turned
        into the one that is given.
    type: str
  day_or:
    description:
      - For O(cron), whether a day that fits either day of the month or day of the week is enough, as in cron. With
        V(false) it has to fit both.
    type: bool
  interval:
    description:
      - Seconds between two flow runs.
    type: float
  anchor_date:
    description:
      - For O(interval), the point in time that the intervals are counted from, with its offset from UTC, such as
        V(2026-01-31T08:00:00+01:00). The server takes the moment of creation if it is not given.
    type: str
  rrule:
    description:
      - Times as a recurrence rule of RFC 5545, such as V(FREQ=WEEKLY;BYDAY=MO,WE).
    type: str
  timezone:
    description:
      - Time zone that the times are meant in, such as V(Europe/Berlin). The server takes UTC if it is not given.
    type: str
  active:
    description:
      - Whether the schedule creates flow runs.
    type: bool
  max_scheduled_runs:
    description:
      - How many of its flow runs may be scheduled ahead.
      - V(-1) removes the limit. The server can do that only with a new schedule, so the module makes one with the same
        slug and properties.
    type: int
  max_active_runs:
    description:
      - How many of its flow runs may be active at once. Prefect Cloud only.
    type: int
  catchup:
    description:
      - Whether runs that were missed while the schedule was not active are made up for. Prefect Cloud only.
    type: bool
  parameters:
    description:
      - Parameters of its flow runs, laid over those of the deployment. They are compared and replaced as a whole.
    type: dict
seealso:
  - module: flowops.prefect.deployment
"""

EXAMPLES = r"""
- name: Every working day at six in the morning
  flowops.prefect.deployment_schedule:
    api_url: http://prefect.example.com:4200/api
    auth_string: "{{ prefect_auth_string }}"
    deployment: etl/nightly
    slug: workdays
    cron: 0 6 * * 1-5
    timezone: Europe/Berlin

- name: Every quarter of an hour, for another source
  flowops.prefect.deployment_schedule:
    api_url: http://prefect.example.com:4200/api
    auth_string: "{{ prefect_auth_string }}"
    deployment: etl/nightly
    slug: quarterly
    interval: 900
    anchor_date: "2026-01-01T00:00:00+01:00"
    parameters:
      source: '\\files.example.com\fast'

- name: Hold it for a while
  flowops.prefect.deployment_schedule:
    api_url: http://prefect.example.com:4200/api
    auth_string: "{{ prefect_auth_string }}"
    deployment: etl/nightly
    slug: quarterly
    active: false

- name: The schedule is no longer needed
  flowops.prefect.deployment_schedule:
    api_url: http://prefect.example.com:4200/api
    auth_string: "{{ prefect_auth_string }}"
    deployment: etl/nightly
    slug: quarterly
    state: absent
"""

RETURN = r"""
deployment_schedule:
  description:
    - The schedule as the server returns it, with the names of this module's options. Empty if it is absent.
    - The deployment is the identifier that the server keeps.
    - In check mode, what is known of it now with the planned changes laid over it.
  returned: success
  type: dict
  sample:
    deployment: 3f9e5f40-58a4-4f4f-8b1c-6df5e6d3c1a9
    slug: workdays
    cron: 0 6 * * 1-5
    day_or: true
    interval: null
    anchor_date: null
    rrule: null
    timezone: Europe/Berlin
    active: true
    max_scheduled_runs: null
    parameters: {}
    id: 0c7b6e1e-0b0e-4a5a-9d0c-3a1c1f6d3c55
predicted:
  description: Objects that this one refers to and that do not exist yet, each as kind and name.
  returned: in check mode, if there are any
  type: list
  elements: str
  sample:
    - deployment etl/nightly
"""

from ansible_collections.flowops.prefect.plugins.module_utils._prefect.module import run
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.schedules import DEPLOYMENT_SCHEDULE


def main() -> None:
    """Entry point."""
    run(DEPLOYMENT_SCHEDULE)


if __name__ == "__main__":
    main()
