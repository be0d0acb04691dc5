#!/usr/bin/python
# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: flow_run_info
short_description: List flow runs of Prefect
version_added: 0.2.0
author:
  - flowops.prefect contributors (@flowops-prefect)
description:
  - Lists the flow runs that fit all of the options, the latest one first.
extends_documentation_fragment:
  - flowops.prefect.prefect
  - flowops.prefect.attributes.prefect
  - flowops.prefect.attributes.info
options:
  ids:
    description:
      - Only flow runs with these identifiers. One that does not exist is left out.
    type: list
    elements: str
  names:
    description:
      - Only flow runs with exactly one of these names.
    type: list
    elements: str
  deployment:
    description:
      - Only flow runs of this deployment, by its whole name C(flow/deployment).
      - A deployment, flow or work pool that does not exist is an error. In check mode it is taken for one that this run
        would create.
    type: str
  flow:
    description:
      - Only flow runs of this flow.
    type: str
  work_pool:
    description:
      - Only flow runs in this work pool.
    type: str
  tags_all:
    description:
      - Only flow runs that have all of these tags, such as V(project:billing).
    type: list
    elements: str
  tags_any:
    description:
      - Only flow runs that have at least one of these tags.
    type: list
    elements: str
  states:
    description:
      - Only flow runs whose state is of one of these kinds.
    type: list
    elements: str
    choices:
      - scheduled
      - pending
      - running
      - paused
      - cancelling
      - completed
      - failed
      - crashed
      - cancelled
  state_names:
    description:
      - Only flow runs whose state has one of these names, such as V(Late), V(TimedOut) or V(AwaitingRetry).
    type: list
    elements: str
  since:
    description:
      - Only flow runs that should start, or did, at this time or later.
      - A point in time such as V(2026-11-26T00:00:00+01:00), or V(90m), V(24h) or V(7d) for so long ago by the server's
        clock.
    type: str
  until:
    description:
      - The same, at this time or earlier.
    type: str
  limit:
    description:
      - At the most so many flow runs, the latest ones. V(0) means all.
    type: int
    default: 200
  logs:
    description:
      - Whether to return the log of each flow run. This takes at least one request more for each.
    type: bool
    default: false
  logs_limit:
    description:
      - At the most so many lines of each log, the last ones. V(0) means all.
    type: int
    default: 1000
  task_run_counts:
    description:
      - Whether to count the task runs of each flow run. This takes one request more for each.
    type: bool
    default: false
  parameters:
    description:
      - Whether to return parameters and job variables. They may hold secrets, which nobody here knows for such.
    type: bool
    default: false
seealso:
  - module: flowops.prefect.flow_run
"""

EXAMPLES = r"""
- name: What went wrong since yesterday in one project
  flowops.prefect.flow_run_info:
    api_url: http://prefect.example.com:4200/api
    auth_string: "{{ prefect_auth_string }}"
    tags_all: ["project:billing"]
    states: [failed, crashed]
    since: 24h
    logs: true
    logs_limit: 50
  register: found

- name: Wait until nothing runs in the work pool any more
  flowops.prefect.flow_run_info:
    api_url: http://prefect.example.com:4200/api
    auth_string: "{{ prefect_auth_string }}"
    work_pool: windows
    states: [pending, running, cancelling]
  register: busy
  until: busy.flow_runs | length == 0
  retries: 60
  delay: 10
