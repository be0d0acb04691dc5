# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's small pieces, without starting anything of it."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import threading
import zipfile
from pathlib import Path

import pytest
from flowops_lab import (
    cli,
    host_packages,
    interpreters,
    locks,
    names,
    processes,
    python_artifact,
    secret_files,
    virtual_environments,
)
from flowops_lab.console import LabError
from flowops_lab.paths import Paths


@pytest.mark.parametrize(
    ("version", "requires", "expected"),
    [
        ((3, 11, 7), ">=3.11,<3.14", True),
        ((3, 14, 0), ">=3.11,<3.14", False),
        ((3, 10, 13), ">=3.11", False),
        ((3, 12, 1), ">=3.12", True),
    ],
)
def test_an_interpreter_is_chosen_by_its_version(version, requires, expected):
    assert interpreters.matches(version, requires) is expected


def test_a_version_range_that_is_none_is_refused():
    with pytest.raises(ValueError, match="not a version range"):
        interpreters.matches((3, 11, 0), "~=3.11")


def test_every_requirement_is_held_to_one_version_and_names_no_index():
    folder = Paths.from_environment().requirements
    for file in folder.glob("*.txt"):
        lines = [line for line in file.read_text().splitlines() if line and not line.startswith("#")]
        assert lines, file
        assert [line for line in lines if "==" not in line or "://" in line] == [], file
        assert "# requires-python: " in file.read_text(), file


def test_a_password_file_is_its_owners_alone(tmp_path):
    file = tmp_path / "secrets" / "someone"
    secret_files.write(file, secret_files.new_password())
    secret_files.write(file, "second")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert secret_files.read(file) == "second"


def test_passwords_differ_and_satisfy_the_domains_rule():
    made = {secret_files.new_password() for turn in range(50)}
    assert len(made) == 50
    assert all(any(c.isdigit() for c in one) and one.lower() != one != one.upper() for one in made)


def test_a_lock_is_held_by_one_at_a_time(tmp_path):
    order = []
    with locks.held(tmp_path, "thing"):

        def second():
            with locks.held(tmp_path, "thing"):
                order.append("second")

        waiting = threading.Thread(target=second)
        waiting.start()
        waiting.join(0.5)
        order.append("first")
    waiting.join(5)
    assert order == ["first", "second"]


def test_a_lock_that_is_never_freed_is_one_line_with_the_way_out(tmp_path):
    first, second = locks.held(tmp_path, "thing"), locks.held(tmp_path, "thing", wait=0.3)
    with first, pytest.raises(LabError, match="wait for it or end it"), second:
        pytest.fail("two held the lock")


def test_a_recycled_pid_is_never_ended(tmp_path):
    paths = Paths(tmp_path)
    bystander = subprocess.Popen(["sleep", "60"])
    try:
        paths.pids.mkdir(parents=True)
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        record = {"part": "directory", "pid": bystander.pid, "started": 1, "boot": boot, "since": 0, "address": "-"}
        (paths.pids / "directory.json").write_text(json.dumps(record))
        assert processes.recorded(paths, "directory") is None
        processes.stop(paths, "directory")
        assert bystander.poll() is None
        assert not (paths.pids / "directory.json").exists()
    finally:
        bystander.kill()
        bystander.wait()


def test_a_pid_file_of_another_boot_is_no_process(tmp_path):
    paths = Paths(tmp_path)
    process = processes.start(paths, "prefect", ["sleep", "60"], address="-", env={"PATH": os.environ["PATH"]})
    file = paths.pids / "prefect.json"
    file.write_text(file.read_text().replace(process.boot, "another-boot"))
    assert processes.recorded(paths, "prefect") is None
    processes.stop(paths, "prefect")
    assert processes.members(paths) == []


def test_what_left_its_session_and_lost_its_parent_is_ended_too(tmp_path):
    paths = Paths(tmp_path)
    command = ["sh", "-c", "setsid sleep 60 & setsid sleep 61 & exit 0"]
    processes.start(paths, "win1", command, address="-", env={"PATH": os.environ["PATH"]})
    seen = threading.Event()
    for _turn in range(50):
        if len(processes.members(paths, "win1")) >= 2:
            break
        seen.wait(0.1)
    assert len(processes.members(paths, "win1")) >= 2
    processes.stop(paths, "win1", grace=0)
    assert processes.members(paths) == []


def test_an_unknown_part_is_one_line_that_lists_the_parts(capsys):
    assert cli.main(["start", "mailserver"]) == 1
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1
    assert "choose one of directory, prefect, cloud, win1, win2" in said[0]


def test_without_root_one_line_says_what_can_not_be_had(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("FLOWOPS_LAB", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert cli.main(["up"]) == 3
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1
    assert "directory, win1, win2 needs root" in said[0]


def test_on_another_distribution_one_line_says_what_can_not_be_had(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("FLOWOPS_LAB", str(tmp_path))
    monkeypatch.setattr(host_packages, "distribution", lambda: ("fedora", "41"))
    assert cli.main(["up"]) == 3
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1
    assert "needs Debian 12 (this is fedora 41)" in said[0]


def test_a_killed_build_is_not_taken_for_an_environment(tmp_path):
    folder = tmp_path / "venv"
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python").touch()
    assert not virtual_environments.is_complete(folder, "digest")
    (folder / virtual_environments.STAMP).write_text("another digest\n")
    assert not virtual_environments.is_complete(folder, "digest")
    (folder / virtual_environments.STAMP).write_text("digest\n")
    assert virtual_environments.is_complete(folder, "digest")


def test_the_archive_of_windows_python_is_the_same_each_time(own_lab, tmp_path):
    first = python_artifact.ensure(own_lab).read_bytes()
    (tmp_path / "artifacts").mkdir()
    (tmp_path / "artifacts" / "python-embed-3.13").symlink_to(own_lab.artifacts / "python-embed-3.13")
    second = python_artifact.ensure(Paths(tmp_path))
    assert second.read_bytes() == first
    with zipfile.ZipFile(second) as archive:
        entries = archive.namelist()
    assert {"python.exe", "DLLs/_socket.pyd", "Lib/os.pyc"} <= set(entries)
    assert len(entries) == len(set(entries))
    assert not [name for name in entries if name.endswith("._pth")]


def test_a_host_has_the_names_its_keytab_needs():
    assert names.WINDOWS_HOSTS[0].principals == ["HTTP/win1.lab.test", "HTTP/win1", "HOST/win1.lab.test", "HOST/win1"]
