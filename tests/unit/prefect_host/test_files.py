# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the service leaves on disk: logs and its state."""

from __future__ import annotations

import hashlib
import io
import json
import logging
import os
import pathlib

import pytest
from prefect_host import files, logs, state

LOGGER = logging.getLogger("test")


@pytest.fixture
def settings(document, parse, tmp_path):
    document["folders"] |= {"home": str(tmp_path), "logs": str(tmp_path)}
    document["log"] = {"max_bytes": 200, "backups": 2}
    return parse(document)


def test_output_is_copied_and_broken_bytes_do_not_stop_it(settings, tmp_path):
    logs.copy_lines(io.BytesIO(b"first\r\nbroken \xff\xfe\nlast without end"), logs.worker_logger(settings))
    assert (tmp_path / "worker.log").read_text(encoding="utf-8").splitlines() == [
        "first",
        "broken \ufffd\ufffd",
        "last without end",
    ]


def test_a_line_without_end_is_copied_in_pieces(settings, tmp_path, monkeypatch):
    monkeypatch.setattr(logs, "LONGEST_LINE", 10, raising=False)
    logs.copy_lines(io.BytesIO("\u00e4".encode() * 25), logs.worker_logger(settings))
    lines = (tmp_path / "worker.log").read_text(encoding="utf-8").splitlines()
    assert lines == ["\u00e4" * 10, "\u00e4" * 10, "\u00e4" * 5]


def test_logs_rotate(settings, tmp_path):
    logger = logs.worker_logger(settings)
    for number in range(60):
        logger.info("line %03d", number)
    assert sorted(path.name for path in tmp_path.glob("worker.log*")) == ["worker.log", "worker.log.1", "worker.log.2"]


def test_the_service_log_has_times_and_one_handler(settings, tmp_path):
    logs.service_logger(settings)
    logger = logs.service_logger(settings)
    logger.warning("hello")
    line = (tmp_path / "service.log").read_text(encoding="utf-8")
    assert line.endswith("Z WARNING hello\n")
    assert line.count("hello") == 1
    assert not logging.getLogger().handlers or not logger.propagate


def test_the_state_says_what_runs(settings, tmp_path):
    assert state.write_processes(settings, 4711, 3, LOGGER)
    found = json.loads((tmp_path / "running.json").read_text(encoding="utf-8"))
    assert found["config_sha256"] == settings.sha256
    assert (found["worker_pid"], found["worker_starts"], found["service_pid"]) == (4711, 3, os.getpid())
    assert [path.name for path in tmp_path.iterdir()] == ["running.json"]


def test_the_running_configuration_has_the_hash_that_the_role_knows(settings, tmp_path):
    assert state.write_configuration(settings, LOGGER)
    content = (tmp_path / "running-config.json").read_bytes()
    assert hashlib.sha256(content).hexdigest() == settings.sha256


@pytest.fixture
def replaced(monkeypatch):
    """Errors of the next attempts to replace a file, to be filled."""
    failures, replace = [], pathlib.Path.replace

    def flaky(path, target):
        if failures:
            raise failures.pop(0)
        return replace(path, target)

    monkeypatch.setattr(pathlib.Path, "replace", flaky)
    monkeypatch.setattr(state, "PAUSES", (0, 0, 0, 0))
    return failures


def test_a_state_that_somebody_reads_just_now_is_written_a_moment_later(settings, tmp_path, replaced, caplog):
    replaced += [PermissionError(13, "in use"), PermissionError(13, "in use")]
    assert state.write_configuration(settings, LOGGER)
    assert (tmp_path / "running-config.json").read_bytes() == settings.source
    assert not caplog.messages


def test_a_file_is_on_the_disk_before_it_takes_its_place(tmp_path, monkeypatch):
    synced, real = [], os.fsync

    def fsync(descriptor):
        synced.append(((tmp_path / "key.partial").read_bytes(), (tmp_path / "key").read_bytes()))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    (tmp_path / "key").write_bytes(b"old")
    files.replace(tmp_path / "key", b"new")
    assert synced == [(b"new", b"old")]
    assert (tmp_path / "key").read_bytes() == b"new"


def test_a_state_that_cannot_be_written_is_a_warning_and_leaves_nothing_half_done(settings, tmp_path, replaced, caplog):
    (tmp_path / "running.json").write_text("old")
    replaced += [OSError(28, "no space left")] * 9
    assert not state.write_processes(settings, 4711, 3, LOGGER)
    assert "no space left" in caplog.text
    assert len(replaced) == 4
    assert [path.name for path in tmp_path.iterdir()] == ["running.json"]
    assert (tmp_path / "running.json").read_text() == "old"
