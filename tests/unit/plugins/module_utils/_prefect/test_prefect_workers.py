# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Workers of a work pool that does not exist: an error, but in check mode perhaps one that this run would create."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flowops.prefect.plugins.modules import worker_info
from ansible_collections.flowops.prefect.tests.unit.support.module_runner import run_module
from ansible_collections.flowops.prefect.tests.unit.support.simulated_server import Answer, SimulatedServer

GONE = Answer(404, {"detail": 'Work pool "windows" not found.'})
POOLS = Answer(200, [{"id": "1", "name": "windows"}])


def run(server: SimulatedServer, *, check_mode: bool, **options: t.Any) -> dict[str, t.Any]:
    return run_module(worker_info.main, check_mode=check_mode, api_url=server.url, **options).result


def test_check_mode_takes_it_for_one_that_an_earlier_task_would_create(server: SimulatedServer) -> None:
    server.answers = [GONE]
    result = run(server, check_mode=True, work_pool="windows", status="online")
    assert (result["changed"], result["workers"], result["predicted"]) == (False, [], ["work pool windows"])


def test_nothing_is_predicted_of_a_work_pool_that_exists(server: SimulatedServer) -> None:
    server.answers = [Answer(200, [])]
    result = run(server, check_mode=True, work_pool="windows")
    assert result["workers"] == []
    assert "predicted" not in result


def test_outside_of_check_mode_it_is_an_error(server: SimulatedServer) -> None:
    server.answers = [GONE]
    assert run(server, check_mode=False, work_pool="windows")["error"]["kind"] == "NotFound"


def test_only_the_servers_own_words_make_a_prediction(server: SimulatedServer) -> None:
    server.answers = [Answer(404, "<html>nginx</html>")]
    assert run(server, check_mode=True, work_pool="windows")["error"]["kind"] == "ServerError"


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_work_pool_that_nobody_named_is_not_predicted(server: SimulatedServer, check_mode: bool) -> None:
    server.answers = [POOLS, GONE]
    assert run(server, check_mode=check_mode)["error"]["kind"] == "NotFound"
