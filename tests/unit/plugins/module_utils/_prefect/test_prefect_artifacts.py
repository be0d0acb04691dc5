# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Artifacts as they are returned."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flowops.prefect.plugins.modules import artifact_info
from ansible_collections.flowops.prefect.tests.unit.support.module_runner import run_module
from ansible_collections.flowops.prefect.tests.unit.support.simulated_server import Answer, SimulatedServer


def read(server: SimulatedServer, artifact: dict[str, t.Any], **options: t.Any) -> dict[str, t.Any]:
    server.answers = [Answer(200, [{"id": "collection", **artifact}])]
    return run_module(artifact_info.main, api_url=server.url, **options).result["artifacts"][0]


@pytest.mark.parametrize(
    ("kind", "data", "shown"),
    [
        ("table", '[{"a": 1}]', [{"a": 1}]),
        ("table", "no table", "no table"),
        ("table", [[1]], [[1]]),
        ("markdown", "[1]", "[1]"),
        ("progress", 50.0, 50.0),
    ],
)
def test_data(server: SimulatedServer, kind: str, data: t.Any, shown: t.Any) -> None:
    assert read(server, {"key": "k", "type": kind, "data": data})["data"] == shown


def test_the_latest_version_has_an_identifier_of_its_own(server: SimulatedServer) -> None:
    assert read(server, {"key": "k", "latest_id": "version"}, key="k")["id"] == "version"
    assert read(server, {"key": "k"}, versions="all")["id"] == "collection"
    assert server.requests == ["POST /api/artifacts/latest/filter", "POST /api/artifacts/filter"]


def test_a_condition_that_is_not_given_is_not_sent(server: SimulatedServer) -> None:
    read(server, {"key": "k"}, key="", type="", flow_run="")
    assert "artifacts" not in server.asked[0].body