"""

RETURN = r"""
flow_runs:
  description: The flow runs that fit, the latest one first.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Identifier of the flow run.
      type: str
      sample: 0fad8ffa-18e7-4fbb-861d-443aaf7e027d
    name:
      description: Name of the flow run.
      type: str
      sample: billing-nightly-alice-20261126-110508
    url:
      description: Where the web interface normally shows it, worked out from O(api_url).
      type: str
      sample: https://prefect.example.com/runs/flow-run/0fad8ffa-18e7-4fbb-861d-443aaf7e027d
    flow:
      description: Name of its flow.
      type: str
      sample: etl
    deployment:
      description: Whole name of its deployment. Null if it has none.
      type: str
      sample: etl/nightly
    work_pool:
      description: Name of its work pool.
      type: str
      sample: windows
    work_queue:
      description: Name of its work queue.
      type: str
      sample: default
    state:
      description: Name of its state, as in the web interface.
      type: str
      sample: Completed
    state_type:
      description:
        - Kind of its state, which is one of V(scheduled), V(pending), V(running), V(paused), V(cancelling),
          V(completed), V(failed), V(crashed) and V(cancelled). The last four are final.
      type: str
      sample: completed
    state_message:
      description: What the state says about itself, such as the exception of a flow run that failed.
      type: str
      sample: All states completed.
    state_timestamp:
      description: Since when it is in this state.
      type: str
      sample: "2026-11-26T11:05:41.528229Z"
    seconds_in_state:
      description:
        - How long it has been in this state by the server's own clock, in whole seconds.
        - Null if the server does not send its time.
      type: int
      sample: 3
    tags:
      description: Its tags, sorted.
      type: list
      elements: str
      sample: ["project:billing", "requested-by:alice"]
    labels:
      description: Its labels, with those of its flow and its deployment.
      type: dict
      sample: {"project": "billing", "requested-by": "alice"}
    idempotency_key:
      description: The key that keeps it from being made twice.
      type: str
      sample: month-end-2026-11
    created:
      description: When it was made.
      type: str
      sample: "2026-11-26T11:05:08.404316Z"
    created_by:
      description:
        - Who made it, as far as the server knows. A self-hosted server knows no users, so there it is null, or says
          which schedule or automation it was.
      type: dict
      sample: null
    expected_start_time:
      description: When it should start, or did.
      type: str
      sample: "2026-11-26T11:05:08.404170Z"
    start_time:
      description: When it started. Null as long as it has not.
      type: str
      sample: "2026-11-26T11:05:12.117250Z"
    end_time:
      description: When it ended. Null as long as it has not.
      type: str
      sample: "2026-11-26T11:05:41.528229Z"
    total_run_time:
      description: Seconds that it has been running.
      type: float
      sample: 29.41
    run_count:
      description: How often it has been started, retries included.
      type: int
      sample: 1
    parameters:
      description: Its parameters.
      returned: if O(parameters=true)
      type: dict
      sample: {"month": "2026-11"}
    job_variables:
      description: Its job variables.
      returned: if O(parameters=true)
      type: dict
      sample: {}
    task_run_counts:
      description: How many of its task runs are in a state of which kind.
      returned: if O(task_run_counts=true)
      type: dict
      sample: {"completed": 12, "failed": 1, "running": 0}
    logs:
      description: The last lines of its log, the first one first.
      returned: if O(logs=true)
      type: list
      elements: dict
      contains:
        timestamp:
          description: When the line was written.
          type: str
          sample: "2026-11-26T11:05:13.201118Z"
        level:
          description: Level of the line.
          type: str
          sample: INFO
        logger:
          description: Name of the logger.
          type: str
          sample: prefect.flow_runs
        message:
          description: The line.
          type: str
          sample: 1204 rows loaded
        task_run_id:
          description: Identifier of the task run that wrote it. Null if it was the flow itself or the worker.
          type: str
          sample: null
    logs_truncated:
      description: Whether there are earlier lines than those in RV(flow_runs[].logs).
      returned: if O(logs=true)
      type: bool
      sample: false
truncated:
  description: Whether there are more flow runs that fit than O(limit).
  returned: success
  type: bool
  sample: false
predicted:
  description: What does not exist yet and is taken for something that this run would create, each as kind and name.
  returned: in check mode, if there is anything
  type: list
  elements: str
  sample: ["work pool windows"]
"""

from ansible_collections.flowops.prefect.plugins.module_utils._prefect.info_module import run_flow_run_info


def main() -> None:
    """Entry point."""
    run_flow_run_info()


if __name__ == "__main__":
    main()
