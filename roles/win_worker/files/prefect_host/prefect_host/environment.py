# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The environments of the worker and of the injector: what is named here, and nothing that happens to be around."""

from __future__ import annotations

import dataclasses
import json
import ntpath
import pathlib
import typing as t
import urllib.parse

if t.TYPE_CHECKING:
    from prefect_host.configuration import Configuration

# How the service tells its worker the name of the event that asks it to stop.
STOP_EVENT_VARIABLE = "FLOWOPS_STOP_EVENT"
GUARD_HEADER = "X-Flowops-Local"

# What Windows programs can't do without. PYTHON* and PREFECT_* of the machine stay out: they would redirect the worker.
FROM_THE_SYSTEM = (
    "ALLUSERSPROFILE", "APPDATA", "COMMONPROGRAMFILES", "COMMONPROGRAMFILES(X86)", "COMPUTERNAME", "COMSPEC",
    "DRIVERDATA", "HOMEDRIVE", "HOMEPATH", "LOCALAPPDATA", "NUMBER_OF_PROCESSORS", "OS", "PATH", "PATHEXT",
    "PROCESSOR_ARCHITECTURE", "PROGRAMDATA", "PROGRAMFILES", "PROGRAMFILES(X86)", "PUBLIC", "SYSTEMDRIVE",
    "SYSTEMROOT", "USERDNSDOMAIN", "USERDOMAIN", "USERNAME", "USERPROFILE", "WINDIR",
)  # fmt: skip
# What the injector obeys on its way to Prefect; it has no other use for the worker's settings.
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
LOOPBACK = "127.0.0.1,localhost"


@dataclasses.dataclass(frozen=True)
class Local:
    """What one start of the service has chosen: the injector's port, the secret it asks for, the health port."""

    port: int
    secret: str = dataclasses.field(repr=False)
    health_port: int

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def api_url(self, configuration: Configuration) -> str:
        """Prefect's API through the injector: our host and port, its path."""
        return self.origin + urllib.parse.urlsplit(configuration.api_url).path.rstrip("/")

    @property
    def headers(self) -> dict[str, str]:
        return {GUARD_HEADER: self.secret}


def worker_environment(configuration: Configuration, local: Local, system: t.Mapping[str, str]) -> dict[str, str]:
    """The whole environment of the worker's process. C(system) is the service's own (C(os.environ))."""
    environment = of_the_system(system)
    # In capitals, as Windows compares them: a "Temp" beside our "TEMP" would leave it to chance which one counts.
    chosen = {name.upper(): value for name, value in configuration.environment.items()}
    # The way to the injector must not lead through somebody else's proxy. Where no variable says anything, Python asks
    # the registry for the account's own one, and httpx does not see what that one leaves out.
    chosen["NO_PROXY"] = ",".join(filter(None, (chosen.get("NO_PROXY"), LOOPBACK)))
    host = environment.get("COMPUTERNAME", "")
    return environment | _prefect(configuration, local) | _flowops(configuration, host) | chosen


def injector_environment(configuration: Configuration, system: t.Mapping[str, str]) -> dict[str, str]:
    """The whole environment of the injector's process."""
    chosen = {name.upper(): value for name, value in configuration.environment.items()}
    return of_the_system(system) | {name: chosen[name] for name in PROXIES if name in chosen}


def worker_folder(configuration: Configuration) -> str:
    """The worker's current folder. Prefect reads .env, prefect.toml and pyproject.toml from there, so it is the one
    folder that the service account, and with it a flow, can't write to."""
    return configuration.folders.config


def runs_folder(configuration: Configuration) -> str:
    """The journal of the runs that this host has claimed."""
    return joined(configuration.folders.home, "runs")


def poll_file(configuration: Configuration) -> str:
    """Touched whenever the worker asks for runs."""
    return joined(configuration.folders.home, "polled")


def joined(folder: str, *names: str) -> str:
    """A path below C(folder), with the separator that the folder itself has."""
    return folder + "".join(("/" if folder.startswith("/") else "\\") + name for name in names)


def of_the_system(system: t.Mapping[str, str]) -> dict[str, str]:
    """What any program of ours is given; names in capitals."""
    by_name = {name.upper(): value for name, value in system.items()}
    return {name: by_name[name] for name in FROM_THE_SYSTEM if name in by_name}


def _prefect(configuration: Configuration, local: Local) -> dict[str, str]:
    folders = configuration.folders
    environment = {
        # Flow runs unpack their code below TEMP: keep it on a folder whose rights this collection sets.
        "TEMP": folders.work,
        "TMP": folders.work,
        "PREFECT_API_URL": local.api_url(configuration),
        "PREFECT_CLIENT_CUSTOM_HEADERS": json.dumps(local.headers),
        "PREFECT_HOME": folders.home,
        "PREFECT_PROFILES_PATH": ntpath.join(folders.home, "profiles.toml"),
        "PREFECT_LOGGING_CONFIG_PATH": str(pathlib.Path(__file__).parent / "records" / "logging.yml"),
        "PREFECT_PLUGINS_ENABLED": "true",
        "PREFECT_PLUGINS_ALLOW": "prefect_host",
        "PREFECT_WORKER_WEBSERVER_HOST": "127.0.0.1",
        "PREFECT_WORKER_WEBSERVER_PORT": str(local.health_port),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_CLI_COLORS": "false",
        "PREFECT_CLI_PROMPT": "false",
        # A log has no width: Prefect would break what it prints after 80 characters.
        "PREFECT_CLI_WRAP_LINES": "false",
        "DO_NOT_TRACK": "1",
        "PYTHONUTF8": "1",
        "PYTHONUNBUFFERED": "1",
        "PYTHONNOUSERSITE": "1",
    }
    if configuration.is_cloud:
        # Prefect speaks Cloud's dialect to what is below this URL, and wants a key for it. The injector replaces it.
        environment["PREFECT_CLOUD_API_URL"] = local.origin + "/api"
        environment["PREFECT_API_KEY"] = local.secret
    return environment


def _flowops(configuration: Configuration, host: str) -> dict[str, str]:
    return {
        "FLOWOPS_INSTANCE": configuration.instance,
        "FLOWOPS_RUNS_FOLDER": runs_folder(configuration),
        "FLOWOPS_POLL_FILE": poll_file(configuration),
        "FLOWOPS_ACCOUNT": configuration.service_account,
        "FLOWOPS_HOST": host,
        "FLOWOPS_PROJECT": configuration.project,
        "FLOWOPS_WORK_POOL": configuration.worker.work_pool,
        "FLOWOPS_WORKER": configuration.worker.name,
        "FLOWOPS_EVENT_LOG": configuration.event_log,
        "FLOWOPS_RECORDS": json.dumps(configuration.records, sort_keys=True),
    }
