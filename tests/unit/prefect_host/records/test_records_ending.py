# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When Windows ends a process (simulated), its last records are written, and it ends as it would have."""

from __future__ import annotations

import sys
import types

import pytest
from prefect_host.records.ending import SECONDS, drain_before_the_end


@pytest.fixture
def simulated_console(monkeypatch):
    """The handlers that were set."""
    handlers = []
    module = types.ModuleType("win32api")
    module.SetConsoleCtrlHandler = lambda handler, add: handlers.append((handler, add))
    monkeypatch.setitem(sys.modules, "win32api", module)
    return handlers


@pytest.mark.parametrize(
    ("event", "drained"), [(0, []), (1, [SECONDS]), (2, [SECONDS]), (5, [SECONDS]), (6, [SECONDS])]
)
def test_a_simulated_end_drains_and_leaves_the_rest_to_windows(simulated_console, event, drained):
    calls = []
    drain_before_the_end(calls.append)
    ((handler, add),) = simulated_console
    assert add is True
    assert handler(event) is False
    assert calls == drained


def test_where_no_windows_is_there_is_nothing_to_wait_for(monkeypatch):
    monkeypatch.setitem(sys.modules, "win32api", None)
    with pytest.raises(ImportError):
        drain_before_the_end(print)
