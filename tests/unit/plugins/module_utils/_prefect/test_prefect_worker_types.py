# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Worker types without a server: from the package, which is looked into and never started, or from a file."""

from __future__ import annotations

import json
import pathlib
import sys
import typing as t

import pytest
from ansible_collections.flowops.prefect.plugins.modules import worker_type_info
from ansible_collections.flowops.prefect.tests.unit.support.module_runner import run_module
from ansible_collections.flowops.prefect.tests.unit.support.simulated_server import Answer, SimulatedServer

INSIDE = "prefect/server/api/collections_data/views/aggregate-worker-metadata.json"
CATALOGUE = {
    "prefect": {"process": {"type": "process", "default_base_job_configuration": {"variables": {}}}},
    "prefect-docker": {"docker": {"display_name": "Docker", "is_beta": True}},
}
CLOUD = "accounts/11111111-1111-1111-1111-111111111111/workspaces/22222222-2222-2222-2222-222222222222"


def read(**options: t.Any) -> dict[str, t.Any]:
    return run_module(worker_type_info.main, **options).result


@pytest.fixture(params=["metadata", "editable"])
def package(request: pytest.FixtureRequest, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """A package prefect that ends the process when it is started."""
    file = tmp_path / INSIDE
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(CATALOGUE))
    (tmp_path / "prefect" / "__init__.py").write_text("import os; os._exit(1)")
    installed = tmp_path / "prefect-3.8.0.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Name: prefect\nVersion: 3.8.0\n")
    listed = INSIDE if request.param == "metadata" else "_prefect.pth"
    (installed / "RECORD").write_text(f"{listed},,\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    return file


def test_the_package_is_looked_into(package: pathlib.Path) -> None:
    result = read(source="offline")
    assert (result["changed"], result["offline"], result["origin"]) == (False, True, str(package))
    docker, process = result["worker_types"]
    assert (docker["type"], docker["package"], docker["is_beta"]) == ("docker", "prefect-docker", True)
    assert (process["type"], process["default_base_job_template"]) == ("process", {"variables": {}})
    assert "prefect" not in sys.modules
    assert [one["type"] for one in read(type="docker")["worker_types"]] == ["docker"]


def test_without_a_package(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    result = read()
    assert result["error"]["kind"] == "NotFound"
    assert "Install prefect there, give metadata_file" in result["msg"]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"prefect": []}', '{"prefect": {"process": 1}}'])
def test_a_file_that_is_something_else(tmp_path: pathlib.Path, text: str) -> None:
    file = tmp_path / "other.json"
    file.write_text(text)
    assert read(metadata_file=str(file), source="offline")["error"]["kind"] == "InvalidInput"
    assert read(metadata_file=str(tmp_path / "none.json"))["error"]["kind"] == "NotFound"


def test_an_answer_that_says_no_is_an_error(server: SimulatedServer, package: pathlib.Path) -> None:
    server.answers = [Answer(403, {"detail": "no"})]
    assert read(api_url=server.url)["error"]["kind"] == "Forbidden"
    server.answers = [Answer(200, {"detail": 1})]
    assert read(api_url=server.url)["error"]["kind"] == "ServerError"
    assert package.is_file()


@pytest.mark.parametrize(
    ("place", "path"),
    [
        ("", "/api/collections/views/aggregate-worker-metadata"),
        (f"/{CLOUD}", f"/api/{CLOUD}/collections/work_pool_types"),
    ],
)
def test_each_edition_has_a_route_of_its_own(server: SimulatedServer, place: str, path: str) -> None:
    server.answers = [Answer(200, CATALOGUE)]
    result = read(api_url=f"{server.url}{place}", source="server")
    assert (len(result["worker_types"]), result["offline"]) == (2, False)
    assert server.requests == [f"GET {path}"]
