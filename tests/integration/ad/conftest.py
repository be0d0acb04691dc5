# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real domain controller, and a container of its own for each test."""

from __future__ import annotations

import itertools
import os
import uuid

import pytest
from ad_support import target as targets
from ad_support.eye import Eye
from ad_support.runner import Runner

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def target():
    """The domain controller. The lab's is started, and stopped again if it did not run before."""
    described = os.environ.get("FLOWOPS_DIRECTORY")
    if described:
        yield targets.described(described)
        return
    ran = targets.lab_runs_directory()
    targets.lab("up", "directory")
    yield targets.of_the_lab()
    if not ran and not os.environ.get("FLOWOPS_KEEP_LAB"):
        targets.lab("stop", "directory")


@pytest.fixture(scope="session")
def eye(target):
    """What is really in the directory."""
    return Eye(target)


@pytest.fixture(scope="session")
def playground(target, eye):
    """A container of this test run."""
    dn = f"OU=Test-{uuid.uuid4().hex[:8]},{target.base}"
    eye.add(dn, ["organizationalUnit"])
    yield dn
    eye.delete_tree(dn)


@pytest.fixture
def place(playground, eye):
    """A container of this test, empty."""
    dn = f"OU=Place-{next(_numbers)},{playground}"
    eye.add(dn, ["organizationalUnit"])
    return dn


@pytest.fixture
def unique():
    """A short text that no other test run has in a name which must be unique in the domain."""
    return uuid.uuid4().hex[:8]


@pytest.fixture
def run(target, tmp_path):
    """Runs modules as the account that has rights below C(target.base) only."""
    environment = {"KRB5CCNAME": f"FILE:{tmp_path}/no-ticket"}
    configuration = targets.home() / "run" / "krb5.conf"
    if configuration.is_file() and "FLOWOPS_DIRECTORY" not in os.environ:
        environment["KRB5_CONFIG"] = str(configuration)
    return Runner(tmp_path / "run", target.options(), environment)
