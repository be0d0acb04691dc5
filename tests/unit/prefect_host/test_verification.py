# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verification flow tells what the system says, not what the environment says."""

from __future__ import annotations

import importlib
import logging
import os
import pwd
import sys
import types

import pytest


@pytest.fixture
def verification(monkeypatch):
    """The module, with a Prefect that runs a flow as the function it is."""
    prefect = types.ModuleType("prefect")
    prefect.flow = lambda **_options: lambda function: function
    prefect.get_run_logger = lambda: logging.getLogger("flow run")
    monkeypatch.setitem(sys.modules, "prefect", prefect)
    monkeypatch.delitem(sys.modules, "prefect_host.verification", raising=False)
    for variable in ("USERDOMAIN", "USERNAME", "USER", "LOGNAME"):
        monkeypatch.setenv(variable, "somebody-else")
    return importlib.import_module("prefect_host.verification")


def test_windows_says_which_account_it_is(verification, monkeypatch):
    pywin32 = {"win32con": types.ModuleType("win32con"), "win32api": types.ModuleType("win32api")}
    pywin32["win32con"].NameSamCompatible = 2
    pywin32["win32api"].GetUserNameEx = {2: "EXAMPLE\\svc-prefect$"}.__getitem__
    for name, module in pywin32.items():
        monkeypatch.setitem(sys.modules, name, module)
    assert verification.host_facts()["account"] == "EXAMPLE\\svc-prefect$"


def test_elsewhere_the_system_says_it(verification, monkeypatch):
    monkeypatch.setitem(sys.modules, "win32api", None)
    name = pwd.getpwuid(os.geteuid()).pw_name
    assert verification.host_facts()["account"].endswith(f"\\{name}")


def test_the_flow_logs_what_it_returns(verification, caplog):
    with caplog.at_level(logging.INFO):
        facts = verification.report_host()
    assert set(facts) == {"host", "account", "pid", "system", "python", "executable", "instance"}
    assert caplog.messages[0].startswith('flowops-verification {"account": "')
