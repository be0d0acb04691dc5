# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service's configuration: one JSON file, checked as a whole before anything starts. It carries no secrets."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import ntpath
import pathlib
import re
import typing as t
import urllib.parse

from prefect_host.attribution import names
from prefect_host.configuration_reader import CONTROL, ConfigurationError, Reader, filled
from prefect_host.records.limits import limits
from prefect_host.secret_names import looks_secret

SCHEMA = 2
# Prefect's worker asks every ten seconds, and an answer may take its time.
SHORTEST_POLL_TIMEOUT = 60.0
QUERY_SECONDS = "PREFECT_WORKER_QUERY_SECONDS"
CREDENTIAL_KINDS = ("none", "api_key", "token_file")
RESERVED_ENVIRONMENT = frozenset(
    {
        "FLOWOPS_ACCOUNT", "FLOWOPS_EVENT_LOG", "FLOWOPS_HOST", "FLOWOPS_INSTANCE", "FLOWOPS_POLL_FILE",
        "FLOWOPS_PROJECT", "FLOWOPS_RECORDS", "FLOWOPS_RUNS_FOLDER", "FLOWOPS_STOP_EVENT", "FLOWOPS_WORKER",
        "FLOWOPS_WORK_POOL", "PREFECT_API_URL", "PREFECT_CLOUD_API_URL", "PREFECT_HOME",
        "PREFECT_LOGGING_CONFIG_PATH", "PREFECT_PLUGINS_ALLOW", "PREFECT_PLUGINS_ENABLED",
        "PREFECT_PROFILES_PATH", "PREFECT_WORKER_WEBSERVER_HOST", "PREFECT_WORKER_WEBSERVER_PORT",
    }
)  # fmt: skip
_TEMPLATES = {"FLOWOPS_FLOW_RUN_NAME": names.FLOW_RUN_FIELDS, "FLOWOPS_TASK_RUN_NAME": names.TASK_RUN_FIELDS}
_INSTANCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_EVENT_LOG = re.compile(r"(?i:(?!(?:application|security|setup|system)$))[A-Za-z0-9][A-Za-z0-9_-]{2,60}")
# A port is no password.
_PASSWORD_IN_URL = re.compile(r"://[^\s/?#@:\[]*:(?!\d*(?:[/?#,;\s]|$))[^\s@]+@")
_HOST = re.compile(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+")


@dataclasses.dataclass(frozen=True)
class Worker:
    """What `prefect worker start` is told."""

    name: str
    work_pool: str
    work_queues: tuple[str, ...] = ()
    limit: int | None = None


@dataclasses.dataclass(frozen=True)
class Folders:
    """Absolute folders. The service account writes to all but C(config); administrators put orders into C(control)."""

    config: str
    home: str
    work: str
    logs: str
    control: str


@dataclasses.dataclass(frozen=True)
class Restart:
    """How a worker that ended comes back. Seconds; C(jitter) is a share of the delay. After C(limit) starts in a row
    that failed while Prefect answered the service gives up; 0: never."""

    initial_seconds: float = 2.0
    maximum_seconds: float = 300.0
    factor: float = 2.0
    jitter: float = 0.2
    healthy_after_seconds: float = 120.0
    limit: int = 10


@dataclasses.dataclass(frozen=True)
class LogFile:
    """The rotating file with the worker's own output."""

    max_bytes: int = 10_000_000
    backups: int = 5


@dataclasses.dataclass(frozen=True)
class Credential:
    """What the injector shows Prefect. C(token_file) is a path for the kind of this name, and empty for the others."""

    kind: str = "none"
    token_file: str = ""


@dataclasses.dataclass(frozen=True)
class Injector:
    """The proxy on loopback. C(port) 0: any that is free. C(ca_path) empty: the system's own certificates."""

    program: str
    port: int = 0
    ca_path: str = ""


@dataclasses.dataclass(frozen=True)
class Health:
    """The worker's health endpoint on loopback; and how long a worker may go without asking for runs."""

    port: int = 0
    poll_timeout_seconds: float = 120.0


@dataclasses.dataclass(frozen=True)
class Drain:
    """How long a stop, or a new key, waits for running flows."""

    limit_seconds: float = 3600.0


@dataclasses.dataclass(frozen=True)
class Configuration:
    """Everything the service needs. C(sha256) is that of the file's bytes: it tells what runs from what is wanted."""

    instance: str
    service_name: str
    service_account: str
    python: str
    api_url: str
    worker: Worker
    folders: Folders
    restart: Restart
    log: LogFile
    credential: Credential
    injector: Injector
    health: Health
    drain: Drain
    records: dict[str, int]
    event_log: str
    project: str
    environment: dict[str, str]
    stop_grace_seconds: float
    sha256: str
    source: bytes = dataclasses.field(repr=False)

    @property
    def is_cloud(self) -> bool:
        """Whether the API is that of a workspace of Prefect Cloud: it has an account in its path."""
        return "/accounts/" in urllib.parse.urlsplit(self.api_url).path


def load(path: str | pathlib.Path) -> Configuration:
    """Read and check the file at C(path). Raises ConfigurationError with one readable line."""
    try:
        raw = pathlib.Path(path).read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{path}: can't be read ({error.strerror}); run the role win_worker again") from error
    return parse(raw, str(path))


def parse(raw: bytes, origin: str) -> Configuration:
    """Turn the file's bytes into a Configuration. C(origin) is named in errors."""
    try:
        document = json.loads(raw)
    except ValueError as error:
        raise ConfigurationError(f"{origin}: is not JSON ({error})") from error
    reader = Reader(document, origin)
    if reader.value("schema", int) != SCHEMA:
        raise reader.wrong("schema", f"must be {SCHEMA}; the service and its configuration are of different versions")
    python = reader.text("python")
    health = _health(reader.section("health", {}))
    return Configuration(
        instance=_matching(reader, "instance", _INSTANCE, "letters, digits, - and _ only, at most 40"),
        service_name=reader.text("service_name"),
        service_account=reader.line("service_account"),
        python=python,
        api_url=_api_url(reader),
        worker=_worker(reader.section("worker")),
        folders=_folders(reader.section("folders")),
        restart=_restart(reader.section("restart", {})),
        log=filled(reader.section("log", {}), LogFile),
        credential=_credential(reader.section("credential", {})),
        injector=_injector(reader.section("injector", {}), python),
        health=health,
        drain=filled(reader.section("drain", {}), Drain),
        records=_records(reader.section("records", {})),
        event_log=_matching(
            reader,
            "event_log",
            _EVENT_LOG,
            "3 to 61 letters, digits, - and _, and none of Windows' own logs",
            "FlowOps-Prefect",
        ),
        project=reader.section("attribution", {}).line("project"),
        environment=_environment(reader, health),
        stop_grace_seconds=reader.number("stop_grace_seconds", 30.0),
        sha256=hashlib.sha256(raw).hexdigest(),
        source=raw,
    )


def _matching(reader: Reader, key: str, pattern: re.Pattern[str], complaint: str, default: t.Any = ...) -> str:
    found = str(reader.value(key, str, default))
    if not pattern.fullmatch(found):
        raise reader.wrong(key, complaint)
    return found


def _folders(reader: Reader) -> Folders:
    reader.path_for_injector("control")
    folders: Folders = filled(reader, Folders)
    return folders


def _restart(reader: Reader) -> Restart:
    restart: Restart = filled(reader, Restart)
    # A factor without an end is a number without one, some failed starts later.
    if not 1 <= restart.factor <= 100 or not 0 < restart.initial_seconds <= restart.maximum_seconds:
        raise reader.wrong("factor", "needs factor from 1 to 100, and 0 < initial_seconds <= maximum_seconds")
    if restart.jitter > 1:
        raise reader.wrong("jitter", "is a share between 0 and 1")
    return restart


def _worker(reader: Reader) -> Worker:
    queues = reader.value("work_queues", list, [])
    if not all(isinstance(queue, str) and queue and not CONTROL.search(queue) for queue in queues):
        raise reader.wrong("work_queues", "must be a list of names")
    limit = reader.value("limit", int, None)
    if limit is not None and limit < 1:
        raise reader.wrong("limit", "must be at least 1, or left out")
    return Worker(reader.text("name"), reader.text("work_pool"), tuple(queues), limit)


def _credential(reader: Reader) -> Credential:
    kind = reader.choice("kind", CREDENTIAL_KINDS, "none")
    if kind == "token_file":
        return Credential(kind, reader.path_for_injector("token_file"))
    if reader.document.get("token_file"):
        raise reader.wrong("token_file", "is for the kind token_file only")
    return Credential(kind)


def _injector(reader: Reader, python: str) -> Injector:
    return Injector(
        reader.path("program", ntpath.join(ntpath.dirname(python), "caddy.exe")),
        reader.port("port"),
        reader.path_for_injector("ca_path", ""),
    )


def _health(reader: Reader) -> Health:
    timeout = reader.number("poll_timeout_seconds", Health.poll_timeout_seconds)
    if timeout < SHORTEST_POLL_TIMEOUT:
        raise reader.wrong("poll_timeout_seconds", f"must be at least {SHORTEST_POLL_TIMEOUT:.0f}")
    return Health(reader.port("port"), timeout)


def _records(reader: Reader) -> dict[str, int]:
    found = {key: value for key, value in reader.document.items() if value is not None}
    try:
        limits(found)
    except ValueError as error:
        key, _colon, why = str(error).partition(": ")
        raise reader.wrong(key, why) from error
    return found


def _api_url(reader: Reader) -> str:
    url = reader.text("api_url")
    try:
        parts = urllib.parse.urlsplit(url)
        has_address = bool(parts.hostname) and parts.port != 0
    except ValueError:
        # The error's own text may repeat the URL, and with it a password.
        raise reader.wrong("api_url", "is no URL; must be http://HOST/api or https://HOST/api") from None
    if parts.scheme not in ("http", "https") or not has_address:
        raise reader.wrong("api_url", "must be http://HOST/api or https://HOST/api")
    if parts.username or parts.password:
        raise reader.wrong("api_url", "must not carry a user or a password")
    if not _HOST.fullmatch(parts.hostname or "") or parts.query or parts.fragment:
        raise reader.wrong("api_url", "must be a host and a path, without ? and #")
    return url


def _environment(reader: Reader, health: Health) -> dict[str, str]:
    section = reader.section("environment", {})
    for name in section.document:
        if not name or "=" in name or CONTROL.search(name):
            # What follows the = may be a value.
            raise section.wrong(ascii(name.partition("=")[0]), "is no name of a variable")
        if looks_secret(name):
            raise section.wrong(name, "looks like a secret; keep it in a Prefect block, or in a file and name that")
        if name.upper() in RESERVED_ENVIRONMENT:
            raise section.wrong(name, "is set by the service itself")
        if "\0" in section.value(name, str):
            raise section.wrong(name, "must not contain a NUL character")
        if _PASSWORD_IN_URL.search(section.document[name]):
            raise section.wrong(name, "carries a password; keep it in a Prefect block, or in a file and name that")
        _check_template(section, name)
        if name.upper() == QUERY_SECONDS:
            _check_interval(section, name, health.poll_timeout_seconds)
    return dict(section.document)


def _check_template(section: Reader, name: str) -> None:
    """A template of names that is wrong would be found out by the first flow run."""
    fields = _TEMPLATES.get(name.upper())
    if fields is not None:
        try:
            names.checked(section.document[name], fields)
        except ValueError as error:
            raise section.wrong(name, str(error)) from error


def _check_interval(section: Reader, name: str, poll_timeout: float) -> None:
    """A worker that is meant to be silent for longer than it may be would be started again for ever."""
    try:
        seconds = float(section.document[name])
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= poll_timeout / 2:
        most = f"half of health.poll_timeout_seconds ({poll_timeout:.0f})"
        raise section.wrong(name, f"must be a number of seconds up to {most}")
