# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The journal of claimed runs: whole files or none, and no entry that is lost without a word."""

from __future__ import annotations

import json
import os
import pathlib
import uuid

import pytest
from prefect_host.runs.journal import CLAIMED, STARTED, Entry, Journal


@pytest.fixture
def folder(tmp_path: pathlib.Path) -> pathlib.Path:
    return tmp_path / "runs"


@pytest.fixture
def journal(folder: pathlib.Path) -> Journal:
    return Journal(folder, sleep=lambda _seconds: None)


def an_id() -> str:
    return str(uuid.uuid4())


def test_a_folder_that_is_not_there_yet_has_no_entries(journal: Journal) -> None:
    assert journal.entries() == []
    assert journal.count() == 0


def test_a_folder_that_cant_be_listed_is_not_empty(folder: pathlib.Path, journal: Journal) -> None:
    folder.write_text("a file stands where the folder should be")
    with pytest.raises(OSError):
        journal.entries()
    with pytest.raises(OSError):
        journal.count()


def test_a_run_is_followed_from_claim_to_end(folder: pathlib.Path, journal: Journal) -> None:
    run = an_id()
    journal.claim(Entry(run, flow_run_name="payroll/load", tags=("a", "b"), worker="w", worker_pid=7))
    (entry,) = journal.entries()
    assert (entry.phase, entry.pid, entry.tags, entry.worker_pid) == (CLAIMED, None, ("a", "b"), 7)
    assert entry.claimed_at
    assert entry.started_at == ""
    journal.started(run, 4711)
    (entry,) = journal.entries()
    assert (entry.phase, entry.pid, entry.flow_run_name) == (STARTED, 4711, "payroll/load")
    assert entry.started_at >= entry.claimed_at
    journal.done(run)
    assert journal.count() == 0
    assert list(folder.iterdir()) == []


def test_the_file_carries_what_others_read(folder: pathlib.Path, journal: Journal) -> None:
    run = an_id()
    journal.claim(Entry(run, requested_by="CORP\\anna", project="payroll"))
    document = json.loads((folder / f"{run}.json").read_text(encoding="utf-8"))
    wanted = {"schema", "flow_run_id", "flow_run_name", "flow_name", "deployment", "work_pool", "tags", "requested_by"}
    wanted |= {"project", "phase", "pid", "worker_pid", "claimed_at", "started_at"}
    assert wanted <= set(document)
    assert (document["schema"], document["requested_by"]) == (1, "CORP\\anna")


def test_the_oldest_claim_comes_first(journal: Journal) -> None:
    old, new = an_id(), an_id()
    journal.claim(Entry(new, claimed_at="2026-11-26T10:00:01+00:00"))
    journal.claim(Entry(old, claimed_at="2026-11-26T10:00:00+00:00"))
    assert [entry.flow_run_id for entry in journal.entries()] == [old, new]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'{"schema": 2, "phase": "claimed"}',
        b'{"schema": 1}',
        b'{"schema": 1, "phase": "claimed", "pid": "7"}',
        b'{"schema": 1, "phase": "claimed", "tags": "a"}',
        b'{"schema": 1, "phase": "claimed", "worker": null}',
        b"\xff\xfe",
    ],
)
def test_an_unreadable_file_is_an_entry_with_only_its_id(
    folder: pathlib.Path, journal: Journal, content: bytes
) -> None:
    folder.mkdir()
    run = an_id()
    (folder / f"{run}.json").write_bytes(content)
    assert journal.entries() == [Entry(run, readable=False)]
    assert journal.count() == 1


def test_an_unreadable_file_is_written_anew_with_what_becomes_known(folder: pathlib.Path, journal: Journal) -> None:
    folder.mkdir()
    run = an_id()
    (folder / f"{run}.json").write_bytes(b"")
    journal.update(run, repairing="state")
    assert journal.entries() == [Entry(run, repairing="state")]


def test_other_files_are_no_entries(folder: pathlib.Path, journal: Journal) -> None:
    folder.mkdir()
    for name in ("notes.json", f"{an_id()}.partial", f"{an_id()}.json.bak", f"{an_id().upper()}.json"):
        (folder / name).write_bytes(b"{}")
    assert journal.entries() == []


def test_what_a_killed_writer_left_is_tidied_away_and_nothing_else(folder: pathlib.Path, journal: Journal) -> None:
    run = an_id()
    journal.claim(Entry(run))
    (folder / f"{an_id()}.partial").write_bytes(b"{")
    journal.tidy()
    assert [path.name for path in folder.iterdir()] == [f"{run}.json"]


def test_an_entry_that_is_gone_does_not_come_back(journal: Journal) -> None:
    journal.started(an_id(), 1)
    assert journal.count() == 0
    journal.done(an_id())


def test_a_full_disk_leaves_the_old_entry_and_no_half_one(
    folder: pathlib.Path, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = an_id()
    journal.claim(Entry(run))

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        journal.started(run, 7)
    with pytest.raises(OSError, match="No space left"):
        journal.claim(Entry(an_id()))
    monkeypatch.undo()
    (entry,) = journal.entries()
    assert entry.phase == CLAIMED
    assert [path.name for path in folder.iterdir()] == [f"{run}.json"]


def test_a_file_that_a_scanner_holds_for_a_moment_is_waited_for(
    folder: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    journal, run = Journal(folder, sleep=pauses.append), an_id()
    journal.claim(Entry(run))
    really, refusals = pathlib.Path.unlink, iter([True, True, False])

    def unlink(path: pathlib.Path, missing_ok: bool = False) -> None:
        if next(refusals):
            raise PermissionError(13, "held")
        really(path, missing_ok=missing_ok)

    monkeypatch.setattr(pathlib.Path, "unlink", unlink)
    journal.done(run)
    assert len(pauses) == 2
    assert journal.count() == 0


@pytest.mark.parametrize("name", ["../evil", "", "a/b", "C:\\x", "..."])
def test_only_a_uuid_becomes_a_path(journal: Journal, name: str) -> None:
    with pytest.raises(ValueError):
        journal.claim(Entry(name))
    with pytest.raises(ValueError):
        journal.done(name)
