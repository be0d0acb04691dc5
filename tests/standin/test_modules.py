# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every module, over every transport, with the oldest and the newest ansible-core: one answer (simulated host)."""

from __future__ import annotations

import hashlib
import os
import zipfile

import pytest
from flowops_lab.paths import Paths
from standin_support.playbooks import NEWEST, OLDEST, Ansible

RUNS = [(OLDEST, "ntlm"), (OLDEST, "kerberos"), (OLDEST, "psrp"), (OLDEST, "psrp-ntlm"), (OLDEST, "https")]
if Ansible.has_core(Paths.from_environment(), NEWEST):
    RUNS += [(NEWEST, "ntlm"), (NEWEST, "psrp")]
# Set once for the whole host, so only the first of the runs changes them.
SHARED = {"User right", "Local group", "Feature"}
READS = {
    *("Facts say Server 2016 in the domain", "Ping", "Stat", "Slurp", "Find", "Registry read back", "Who am I"),
    *("Command", "Command that is not needed", "Command as the system", "Command in the background"),
    *("Service list", "Web request", "All scheduled tasks"),
}
TEXT = "größer\r\nals\n"


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "source"
    (folder / "deep" / "er").mkdir(parents=True)
    (folder / "data.bin").write_bytes(bytes(range(256)) * 500)
    (folder / "deep" / "er" / "ä.txt").write_text("x")
    with zipfile.ZipFile(folder / "archive.zip", "w") as archive:
        archive.writestr("inner/file.txt", "unpacked")
    return folder


@pytest.mark.parametrize(("core", "transport"), RUNS)
def test_every_module(host, ansible, source, tmp_path, core, transport):
    run = f"r{core.replace('.', '')}-{transport}"
    settings = {
        "run_name": run,
        "source_folder": str(source),
        "fetched": str(tmp_path / "fetched"),
        "lab_account": host.user,
    }
    first = ansible("modules.yml", "--diff", transport=transport, core=core, **settings).must_succeed()
    expected = set(first.tasks) - READS - {"Gathering Facts"}
    assert expected - SHARED <= set(first.changed)
    results = first.tasks
    assert results["Stat"]["stat"]["size"] == len(TEXT.encode())
    assert results["Stat"]["stat"]["checksum"] == hashlib.sha1(TEXT.encode(), usedforsecurity=False).hexdigest()
    assert results["Stat"]["stat"]["path"].endswith("text.txt")
    assert (tmp_path / "fetched").read_bytes() == (source / "data.bin").read_bytes()
    assert results["Command"]["stdout"].split() == ["hello", host.user, "C:\\ProgramData\\standin\\" + run]
    assert results["Command that is not needed"]["changed"] is False
    assert results["Command as the system"]["stdout"].strip() == "nt authority\\system"
    listed = results["All scheduled tasks"]["stdout"].partition(f"<!-- \\standin-{run} -->")[2]
    assert "<UserId>S-1-5-18</UserId>" in listed.partition("</Task>")[0]
    assert results["Command in the background"]["stdout"].strip() == "later"
    assert results["Registry read back"]["value"] == ["one", "two"]
    assert results["Find"]["matched"] == 4
    assert results["Who am I"]["account"]["account_name"] == host.user
    assert any(group["account_name"] == "Administrators" for group in results["Who am I"]["groups"])
    assert results["Web request"]["json"] == {"status": "ok"}
    on_disk = host.drive_c / "ProgramData" / "standin" / run
    assert (on_disk / "text.txt").read_bytes() == TEXT.encode()
    assert (on_disk / "unzipped" / "inner" / "file.txt").read_text() == "unpacked"
    assert (on_disk / "tree" / "deep" / "er" / "ä.txt").read_text() == "x"
    again = ansible("modules.yml", transport=transport, core=core, **settings).must_succeed()
    assert again.changed == []


@pytest.mark.parametrize("transport", ["ntlm", "psrp"])
def test_a_large_file_arrives_and_comes_back_byte_for_byte(host, ansible, tmp_path, transport):
    content = os.urandom(9_000_001)
    (tmp_path / "large").write_bytes(content)
    path = f"C:\\large-{transport}"
    tasks = [
        {"name": "There", "ansible.windows.win_copy": {"src": str(tmp_path / "large"), "dest": path}},
        {"name": "Back", "ansible.builtin.fetch": {"src": path, "dest": str(tmp_path / "back"), "flat": True}},
    ]
    ansible(tasks, transport=transport).must_succeed()
    assert (tmp_path / "back").read_bytes() == content
    assert not list((host.drive_c / "standin" / "spool").iterdir())
