# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A log that somebody has open loses no line and no history, and is rotated when it is let go."""

from __future__ import annotations

import os

import pytest
from prefect_host import logs
from prefect_host.rotation import RETRY_SECONDS


class Windows:
    """Renames and removes as Windows does: not what somebody holds, and not onto it."""

    def __init__(self, monkeypatch):
        self.held, self.refused = set(), 0
        for name in ("replace", "rename", "remove"):
            monkeypatch.setattr(os, name, self._unless_held(getattr(os, name)))

    def _unless_held(self, do):
        def call(*paths):
            if self.held & {os.path.basename(path) for path in paths}:
                self.refused += 1
                raise PermissionError(13, "used by another process")
            return do(*paths)

        return call


class Log:
    """The worker's log in a folder: 10 lines and some fit into one file, two older files are kept."""

    def __init__(self, settings, folder, monkeypatch):
        self.folder, self.now, self.count = folder, 0.0, 0
        self.windows = Windows(monkeypatch)
        self.logger = logs.worker_logger(settings)
        monkeypatch.setattr(self.logger.handlers[0], "_clock", lambda: self.now, raising=False)

    def write(self, lines):
        for number in range(self.count, self.count + lines):
            self.logger.info("line %04d, padded", number)
        self.count += lines

    def files(self):
        """Our lines per file, the oldest file first."""
        paths = sorted(self.folder.glob("worker.log*"), key=lambda path: path.name, reverse=True)
        return {path.name: [line for line in path.read_text().splitlines() if line[:4] == "line"] for path in paths}

    def lines(self):
        found = self.files()
        newest_last = ["worker.log.2", "worker.log.1", "worker.log.0", "worker.log"]
        return [line for name in newest_last for line in found.get(name, [])]

    def expected(self):
        return [f"line {number:04d}, padded" for number in range(self.count)]


@pytest.fixture
def log(document, parse, tmp_path, monkeypatch):
    document["folders"]["logs"] = str(tmp_path)
    document["log"] = {"max_bytes": 200, "backups": 2}
    made = Log(parse(document), tmp_path, monkeypatch)
    made.write(25)
    assert len(made.files()) == 3
    assert made.lines() == made.expected()
    return made


def test_a_log_that_is_held_goes_on_in_the_same_file_and_leaves_the_history_alone(log):
    before = log.files()
    log.windows.held = {"worker.log"}
    log.write(100)
    after = log.files()
    assert [after[name] for name in ("worker.log.1", "worker.log.2")] == [
        before[name] for name in ("worker.log.1", "worker.log.2")
    ]
    assert log.lines() == log.expected()
    assert log.windows.refused == 1
    assert (log.folder / "worker.log").read_text().count("prefect_host: this log can't be rotated") == 1


def test_it_is_tried_again_after_a_while_and_rotated_when_it_is_let_go(log):
    log.windows.held = {"worker.log"}
    log.write(50)
    log.now += RETRY_SECONDS
    log.write(50)
    assert log.windows.refused == 2
    log.windows.held = set()
    log.now += RETRY_SECONDS
    log.write(5)
    assert sorted(log.files()) == ["worker.log", "worker.log.1", "worker.log.2"]
    assert log.files()["worker.log"] == log.expected()[-5:]
    assert log.files()["worker.log.1"][-1] == log.expected()[-6]


@pytest.mark.parametrize("held", ["worker.log.1", "worker.log.2"])
def test_a_backup_that_is_held_costs_no_more_than_its_turn(log, held):
    log.windows.held = {held}
    before = log.files()[held]
    for round_number in range(5):
        log.now += RETRY_SECONDS * round_number
        log.write(20)
    assert log.files()[held] == before
    assert log.lines()[-100:] == log.expected()[-100:]
    log.windows.held = set()
    log.now += RETRY_SECONDS
    log.write(20)
    assert sorted(log.files()) == ["worker.log", "worker.log.1", "worker.log.2"]
    assert log.lines() == log.expected()[-len(log.lines()) :]


def test_without_backups_a_full_log_is_begun_anew(document, parse, tmp_path):
    document["folders"]["logs"] = str(tmp_path)
    document["log"] = {"max_bytes": 200, "backups": 0}
    logger = logs.worker_logger(parse(document))
    for number in range(100):
        logger.info("line %03d", number)
    assert [path.name for path in tmp_path.iterdir()] == ["worker.log"]
    assert (tmp_path / "worker.log").stat().st_size <= 200
