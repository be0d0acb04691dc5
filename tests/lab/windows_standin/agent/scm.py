# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Services, through Wine's real service control manager."""

from __future__ import annotations

import time

import pywintypes
import win32service as ws

STATES = {
    1: "stopped",
    2: "start_pending",
    3: "stop_pending",
    4: "running",
    5: "continue_pending",
    6: "pause_pending",
    7: "paused",
}
STARTS = {0: "boot", 1: "system", 2: "auto", 3: "manual", 4: "disabled"}
START_NUMBERS = {"auto": 2, "delayed": 2, "manual": 3, "disabled": 4}
ERRORS = {0: "ignore", 1: "normal", 2: "severe", 3: "critical"}
ERROR_NUMBERS = {name: number for number, name in ERRORS.items()}
TYPES = {16: "win32_own_process", 32: "win32_share_process"}
TYPE_NUMBERS = {name: number for number, name in TYPES.items()}
CONTROLS = ((1, "stop"), (2, "pause_continue"), (4, "shutdown"), (8, "param_change"), (0x100, "pre_shutdown"))
NO_SUCH_SERVICE, ALREADY_RUNNING, NOT_ACTIVE = 1060, 1056, 1062


def _manager():
    return ws.OpenSCManager(None, None, ws.SC_MANAGER_ALL_ACCESS)


def _service(name: str):
    return ws.OpenService(_manager(), name, ws.SERVICE_ALL_ACCESS)


def names() -> list[dict]:
    found = ws.EnumServicesStatus(_manager(), ws.SERVICE_WIN32, ws.SERVICE_STATE_ALL)
    return [{"name": name, "display_name": shown, "state": STATES[status[1]]} for name, shown, status in found]


def _optional(handle, what: int, default):
    try:
        return ws.QueryServiceConfig2(handle, what)
    except pywintypes.error:
        return default


def query(name: str) -> dict | None:
    """The service called ``name`` (or shown as it), or None."""
    try:
        handle = _service(name)
    except pywintypes.error as error:
        if error.winerror != NO_SUCH_SERVICE:
            raise
        shown = [entry["name"] for entry in names() if entry["display_name"].lower() == name.lower()]
        if not shown:
            return None
        name, handle = shown[0], _service(shown[0])
    kind, start, control, path, group, _tag, dependencies, account, display_name = ws.QueryServiceConfig(handle)
    status = ws.QueryServiceStatusEx(handle)
    spelled = [entry["name"] for entry in names() if entry["name"].lower() == name.lower()]
    delayed = start == 2 and bool(_optional(handle, ws.SERVICE_CONFIG_DELAYED_AUTO_START_INFO, False))
    return {
        "name": spelled[0] if spelled else name,
        "display_name": display_name,
        "path": path,
        "start_mode": "delayed" if delayed else STARTS[start],
        "error_control": ERRORS.get(control, "normal"),
        "service_type": TYPES.get(kind & 0x30, "win32_own_process"),
        "load_order_group": group or "",
        "account": account or "LocalSystem",
        "dependencies": [item for item in dependencies or [] if item],
        "description": _optional(handle, ws.SERVICE_CONFIG_DESCRIPTION, None),
        "pre_shutdown_timeout_ms": _optional(handle, ws.SERVICE_CONFIG_PRESHUTDOWN_INFO, 180000) or 180000,
        "state": STATES[status["CurrentState"]],
        "process_id": status["ProcessId"],
        "exit_code": status["Win32ExitCode"],
        "controls_accepted": [word for bit, word in CONTROLS if status["ControlsAccepted"] & bit],
    }


def create(name: str, path: str, display_name: str | None = None, start_mode: str = "auto") -> None:
    ws.CreateService(
        _manager(),
        name,
        display_name or name,
        ws.SERVICE_ALL_ACCESS,
        ws.SERVICE_WIN32_OWN_PROCESS,
        START_NUMBERS[start_mode],
        ws.SERVICE_ERROR_NORMAL,
        path,
        None,
        False,
        None,
        None,
        None,
    )


def configure(
    name: str,
    path: str | None = None,
    display_name: str | None = None,
    start_mode: str | None = None,
    error_control: str | None = None,
    service_type: str | None = None,
    load_order_group: str | None = None,
    account: str | None = None,
    description: str | None = None,
    pre_shutdown_timeout_ms: int | None = None,
) -> None:
    handle = _service(name)
    keep = ws.SERVICE_NO_CHANGE
    ws.ChangeServiceConfig(
        handle,
        TYPE_NUMBERS.get(service_type, keep),
        START_NUMBERS.get(start_mode, keep),
        ERROR_NUMBERS.get(error_control, keep),
        path,
        load_order_group,
        False,
        None,
        account,
        None,
        display_name,
    )
    if start_mode in ("auto", "delayed"):
        ws.ChangeServiceConfig2(handle, ws.SERVICE_CONFIG_DELAYED_AUTO_START_INFO, start_mode == "delayed")
    if description is not None:
        ws.ChangeServiceConfig2(handle, ws.SERVICE_CONFIG_DESCRIPTION, description)
    if pre_shutdown_timeout_ms is not None:
        ws.ChangeServiceConfig2(handle, ws.SERVICE_CONFIG_PRESHUTDOWN_INFO, pre_shutdown_timeout_ms)


def _wait(handle, wanted: int, timeout: float) -> str:
    end = time.monotonic() + timeout
    while (state := ws.QueryServiceStatus(handle)[1]) != wanted and time.monotonic() < end:
        if wanted == 4 and state == 1:
            break
        time.sleep(0.05)
    return STATES[state]


def start(name: str, timeout: float = 60) -> dict:
    """Start and wait; {'state', 'exit_code'} afterwards."""
    handle = _service(name)
    try:
        ws.StartService(handle, None)
    except pywintypes.error as error:
        if error.winerror != ALREADY_RUNNING:
            raise
    state = _wait(handle, 4, timeout)
    return {"state": state, "exit_code": ws.QueryServiceStatus(handle)[3]}


def stop(name: str, timeout: float = 60) -> dict:
    handle = _service(name)
    try:
        ws.ControlService(handle, ws.SERVICE_CONTROL_STOP)
    except pywintypes.error as error:
        if error.winerror != NOT_ACTIVE:
            raise
    return {"state": _wait(handle, 1, timeout)}


def control(name: str, what: str, timeout: float = 30) -> dict:
    handle = _service(name)
    number, wanted = {"pause": (ws.SERVICE_CONTROL_PAUSE, 7), "continue": (ws.SERVICE_CONTROL_CONTINUE, 4)}[what]
    ws.ControlService(handle, number)
    return {"state": _wait(handle, wanted, timeout)}


def delete(name: str) -> None:
    ws.DeleteService(_service(name))


OPERATIONS = {
    "names": names,
    "query": query,
    "create": create,
    "configure": configure,
    "start": start,
    "stop": stop,
    "control": control,
    "delete": delete,
}
