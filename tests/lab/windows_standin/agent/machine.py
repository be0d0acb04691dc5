# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the machine says of itself, and its environment variables."""

from __future__ import annotations

import ctypes
import os
import platform
import shutil
import sys
import winreg

MACHINE_KEY = r"SYSTEM\CurrentControlSet\Control\Session Manager\Environment"
PRIVATE = (
    "WINEPREFIX",
    "WINEDEBUG",
    "WINEDLLOVERRIDES",
    "WINELOADER",
    "WINESERVER",
    "HOME",
    "USER",
    "LOGNAME",
    "LANG",
    "TZ",
    "PWD",
    "OLDPWD",
    "SHLVL",
    "_",
)


def _key(level: str, access: int):
    if level == "machine":
        return winreg.OpenKeyEx(winreg.HKEY_LOCAL_MACHINE, MACHINE_KEY, 0, access)
    return winreg.CreateKeyEx(winreg.HKEY_CURRENT_USER, "Environment", 0, access)


def variables(level: str, expand: bool = False) -> dict[str, str]:
    found = {}
    with _key(level, winreg.KEY_ALL_ACCESS) as key:
        for index in range(winreg.QueryInfoKey(key)[1]):
            name, value, number = winreg.EnumValue(key, index)
            found[name] = winreg.ExpandEnvironmentStrings(value) if expand and number == winreg.REG_EXPAND_SZ else value
    return found


def set_variable(level: str, name: str, value: str | None) -> None:
    with _key(level, winreg.KEY_ALL_ACCESS) as key:
        if value is None:
            winreg.DeleteValue(key, name)
        else:
            number = winreg.REG_EXPAND_SZ if "%" in value else winreg.REG_SZ
            winreg.SetValueEx(key, name, 0, number, value)


def session_environment(overrides: dict[str, str]) -> dict[str, str]:
    """The variables a fresh logon gets: the machine's, then the user's (PATH is joined), then ``overrides``."""
    result = {name.upper(): (name, value) for name, value in os.environ.items() if name.upper() not in PRIVATE}
    result.pop("PATH", None)
    for level in ("machine", "user"):
        for name, value in variables(level, expand=True).items():
            upper = name.upper()
            joined = upper == "PATH" and upper in result
            result[upper] = (name, result[upper][1].rstrip(";") + ";" + value if joined else value)
    for name, value in overrides.items():
        result[name.upper()] = (name, value)
    return dict(result.values())


class _Memory(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ulong), ("load", ctypes.c_ulong)] + [
        (name, ctypes.c_ulonglong)
        for name in ("total", "available", "page", "free_page", "virtual", "free_virtual", "extended")
    ]


def facts() -> dict:
    memory = _Memory(length=ctypes.sizeof(_Memory))
    ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(memory))
    version = sys.getwindowsversion()
    disk = shutil.disk_usage("C:\\")
    return {
        "version": [version.major, version.minor, version.build],
        "product_type": version.product_type,
        "node": platform.node(),
        "processors": os.cpu_count(),
        "memory": {
            "total": memory.total,
            "available": memory.available,
            "page": memory.page,
            "free_page": memory.free_page,
        },
        "disk": {"total": disk.total, "free": disk.free},
        "python": platform.python_version(),
    }


OPERATIONS = {
    "variables": variables,
    "set_variable": set_variable,
    "session_environment": session_environment,
    "facts": facts,
}
