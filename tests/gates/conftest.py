# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the gates: a copy of the collection for ansible-test, the artifact, the artifact installed."""

from __future__ import annotations

import pathlib
import shutil
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "lab")]

from gatekit import source
from gatekit.places import BUILD
from gatekit.tool import must


@pytest.fixture(scope="session")
def copied() -> pathlib.Path:
    """The working tree's files where ansible-test wants a collection."""
    return source.copy("source")


@pytest.fixture(scope="session")
def artifact(copied: pathlib.Path) -> pathlib.Path:
    """The built collection, a .tar.gz."""
    folder = BUILD / "artifact"
    shutil.rmtree(folder, ignore_errors=True)
    must("unit", ["ansible-galaxy", "collection", "build", "--output-path", str(folder), str(copied)])
    (found,) = folder.glob("*.tar.gz")
    return found


@pytest.fixture(scope="session")
def installed(artifact: pathlib.Path) -> pathlib.Path:
    """Collections path with the artifact installed from its file, without a server."""
    folder = BUILD / "installed"
    shutil.rmtree(folder, ignore_errors=True)
    must(
        "unit", ["ansible-galaxy", "collection", "install", "--offline", "--no-deps", "-p", str(folder), str(artifact)]
    )
    return folder
