# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the wheel brings to the host: code, Prefect's logging configuration, and the plugin's entry point."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import pathlib
import re
import subprocess
import sys
import zipfile

import prefect_host
import pytest
import yaml

SOURCES = pathlib.Path(prefect_host.__file__).parents[1]


def _build(folder, **environment):
    command = [sys.executable, "-B", str(SOURCES / "build_backend.py"), str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, env={**os.environ, **environment})
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return _build(tmp_path_factory.mktemp("wheel"))


def test_the_same_sources_give_the_same_bytes(wheel, tmp_path):
    again = _build(tmp_path / "again", TZ="Asia/Tokyo", PYTHONHASHSEED="7")
    assert again["sha256"] == wheel["sha256"]
    assert hashlib.sha256(pathlib.Path(again["path"]).read_bytes()).hexdigest() == wheel["sha256"]


def test_it_carries_the_logging_configuration_and_the_version(wheel):
    with zipfile.ZipFile(wheel["path"]) as archive:
        content = archive.read("prefect_host/records/logging.yml")
        record = archive.read(f"prefect_host-{wheel['version']}.dist-info/RECORD").decode()
    assert content == (SOURCES / "prefect_host" / "records" / "logging.yml").read_bytes()
    assert "prefect_host/records/logging.yml,sha256=" in record
    assert wheel["version"] == prefect_host.__version__


def test_an_installed_wheel_offers_the_plugin(wheel, tmp_path):
    with zipfile.ZipFile(wheel["path"]) as archive:
        archive.extractall(tmp_path)
    (found,) = importlib.metadata.distributions(path=[str(tmp_path)])
    assert [(point.group, point.name, point.value) for point in found.entry_points] == [
        ("prefect.plugins", "prefect_host", "prefect_host.attribution.plugin")
    ]


def test_the_logging_configuration_names_handlers_that_exist():
    text = (SOURCES / "prefect_host" / "records" / "logging.yml").read_text(encoding="utf-8")
    document = yaml.safe_load(re.sub(r"\$\{\w+\}", "INFO", text))
    for name, handler in document["handlers"].items():
        module, _dot, class_name = handler["class"].rpartition(".")
        source = SOURCES.joinpath(*module.split(".")).with_suffix(".py").read_text(encoding="utf-8")
        assert f"class {class_name}(" in source, name
    used = {name for logger in [*document["loggers"].values(), document["root"]] for name in logger.get("handlers", [])}
    assert used == set(document["handlers"])
