# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""C(drain) and C(resume): no new runs for this worker, and runs again. The pool and other workers notice nothing."""

from __future__ import annotations

import os
import sys
import time
import typing as t

from prefect_host import account, environment, status
from prefect_host.commands import service_state
from prefect_host.commands.table import print_json
from prefect_host.markers import DRAINING, SETTLE_SECONDS, Control
from prefect_host.runs.journal import Journal

if t.TYPE_CHECKING:
    from prefect_host.configuration import Configuration
    from prefect_host.runs.journal import Entry

LEFT = 3


def drain(
    settings: Configuration,
    wait_seconds: float | None,
    why: str,
    as_json: bool,
    clock: t.Callable[[], float] = time.monotonic,
    sleep: t.Callable[[float], None] = time.sleep,
) -> int:
    """0 drained (or, without C(wait_seconds), begun), 3 runs are left after that time or it isn't known whether, 1 it
    can't be begun.

    A service whose process is gone takes no runs: what its journal holds is repaired when it starts. One that says
    nothing any more may still have a worker: then its poll file and the journal decide.
    """
    began = clock()
    try:
        Control(settings.folders.control).put(DRAINING, account.own(), why)
    except OSError as error:
        sys.stderr.write(f"can't drain {settings.instance}: {error}; ask as an administrator of this host\n")
        return 1
    first, empty_since = _polled(settings), None
    while True:
        found = service_state.read(settings)
        runs = Journal(environment.runs_folder(settings)).entries()
        if runs or _polled(settings) in (None, first):
            # An answer with runs may be on its way until the worker asks anew.
            empty_since = None
        elif empty_since is None:
            empty_since = clock()
        is_settled = empty_since is not None and clock() - empty_since >= SETTLE_SECONDS
        is_drained = found["process_alive"] is False or found["state"] == status.DRAINED or is_settled
        if is_drained or clock() - began >= (wait_seconds or 0.0):
            break
        sleep(min(1.0, SETTLE_SECONDS / 2))
    _tell(settings, "drained" if is_drained else "draining", found, runs, as_json)
    return LEFT if wait_seconds is not None and not is_drained else 0


def resume(settings: Configuration, as_json: bool) -> int:
    """0 the worker may take runs (also when it might before), 1 the marker can't be removed."""
    try:
        was_drained = Control(settings.folders.control).take_away(DRAINING)
    except OSError as error:
        sys.stderr.write(f"can't resume {settings.instance}: {error}; ask as an administrator of this host\n")
        return 1
    if as_json:
        print_json({"instance": settings.instance, "state": "resumed", "changed": was_drained})
    else:
        said = "takes runs again" if was_drained else "was not drained"
        sys.stdout.write(f"{settings.instance}: {said}\n")
    return 0


def _polled(settings: Configuration) -> int | None:
    """Another number after each time that the worker asked for runs."""
    try:
        return os.stat(environment.poll_file(settings)).st_mtime_ns
    except OSError:
        return None


def _tell(settings: Configuration, state: str, found: dict[str, t.Any], runs: list[Entry], as_json: bool) -> None:
    if as_json:
        listed = [
            {"id": run.flow_run_id, "name": run.flow_run_name, "flow": run.flow_name, "started_at": run.started_at}
            for run in runs
        ]
        print_json({"instance": settings.instance, "state": state, "service_alive": found["alive"], "runs": listed})
        return
    note = " (the service does not run)" if found["process_alive"] is False else f" ({found['reason']})"
    note = "" if found["alive"] else note
    # A name may have letters that a console or a pipe has not.
    sys.stdout.reconfigure(errors="backslashreplace")
    sys.stdout.write(f"{settings.instance}: {state}{note}, {len(runs)} runs\n")
    for run in runs:
        sys.stdout.write(f"  {run.flow_run_id}  {run.flow_run_name}  {run.flow_name}  since {run.started_at}\n")
