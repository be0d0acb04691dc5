# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a module with its options as JSON: in a process of its own, as Ansible does, or in this one."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import typing as t

from ansible_collections.flowops.prefect.tests.unit.support import module_runner

from prefectkit.real_server import ROOT

_MODULES = "ansible_collections.flowops.prefect.plugins.modules"
COLLECTIONS = ROOT / "build" / "collections"


class Ran(t.NamedTuple):
    """result as Ansible receives it; output is every byte that the process wrote."""

    result: dict[str, t.Any]
    output: str

    @property
    def plan(self) -> tuple[bool, dict[str, t.Any]]:
        """What check mode has to promise and the real run has to keep."""
        assert not self.result.get("failed"), self.result["msg"]
        return self.result["changed"], self.result["diff"]


def run_module_here(name: str, options: dict[str, t.Any], *, check_mode: bool = False) -> Ran:
    """Run a module of the collection in this process."""
    module = importlib.import_module(f"{_MODULES}.{name}")
    ran = module_runner.run_module(module.main, check_mode=check_mode, **options)
    return Ran(ran.result, ran.output)


def environment(**variables: str) -> dict[str, str]:
    """A module's environment: nothing of ours but what is given."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "ANSIBLE_"))}
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        kept.pop(name, None)
    return {**kept, "PYTHONPATH": str(COLLECTIONS), **variables}


def run_module(name: str, options: dict[str, t.Any], *, check_mode: bool = False, **variables: str) -> Ran:
    """Run a module of the collection; variables are added to its environment."""
    arguments = {**options, "_ansible_check_mode": check_mode, "_ansible_diff": True, "_ansible_verbosity": 3}
    ran = subprocess.run(
        [sys.executable, "-m", f"{_MODULES}.{name}"],
        input=json.dumps({"ANSIBLE_MODULE_ARGS": arguments}),
        env=environment(**variables),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.stdout.strip(), ran.stderr
    return Ran(json.loads(ran.stdout), ran.stdout + ran.stderr)
