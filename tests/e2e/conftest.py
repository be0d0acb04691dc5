# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One lab for all end-to-end tests: the first test finds it empty, the others say what they need of it."""

from __future__ import annotations

import dataclasses
import pathlib

import pytest
from e2e_support.lab import lab
from e2e_support.playbook import Ansible
from e2e_support.running_lab import ansible_on_the_lab, estate_of_the_lab

HERE = pathlib.Path(__file__).resolve().parent
SITE = "flowops.prefect.site"
# From the empty lab through the working one to the one that is broken on purpose, and then taken apart.
ORDER = (
    "test_site",
    "test_reboot",
    "test_preflight",
    "test_delegation",
    "test_bad_input",
    "test_verify",
    "test_secrets",
    "test_credential_hunt",
    "test_rolling",
    "test_survival",
    "test_decommission",
    "test_failures",
    "test_runtime",
    "test_two_workers",
    "test_worker_roles",
    "test_worker_states",
    "test_baseline",
)


def pytest_collection_modifyitems(items):
    """Files in the order that needs the fewest resets."""
    here = [item for item in items if item.path.is_relative_to(HERE)]
    rank = {item: ORDER.index(item.path.stem) if item.path.stem in ORDER else len(ORDER) for item in here}
    places = [index for index, item in enumerate(items) if item in rank]
    for index, item in zip(places, sorted(here, key=rank.__getitem__), strict=True):
        items[index] = item


@dataclasses.dataclass
class Lab:
    """Whether the estate stands, so that a test which only needs it does not build it again."""

    ansible: Ansible
    converged: bool = False
    described: bool = False
    broken: str = ""

    def reset(self) -> None:
        """The empty estate."""
        self.converged = self.described = False
        lab("reset")

    def converge(self, *options: str) -> None:
        """The estate, or with C(--tags) a part of it, by one run of the site playbook. A failure fails the rest."""
        assert not self.broken, f"the estate could not be built before: {self.broken}"
        run = self.ansible.playbook(SITE, *options)
        if run.status:
            self.broken = "; ".join(run.errors) or f"ansible-playbook ended with {run.status}"
        assert run.status == 0, run.output[-4000:]


@pytest.fixture(scope="session")
def the_lab(ansible):
    """The running lab."""
    return Lab(ansible=ansible)


@pytest.fixture(scope="session")
def ansible():
    """Ansible with the installed collection and the lab's hosts over WinRM with NTLM."""
    lab("up")
    yield from ansible_on_the_lab("e2e")


@pytest.fixture(scope="session")
def estate():
    """What is really there, once the lab is up."""
    return estate_of_the_lab()


@pytest.fixture
def converged(the_lab):
    """The lab with the whole estate in it."""
    if not the_lab.converged:
        the_lab.converge()
        the_lab.converged = the_lab.described = True
    return the_lab


@pytest.fixture
def described(the_lab):
    """The lab with what the estate has in the directory and in Prefect; the hosts may be empty."""
    if not (the_lab.described or the_lab.converged):
        the_lab.converge("--tags", "ad_identity,prefect_content")
        the_lab.described = True
    return the_lab
