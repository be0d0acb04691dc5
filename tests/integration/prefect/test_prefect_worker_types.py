# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Types of workers: from the server, from the package that is installed, and without either."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from prefectkit.module_process import Ran
from prefectkit.real_server import RealServer, free_port, prefect_command

Run = t.Callable[..., Ran]
INSIDE = "prefect/server/api/collections_data/views/aggregate-worker-metadata.json"


def packaged() -> pathlib.Path:
    """The copy in the environment that the servers run in."""
    (file,) = prefect_command().parents[1].glob(f"lib/python3.*/site-packages/{INSIDE}")
    return file


def test_what_the_server_knows(run: Run, server: RealServer, name: str) -> None:
    result = run("worker_type_info", type="process").result
    (process,) = result["worker_types"]
    assert (process["package"], result["offline"], result["origin"]) == ("prefect", False, server.url)
    template = process["default_base_job_template"]
    assert set(template) == {"job_configuration", "variables"}
    # it is what a work pool takes
    made = run("work_pool", name=name, type="process", base_job_template=template).result
    assert made["changed"] is True
    assert run("work_pool", name=name, base_job_template=template).result["changed"] is False


@pytest.mark.parametrize("server", ["open"], indirect=True)
def test_the_copy_in_the_package_holds_the_same(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(packaged().parents[5]))
    offline = run("worker_type_info", api_url="", source="offline").result
    assert (offline["offline"], offline["origin"]) == (True, str(packaged()))
    types = {one["type"]: one for one in offline["worker_types"]}
    (process,) = run("worker_type_info", type="process", source="server").result["worker_types"]
    assert types["process"]["default_base_job_template"].keys() == process["default_base_job_template"].keys()
    assert {"docker", "kubernetes"} <= set(types)


@pytest.mark.parametrize("server", ["open"], indirect=True)
def test_a_file_speaks_for_a_server_that_does_not_answer(run: Run, server: RealServer) -> None:
    nobody = f"http://127.0.0.1:{free_port()}/api"
    options = {"api_url": nobody, "timeout": 1, "metadata_file": str(packaged())}
    found = run("worker_type_info", **options).result
    assert (found["offline"], found["origin"]) == (True, str(packaged()))
    assert f"Cannot read worker types on {nobody}" in str(found["warnings"])
    assert run("worker_type_info", source="server", **options).result["error"]["kind"] == "ConnectionFailed"
    assert run("worker_type_info", **{**options, "api_url": server.url}).result["offline"] is False
