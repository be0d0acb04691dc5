# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Our specs against the OpenAPI document of the server under test, and that such a check would notice."""

from __future__ import annotations

import copy
import typing as t

import pytest
import requests
from ansible_collections.flowops.prefect.plugins.module_utils._engine.spec import ResourceSpec
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.rest import Routes
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.work import WORK_POOL, WORK_POOL_ROUTES
from ansible_collections.flowops.prefect.tests.unit.support.openapi import RESOURCES, mismatches
from prefectkit.real_server import RealServer


@pytest.fixture(scope="module")
def document(servers: dict[str, RealServer]) -> dict[str, t.Any]:
    answer = requests.get(f"{servers['open'].url}/openapi.json", timeout=60)
    answer.raise_for_status()
    return answer.json()


@pytest.mark.parametrize(("spec", "routes"), RESOURCES, ids=lambda value: getattr(value, "result", ""))
def test_the_server_takes_and_returns_what_the_spec_says(
    document: dict[str, t.Any], spec: ResourceSpec, routes: Routes
) -> None:
    assert mismatches(document, spec, routes) == []


def test_a_server_that_changed_would_be_noticed(document: dict[str, t.Any]) -> None:
    other = copy.deepcopy(document)
    schemas = other["components"]["schemas"]
    del schemas["WorkPoolUpdate"]["properties"]["is_paused"]
    schemas["WorkPoolUpdate"]["properties"]["type"] = {"type": "string"}
    schemas["WorkPoolCreate"]["properties"]["concurrency_limit"] = {"type": "string"}
    schemas["WorkPoolCreate"]["required"] = ["name", "owner"]
    del schemas["WorkPoolResponse"]["properties"]["description"]
    assert mismatches(other, WORK_POOL, WORK_POOL_ROUTES) == [
        "type can change after all",
        "description is not returned",
        "paused is not taken on change",
        "concurrency_limit is int here and string there",
        "concurrency_limit cannot be emptied",
        "owner is needed on creation",
    ]
