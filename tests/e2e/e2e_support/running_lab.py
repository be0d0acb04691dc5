# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible against the lab that runs, and the estate that is in it."""

from __future__ import annotations

import os
import pathlib
import typing as t

from e2e_support.estate import Estate
from e2e_support.lab import ROOT, home, inventory, lab
from e2e_support.playbook import Ansible


def ansible_on_the_lab(reports: str) -> t.Iterator[Ansible]:
    """Ansible with the installed collection over WinRM with NTLM; the lab goes down afterwards.

    C(reports) is the folder below build/test for what the runs write. FLOWOPS_KEEP_LAB leaves the lab running.
    """
    environment = {
        "ANSIBLE_CONFIG": str(ROOT / "tests" / "lab" / "ansible.cfg"),
        "KRB5_CONFIG": str(home() / "run" / "krb5.conf"),
    }
    collections = pathlib.Path(lab("install").splitlines()[-1])
    yield Ansible(collections, inventory(), ROOT / "build" / "test" / reports, environment)
    if not os.environ.get("FLOWOPS_KEEP_LAB"):
        lab("down")


def estate_of_the_lab() -> Estate:
    """What is really there, read without the collection."""
    run = home() / "run"
    return Estate(
        directory="127.0.0.77",
        directory_name="dc1.lab.test",
        ca=run / "certificates" / "ca.pem",
        user="svc-ansible@lab.test",
        password_file=run / "secrets" / "svc-ansible",
        api="http://127.0.0.90:4200/api",
    )
