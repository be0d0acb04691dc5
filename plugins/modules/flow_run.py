#!/usr/bin/python
# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: flow_run
short_description: Run a deployment of Prefect, wait for its end, or cancel a flow run
version_added: 0.2.0
author:
  - flowops.prefect contributors (@flowops-prefect)
description:
  - Makes a flow run of a deployment, which a worker then takes from the deployment's work pool.
  - Waits for the end of a flow run and fails if it fails, if O(wait=true).
  - Cancels a flow run, if O(state=cancelled).
  - Each flow run says who asked for it and for which project, in its name, its tags and its labels.
extends_documentation_fragment:
  - flowops.prefect.prefect
  - flowops.prefect.attributes.prefect
  - flowops.prefect.attributes.resource
options:
  state:
    description:
      - V(present) makes a new flow run of O(deployment), unless there is one with the same O(idempotency_key). With
        O(id) the flow run has to exist, and is only waited for.
      - V(cancelled) cancels the flow run with this O(id), or that of O(deployment) with this O(idempotency_key). One
        that has ended already, however it ended, stays as it is.
    type: str
    choices:
      - present
      - cancelled
    default: present
  id:
    description:
      - Identifier of a flow run that exists.
      - Either this or O(deployment) is needed.
    type: str
  deployment:
    description:
      - Whole name of the deployment, as C(flow/deployment).
      - In check mode a missing deployment is listed in RV(predicted) instead, since the same run may create it.
    type: str
  name:
    description:
      - Name of the new flow run.
      - The default is made of O(project), the deployment's name, O(requested_by) and the time in UTC, joined by dashes.
      - A flow that was written with a C(flow_run_name) renames its flow runs when they start. The tags and labels stay.
    type: str
  parameters:
    description:
      - Parameters for the flow. Those that are not given have the values that the deployment has for them.
    type: dict
  secret_parameters:
    description:
      - Further parameters, whose values are masked in everything that Ansible shows. They are laid over O(parameters),
        at every depth.
      - Prefect itself keeps parameters in clear text and shows them to whoever may see the flow run. For a password,
        let the flow read a block.
    type: dict
  job_variables:
    description:
      - Values for the base job template of the work pool, over those of the deployment.
    type: dict
  tags:
    description:
      - Tags of the new flow run, beside those of the deployment.
    type: list
    elements: str
  labels:
    description:
      - Labels of the new flow run, beside those of the flow and the deployment.
    type: dict
  work_queue:
    description:
      - Name of a work queue of the deployment's work pool, for this flow run only. It has to exist.
    type: str
  idempotency_key:
    description:
      - Text that stands for this one flow run. If the deployment has a flow run with the same key, that one is the
        result, whatever its parameters are and however it ended. So the task makes one flow run and no second one.
      - Without it, each run of the task makes a new flow run.
    type: str
  scheduled_time:
    description:
      - When the flow run shall start, as in V(2026-12-24T06:00:00+01:00). Without it, as soon as a worker takes it.
    type: str
  requested_by:
    description:
      - Who asks for the flow run. It becomes the tag C(requested-by:NAME) and the label C(requested-by).
      - The default is the user who launched the job in AWX, else the schedule that did, else the login name. The login
        name of someone who came through C(sudo) is that person's.
      - It is an entry in a book and no proof. Proof is the account whose credentials the module uses.
    type: str
  project:
    description:
      - For which project the flow run is. It becomes the tag C(project:NAME) and the label C(project).
    type: str
  wait:
    description:
      - Whether to wait until the flow run has ended. Check mode does not wait.
      - While it waits, the task prints the state of the flow run whenever it looks, every fifteen seconds; not with
        C(no_log) and not with C(async).
    type: bool
    default: false
  wait_timeout:
    description:
      - How many seconds to wait. If the flow run has not ended by then the task fails, and the flow run goes on.
    type: int
    default: 3600
  wait_interval:
    description:
      - Seconds between two looks at the flow run.
    type: int
    default: 5
  fail_on:
    description:
      - Ends of the flow run that make the task fail, with O(wait=true). An empty list means none.
    type: list
    elements: str
    choices:
      - failed
      - crashed
      - cancelled
    default:
      - failed
      - crashed
      - cancelled
  logs:
    description:
      - Whether to return the log of the flow run.
    type: bool
    default: false
  logs_limit:
    description:
      - At the most so many lines, the last ones. V(0) means all.
    type: int
    default: 1000
notes:
  - A server that cannot be reached for a moment does not end the wait; one that stays away for five minutes does.
  - A flow run whose worker has no leave to cancel stays C(Cancelling), see C(PREFECT_WORKER_ENABLE_CANCELLATION).
seealso:
  - module: flowops.prefect.deployment
  - module: flowops.prefect.flow_run_info
  - module: flowops.prefect.worker_info
"""

EXAMPLES = r"""
- name: Run the month end and wait for it
  flowops.prefect.flow_run:
    api_url: http://prefect.example.com:4200/api
    auth_string: "{{ prefect_auth_string }}"
    deployment: etl/month-end
    parameters:
      month: "2026-11"
    secret_parameters:
      token: "{{ vault_partner_token }}"
    project: billing
    idempotency_key: month-end-2026-11
    wait: true
    wait_timeout: 7200
    logs: true
  register: month_end

- name: Start it now, look later
  flowops.prefect.flow_run:
    api_url: http://prefect.example.com:4200/api
    auth_string: "{{ prefect_auth_string }}"
    deployment: etl/nightly
    project: billing
  register: started

- name: Wait for it, and go on even if it fails
  flowops.prefect.flow_run:
    api_url: http://prefect.example.com:4200/api
    auth_string: "{{ prefect_auth_string }}"
    id: "{{ started.flow_run.id }}"
    wait: true
    fail_on: []
  register: ended

- name: Cancel it
  flowops.prefect.flow_run:
    api_url: http://prefect.example.com:4200/api
    auth_string: "{{ prefect_auth_string }}"
    id: "{{ started.flow_run.id }}"
    state: cancelled
"""

RETURN = r"""
flow_run:
  description:
    - The flow run, also when the task fails after it was made.
    - In check mode, for one that is not there yet, what it would be made of.
  returned: if there is a flow run
  type: dict
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
      description: Its parameters, with the values of O(secret_parameters) masked. Missing if it was found by O(id).
      type: dict
      sample: {"month": "2026-11", "token": "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"}
states:
  description: Every state that it has had so far, the first one first. Empty if it is not there yet.
  returned: if there is a flow run
  type: list
  elements: dict
  contains:
    name:
      description: Name of the state.
      type: str
      sample: Running
    type:
      description: Kind of the state, as in RV(flow_run.state_type).
      type: str
      sample: running
    timestamp:
      description: When it came into this state.
      type: str
      sample: "2026-11-26T11:05:12.117250Z"
    message:
      description: What the state says about itself.
      type: str
      sample: null
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
  description: Whether there are earlier lines than those in RV(logs).
  returned: if O(logs=true)
  type: bool
  sample: false
predicted:
  description: What does not exist yet, each as kind and name.
  returned: in check mode, if there is anything
  type: list
  elements: str
  sample: ["deployment etl/nightly"]
"""

from ansible_collections.flowops.prefect.plugins.module_utils._prefect.info_module import run_flow_run


def main() -> None:
    """Entry point."""
    run_flow_run()


if __name__ == "__main__":
    main()
