# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Our process worker in Prefect's place. Imported by the worker's process only: it needs Prefect.

It differs from Prefect's in four ways: a run is in the journal before it is claimed and until its end was seen; each
run carries its context; each attempt to poll leaves a trace for the service; and neither a single run nor an outage of
Prefect ends the worker. Whatever fails in our own code leaves the run as Prefect's worker would have it.
"""

from __future__ import annotations

import functools
import os
import pathlib
import time
import typing as t
import uuid

import anyio
import httpx
from prefect.exceptions import Abort, PrefectException
from prefect.settings import PREFECT_API_URL, get_current_settings
from prefect.states import Pending
from prefect.utilities.dispatch import get_registry_for_type
from prefect.utilities.engine import propose_state
from prefect.workers.base import BaseWorker, BaseWorkerResult
from prefect.workers.process import ProcessWorker

from prefect_host.attribution.attributor import Attributor
from prefect_host.local_api import LocalApi
from prefect_host.records.event_ids import DEFAULT_LOG
from prefect_host.records.host_events import HostEvents
from prefect_host.runs.journal import Entry, Journal
from prefect_host.runs.keeper import SETTLE_SECONDS, RunKeeper

if t.TYPE_CHECKING:
    from prefect.client.schemas.objects import FlowRun

OUR_KEY = "flowops-process"
ATTRIBUTION_SECONDS = 20
# What an API that is away, or says something odd, makes Prefect's client raise.
OUTAGE = (httpx.HTTPError, PrefectException, OSError, TimeoutError)
WITHOUT_CONTEXT = "The run starts without its context (account, host, requester) in Prefect"
# An outage is told when it begins, and once in this time.
TELL_AGAIN_SECONDS = 300


class HostWorker(ProcessWorker):
    """Type C(process), for Prefect and its work pools. Settings come from the environment that the service makes."""

    def __init__(self, *arguments: t.Any, **options: t.Any) -> None:
        super().__init__(*arguments, **options)
        self._account, self._host = os.environ.get("FLOWOPS_ACCOUNT", ""), os.environ.get("FLOWOPS_HOST", "")
        poll_file = os.environ.get("FLOWOPS_POLL_FILE")
        self._poll_file = pathlib.Path(poll_file) if poll_file else None
        self._keeper = self._make_keeper()
        self._attributor = Attributor(self._logger)
        self._claims: dict[uuid.UUID, tuple[Entry, int]] = {}
        self._told: dict[str, float] = {}
        self._settling = False
        self._sees_requests = False

    @classmethod
    def __dispatch_key__(cls) -> str:
        # While the class is made: Prefect warns of a second one with a key that is taken. C(register) does the rest.
        return OUR_KEY

    def _make_keeper(self) -> RunKeeper | None:
        folder = os.environ.get("FLOWOPS_RUNS_FOLDER")
        if not folder:
            self._logger.warning("FLOWOPS_RUNS_FOLDER is not set: runs are not written down, and none can be repaired")
            return None
        headers = get_current_settings().client.custom_headers
        api = LocalApi(PREFECT_API_URL.value() or "", headers)
        log = os.environ.get("FLOWOPS_EVENT_LOG") or DEFAULT_LOG
        events = HostEvents(log, self._logger, instance=os.environ.get("FLOWOPS_INSTANCE", ""))
        return RunKeeper(Journal(folder), api, self._logger, events)

    # What Prefect's worker does on and on.

    async def setup(self) -> None:
        await super().setup()
        # The client tries a request several times, with pauses: each of them is an attempt to poll.
        try:
            self.client._client.event_hooks["request"].append(self._request_is_sent)
            self._sees_requests = True
        except (AttributeError, KeyError):
            self._logger.exception("only whole polls are seen, not each of their requests")

    async def _request_is_sent(self, request: httpx.Request) -> None:
        if request.url.path.endswith("/get_scheduled_flow_runs"):
            self._touch()

    def _touch(self) -> None:
        if self._poll_file is not None:
            try:
                self._poll_file.touch()
            except OSError as error:
                self._tell("poll file", f"{self._poll_file} can't be touched: {error}")

    async def get_and_submit_flow_runs(self) -> list[FlowRun]:
        # Prefect's method asks for nothing until it has once been in touch: then no request is sent, and none is seen.
        if not self._sees_requests:
            self._touch()
        self._runs_task_group.start_soon(self._settle)
        try:
            found = await super().get_and_submit_flow_runs()
        except OUTAGE as error:
            # Prefect's own loop would end the worker, and with it all its runs, after some of these.
            self._tell("poll", f"can't ask Prefect for runs, and goes on trying: {_line(error)}")
            return []
        except Exception:
            self._logger.exception("worker %s can't use what Prefect answered, and goes on", self.name)
            return []
        self._told.pop("poll", None)
        return found

    async def _sync_and_initialize(self) -> None:
        try:
            await super()._sync_and_initialize()
        except OUTAGE as error:
            if not self.is_setup:
                raise
            self._tell("sync", f"can't send a heartbeat to Prefect, and goes on trying: {_line(error)}")
        else:
            self._told.pop("sync", None)

    def _tell(self, what: str, text: str) -> None:
        if time.monotonic() - self._told.get(what, -TELL_AGAIN_SECONDS) >= TELL_AGAIN_SECONDS:
            self._told[what] = time.monotonic()
            self._logger.warning("worker %s %s", self.name, text)

    # One run.

    async def _submit_run(self, flow_run: FlowRun) -> None:
        try:
            await super()._submit_run(flow_run)
        except Exception as error:
            self._logger.exception("flow run %s can't be submitted: %s", flow_run.id, _line(error))
            self._submitting_flow_run_ids.discard(flow_run.id)
            self._release_limit_slot(flow_run.id)
            if self._cancelling_observer is not None:
                self._cancelling_observer.remove_in_flight_flow_run_id(flow_run.id)
            await self._ended(flow_run, clean=False)
        else:
            # Prefect forgets the slot of a run whose deployment is gone; a second release is harmless.
            if self._keeper is not None and flow_run.id not in self._claims:
                self._release_limit_slot(flow_run.id)

    async def _cancel_run(self, flow_run_id: uuid.UUID) -> None:
        try:
            await super()._cancel_run(flow_run_id)
        except Exception as error:
            self._logger.exception("flow run %s can't be cancelled: %s", flow_run_id, _line(error))

    async def _propose_pending_state(self, flow_run: FlowRun) -> bool:
        """As Prefect's, but what Prefect answers decides about the entry: only a clear no removes it."""
        if self._keeper is None:
            return await super()._propose_pending_state(flow_run)
        entry = self._entry(flow_run)
        attempt = await anyio.to_thread.run_sync(self._keeper.claim, entry)
        if attempt is None:
            return False
        self._claims[flow_run.id] = (entry, attempt)
        logger = self.get_flow_run_logger(flow_run)
        try:
            state = await propose_state(self.client, Pending(message=entry.claim), flow_run_id=flow_run.id)
        except Abort as error:
            logger.info("Flow run %s is not ours: %s", flow_run.id, error)
        except Exception:
            logger.exception("Flow run %s can't be claimed", flow_run.id)
            await self._ended(flow_run, clean=False)
            return False
        else:
            if state.is_pending():
                return True
            logger.info("Flow run %s is not ours: Prefect has it as %s", flow_run.id, state.type.value)
        self._claims.pop(flow_run.id, None)
        await anyio.to_thread.run_sync(self._keeper.not_ours, entry.flow_run_id, attempt)
        return False

    async def _submit_run_and_capture_errors(
        self, flow_run: FlowRun, task_status: t.Any = None
    ) -> BaseWorkerResult | Exception:
        result = await super()._submit_run_and_capture_errors(flow_run, task_status)
        # Not after a cancellation: then the worker itself ends, and the service repairs what it leaves.
        await self._ended(flow_run, clean=isinstance(result, BaseWorkerResult) and result.status_code == 0)
        return result

    async def run(self, flow_run: FlowRun, configuration: t.Any, task_status: t.Any = None) -> t.Any:
        await self._attribute(flow_run, configuration)
        return await super().run(flow_run, configuration, _Started(task_status, self._keeper, str(flow_run.id)))

    async def _attribute(self, flow_run: FlowRun, configuration: t.Any) -> None:
        logger = self.get_flow_run_logger(flow_run)
        try:
            with anyio.fail_after(ATTRIBUTION_SECONDS):
                context = await self._attributor.attribute(
                    self.client, flow_run, configuration, self.name, self._work_pool_name
                )
            if self._keeper is not None:
                change = functools.partial(
                    self._keeper.note,
                    str(flow_run.id),
                    flow_run_name=context.flow_run_name,
                    flow_name=context.flow_name,
                    deployment=context.deployment,
                    tags=context.tags,
                    requested_by=context.requested_by,
                    project=context.project,
                )
                await anyio.to_thread.run_sync(change)
        except OUTAGE as error:
            logger.warning("%s: %s", WITHOUT_CONTEXT, _line(error))
        except Exception:
            logger.exception(WITHOUT_CONTEXT)

    # Its end.

    async def _ended(self, flow_run: FlowRun, clean: bool) -> None:
        claim = self._claims.pop(flow_run.id, None)
        if self._keeper is None or claim is None:
            return
        entry, attempt = claim
        if not await anyio.to_thread.run_sync(self._keeper.ended, entry, attempt, clean):
            self._runs_task_group.start_soon(self._settle, SETTLE_SECONDS + 0.1)

    async def _settle(self, after_seconds: float = 0) -> None:
        await anyio.sleep(after_seconds)
        # One at a time: threads that wait for Prefect must not pile up.
        if self._keeper is not None and not self._settling:
            self._settling = True
            try:
                await anyio.to_thread.run_sync(self._keeper.settle)
            finally:
                self._settling = False

    def _entry(self, flow_run: FlowRun) -> Entry:
        return Entry(
            flow_run_id=str(flow_run.id),
            flow_run_name=flow_run.name,
            work_pool=self._work_pool_name,
            tags=tuple(flow_run.tags or ()),
            worker=self.name,
            host=self._host,
            account=self._account,
            worker_pid=os.getpid(),
            claim=f"claimed by {self.name} {uuid.uuid4().hex}",
        )


class _Started:
    """Prefect's task status: notes the run's process, then tells Prefect."""

    def __init__(self, inner: t.Any, keeper: RunKeeper | None, flow_run_id: str) -> None:
        self._inner, self._keeper, self._flow_run_id = inner, keeper, flow_run_id

    def started(self, pid: int) -> None:
        if self._keeper is not None:
            self._keeper.started(self._flow_run_id, pid)
        if self._inner is not None:
            self._inner.started(pid)


def _line(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error).strip().partition(chr(10))[0]}"


def register() -> None:
    """Make C(prefect worker start --type process) run our worker. Called before Prefect's command line runs."""
    registry = get_registry_for_type(BaseWorker)
    registry.pop(OUR_KEY, None)
    registry[HostWorker.type] = HostWorker
