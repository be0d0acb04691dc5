# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How our worker claims a run, and that it gives back the slots of runs that never start. No server is needed."""

from __future__ import annotations

import logging
import pathlib
import types
import typing as t
import uuid

import anyio
import pytest
from prefect.states import State
from prefect.workers.process import ProcessWorker
from prefect_host import host_worker
from prefect_host.host_worker import HostWorker
from prefect_host.runs.journal import Entry


class Keeper:
    """Claims that were written down."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def claim(self, entry: Entry) -> int:
        self.entries.append(entry)
        return len(self.entries)


@pytest.fixture
def worker() -> HostWorker:
    made = object.__new__(HostWorker)
    made.name, made._work_pool_name, made._host, made._account = "w1", "pool", "WIN1", "CORP\\svc$"
    made._keeper, made._claims, made._client = Keeper(), {}, None
    made._limiter, made._logger = anyio.CapacityLimiter(2), logging.getLogger("test")
    return made


def a_run() -> t.Any:
    return types.SimpleNamespace(id=uuid.uuid4(), name="brave-fox", tags=[])


def test_each_claim_has_a_message_of_its_own_that_is_in_the_journal_first(
    worker: HostWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposed: list[tuple[str, str | None]] = []

    async def propose(_client: t.Any, state: State, flow_run_id: uuid.UUID) -> State:
        assert worker._keeper.entries[-1].flow_run_id == str(flow_run_id)
        proposed.append((state.name or "", state.message))
        return state

    monkeypatch.setattr(host_worker, "propose_state", propose)
    monkeypatch.setattr(HostWorker, "client", None)
    monkeypatch.setattr(HostWorker, "get_flow_run_logger", lambda _worker, _run: logging.getLogger("test"))
    run = a_run()
    for _number in range(2):
        assert anyio.run(worker._propose_pending_state, run)
    assert proposed == [("Pending", entry.claim) for entry in worker._keeper.entries]
    assert len(set(proposed)) == 2
    assert all(entry.claim.startswith("claimed by w1 ") for entry in worker._keeper.entries)


@pytest.mark.parametrize(("claimed", "borrowed"), [(False, 0), (True, 1)])
def test_only_a_run_that_goes_on_keeps_its_slot(
    worker: HostWorker, monkeypatch: pytest.MonkeyPatch, claimed: bool, borrowed: int
) -> None:
    """Prefect's own code forgets the slot of a run whose deployment is gone."""

    async def submit(_worker: ProcessWorker, flow_run: t.Any) -> None:
        if claimed:
            worker._claims[flow_run.id] = (Entry(str(flow_run.id)), 1)

    async def submits() -> int:
        worker._limiter = anyio.CapacityLimiter(2)
        run = a_run()
        worker._limiter.acquire_on_behalf_of_nowait(run.id)
        await worker._submit_run(run)
        return worker._limiter.borrowed_tokens

    monkeypatch.setattr(ProcessWorker, "_submit_run", submit)
    assert anyio.run(submits) == borrowed


@pytest.mark.parametrize(("sees_requests", "is_touched"), [(True, False), (False, True)])
def test_a_worker_that_has_asked_for_nothing_does_not_count_as_one_that_polls(
    worker: HostWorker, monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path, sees_requests: bool, is_touched: bool
) -> None:
    """Until it has been in touch, Prefect's worker returns without a request. Without the hook nobody could tell."""
    worker._poll_file, worker._sees_requests = tmp_path / "polled", sees_requests
    worker._has_successfully_synced, worker._told = False, {}
    monkeypatch.setattr(HostWorker, "_settle", _nothing)

    async def poll() -> list[t.Any]:
        async with anyio.create_task_group() as worker._runs_task_group:
            return list(await worker.get_and_submit_flow_runs())

    assert anyio.run(poll) == []
    assert worker._poll_file.exists() is is_touched


async def _nothing(_worker: HostWorker) -> None:
    """Nothing to settle."""
