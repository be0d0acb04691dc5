# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""pywin32's module of this name without Windows: events become lines of JSON in the file FLOWOPS_SIMULATED_EVENT_LOG.

Without that variable every call is refused, as by an Event Log service that is stopped. FLOWOPS_SIMULATED_DELAY is what
one event takes, in seconds.
"""

from __future__ import annotations

import json
import os
import time


class Refused(Exception):
    """Like pywintypes.error."""

    def __init__(self, winerror: int, strerror: str) -> None:
        super().__init__(winerror, strerror)
        self.winerror, self.strerror = winerror, strerror


def _register(_server: None, name: str) -> str:
    if "FLOWOPS_SIMULATED_EVENT_LOG" not in os.environ:
        raise Refused(1722, "The RPC server is unavailable.")
    return name


def _report(handle: str, kind: int, _category: int, event_id: int, _sid: None, strings: list[str], _data: None) -> None:
    time.sleep(float(os.environ.get("FLOWOPS_SIMULATED_DELAY", "0")))
    event = {"source": handle, "kind": int(kind), "id": int(event_id), "strings": strings}
    with open(os.environ["FLOWOPS_SIMULATED_EVENT_LOG"], "a", encoding="utf-8") as log:
        log.write(json.dumps(event) + "\n")


# The names that Windows gave them.
globals().update(
    error=Refused, RegisterEventSource=_register, DeregisterEventSource=lambda _handle: None, ReportEvent=_report
)
