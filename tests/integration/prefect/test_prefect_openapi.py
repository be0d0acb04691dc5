# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Our kinds against the OpenAPI document of the server under test, and that such a check would notice."""

from __future__ import annotations

import copy
import typing as t

import pytest
import requests
from ansible_collections.flowops.prefect.tests.unit.support.openapi import CONTRACTS, Contract, mismatches
from prefectkit.real_server import RealServer

BY_RESULT = {contract.kind.spec.result: contract for contract in CONTRACTS}


@pytest.fixture(scope="module")
def document(servers: dict[str, RealServer]) -> dict[str, t.Any]:
    answer = requests.get(f"{servers['open'].url}/openapi.json", timeout=60)
    answer.raise_for_status()
    return answer.json()


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.kind.spec.result)
def test_the_server_takes_and_returns_what_the_kind_says(document: dict[str, t.Any], contract: Contract) -> None:
    assert mismatches(document, contract) == []


def test_a_server_that_changed_would_be_noticed(document: dict[str, t.Any]) -> None:
    other = copy.deepcopy(document)
    schemas = other["components"]["schemas"]
    del schemas["WorkPoolUpdate"]["properties"]["is_paused"]
    schemas["WorkPoolUpdate"]["properties"]["type"] = {"type": "string"}
    schemas["WorkPoolUpdate"]["properties"]["concurrency_limit"] = {"type": "integer"}
    schemas["WorkPoolCreate"]["properties"]["concurrency_limit"] = {"type": "string"}
    schemas["WorkPoolCreate"]["required"] = ["name", "owner"]
    del schemas["WorkPoolResponse"]["properties"]["description"]
    assert mismatches(other, BY_RESULT["work_pool"]) == [
        "type can change after all",
        "description is not returned",
        "paused is not taken on change",
        "concurrency_limit is int here and string there",
        "concurrency_limit cannot be emptied",
        "owner is needed on creation",
    ]


def test_what_is_inside_of_a_schedule_or_comes_from_another_edition_would_be_noticed(
    document: dict[str, t.Any],
) -> None:
    other = copy.deepcopy(document)
    schemas = other["components"]["schemas"]
    del schemas["CronSchedule"]["properties"]["day_or"]
    del schemas["DeploymentSchedule"]["properties"]["max_scheduled_runs"]
    schemas["DeploymentUpdate"]["properties"]["labels"] = {"type": "object"}
    assert mismatches(other, BY_RESULT["deployment_schedule"]) == [
        "day_or is not taken on creation",
        "day_or is not returned",
        "day_or is not taken on change",
        "max_scheduled_runs is not returned",
    ]
    assert mismatches(other, BY_RESULT["deployment"]) == ["labels can change on a self-hosted server after all"]
