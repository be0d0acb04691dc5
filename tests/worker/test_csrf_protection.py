# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server with CSRF protection: the service's own requests, which are not those of Prefect's client."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from prefect_host.local_api import LocalApi
from workerkit.server import Server


@pytest.fixture(scope="module")
def protected(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Server]:
    running = Server(pathlib.Path(tmp_path_factory.mktemp("protected")), csrf=True)
    try:
        running.start()
        yield running
    finally:
        running.stop()


def test_a_repair_may_ask_and_write(protected: Server) -> None:
    api = LocalApi(protected.url, {})
    assert api.post("/flow_runs/filter", {"limit": 1}) == (200, [])
    status, pool = api.post("/work_pools/", {"name": "guarded", "type": "process"})
    assert (status, pool["name"]) == (201, "guarded")
    assert api.get("/work_pools/guarded")[0] == 200
