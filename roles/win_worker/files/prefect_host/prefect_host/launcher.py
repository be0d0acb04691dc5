# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service's start: run by the base python.exe, isolated (-I), with this file's path.

    python.exe -I ...\\Lib\\site-packages\\prefect_host\\launcher.py --config C:\\...\\config\\worker.json

What goes wrong this early reaches nobody's console: it is written next to the service's logs.
"""

from __future__ import annotations

import contextlib
import importlib
import pathlib
import site
import sys
import traceback


def main(arguments: list[str]) -> int:
    """Exit code 0 after the service has stopped, 2 for a wrong command line. What fails before leaves a note."""
    if len(arguments) != 2 or arguments[0] != "--config":
        sys.stderr.write("usage: launcher.py --config FILE\n")
        return 2
    config = pathlib.Path(arguments[1]).absolute()
    try:
        # Not sys.path alone: pywin32 finds its DLLs through its .pth file.
        site.addsitedir(str(pathlib.Path(__file__).resolve().parents[1]))
        settings = importlib.import_module("prefect_host.configuration").load(config)
        service = importlib.import_module("prefect_host.service")
        # Somebody who still reads the note of the last time must not keep the service from starting.
        with contextlib.suppress(OSError):
            _note(config).unlink(missing_ok=True)
        service.host(settings)
    except Exception as error:
        _leave_a_note(config, error)
        raise
    return 0


def _note(config: pathlib.Path) -> pathlib.Path:
    """The instance's C(logs\\startup-failure.log)."""
    return config.parent.parent / "logs" / "startup-failure.log"


def _leave_a_note(config: pathlib.Path, error: Exception) -> None:
    text = "".join(traceback.format_exception(error))
    with contextlib.suppress(OSError):
        _note(config).write_text(text, encoding="utf-8", errors="backslashreplace")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
