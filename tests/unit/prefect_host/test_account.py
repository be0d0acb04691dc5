# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a service runs as the account that it was configured for, with a pywin32 of paper."""

from __future__ import annotations

import sys
import types

import pytest
from prefect_host import account

CONFIGURED = "EXAMPLE\\svc-prefect$"
SIDS = {CONFIGURED: "S-1-5-21-1-2-3-1104", "EXAMPLE\\svc-other$": "S-1-5-21-1-2-3-1105"}


class _PywinError(Exception):
    """Like pywintypes.error."""


@pytest.fixture
def windows(monkeypatch):
    """A process that runs as C(sid) and is called C(name); C(domain) answers, or it does not."""
    now = types.SimpleNamespace(sid=SIDS[CONFIGURED], name=CONFIGURED, domain=True)

    def lookup(_system, name):
        if not now.domain or name not in SIDS:
            raise _PywinError(1332, "LookupAccountName", "No mapping between account names and security IDs was done.")
        return SIDS[name], "EXAMPLE", 1

    modules = {
        "pywintypes": {"error": _PywinError},
        "win32con": {"TOKEN_QUERY": 8, "NameSamCompatible": 2},
        "win32api": {"GetCurrentProcess": lambda: -1, "GetUserNameEx": lambda _format: now.name},
        "win32security": {
            "TokenUser": 1,
            "OpenProcessToken": lambda process, access: (process, access),
            "GetTokenInformation": lambda _token, _kind: (now.sid, 0),
            "LookupAccountName": lookup,
            "ConvertSidToStringSid": str,
        },
    }
    for name, content in modules.items():
        module = types.ModuleType(name)
        vars(module).update(content)
        monkeypatch.setitem(sys.modules, name, module)
    return now


@pytest.mark.parametrize("domain", [True, False])
def test_the_configured_account_is_no_other_one_even_where_the_domain_does_not_answer(windows, domain):
    windows.domain = domain
    assert account.other_than(CONFIGURED) == ""


@pytest.mark.parametrize("domain", [True, False])
@pytest.mark.parametrize("sid", sorted(account.OF_THE_SYSTEM))
def test_an_account_of_the_system_is_known_without_the_domain(windows, domain, sid):
    windows.domain, windows.sid, windows.name = domain, sid, "EXAMPLE\\HOST$"
    assert account.other_than(CONFIGURED) == "EXAMPLE\\HOST$"


def test_another_account_of_the_domain_is_called_by_its_name(windows):
    windows.sid, windows.name = SIDS["EXAMPLE\\svc-other$"], "EXAMPLE\\svc-other$"
    assert account.other_than(CONFIGURED) == "EXAMPLE\\svc-other$"


@pytest.mark.usefixtures("windows")
def test_a_process_that_can_not_be_asked_is_an_error_and_no_answer(monkeypatch):
    def refuse(_process, _access):
        raise _PywinError(5, "OpenProcessToken", "Access is denied.")

    monkeypatch.setattr(sys.modules["win32security"], "OpenProcessToken", refuse)
    with pytest.raises(_PywinError):
        account.other_than(CONFIGURED)
