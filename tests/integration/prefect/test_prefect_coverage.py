# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All that the server under test and Prefect's own client let one write is managed, or left out for a reason."""

from __future__ import annotations

import json
import re
import subprocess

import pytest
import requests
from ansible_collections.flowops.prefect.tests.contract.test_coverage import options, unmanaged
from ansible_collections.flowops.prefect.tests.unit.support.coverage import is_covered, is_left_out
from prefectkit.real_server import RealServer, prefect_command

# Model of the client that writes -> kind that does it.
MODELS = {
    "AutomationCore": "automation",
    "BlockDocumentCreate": "block document",
    "BlockDocumentUpdate": "block document",
    "BlockSchemaCreate": "block schema",
    "BlockTypeCreate": "block type",
    "BlockTypeUpdate": "block type",
    "ConcurrencyLimitCreate": "concurrency limit",
    "ConcurrencyLimitV2Create": "concurrency limit",
    "ConcurrencyLimitV2Update": "concurrency limit",
    "GlobalConcurrencyLimitCreate": "concurrency limit",
    "GlobalConcurrencyLimitUpdate": "concurrency limit",
    "DeploymentCreate": "deployment",
    "DeploymentUpdate": "deployment",
    "DeploymentScheduleCreate": "deployment schedule",
    "DeploymentScheduleUpdate": "deployment schedule",
    "DeploymentFlowRunCreate": "flow run",
    "FlowCreate": "flow",
    "FlowUpdate": "flow",
    "VariableCreate": "variable",
    "VariableUpdate": "variable",
    "WorkPoolCreate": "work pool",
    "WorkPoolUpdate": "work pool",
    "WorkQueueCreate": "work queue",
    "WorkQueueUpdate": "work queue",
}
# Pattern of models -> why nothing manages them.
LEFT_OUT = {
    r"Artifact\w+": "flows write artifacts",
    r"(Flow|Task)Run(Create|Update)|StateCreate|LogCreate": "runs and their workers write them",
    r"BlockDocumentReferenceCreate": "a reference in the data of a block makes it",
    r"DeploymentBranch": "versions come from the build that deploys",
    r"SavedSearchCreate": "what one person sees in the pages of Prefect",
}
_DUMP = """
import inspect, json, pydantic
import prefect.client.schemas.actions as actions
from prefect.events.schemas.automations import AutomationCore
found = {"AutomationCore": list(AutomationCore.model_fields)}
for name, model in vars(actions).items():
    if inspect.isclass(model) and issubclass(model, pydantic.BaseModel) and model.__module__ == actions.__name__:
        found[name] = list(model.model_fields)
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def models() -> dict[str, list[str]]:
    """Fields of the client's models for writing, by their name; the client is imported in an environment of its own."""
    python = prefect_command().with_name("python")
    ran = subprocess.run([python, "-c", _DUMP], capture_output=True, text=True, timeout=120, check=True)
    return json.loads(ran.stdout.splitlines()[-1])


def test_nothing_that_the_server_lets_one_write_is_forgotten(servers: dict[str, RealServer]) -> None:
    assert unmanaged(requests.get(f"{servers['open'].url}/openapi.json", timeout=60).json()) == []


def test_nothing_that_the_client_writes_is_forgotten(models: dict[str, list[str]]) -> None:
    missing = [
        f"{name}.{field}"
        for name, kind in MODELS.items()
        for field in models[name]
        if not is_covered(name, field, options(kind)) and not is_left_out(name, field)
    ]
    assert missing == []


def test_each_model_of_the_client_is_managed_or_left_out(models: dict[str, list[str]]) -> None:
    left = [name for name in models if name not in MODELS]
    assert [name for name in left if not any(re.fullmatch(pattern, name) for pattern in LEFT_OUT)] == []
    assert [pattern for pattern in LEFT_OUT if not any(re.fullmatch(pattern, name) for name in left)] == []
