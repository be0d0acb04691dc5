# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The smallest service of Windows: a line in a file for each start, and a stop when it is asked to."""

from __future__ import annotations

import pathlib
from typing import Any

PYTHON = "C:\\standin\\python\\python.exe"
SOURCE = r"""
import pathlib, win32event, win32service, win32serviceutil

class Probe(win32serviceutil.ServiceFramework):
    _svc_name_ = _svc_display_name_ = "NAME"

    def __init__(self, args):
        super().__init__(args)
        self.stop = win32event.CreateEvent(None, 1, 0, None)

    def SvcStop(self):
        self.ReportServiceStatus(win32service.SERVICE_STOP_PENDING)
        win32event.SetEvent(self.stop)

    def SvcDoRun(self):
        with pathlib.Path(__file__).with_name("ran.txt").open("a") as file:
            file.write("ran\n")
        win32event.WaitForSingleObject(self.stop, win32event.INFINITE)

if __name__ == "__main__":
    win32serviceutil.HandleCommandLine(Probe)
"""


def install(name: str, *options: str) -> list[dict[str, Any]]:
    """Tasks that install the service of this name; C(options) are those of pywin32's command line."""
    script = f"C:\\{name}\\probe.py"
    return [
        {"name": "Folder", "ansible.windows.win_file": {"path": f"C:\\{name}", "state": "directory"}},
        {"name": "Source", "ansible.windows.win_copy": {"content": SOURCE.replace("NAME", name), "dest": script}},
        {"name": "Install", "ansible.windows.win_command": {"argv": [PYTHON, script, *options, "install"]}},
    ]


def starts(drive_c: pathlib.Path, name: str) -> int:
    """How often it has been started."""
    file = drive_c / name / "ran.txt"
    return len(file.read_text().splitlines()) if file.exists() else 0
