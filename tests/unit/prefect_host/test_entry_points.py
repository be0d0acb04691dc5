# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Command line, launcher and wheel."""

from __future__ import annotations

import base64
import csv
import hashlib
import json
import pathlib
import subprocess
import sys
import types
import zipfile

import build_backend
import pytest
from prefect_host import __main__ as cli
from prefect_host import __version__, launcher


def test_show_prints_what_would_be_started(document, tmp_path, capsys):
    config = tmp_path / "worker.json"
    config.write_text(json.dumps(document), encoding="utf-8")
    assert cli.main(["show", "--config", str(config)]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["arguments"][0] == document["python"]
    assert shown["config_sha256"] == hashlib.sha256(config.read_bytes()).hexdigest()


def test_show_answers_a_bad_file_with_one_line(tmp_path, capsys):
    config = tmp_path / "worker.json"
    config.write_text("{}", encoding="utf-8")
    assert cli.main(["show", "--config", str(config)]) == 2
    assert capsys.readouterr().err == f"{config}: schema: is missing\n"


def _check(text, *arguments):
    """As a controller does it: another process, without site-packages, with the text on standard input."""
    folder = pathlib.Path(build_backend.__file__).parent
    command = [sys.executable, "-B", "-S", "-m", "prefect_host", "check", *arguments]
    return subprocess.run(command, cwd=folder, input=text.encode(), capture_output=True, check=False)


def test_check_says_nothing_about_a_good_configuration(document, tmp_path):
    config = tmp_path / "worker.json"
    config.write_text(json.dumps(document), encoding="utf-8")
    for done in (_check(json.dumps(document)), _check("", str(config))):
        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_check_says_in_one_line_what_is_wrong_and_keeps_the_secret(document):
    document["environment"] = {"AWS_SECRET_ACCESS_KEY": "s3cret-value"}
    done = _check(json.dumps(document))
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(b"standard input: environment.AWS_SECRET_ACCESS_KEY: looks like a secret")
    assert done.stderr.count(b"\n") == 1
    assert b"s3cret-value" not in done.stderr


def test_the_launcher_leaves_a_note_when_it_fails_early(tmp_path):
    for folder in ("config", "logs"):
        (tmp_path / folder).mkdir()
    with pytest.raises(Exception, match="can't be read"):
        launcher.main(["--config", str(tmp_path / "config" / "worker.json")])
    assert "ConfigurationError" in (tmp_path / "logs" / "startup-failure.log").read_text(encoding="utf-8")


def test_a_note_that_is_held_keeps_the_service_neither_from_starting_nor_from_failing(document, tmp_path, monkeypatch):
    config = tmp_path / "config" / "worker.json"
    config.parent.mkdir()
    config.write_text(json.dumps(document), encoding="utf-8")
    (tmp_path / "logs" / "startup-failure.log").mkdir(parents=True)
    hosted, service = [], types.ModuleType("prefect_host.service")
    service.host = hosted.append
    monkeypatch.setitem(sys.modules, "prefect_host.service", service)
    assert launcher.main(["--config", str(config)]) == 0
    assert [settings.instance for settings in hosted] == ["default"]
    config.unlink()
    with pytest.raises(Exception, match="can't be read"):
        launcher.main(["--config", str(config)])


def test_the_launcher_wants_its_one_option():
    assert launcher.main([]) == 2


def test_the_wheel_is_the_same_every_time(tmp_path):
    first, second = tmp_path / "1", tmp_path / "2"
    for folder in (first, second):
        done = subprocess.run(
            [sys.executable, build_backend.__file__, str(folder)], capture_output=True, text=True, check=True
        )
        told = json.loads(done.stdout)
        assert told["sha256"] == hashlib.sha256(pathlib.Path(told["path"]).read_bytes()).hexdigest()
    wheels = [next(folder.rglob("*.whl")) for folder in (first, second)]
    assert wheels[0].read_bytes() == wheels[1].read_bytes()
    assert wheels[0].name == f"prefect_host-{__version__}-py3-none-any.whl"


def test_nothing_in_the_wheel_depends_on_who_built_it(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    build_backend.build_wheel(str(tmp_path))
    with zipfile.ZipFile(next(tmp_path.iterdir())) as wheel:
        entries = wheel.infolist()
    assert {(entry.compress_type, entry.compress_size == entry.file_size) for entry in entries} == {
        (zipfile.ZIP_STORED, True)
    }
    assert {(entry.date_time, entry.create_system, entry.external_attr, entry.extra) for entry in entries} == {
        ((1980, 1, 1, 0, 0, 0), 3, 0o100644 << 16, b"")
    }
    sources = [entry.filename for entry in entries if entry.filename.endswith(".py")]
    assert sources == sorted(sources)


def test_the_wheel_records_every_file(tmp_path):
    build_backend.build_wheel(str(tmp_path))
    with zipfile.ZipFile(next(tmp_path.iterdir())) as wheel:
        record = f"prefect_host-{__version__}.dist-info/RECORD"
        rows = {row[0]: row[1:] for row in csv.reader(wheel.read(record).decode().splitlines())}
        assert set(rows) == set(wheel.namelist())
        for name in set(rows) - {record}:
            digest = base64.urlsafe_b64encode(hashlib.sha256(wheel.read(name)).digest()).rstrip(b"=").decode()
            assert rows[name] == [f"sha256={digest}", str(len(wheel.read(name)))]
        assert {"prefect_host/launcher.py", "prefect_host/verification.py"} <= set(rows)
