# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Our worker for real: Prefect's server, our package as the wheel installs it, flows that end well and badly."""

from __future__ import annotations

import pathlib
import subprocess
import sys
import typing as t
import zipfile

import pytest

SOURCES = pathlib.Path(__file__).parents[2] / "roles" / "win_worker" / "files" / "prefect_host"
sys.path.insert(0, str(pathlib.Path(__file__).parent))
sys.path.insert(0, str(SOURCES))
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "integration" / "prefect"))

from workerkit.bench import Bench
from workerkit.server import Server


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A folder with the package as its wheel installs it, entry points included."""
    folder = tmp_path_factory.mktemp("package")
    subprocess.run([sys.executable, SOURCES / "build_backend.py", folder / "wheel"], check=True, capture_output=True)
    (wheel,) = (folder / "wheel").rglob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Server]:
    """One server for all tests; each test has a work pool of its own."""
    running = Server(tmp_path_factory.mktemp("server"))
    try:
        running.start()
        yield running
    finally:
        running.stop()


@pytest.fixture
def bench(server: Server, tmp_path: pathlib.Path, package: pathlib.Path) -> t.Iterator[Bench]:
    """A work pool without a worker yet; C(start) starts ours."""
    made = Bench(server, tmp_path / "instance", package)
    try:
        yield made
    finally:
        made.kill()


@pytest.fixture(scope="module")
def running(server: Server, tmp_path_factory: pytest.TempPathFactory, package: pathlib.Path) -> t.Iterator[Bench]:
    """A work pool whose worker runs through all tests of a file."""
    made = Bench(server, tmp_path_factory.mktemp("running") / "instance", package)
    try:
        made.start(FLOWOPS_PROJECT="of-the-host")
        yield made
    finally:
        made.kill()
