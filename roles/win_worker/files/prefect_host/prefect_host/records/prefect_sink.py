# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sink that is Prefect's API. Prefect's own handler drops a batch that fails, and tells nobody but the screen."""

from __future__ import annotations

import datetime
import json
import typing as t
import uuid

import httpx
from prefect.client.orchestration import get_client
from prefect.settings import get_current_settings

from prefect_host.records.failure import SinkError
from prefect_host.records.text import cut

if t.TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient

    from prefect_host.records.line import Line

# What the API answers when it is about these records. Anything else may pass later.
_THESE_RECORDS_ONLY = {400, 413, 422}


class PrefectSink:
    """Posts lines of flow runs, and of a worker that Prefect knows by an id (on Cloud).

    C(flow_run_id): the run to which lines without one belong; empty in a worker, where they don't go to Prefect.
    """

    batch = 100
    pause = 0.5

    def __init__(self, flow_run_id: str, mask: t.Callable[[str], str], longest_text: int) -> None:
        self._flow_run_id, self._mask, self._longest = flow_run_id, mask, longest_text
        self._client: SyncPrefectClient | None = None

    def write(self, lines: list[Line]) -> None:
        if not get_current_settings().logging.to_api.enabled:
            return
        logs = [log for line in lines if (log := self._log(line))]
        if not logs:
            return
        try:
            self._open().create_logs(logs)
        except httpx.HTTPStatusError as error:
            status = error.response.status_code
            raise SinkError(f"HTTP status {status}", permanent=status in _THESE_RECORDS_ONLY) from error
        except (httpx.HTTPError, OSError, RuntimeError) as error:
            # RuntimeError: the client was closed, or can't be made now.
            self._client = None
            raise SinkError(f"{type(error).__name__}: {error}") from error

    def _log(self, line: Line) -> dict[str, t.Any] | None:
        flow_run_id = _uuid(line.fields.get("flow_run_id", "")) or _uuid(self._flow_run_id)
        worker_id = _uuid(line.fields.get("worker_id", ""))
        if flow_run_id is None and worker_id is None:
            return None
        of_what = {
            "flow_run_id": flow_run_id,
            "task_run_id": _uuid(line.fields.get("task_run_id", "")),
            # Only Cloud knows this field, a server of one's own refuses it.
            "worker_id": worker_id,
        }
        return {
            "name": line.logger,
            "level": line.level,
            "timestamp": datetime.datetime.fromtimestamp(line.created, datetime.UTC).isoformat(),
            "message": cut(line.shown(self._mask), self._longest, _json_bytes, line.missing),
            **{name: value for name, value in of_what.items() if value is not None},
        }

    def _open(self) -> SyncPrefectClient:
        if self._client is None:
            self._client = get_client(sync_client=True).__enter__()
        return self._client


def _uuid(text: str) -> str | None:
    try:
        return str(uuid.UUID(text))
    except ValueError:
        return None


def _json_bytes(text: str) -> int:
    return len(json.dumps(text))
