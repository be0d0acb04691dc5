# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Environments side by side: wheels from a share, a folder or an index, and what goes when nobody uses it any more."""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import subprocess
import sys
import zipfile

import pytest
from e2e_support.host_processes import prefix
from e2e_support.lab import ROOT

SITE = "flowops.prefect.site"
ON_WIN1 = ("--limit", "win1,localhost")
ROLE = ROOT / "roles" / "win_runtime" / "files"
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "flowops.prefect"

pytestmark = pytest.mark.usefixtures("converged")


def _venvs() -> pathlib.Path:
    return prefix("win1") / "drive_c" / "Program Files" / "flowops" / "venvs"


def _runtime(ansible, variables: dict, *options: str, status: int = 0):
    run = ansible.playbook(SITE, "--tags", "win_runtime", *ON_WIN1, "-e", json.dumps(variables), *options)
    assert run.status == status, run.output[-4000:]
    return run


@pytest.fixture(scope="module")
def wheelhouse():
    """Archive with the wheels of the role's own lock."""
    command = [sys.executable, str(ROLE / "wheelhouse.py"), "--lock", str(ROLE / "locks" / "prefect-worker.txt")]
    command += ["--cache", str(CACHE), "--python-version", "3.13"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600, check=True)
    return pathlib.Path(json.loads(done.stdout)["path"])


@pytest.fixture
def share(wheelhouse):
    """A share with these wheels, as Wine sees one: where it is on this machine."""
    folder = prefix("win1") / "dosdevices" / "unc" / "files" / "packages"
    folder.mkdir(parents=True)
    with zipfile.ZipFile(wheelhouse) as archive:
        for name in archive.namelist():
            if name.endswith(".whl"):
                (folder / pathlib.PurePosixPath(name).name).write_bytes(archive.read(name))
    yield folder
    shutil.rmtree(prefix("win1") / "dosdevices" / "unc")


def _another_lock(folder: pathlib.Path, name: str) -> str:
    """The same packages under another name of the environment."""
    file = folder / f"{name}.txt"
    file.write_text((ROLE / "locks" / "prefect-worker.txt").read_text() + f"# {name}\n")
    return str(file)


def test_wheels_of_a_share_are_checked_against_the_lock_before_anything_runs(ansible, share, tmp_path):
    wanted = {
        "win_runtime_source": "share",
        "win_runtime_source_path": "\\\\files\\packages",
        "win_runtime_lock": _another_lock(tmp_path, "share"),
    }
    before = set(_venvs().iterdir())
    (uv,) = share.glob("uv-*.whl")
    good = uv.read_bytes()
    uv.write_bytes(good + b"x")
    refused = _runtime(ansible, wanted, status=2)
    assert "has another uv" in refused.errors[-1]
    uv.write_bytes(good)
    anyio = next(share.glob("anyio-*.whl"))
    kept = anyio.read_bytes()
    anyio.write_bytes(kept[:-1] + bytes([kept[-1] ^ 1]))
    assert "hash" in _runtime(ansible, wanted, status=2).output.lower()
    anyio.write_bytes(kept)
    check, real = _runtime(ansible, wanted, "--check"), _runtime(ansible, wanted)
    assert real.changes
    assert check.changes == real.changes
    assert _runtime(ansible, wanted).changes == set()
    (made,) = set(_venvs().iterdir()) - before
    assert (made / "Scripts" / "caddy.exe").is_file()
    shutil.rmtree(made)


def test_a_folder_without_all_the_wheels_says_which_one_is_missing(ansible, tmp_path):
    lock = _another_lock(tmp_path, "folder")
    wanted = {"win_runtime_source": "folder", "win_runtime_source_path": str(tmp_path), "win_runtime_lock": lock}
    message = _runtime(ansible, wanted, "--check", status=2).output
    assert "win_runtime_source_path" in message
    assert "No matching distribution found" in message


def test_a_drive_that_is_full_is_told_before_anything_is_written(ansible, tmp_path):
    before = set(_venvs().iterdir())
    wanted = {"win_runtime_minimum_free_mb": 10**9, "win_runtime_lock": _another_lock(tmp_path, "full")}
    message = _runtime(ansible, wanted, status=2).errors[-1]
    assert "MB free" in message
    assert "\n" not in message
    assert set(_venvs().iterdir()) == before


def test_what_nobody_uses_goes_and_what_a_worker_names_stays(ansible):
    (used,) = _venvs().iterdir()
    old = [_venvs() / name for name in ("0" * 12, "1" * 12, "2" * 12)]
    for folder in old:
        folder.mkdir()
        (folder / ".flowops-it").write_text("")
    other = prefix("win1") / "drive_c" / "ProgramData" / "flowops" / "workers" / "other" / "config"
    other.mkdir(parents=True)
    python = f"C:\\Program Files\\flowops\\venvs\\{old[0].name}\\Scripts\\python.exe"
    (other / "worker.json").write_text(json.dumps({"python": python}))
    try:
        wanted = {"win_runtime_keep": 1}
        check, real = _runtime(ansible, wanted, "--check"), _runtime(ansible, wanted)
        assert check.changes == real.changes
        assert set(_venvs().iterdir()) == {used, old[0]}
        (other / "worker.json").write_text("{")
        kept = _runtime(ansible, wanted)
        assert kept.changes == set()
        assert any("it is not certain who uses" in str(event["message"]) for event in kept.results("ok"))
        assert old[0].is_dir()
    finally:
        shutil.rmtree(other.parent)
        shutil.rmtree(old[0], ignore_errors=True)


def test_a_removal_leaves_what_a_worker_runs_from(ansible):
    (used,) = _venvs().iterdir()
    old = _venvs() / ("0" * 12)
    old.mkdir()
    (old / ".flowops-it").write_text("")
    wanted = {"win_runtime_state": "absent"}
    check, real = _runtime(ansible, wanted, "--check"), _runtime(ansible, wanted)
    assert real.changes
    assert check.changes == real.changes
    assert set(_venvs().iterdir()) == {used}
    assert (used / "Scripts" / "caddy.exe").is_file()
    (python,) = (_venvs().parent / "python").iterdir()
    assert next(python.glob(".flowops-*"), None), "an environment stands on its Python"
    said = [str(event["message"]) for event in real.results("ok") if event["task"].endswith("Tell what stays")]
    assert len(said) == 1
    assert used.name in said[0]
    assert _runtime(ansible, wanted).changes == set()
