# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real domain controller, and a container of its own for each test."""

from __future__ import annotations

import contextlib
import itertools
import os
import random
import uuid

import pytest
from ad_support import simulated_certificates
from ad_support import target as targets
from ad_support.eye import Eye
from ad_support.policies import Administrator
from ad_support.privileges import Stage
from ad_support.runner import Runner
from ad_support.simulated_domain_controller import SimulatedDomainController

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


@pytest.fixture
def as_administrator(run, target, tmp_path):
    """Runs modules as an administrator of the domain, for what takes more than rights on one unit."""
    return Runner(tmp_path / "administrator", target.options(target.administrator), run.environment)


@pytest.fixture(scope="session")
def administrator(target):
    """Sees and prepares what is outside of the container of the tests."""
    return Administrator(target)


@pytest.fixture(scope="session")
def keeper(administrator, playground):
    """Connection options of an account that may manage authentication policies and silos, and nothing else."""
    with administrator.keeper(playground) as options:
        yield options


@pytest.fixture
def govern(keeper, run, tmp_path):
    """Runs modules as that account."""
    return Runner(tmp_path / "govern", keeper, run.environment)


@pytest.fixture
def mark(administrator, unique):
    """Part of the names of all policies and silos of this test: they are objects of the forest."""
    yield f"t{unique}"
    administrator.sweep(f"t{unique}")


@pytest.fixture(scope="session")
def simulated_place(tmp_path_factory):
    """Folder with certificates for simulated domain controllers, and two addresses on loopback that nobody else has."""
    network = f"127.{random.randint(100, 250)}.{random.randint(1, 250)}"
    addresses = [f"{network}.1", f"{network}.2"]
    folder = tmp_path_factory.mktemp("simulated")
    simulated_certificates.write(folder, addresses)
    return folder, addresses


@pytest.fixture
def start(simulated_place):
    """Starts simulated domain controllers, two at most; they end with the test."""
    folder, addresses = simulated_place
    free = iter(addresses)
    with contextlib.ExitStack() as running:

        def started(forest, faults=None):
            return running.enter_context(SimulatedDomainController(forest, folder, next(free), faults))

        yield started


@pytest.fixture
def modules_of(tmp_path):
    """Runs modules against a simulated domain controller."""
    return lambda controller, **options: Runner(tmp_path / "simulated", {**controller.options(), **options})


@pytest.fixture
def stage(eye, administrator, place, unique):
    """What a test needs to set up."""
    return Stage(eye, administrator, place, unique)


@pytest.fixture
def ask(run, target):
    """Asks about one account, and returns what is told. Whoever runs the tests is meant to."""

    def asked(dn, **options):
        result = run.one("ad_privilege_info", identities=[dn], trusted_principals=[target.user], **options)
        (account,) = result["accounts"]
        assert account["distinguished_name"] == dn
        return account

    return asked
