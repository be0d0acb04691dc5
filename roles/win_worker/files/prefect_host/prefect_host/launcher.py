# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service's start: run by the base python.exe, isolated (-I), with this file's path.

    python.exe -I ...\\Lib\\site-packages\\prefect_host\\launcher.py --config C:\\...\\config\\worker.json

What goes wrong this early reaches nobody's console: it is written next to the service's logs.
"""

from __future__ import annotations

import importlib
import pathlib
import site
import sys
import traceback


def main(arguments: list[str]) -> int:
    """Exit code 0 after a clean stop, 2 for a configuration that can't be used, 1 for the rest."""
    if len(arguments) != 2 or arguments[0] != "--config":
        sys.stderr.write("usage: launcher.py --config FILE\n")
        return 2
    config = pathlib.Path(arguments[1])
    try:
        # Not sys.path alone: pywin32 finds its DLLs through its .pth file.
        site.addsitedir(str(pathlib.Path(__file__).resolve().parents[1]))
        settings = importlib.import_module("prefect_host.configuration").load(config)
        service = importlib.import_module("prefect_host.service")
        _note(config).unlink(missing_ok=True)
        service.host(settings)
    except Exception as error:
        _leave_a_note(config, error)
        raise
    return 0


def _note(config: pathlib.Path) -> pathlib.Path:
    """The instance's C(logs\\startup-failure.log)."""
    return config.parents[1] / "logs" / "startup-failure.log"


def _leave_a_note(config: pathlib.Path, error: Exception) -> None:
    if _note(config).parent.is_dir():
        _note(config).write_text("".join(traceback.format_exception(error)), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
