# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What C(status.json) says, held against what is: a service that is gone can't say so itself."""

from __future__ import annotations

import datetime
import pathlib
import typing as t

from prefect_host import files, processes, status

if t.TYPE_CHECKING:
    from prefect_host.configuration import Configuration

DEAD, UNKNOWN = "dead", "unknown"


def read(settings: Configuration) -> dict[str, t.Any]:
    """The file's content with C(alive) and C(age_seconds); C(state) is also C(dead) or C(unknown). C(process_alive):
    its process is there, whatever it writes; None when that isn't known."""
    path = pathlib.Path(settings.folders.home) / "status.json"
    missing = {
        "schema": status.SCHEMA, "instance": settings.instance, "alive": False, "age_seconds": None,
        "process_alive": None,
    }  # fmt: skip
    try:
        document = files.read_json(path)
    except (OSError, ValueError) as error:
        return missing | {"state": UNKNOWN, "reason": f"{path} can't be read: {error}"}
    if document is None:
        return missing | {
            "state": UNKNOWN, "process_alive": False, "reason": f"{path} is not there: the service never ran",
        }  # fmt: skip
    age = _age(str(document.get("updated", "")))
    pid = document.get("service_pid")
    has_process = isinstance(pid, int) and processes.is_alive(pid)
    is_fresh = age is not None and age <= status.STALE_SECONDS
    told = {"age_seconds": age, "alive": has_process and is_fresh, "process_alive": has_process}
    if document.get("state") == status.STOPPED:
        # Its last word: what is left of the process holds no worker.
        return document | told | {"alive": False, "process_alive": False}
    if told["alive"]:
        return document | told
    why = f"its process {pid} is gone" if not has_process else f"{path} was not written for {age or 0:.0f} s"
    return document | told | {"state": DEAD, "reason": f"{why}; it said: {document.get('state')}"}


def _age(updated: str) -> float | None:
    try:
        written = datetime.datetime.fromisoformat(updated)
        return round((datetime.datetime.now(datetime.UTC) - written).total_seconds(), 1)
    except (TypeError, ValueError):
        return None
