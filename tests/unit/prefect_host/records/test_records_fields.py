# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fields of an event: complete for the run that a process was made for, and honest about others."""

from __future__ import annotations

import os

from prefect_host.records.fields import ORDER, ProcessFields
from prefect_host.records.line import Line

RUN = {
    "FLOWOPS_ACCOUNT": "CORP\\svc-etl$",
    "FLOWOPS_HOST": "WIN1",
    "FLOWOPS_INSTANCE": "default",
    "FLOWOPS_PROJECT": "billing",
    "FLOWOPS_REQUESTED_BY": "ann@corp",
    "FLOWOPS_RUN_DEPLOYMENT": "etl/nightly",
    "FLOWOPS_RUN_TAGS": '["a", "project:billing"]',
    "FLOWOPS_WORK_POOL": "windows",
    "PREFECT__FLOW_RUN_ID": "f1",
    "PREFECT__FLOW_NAME": "etl",
    "PREFECT__WORKER_NAME": "win1-default",
}


def _line(**fields):
    return Line("x", 20, fields=fields, logger="prefect.flow_runs", level_name="INFO")


def test_a_record_of_the_processs_run_has_all_fields_in_their_order():
    found = ProcessFields(RUN).of(_line(flow_run_id="f1", flow_run_name="brave-fox", flow_name="etl"))
    assert found == {
        "level": "INFO",
        "logger": "prefect.flow_runs",
        "flow_run_id": "f1",
        "flow_run_name": "brave-fox",
        "flow": "etl",
        "deployment": "etl/nightly",
        "work_pool": "windows",
        "worker": "win1-default",
        "tags": "a,project:billing",
        "account": "CORP\\svc-etl$",
        "host": "WIN1",
        "requested_by": "ann@corp",
        "project": "billing",
        "instance": "default",
        "pid": str(os.getpid()),
    }
    assert list(found) == [name for name in ORDER if name in found]


def test_the_worker_tells_a_runs_process_its_name():
    told = {**RUN, "FLOWOPS_RUN_NAME": "brave-fox", "FLOWOPS_RUN_FLOW": "the flow"}
    found = ProcessFields(told).of(_line())
    assert (found["flow_run_name"], found["flow"]) == ("brave-fox", "the flow")


def test_a_record_without_a_run_belongs_to_the_processs_own():
    found = ProcessFields(RUN).of(_line())
    assert (found["flow_run_id"], found["tags"]) == ("f1", "a,project:billing")


def test_a_subflow_does_not_pass_for_its_parents_deployment():
    found = ProcessFields(RUN).of(_line(flow_run_id="f2", flow_name="inner"))
    assert (found["flow_run_id"], found["flow"], found["requested_by"]) == ("f2", "inner", "ann@corp")
    assert "deployment" not in found
    assert "tags" not in found


def test_in_a_worker_the_record_says_it_all():
    fields = ProcessFields({"FLOWOPS_HOST": "WIN1"})
    found = fields.of(_line(flow_run_id="f9", worker_name="w", work_pool_name="p", flow_run_name="<unknown>"))
    assert (found["flow_run_id"], found["worker"], found["work_pool"]) == ("f9", "w", "p")
    assert "flow_run_name" not in found
    assert fields.flow_run_id == ""


def test_tags_that_are_no_list_are_shown_as_they_are():
    assert ProcessFields({**RUN, "FLOWOPS_RUN_TAGS": "a, b"}).of(_line())["tags"] == "a, b"


def test_what_a_record_says_about_itself_is_masked():
    found = ProcessFields(RUN).of(_line(flow_run_name="s3cret"), mask=lambda text: text.replace("s3cret", "***"))
    assert found["flow_run_name"] == "***"
