# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service's configuration: one JSON file, checked as a whole before anything starts. It carries no secrets."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import pathlib
import re
import typing as t
import urllib.parse

from prefect_host.secret_names import looks_secret

SCHEMA = 1
RESERVED_ENVIRONMENT = frozenset(
    {"PREFECT_API_URL", "PREFECT_HOME", "PREFECT_PROFILES_PATH", "PREFECT_WORKER_WEBSERVER_HOST"}
)
_INSTANCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_CONTROL = re.compile(r"[\x00-\x1f]")
# A week. Windows counts a stop's patience in milliseconds of 32 bits, and Python's waits have an end of their own.
LONGEST_SECONDS = 604_800
LARGEST_NUMBER = 10**15


class ConfigurationError(ValueError):
    """One line: which file, which key, what is wrong with it."""


@dataclasses.dataclass(frozen=True)
class Worker:
    """What `prefect worker start` is told."""

    name: str
    work_pool: str
    work_queues: tuple[str, ...] = ()
    limit: int | None = None


@dataclasses.dataclass(frozen=True)
class Folders:
    """Absolute folders. The service account writes to all but C(config)."""

    config: str
    home: str
    work: str
    logs: str


@dataclasses.dataclass(frozen=True)
class Restart:
    """How a worker that ended comes back. Seconds; C(jitter) is a share of the delay."""

    initial_seconds: float = 2.0
    maximum_seconds: float = 300.0
    factor: float = 2.0
    jitter: float = 0.2
    healthy_after_seconds: float = 120.0


@dataclasses.dataclass(frozen=True)
class LogFile:
    """The rotating file with the worker's own output."""

    max_bytes: int = 10_000_000
    backups: int = 5


@dataclasses.dataclass(frozen=True)
class Configuration:
    """Everything the service needs. C(sha256) is that of the file's bytes: it tells what runs from what is wanted."""

    instance: str
    service_name: str
    event_source: str
    python: str
    api_url: str
    worker: Worker
    folders: Folders
    restart: Restart
    log: LogFile
    environment: dict[str, str]
    stop_grace_seconds: float
    sha256: str
    source: bytes = dataclasses.field(repr=False)


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
    reader = _Reader(document, origin)
    if reader.value("schema", int) != SCHEMA:
        raise reader.wrong("schema", f"must be {SCHEMA}; the service and its configuration are of different versions")
    instance = reader.text("instance")
    if not _INSTANCE.fullmatch(instance):
        raise reader.wrong("instance", "letters, digits, - and _ only, at most 40")
    return Configuration(
        instance=instance,
        service_name=reader.text("service_name"),
        event_source=reader.text("event_source"),
        python=reader.text("python"),
        api_url=_api_url(reader),
        worker=_worker(reader.section("worker")),
        folders=_section(reader.section("folders"), Folders),
        restart=_restart(reader.section("restart", {})),
        log=_section(reader.section("log", {}), LogFile),
        environment=_environment(reader),
        stop_grace_seconds=reader.number("stop_grace_seconds", 30.0),
        sha256=hashlib.sha256(raw).hexdigest(),
        source=raw,
    )


class _Reader:
    """Typed access to a JSON object; every complaint names the file and the key."""

    def __init__(self, document: t.Any, origin: str, prefix: str = "") -> None:
        self._origin, self._prefix = origin, prefix
        if not isinstance(document, dict):
            raise ConfigurationError(f"{origin}: {prefix.rstrip('.') or 'the file'} must be a JSON object")
        self.document: dict[str, t.Any] = document

    def wrong(self, key: str, why: str) -> ConfigurationError:
        return ConfigurationError(f"{self._origin}: {self._prefix}{key}: {why}")

    def value(self, key: str, kind: type | tuple[type, ...], default: t.Any = ...) -> t.Any:
        found = self.document.get(key)
        if found is None:
            if default is ...:
                raise self.wrong(key, "is missing")
            return default
        if isinstance(found, bool) or not isinstance(found, kind):
            raise self.wrong(key, f"has the wrong type ({type(found).__name__})")
        return found

    def text(self, key: str) -> str:
        found = self.value(key, str)
        if not found.strip() or _CONTROL.search(found):
            raise self.wrong(key, "must be text without line breaks, and not empty")
        return found

    def number(self, key: str, default: float) -> float:
        found = self.value(key, (int, float), default)
        most = LONGEST_SECONDS if key.endswith("_seconds") else LARGEST_NUMBER
        if not 0 <= found <= most:
            raise self.wrong(key, "must not be negative" if found < 0 else f"must be a number up to {most}")
        return float(found)

    def section(self, key: str, default: t.Any = ...) -> _Reader:
        return _Reader(self.value(key, dict, default), self._origin, f"{self._prefix}{key}.")


def _section(reader: _Reader, shape: type) -> t.Any:
    values = {}
    for field in dataclasses.fields(shape):
        if field.default is dataclasses.MISSING:
            values[field.name] = reader.text(field.name)
        else:
            number = reader.number(field.name, field.default)
            if isinstance(field.default, int) and not number.is_integer():
                raise reader.wrong(field.name, "must be a whole number")
            values[field.name] = type(field.default)(number)
    return shape(**values)


def _restart(reader: _Reader) -> Restart:
    restart = _section(reader, Restart)
    # A factor without an end is a number without one, some failed starts later.
    if not 1 <= restart.factor <= 100 or not 0 < restart.initial_seconds <= restart.maximum_seconds:
        raise reader.wrong("factor", "needs factor from 1 to 100, and 0 < initial_seconds <= maximum_seconds")
    if restart.jitter > 1:
        raise reader.wrong("jitter", "is a share between 0 and 1")
    return restart


def _worker(reader: _Reader) -> Worker:
    queues = reader.value("work_queues", list, [])
    if not all(isinstance(queue, str) and queue and not _CONTROL.search(queue) for queue in queues):
        raise reader.wrong("work_queues", "must be a list of names")
    limit = reader.value("limit", int, None)
    if limit is not None and limit < 1:
        raise reader.wrong("limit", "must be at least 1, or left out")
    return Worker(reader.text("name"), reader.text("work_pool"), tuple(queues), limit)


def _api_url(reader: _Reader) -> str:
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
    return url


def _environment(reader: _Reader) -> dict[str, str]:
    section = reader.section("environment", {})
    for name in section.document:
        if not name or "=" in name or _CONTROL.search(name):
            # What follows the = may be a value.
            raise section.wrong(ascii(name.partition("=")[0]), "is no name of a variable")
        if looks_secret(name):
            raise section.wrong(name, "looks like a secret; keep it in a Prefect block, or in a file and name that")
        if name.upper() in RESERVED_ENVIRONMENT:
            raise section.wrong(name, "is set by the service itself")
        if "\0" in section.value(name, str):
            raise section.wrong(name, "must not contain a NUL character")
    return dict(section.document)
