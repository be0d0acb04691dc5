# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The end-to-end story against hosts that somebody else brings: FLOWOPS_INVENTORY names their inventory."""

from __future__ import annotations

import os
import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))

from e2e_support.lab import lab
from e2e_support.playbook import Ansible


@pytest.fixture(scope="session")
def ansible() -> Ansible:
    """Ansible with the installed collection and the given inventory."""
    inventory = os.environ.get("FLOWOPS_INVENTORY", "")
    assert inventory, "say which hosts: make test-hosts FLOWOPS_INVENTORY=path/of/an/inventory"
    collections = pathlib.Path(lab("install").splitlines()[-1])
    kept = {name: os.environ[name] for name in ("KRB5_CONFIG", "ANSIBLE_CONFIG") if name in os.environ}
    return Ansible(collections, pathlib.Path(inventory).absolute(), ROOT / "build" / "test" / "hosts", kept)
