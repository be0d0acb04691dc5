# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The worker's environment: what is named here, and nothing that happens to be around."""

from __future__ import annotations

import ntpath
import typing as t

if t.TYPE_CHECKING:
    from prefect_host.configuration import Configuration

# How the service tells its worker the name of the event that asks it to stop.
STOP_EVENT_VARIABLE = "FLOWOPS_STOP_EVENT"

# What Windows programs can't do without. PYTHON* and PREFECT_* of the machine stay out: they would redirect the worker.
FROM_THE_SYSTEM = (
    "ALLUSERSPROFILE", "APPDATA", "COMMONPROGRAMFILES", "COMMONPROGRAMFILES(X86)", "COMPUTERNAME", "COMSPEC",
    "DRIVERDATA", "HOMEDRIVE", "HOMEPATH", "LOCALAPPDATA", "NUMBER_OF_PROCESSORS", "OS", "PATH", "PATHEXT",
    "PROCESSOR_ARCHITECTURE", "PROGRAMDATA", "PROGRAMFILES", "PROGRAMFILES(X86)", "PUBLIC", "SYSTEMDRIVE",
    "SYSTEMROOT", "USERDNSDOMAIN", "USERDOMAIN", "USERNAME", "USERPROFILE", "WINDIR",
)  # fmt: skip


def worker_environment(configuration: Configuration, system: t.Mapping[str, str]) -> dict[str, str]:
    """The whole environment of the worker's process. C(system) is the service's own (C(os.environ))."""
    by_name = {name.upper(): value for name, value in system.items()}
    environment = {name: by_name[name] for name in FROM_THE_SYSTEM if name in by_name}
    folders = configuration.folders
    environment |= {
        # Flow runs unpack their code below TEMP: keep it on a folder whose rights this collection sets.
        "TEMP": folders.work,
        "TMP": folders.work,
        "PREFECT_API_URL": configuration.api_url,
        "PREFECT_HOME": folders.home,
        "PREFECT_PROFILES_PATH": ntpath.join(folders.home, "profiles.toml"),
        "PREFECT_WORKER_WEBSERVER_HOST": "127.0.0.1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_CLI_COLORS": "false",
        "PREFECT_CLI_PROMPT": "false",
        # A log has no width: Prefect would break what it prints after 80 characters.
        "PREFECT_CLI_WRAP_LINES": "false",
        "DO_NOT_TRACK": "1",
        "PYTHONUTF8": "1",
        "PYTHONUNBUFFERED": "1",
        "PYTHONNOUSERSITE": "1",
        "FLOWOPS_INSTANCE": configuration.instance,
    }
    # In capitals, as Windows compares them: a "Temp" beside our "TEMP" would leave it to chance which one counts.
    return environment | {name.upper(): value for name, value in configuration.environment.items()}


def worker_folder(configuration: Configuration) -> str:
    """The worker's current folder. Prefect reads .env, prefect.toml and pyproject.toml from there, so it is the one
    folder that the service account, and with it a flow, can't write to."""
    return configuration.folders.config
