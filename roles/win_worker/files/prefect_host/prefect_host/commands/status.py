# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""C(status): how the service is."""

from __future__ import annotations

import typing as t

from prefect_host import status
from prefect_host.commands import service_state
from prefect_host.commands.table import print_json, print_rows

if t.TYPE_CHECKING:
    from prefect_host.configuration import Configuration

GOOD = (status.RUNNING, status.DRAINING, status.DRAINED)
PASSING = (status.STARTING, status.WAITING, status.STOPPING)


def run(settings: Configuration, as_json: bool) -> int:
    """0 the worker is in service or drained as wanted, 1 it is not (C(reason) says why), 3 the service doesn't run."""
    document = service_state.read(settings)
    if as_json:
        print_json(document)
    else:
        _print(settings, document)
    state = document["state"]
    return 0 if state in GOOD else 1 if state in PASSING else 3


def _print(settings: Configuration, document: dict[str, t.Any]) -> None:
    worker, injector = document.get("worker") or {}, document.get("injector") or {}
    credential, runs = document.get("credential") or {}, document.get("runs")
    known = "unknown" if runs is None else ", ".join(runs) or "none"
    print_rows(
        [
            ("instance", settings.instance),
            ("state", document["state"]),
            ("reason", document.get("reason")),
            ("since", document.get("since")),
            ("worker", f"{settings.worker.name} in {settings.worker.work_pool}, process {worker.get('pid')}"),
            ("last poll", worker.get("last_poll")),
            ("starts", worker.get("starts")),
            ("runs", known),
            ("injector", f"process {injector.get('pid')}, port {injector.get('port')}"),
            ("credential", f"{credential.get('kind')}, {credential.get('state')}"),
            ("service", f"process {document.get('service_pid')}, {document.get('age_seconds')} s ago"),
        ]
    )
