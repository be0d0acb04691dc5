# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The runs that this host has claimed, one small file each: C(<flow-run id>.json).

An entry is written before the worker asks Prefect for the run and removed when the worker has seen its end. Whatever
ends the worker, the service or the host in between leaves the entry; the next start repairs the run.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import json
import os
import pathlib
import time
import typing as t
import uuid

SCHEMA = 1
CLAIMED = "claimed"
STARTED = "started"
# Who holds a file, a scanner or a status command, mostly does so for less than a second.
PAUSES = (0.05, 0.1, 0.2, 0.4)
_T = t.TypeVar("_T")


@dataclasses.dataclass(frozen=True)
class Entry:
    """One claimed run. Times are UTC in ISO format, empty when unknown.

    C(claim) is the message of the Pending state that the worker proposed, its own for each attempt; empty in entries of
    earlier versions. C(repairing) is the id of the state that a repair found, written before it sets another one.
    C(readable) is False for a file that could not be read: then only C(flow_run_id) is known.
    """

    flow_run_id: str
    flow_run_name: str = ""
    flow_name: str = ""
    deployment: str = ""
    work_pool: str = ""
    tags: tuple[str, ...] = ()
    requested_by: str = ""
    project: str = ""
    worker: str = ""
    host: str = ""
    account: str = ""
    phase: str = CLAIMED
    pid: int | None = None
    worker_pid: int | None = None
    claimed_at: str = ""
    started_at: str = ""
    claim: str = ""
    repairing: str = ""
    readable: bool = True


def now() -> str:
    """The time as entries carry it."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")


class Journal:
    """The entries below C(folder). One writer at a time for a run; any number of readers."""

    def __init__(self, folder: str | os.PathLike[str], sleep: t.Callable[[float], None] = time.sleep) -> None:
        self._folder, self._sleep = pathlib.Path(folder), sleep

    def entries(self) -> list[Entry]:
        """All entries, oldest claim first. Raises OSError when the folder can't be listed; none yet is no error."""
        found = (self._read(path) for path in self._files())
        return sorted((entry for entry in found if entry), key=lambda entry: (entry.claimed_at, entry.flow_run_id))

    def count(self) -> int:
        """How many runs are claimed. Raises OSError as C(entries) does."""
        return len(self._files())

    def read(self, flow_run_id: str) -> Entry | None:
        """One entry, None without one."""
        return self._read(self._path(flow_run_id))

    def claim(self, entry: Entry) -> None:
        """Write a new entry, whole and on the disk. Raises OSError: then the run must not be claimed."""
        self._write(dataclasses.replace(entry, claimed_at=entry.claimed_at or now()))

    def update(self, flow_run_id: str, **changes: t.Any) -> None:
        """Change fields of an entry; one that isn't there stays away. Raises OSError when it can't be written."""
        entry = self._read(self._path(flow_run_id))
        if entry is not None:
            self._write(dataclasses.replace(entry, **changes, readable=True))

    def started(self, flow_run_id: str, pid: int) -> None:
        """The run's process was started."""
        self.update(flow_run_id, phase=STARTED, pid=pid, started_at=now())

    def done(self, flow_run_id: str) -> None:
        """Remove the entry. No error when there is none. Raises OSError when it can't be removed."""
        path = self._path(flow_run_id)
        self._patiently(lambda: path.unlink(missing_ok=True))

    def tidy(self) -> None:
        """Remove what a killed writer left half written. Only while no worker runs."""
        with contextlib.suppress(OSError):
            for path in self._folder.glob("*.partial"):
                with contextlib.suppress(OSError):
                    path.unlink()

    def _files(self) -> list[pathlib.Path]:
        try:
            names = os.listdir(self._folder)
        except FileNotFoundError:
            return []
        return [self._folder / name for name in names if name.endswith(".json") and _is_id(name[: -len(".json")])]

    def _path(self, flow_run_id: str) -> pathlib.Path:
        # A UUID and nothing else becomes part of a path.
        return self._folder / f"{uuid.UUID(str(flow_run_id))}.json"

    def _read(self, path: pathlib.Path) -> Entry | None:
        """The file's entry; None when it went away meanwhile."""
        try:
            document = json.loads(self._patiently(path.read_bytes))
            return _entry(path.stem, document)
        except FileNotFoundError:
            return None
        except (OSError, ValueError):
            return Entry(path.stem, readable=False)

    def _write(self, entry: Entry) -> None:
        path = self._path(entry.flow_run_id)
        document = {"schema": SCHEMA} | dataclasses.asdict(entry)
        del document["readable"]
        self._folder.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        try:
            with partial.open("w", encoding="utf-8") as stream:
                json.dump(document, stream, indent=2)
                stream.flush()
                os.fsync(stream.fileno())
            self._patiently(lambda: partial.replace(path))
        except OSError:
            with contextlib.suppress(OSError):
                partial.unlink()
            raise

    def _patiently(self, action: t.Callable[[], _T]) -> _T:
        for pause in PAUSES:
            try:
                return action()
            except PermissionError:
                self._sleep(pause)
        return action()


def _is_id(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


def _entry(flow_run_id: str, document: t.Any) -> Entry:
    """Raises ValueError for anything that isn't an entry of this schema."""
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise ValueError("no journal entry of a known schema")
    values: dict[str, t.Any] = {}
    for field in dataclasses.fields(Entry):
        if field.name in ("flow_run_id", "readable") or field.name not in document:
            continue
        values[field.name] = _value(field, document[field.name])
    if values.get("phase") not in (CLAIMED, STARTED):
        raise ValueError("phase")
    return Entry(flow_run_id, **values)


def _value(field: dataclasses.Field[t.Any], value: t.Any) -> t.Any:
    if field.name == "tags":
        if not isinstance(value, list) or not all(isinstance(tag, str) for tag in value):
            raise ValueError(field.name)
        return tuple(value)
    wanted = (int, type(None)) if field.default is None else str
    if isinstance(value, bool) or not isinstance(value, wanted):
        raise ValueError(field.name)
    return value
