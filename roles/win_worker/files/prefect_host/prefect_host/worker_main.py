# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""C(python -m prefect_host.worker_main ARGUMENTS) is C(prefect ARGUMENTS) that can be asked to stop.

Prefect's own way on Windows ends the worker on the spot: it turns CTRL_C into a CTRL_BREAK for its process id, and
nothing handles that; behind a virtual environment's python.exe the id isn't even a process group. Here a named event,
made by the service, interrupts the main thread, so the worker's own clean-up runs.
"""

from __future__ import annotations

import _thread
import os
import runpy
import signal
import sys
import threading
import types

import win32con
import win32event

from prefect_host import host_worker
from prefect_host.environment import STOP_EVENT_VARIABLE


def _interrupt(_number: int, _frame: types.FrameType | None) -> None:
    raise KeyboardInterrupt


def _wait_for(event_name: str) -> None:
    event = win32event.OpenEvent(win32con.SYNCHRONIZE, False, event_name)
    win32event.WaitForSingleObject(event, win32event.INFINITE)
    # Prefect installs a handler for SIGINT, but not for SIGBREAK.
    _thread.interrupt_main(signal.SIGBREAK)


def main() -> None:
    # Taken out of the environment: a flow run has no business with it.
    event_name = os.environ.pop(STOP_EVENT_VARIABLE, None)
    signal.signal(signal.SIGBREAK, _interrupt)
    if event_name is not None:
        threading.Thread(target=_wait_for, args=(event_name,), daemon=True).start()
    # Without our class no run would be in the journal, and none would be repaired: better no worker than that one.
    host_worker.register()
    sys.argv[0] = "prefect"
    runpy.run_module("prefect", run_name="__main__")


if __name__ == "__main__":
    main()
