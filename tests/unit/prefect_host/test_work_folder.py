# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What hard ends leave in the work folder goes, and nothing else."""

from __future__ import annotations

import os

from prefect_host.work_folder import sweep


def _file(path, mode=0o600):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{}")
    path.chmod(mode)
    return path


def test_folders_of_runs_go_and_all_else_stays(tmp_path):
    work, outside = tmp_path / "work", _file(tmp_path / "outside" / "kept.txt")
    _file(work / "prefect-workspace-attempt-ab12" / "workspace.json")
    _file(work / "tmpk3j2prefect" / "code" / ".git" / "objects" / "pack", 0o400)
    _file(work / "runner_storage" / "6b1f" / "flow.py")
    stay = [_file(work / "tmpk3j2" / "of-a-flow.txt"), _file(work / "prefect-workspace-attempt-notes.txt")]
    os.symlink(outside.parent, work / "tmplinkprefect")
    sweep(work).join(10)
    assert all(path.exists() for path in [*stay, outside])
    assert sorted(path.name for path in work.iterdir()) == [
        "prefect-workspace-attempt-notes.txt",
        "runner_storage",
        "tmpk3j2",
        "tmplinkprefect",
    ]
    assert list((work / "runner_storage").iterdir()) == []


def test_what_comes_after_the_look_is_somebody_elses(tmp_path):
    sweeping = sweep(tmp_path)
    new = _file(tmp_path / "tmpnewprefect" / "flow.py")
    sweeping.join(10)
    assert new.exists()


def test_a_folder_that_is_not_there_is_no_error(tmp_path):
    sweep(tmp_path / "none").join(10)
